//! Files, as screens show them.

use serde::{Deserialize, Serialize};

use crate::ids::FileHash;

/// Where a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// Which file.
    pub hash: FileHash,
    /// Whether they are on this PC.
    pub is_here: bool,
    /// On how many of the site's PCs they are, this one included; as far as those told.
    pub n_pcs: u32,
}

impl FileMark {
    /// Whether one disk that breaks does not lose it.
    pub fn is_safe(&self) -> bool {
        self.n_pcs >= 2
    }
}

/// How a PC is doing with its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesView {
    /// Files that are here.
    pub n_here: u64,
    /// Their bytes.
    pub here_bytes: u64,
    /// Bytes that fetched files may fill; none for as many as the disk has.
    pub quota_bytes: Option<u64>,
    /// Bytes a second asked of others; none for as fast as they come.
    pub bytes_per_second: Option<u64>,
    /// Files that only this PC has.
    pub n_only_here: u64,
    /// Files to be fetched.
    pub n_wanted: u64,
    /// Their bytes.
    pub wanted_bytes: u64,
    /// Files that dossiers name and no PC is known to have.
    pub n_nowhere: u64,
    /// Whether something wanted finds no room here.
    pub lacks_room: bool,
    /// Files being fetched.
    pub fetching: Vec<FetchingRow>,
}

/// A file being fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchingRow {
    /// Which.
    pub hash: FileHash,
    /// Its bytes.
    pub size: u64,
    /// Parts of 64 KiB still lacking, as far as they were counted.
    pub n_parts_lacking: u64,
}
