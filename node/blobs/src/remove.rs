//! Removing: the header with the key is overwritten first, so that what a disk keeps of the rest is noise.

use std::io;

use lienquay_shared::FileHash;

use crate::disk::Folder;
use crate::header::ERASED;
use crate::store::Open;
use crate::{BlobError, BlobResult, Blobs};

/// What became of [`Blobs::remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Nothing of it was here.
    Absent,
    /// Its key was overwritten and its file removed. A flash disk may keep an old copy of the key's block for a while; it
    /// is wrapped under the store's key.
    Erased,
    /// Its file was removed, but the disk refused to overwrite the key (a full copy-on-write file system, a bad sector).
    Unlinked,
}

impl Blobs {
    /// Removes a blob, whole or being fetched, for good. After an error, remove it again.
    pub fn remove(&self, hash: FileHash) -> BlobResult<Removed> {
        let name = self.keys.file_name(&hash);
        let mut open = self.lock();
        open.partials.remove(&hash);
        let whole = self.erase(&mut open, Folder::Whole, &name)?;
        let partial = self.erase(&mut open, Folder::Partial, &name)?;
        // Also when nothing was found: the removal before this one may have failed at its sync.
        self.settle(&mut open, Folder::Whole)?;
        self.settle(&mut open, Folder::Partial)?;
        Ok(match (whole, partial) {
            (Removed::Absent, other) | (other, Removed::Absent) => other,
            (Removed::Erased, Removed::Erased) => Removed::Erased,
            (Removed::Unlinked, _) | (_, Removed::Unlinked) => Removed::Unlinked,
        })
    }

    /// Overwrites the header of a file, and removes it.
    pub(crate) fn erase(&self, open: &mut Open, folder: Folder, name: &str) -> BlobResult<Removed> {
        let overwritten = self.disk.open_to_write(folder, name).and_then(|file| {
            file.write_all_at(&ERASED, 0)?;
            file.sync()
        });
        if let Err(error) = &overwritten
            && error.kind() == io::ErrorKind::NotFound
        {
            return Ok(Removed::Absent);
        }
        open.will_change(folder);
        self.disk
            .remove(folder, name)
            .map_err(BlobError::io("remove a blob"))?;
        Ok(match overwritten {
            Ok(()) => Removed::Erased,
            Err(_refused) => Removed::Unlinked,
        })
    }
}
