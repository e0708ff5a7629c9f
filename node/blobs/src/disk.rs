//! What the store needs of a file system: three flat folders of files read and written by position.
//!
//! A name or its removal survives a power cut only after [`Disk::sync_folder`] of its folder, bytes only after
//! [`DiskFile::sync`]. Errors are the system's own; [`std::io::ErrorKind::StorageFull`] and `QuotaExceeded` mean full.

use std::fmt;
use std::io;

mod folder;
#[cfg(test)]
pub(crate) mod sim;

pub use folder::FolderDisk;

/// One of the store's folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// Whole blobs.
    Whole,
    /// Blobs being fetched.
    Partial,
    /// What is being written and was never acknowledged: swept at the next start.
    Temp,
}

impl Folder {
    /// Its name on the disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Partial => "partial",
            Self::Temp => "tmp",
        }
    }
}

/// Names of the files in a folder, as the system lists them.
pub type Names = Box<dyn Iterator<Item = io::Result<String>> + Send>;

/// A file system under the store.
pub trait Disk: fmt::Debug + Send + Sync {
    /// A new, empty file, readable by its owner only; an error if the name is taken.
    fn create(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// An existing file to read.
    fn open(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// An existing file to read and write.
    fn open_to_write(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// Moves a file, replacing what had that name.
    fn rename(&self, from: (Folder, &str), to: (Folder, &str)) -> io::Result<()>;
    /// Removes a file; those who have it open may read on.
    fn remove(&self, folder: Folder, name: &str) -> io::Result<()>;
    /// Makes creations, renames and removals in the folder permanent.
    fn sync_folder(&self, folder: Folder) -> io::Result<()>;
    /// What is in the folder. Files that come or go meanwhile may be listed or not.
    fn names(&self, folder: Folder) -> io::Result<Names>;
}

/// An open file.
#[expect(
    clippy::len_without_is_empty,
    reason = "nobody asks; a file is not a collection"
)]
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Fills `buffer` from `offset`; `UnexpectedEof` if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes` at `offset`, growing the file.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes what was written permanent. After an error nothing written since the last success may be relied on.
    fn sync(&self) -> io::Result<()>;
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Bytes taken on the disk: less than [`Self::len`] where the file has holes.
    fn taken(&self) -> io::Result<u64>;
}
