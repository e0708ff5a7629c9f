//! What bounds a store: set by whoever opens it, under a bound of the format.

/// No blob is larger: 64 GiB, twenty levels of tree above the parts. Sizes that peers claim are held against this before
/// anything is computed from them.
pub const MAX_BLOB_BYTES: u64 = 1 << 36;

/// What peers and officers may make of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// No blob that is fetched may claim to be larger. On file systems without sparse files (NTFS, exFAT) a blob being
    /// fetched may take this much as soon as its last part has come.
    pub max_blob_bytes: u64,
    /// Blobs being fetched at once, each with one open file.
    pub max_partials: usize,
}

impl Limits {
    /// The largest blob under both bounds, in bytes.
    pub(crate) fn blob_bytes(&self) -> u64 {
        self.max_blob_bytes.min(MAX_BLOB_BYTES)
    }
}
