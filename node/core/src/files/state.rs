//! What only the running engine knows of files, for screens and tests.

use lienquay_shared::FileHash;
use lienquay_shared::wire::files::FilesMark;

use crate::engine::Engine;
use crate::files::{FileTotals, FilesPolicy};

/// How a node is doing with its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesState {
    /// What was decided.
    pub policy: FilesPolicy,
    /// What is here.
    pub totals: FileTotals,
    /// Files being fetched.
    pub fetching: Vec<Fetching>,
    /// Whether something wanted finds no room.
    pub lacks_room: bool,
    /// How far the own list goes.
    pub mark: Option<FilesMark>,
}

/// A file being fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetching {
    /// Which.
    pub hash: FileHash,
    /// Its bytes.
    pub size: u64,
    /// Parts not asked for yet, of those known to be lacking.
    pub n_missing: u64,
    /// Parts under way.
    pub n_under_way: u64,
}

impl Engine {
    /// How this node is doing with its files.
    pub fn files_state(&self) -> FilesState {
        let files = &self.files;
        let fetching = files
            .fetching
            .iter()
            .map(|(hash, fetch)| fetch.state(*hash));
        FilesState {
            policy: files.policy,
            totals: files.totals,
            fetching: fetching.collect(),
            lacks_room: files.lacks_room,
            mark: self.own_files_mark(),
        }
    }

    /// The bit under which a member stands in [`crate::files::FileRow::holders`]; 0 when it told of no files yet.
    pub fn holder_bit(&self, member: &lienquay_shared::NodeId) -> u64 {
        self.files.holders.bit(member)
    }
}
