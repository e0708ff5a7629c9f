//! A file of a dossier, as it is written about. Its bytes are kept outside the log, named by their hash.

mod media;
mod name;

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::dossier::Stamp;
use crate::ids::{DocId, EventId, FileHash};

pub use media::MediaType;
pub use name::{FileName, clean_name};

/// Largest file of a dossier, bytes. The six-step interface takes 50 MB; a plan scanned in colour may be larger.
pub const MAX_FILE_BYTES: u64 = 512 << 20;
/// Most files of one dossier that count at once.
pub const MAX_FILES: usize = 200;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// BLAKE3 of its bytes.
    #[serde(rename = "h", alias = "hash")]
    pub hash: FileHash,
    /// Its bytes.
    #[serde(rename = "z", alias = "size")]
    pub size: u64,
    /// What its bytes are, whatever its name says.
    #[serde(rename = "m", alias = "media")]
    pub media: MediaType,
    /// As it is shown, without a path.
    #[serde(rename = "n", alias = "name")]
    pub name: FileName,
    /// What it is to the dossier.
    #[serde(rename = "p", alias = "place")]
    pub place: Place,
    /// How it came to be.
    #[serde(rename = "o", alias = "origin", default)]
    pub origin: Origin,
}

/// What a file is to its dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The paper at this position among the dossier's papers, which are written once, at reception.
    Component(u8),
    /// The result.
    Result,
    /// Anything else: a photo, a letter.
    Other,
}

/// How a file came to be.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Scanned or photographed from a paper.
    #[default]
    Scanned,
    /// It was never a paper: signed or made electronically.
    Electronic,
    /// Brought before, with another dossier.
    Reused {
        /// With which.
        from: DocId,
    },
}

/// A file that counts, with the event that added it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedFile {
    /// The event: what replaces or removes it refers to this.
    pub id: EventId,
    /// The file.
    pub file: File,
    /// When, by whom, where.
    pub stamp: Stamp,
}

/// Why a file is taken out of its dossier.
pub type RemovalReason = Text<300>;

/// Whether a paper is there as a file: what the indicators count.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Digitised {
    /// No file.
    #[default]
    No,
    /// Scanned for this dossier.
    Scanned,
    /// A file brought before was used again.
    Reused,
    /// The original is electronic.
    Electronic,
}

impl Digitised {
    /// The best of what a paper's files are.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a File>) -> Self {
        let each = files.into_iter().map(|file| match file.origin {
            Origin::Scanned => Self::Scanned,
            Origin::Reused { .. } => Self::Reused,
            Origin::Electronic => Self::Electronic,
        });
        each.max().unwrap_or_default()
    }
}
