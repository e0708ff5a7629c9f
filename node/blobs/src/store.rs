//! The store itself: what is open, and the order in which folders are synced before anything is acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lienquay_shared::FileHash;

use crate::disk::{Disk, Folder};
use crate::keys::StoreKeys;
use crate::partial::Partial;
use crate::sealed_file::SealedFile;
use crate::{BlobError, BlobResult, Limits};

/// The blobs of one PC. Methods take `&self` and may be called from several threads; reading and giving parts of whole
/// blobs waits for nobody, and neither does ingesting until its last step.
#[derive(Debug)]
pub struct Blobs {
    pub(crate) disk: Box<dyn Disk>,
    pub(crate) keys: StoreKeys,
    pub(crate) limits: Limits,
    open: Mutex<Open>,
}

/// What threads share.
#[derive(Debug)]
pub(crate) struct Open {
    /// Blobs being fetched that were touched since the start. Their files exist, so `Limits::max_partials` bounds them.
    pub(crate) partials: BTreeMap<FileHash, Partial>,
    /// Temporary files that somebody is writing now.
    pub(crate) temps: BTreeSet<String>,
    /// Folders whose last change is not known to be permanent: nothing seen in them is acknowledged.
    unsynced: BTreeSet<Folder>,
}

/// What this PC has of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing.
    Absent,
    /// It was begun; [`Blobs::missing`] says what is lacking.
    Partial {
        /// Its claimed size in bytes.
        size: u64,
    },
    /// All of it.
    Whole {
        /// Its size in bytes.
        size: u64,
    },
}

impl Blobs {
    /// Opens the store on `disk`. `secret` is the node's data key; keys of this store's own are derived from it. Removes
    /// what an interrupted run left half-written.
    pub fn open(disk: Box<dyn Disk>, secret: &[u8; 32], limits: Limits) -> BlobResult<Self> {
        let blobs = Self {
            disk,
            keys: StoreKeys::derive(secret),
            limits,
            open: Mutex::new(Open {
                partials: BTreeMap::new(),
                temps: BTreeSet::new(),
                unsynced: [Folder::Whole, Folder::Partial].into(),
            }),
        };
        blobs.sweep()?;
        // A name that a crashed run saw before it was permanent becomes permanent before anybody is told of it.
        let mut open = blobs.lock();
        blobs.settle(&mut open, Folder::Whole)?;
        blobs.settle(&mut open, Folder::Partial)?;
        drop(open);
        Ok(blobs)
    }

    /// What is here of `hash`, without reading its bytes. An error if a whole blob's file is visibly damaged.
    pub fn state(&self, hash: FileHash) -> BlobResult<State> {
        if let Some(blob) = self.whole(hash)? {
            let size = blob.geometry().size();
            return match blob.has_full_length()? {
                true => Ok(State::Whole { size }),
                false => Err(blob.corrupt("its file was cut short or grew")),
            };
        }
        let partial = SealedFile::open(&*self.disk, &self.keys, Folder::Partial, hash)?;
        Ok(partial.map_or(State::Absent, |blob| State::Partial {
            size: blob.geometry().size(),
        }))
    }

    /// Reads a whole blob through and checks every byte and hash against its name.
    pub fn verify(&self, hash: FileHash) -> BlobResult<()> {
        let blob = self.whole(hash)?.ok_or(BlobError::Absent { hash })?;
        let n_parts = blob.geometry().n_parts();
        if blob.has_full_length()? && blob.proven_parts().count() == n_parts {
            Ok(())
        } else {
            Err(blob.corrupt("not all of it proves to be what its name says"))
        }
    }

    pub(crate) fn whole(&self, hash: FileHash) -> BlobResult<Option<SealedFile>> {
        SealedFile::open(&*self.disk, &self.keys, Folder::Whole, hash)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Open> {
        // Whoever panicked left either the state before its step or after it: every step ends with one assignment.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Syncs `folder` unless everything in it is known to be permanent.
    pub(crate) fn settle(&self, open: &mut Open, folder: Folder) -> BlobResult<()> {
        if open.unsynced.contains(&folder) {
            self.disk
                .sync_folder(folder)
                .map_err(BlobError::io("sync a folder"))?;
            open.unsynced.remove(&folder);
        }
        Ok(())
    }

    /// Moves a synced file into its folder for good. If only the last step fails, the file stands there whole, and is
    /// acknowledged by nobody before a later sync.
    pub(crate) fn move_for_good(
        &self,
        open: &mut Open,
        from: (Folder, &str),
        to: (Folder, &str),
    ) -> BlobResult<()> {
        open.unsynced.insert(to.0);
        if from.0 != Folder::Temp {
            open.unsynced.insert(from.0);
        }
        self.disk
            .rename(from, to)
            .map_err(BlobError::io("rename a blob"))?;
        self.settle(open, to.0)
    }
}

impl Open {
    /// To be said before a name in `folder` changes.
    pub(crate) fn will_change(&mut self, folder: Folder) {
        self.unsynced.insert(folder);
    }
}
