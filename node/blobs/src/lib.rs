//! The store of bytes on one PC: what officers scan, outside the replicated log.
//!
//! A blob is named by the BLAKE3 hash of its plain bytes ([`FileHash`](lienquay_shared::FileHash)) and lies on the disk
//! in parts of 64 KiB, each sealed under a key of the blob's own, together with the tree of hashes that proves any part
//! against the name.
//!
//! ```text
//!  scanner, file ─ ingest ─▶ Temp ─ sync, rename ─▶ Whole ─ read ─▶ window, printer
//!                                                    │  ▲
//!  another PC's store ◀─ part (bytes + proof) ───────┘  │ the last part: sync, rename
//!  another PC's store ── begin, put (any order) ─▶ Partial
//! ```
//!
//! The crate knows no network, no database and no dossier. [`Blobs`] may be shared between threads; one process at a time
//! opens a folder (the node's data folder holds the lock). Nothing is acknowledged before it is synced, except parts of
//! a blob being fetched, which are synced in groups.
#![deny(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod error;
mod geometry;
mod runs;
mod tree;

mod disk;
mod header;
mod keys;
mod sealed_file;

mod ingest;
mod limits;
mod partial;
mod reader;
mod remove;
mod scan;
mod serve;
mod store;

#[cfg(test)]
mod tests;

pub use disk::{Disk, DiskFile, Folder, FolderDisk, Names};
pub use error::{BlobError, BlobResult};
pub use geometry::{MAX_ENCODED_PART_BYTES, PART_BYTES, n_parts};
pub use ingest::Ingested;
pub use limits::{Limits, MAX_BLOB_BYTES};
pub use partial::{Begun, Put};
pub use reader::BlobReader;
pub use remove::Removed;
pub use scan::{Found, Scan, Usage};
pub use serve::Parts;
pub use store::{Blobs, State};
