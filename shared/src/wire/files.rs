//! Files beside the log: who holds which, their parts, and letting one go that others keep.
//!
//! Every beat carries the holder's [`FilesMark`]. Whoever is behind it asks for the news page by page, so that a
//! reconnect costs what changed. Parts are asked for one by one, each proven against the file's name.

use serde::{Deserialize, Serialize};

use crate::codec::{Blob, List};
use crate::ids::{FileHash, RequestId};

/// News in one message.
pub const MAX_FILE_NEWS: usize = 512;
/// One part with its proof: 64 KiB and at most twenty pairs of hashes.
pub const MAX_PART_MESSAGE_BYTES: usize = 66 * 1024;
/// Files in one question whether they may be let go.
pub const MAX_SPARED: usize = 64;

/// How far the list of what a node holds goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FilesMark {
    /// The list; another one after the node's log ended or its folder was restored.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// The newest line of it; lines count from 1.
    #[serde(rename = "s")]
    pub seq: u64,
    /// The first eight bytes of the hashes of all that are held, one over the other with exclusive or: whoever read the
    /// list to its end and finds another sum was told of another list, as by a copy of the PC.
    #[serde(rename = "x")]
    pub sum: u64,
}

impl FilesMark {
    /// Whether both name the same line of the same list.
    pub fn is_line(&self, other: &Self) -> bool {
        (self.epoch, self.seq) == (other.epoch, other.seq)
    }

    /// What a file adds to the sum, and takes from it.
    pub fn share_of(file: &FileHash) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = file.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Asks for lines of the receiver's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNewsAsk {
    /// Everything after this line.
    #[serde(rename = "a")]
    pub after: FilesMark,
}

/// Lines of the sender's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNews {
    /// After which line.
    #[serde(rename = "a")]
    pub after: FilesMark,
    /// Up to which line.
    #[serde(rename = "u")]
    pub upto: u64,
    /// The lines, oldest first. A file has one: of its last change.
    #[serde(rename = "r")]
    pub rows: List<FileNewsRow, MAX_FILE_NEWS>,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNewsRow {
    /// Which file.
    #[serde(rename = "f")]
    pub file: FileHash,
    /// Whether its bytes are there, whole and synced.
    #[serde(rename = "h")]
    pub is_held: bool,
}

/// Names one part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartName {
    /// Which file.
    #[serde(rename = "f")]
    pub file: FileHash,
    /// Which part, from 0.
    #[serde(rename = "p")]
    pub part: u64,
}

/// One part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Which.
    #[serde(rename = "n")]
    pub name: PartName,
    /// Its bytes behind their proof.
    #[serde(rename = "b")]
    pub bytes: Blob<MAX_PART_MESSAGE_BYTES>,
}

/// Asks whether the receiver keeps these files, so that the sender may let them go. Whoever says yes asks nobody the same of
/// its own copy at that time, so that of all who let a file go the last to ask leaves two behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpareAsk {
    /// To name the answer.
    #[serde(rename = "q")]
    pub request: RequestId,
    /// Which.
    #[serde(rename = "f")]
    pub files: List<FileHash, MAX_SPARED>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpareAnswer {
    /// To which question.
    #[serde(rename = "q")]
    pub request: RequestId,
    /// Those of the files that the sender holds and does not want to let go itself.
    #[serde(rename = "k")]
    pub kept: List<FileHash, MAX_SPARED>,
}
