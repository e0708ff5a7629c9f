//! The bytes of files on this PC: threads beside the engine's that write, read and remove them, so that no officer's call
//! waits for a disk that is busy with scans.
//!
//! ```text
//! engine ─ FileOrder ─▶ writer: begin, put, remove, compare at the start ─▶ Blobs
//!    ▲                  giver:  parts for other PCs ◀────────────────────── Blobs
//!    └──── FileEvent ──────┘
//! ```

mod compare;
mod keeper;
mod kept;

pub(crate) use keeper::FileKeeper;
pub use kept::{KeepFileError, KeptFile, MAX_KEPT_BYTES};

use lienquay_blobs::Limits;
use lienquay_shared::domain::file::MAX_FILE_BYTES;

/// The folder of the bytes, in the data folder.
pub(crate) const FOLDER: &str = "files";
/// Files being fetched at once, each with its room on the disk.
const MAX_PARTIALS: usize = 64;

/// What peers may make of the store of bytes.
pub(crate) const LIMITS: Limits = Limits {
    max_blob_bytes: MAX_FILE_BYTES,
    max_partials: MAX_PARTIALS,
};
