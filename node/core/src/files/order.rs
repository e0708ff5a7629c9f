//! What the engine asks of whoever keeps the bytes on this PC, and what that says back.

use std::ops::Range;

use lienquay_shared::wire::files::PartName;
use lienquay_shared::{FileHash, NodeId};

use crate::event::LinkNo;

/// Something to do with bytes. Carried out in this order for one file, after the group's commit; answered by an event each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOrder {
    /// Make room for a file to be fetched, or go on where it was left; answered by [`FileEvent::Begun`], or by
    /// [`FileEvent::Kept`] if it is here.
    Begin {
        /// Which.
        hash: FileHash,
        /// Its bytes.
        size: u64,
    },
    /// Check a part and write it; answered by [`FileEvent::Put`], and by [`FileEvent::Kept`] after the last.
    Put {
        /// Which part.
        name: PartName,
        /// Who gave it.
        from: NodeId,
        /// Its bytes behind their proof.
        bytes: Vec<u8>,
    },
    /// Read a part for a peer; answered by [`FileEvent::Read`].
    Give {
        /// Which part.
        name: PartName,
        /// For whom.
        peer: NodeId,
        /// Over which link.
        link: LinkNo,
    },
    /// Erase a file's bytes, also what was fetched of it; answered by [`FileEvent::Gone`].
    Remove {
        /// Which.
        hash: FileHash,
    },
}

/// What became of the bytes of a file on this PC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEvent {
    /// They are here, whole and synced: from now on dossiers may name the file.
    Kept {
        /// Which file.
        hash: FileHash,
        /// Its bytes.
        size: u64,
    },
    /// They are not here (any more).
    Gone {
        /// Which file.
        hash: FileHash,
    },
    /// Of a file to be fetched: what is lacking.
    Begun {
        /// Which file.
        hash: FileHash,
        /// The first ranges of parts that are lacking, and how many parts are in all; or why it cannot be fetched.
        lacking: Result<Lacking, FileTrouble>,
    },
    /// What became of a part that a peer gave.
    Put {
        /// Which.
        name: PartName,
        /// Who gave it.
        from: NodeId,
        /// Written, or why not.
        result: Result<(), FileTrouble>,
    },
    /// A part for a peer.
    Read {
        /// Which.
        name: PartName,
        /// For whom.
        peer: NodeId,
        /// Over which link.
        link: LinkNo,
        /// Its bytes behind their proof; `None` when it cannot be read.
        bytes: Option<Vec<u8>>,
    },
}

impl FileEvent {
    /// Which file it is about.
    pub fn file(&self) -> FileHash {
        match self {
            Self::Kept { hash, .. } | Self::Gone { hash } | Self::Begun { hash, .. } => *hash,
            Self::Put { name, .. } | Self::Read { name, .. } => name.file,
        }
    }
}

/// What is lacking of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacking {
    /// The first ranges of parts, ascending; not all when there are many.
    pub ranges: Vec<Range<u64>>,
    /// Parts lacking in `ranges`.
    pub n_parts: u64,
}

/// Why bytes were not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileTrouble {
    /// The disk is full.
    Full,
    /// They are not what the file's name says.
    Wrong,
    /// The disk or the system failed, or the file is not to be had as it is named.
    Failed,
}
