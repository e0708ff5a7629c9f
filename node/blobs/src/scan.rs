//! What is here, for an index kept elsewhere; and the sweeping up after an interrupted run.

use std::io;

use lienquay_shared::FileHash;

use crate::disk::{Folder, Names};
use crate::sealed_file::{Probed, SealedFile};
use crate::{BlobError, BlobResult, Blobs};

/// Hex digits of a blob's file name.
const NAME_LEN: usize = 64;

/// One blob found on the disk. Bytes are not read: [`Blobs::verify`] does that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// All of it is here.
    Whole {
        /// Its name.
        hash: FileHash,
        /// Its size in bytes.
        size: u64,
    },
    /// It is being fetched; [`Blobs::begin`] with this size goes on, or finishes it if nothing is lacking.
    Partial {
        /// Its name.
        hash: FileHash,
        /// Its claimed size in bytes.
        size: u64,
    },
    /// It is visibly damaged. Ingesting or fetching the same blob puts it right; [`Blobs::remove`] removes it.
    Damaged {
        /// Its name, unless that cannot be read.
        hash: Option<FileHash>,
        /// The name of its file.
        file: String,
        /// How it is damaged.
        what: &'static str,
    },
}

/// How much is here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Whole blobs.
    pub n_whole: u64,
    /// What they take on the disk, in bytes.
    pub whole_bytes: u64,
    /// Blobs being fetched.
    pub n_partial: u64,
    /// What they take on the disk, in bytes.
    pub partial_bytes: u64,
}

impl Blobs {
    /// Lists everything, whole blobs first, in the order of the disk; sweeps up what interrupted runs left. Holds one file
    /// at a time: the list may be long. What comes or goes meanwhile may be listed or not.
    pub fn scan(&self) -> BlobResult<Scan<'_>> {
        self.sweep()?;
        Ok(Scan {
            blobs: self,
            folder: Folder::Whole,
            names: self.list(Folder::Whole)?,
        })
    }

    /// Counts files and what they take on the disk. Asks for the length of each: a second for some 100,000 files.
    pub fn usage(&self) -> BlobResult<Usage> {
        let (n_whole, whole_bytes) = self.usage_of(Folder::Whole)?;
        let (n_partial, partial_bytes) = self.usage_of(Folder::Partial)?;
        Ok(Usage {
            n_whole,
            whole_bytes,
            n_partial,
            partial_bytes,
        })
    }

    fn usage_of(&self, folder: Folder) -> BlobResult<(u64, u64)> {
        let (mut n_files, mut bytes) = (0, 0);
        for name in self.list(folder)? {
            let name = name.map_err(BlobError::io("list a folder"))?;
            let taken = self.disk.open(folder, &name).and_then(|file| file.taken());
            match taken {
                Ok(taken) => {
                    n_files += 1;
                    bytes += taken;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(BlobError::io("measure a blob")(error)),
            }
        }
        Ok((n_files, bytes))
    }

    /// Removes temporary files that nobody is writing.
    pub(crate) fn sweep(&self) -> BlobResult<()> {
        for name in self.list(Folder::Temp)? {
            let name = name.map_err(BlobError::io("list a folder"))?;
            if !self.lock().temps.contains(&name) {
                let removed = self.disk.remove(Folder::Temp, &name);
                match removed {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    removed => removed.map_err(BlobError::io("remove a leftover"))?,
                }
            }
        }
        Ok(())
    }

    fn list(&self, folder: Folder) -> BlobResult<Names> {
        let names = self.disk.names(folder);
        names.map_err(BlobError::io("list a folder"))
    }

    /// What the file `name` is; `None` if it is nothing to report.
    fn look(&self, folder: Folder, name: &str) -> BlobResult<Option<Found>> {
        let is_ours = name.len() == NAME_LEN && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_ours {
            return Ok(None);
        }
        let file = match self.disk.open(folder, name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BlobError::io("open a blob")(error)),
        };
        match SealedFile::probe(file, &self.keys, name)? {
            Probed::Blob(blob) => self.look_at(folder, name, &blob),
            Probed::Erased => {
                self.erase(&mut self.lock(), folder, name)?;
                Ok(None)
            }
            Probed::Damaged(what) => Ok(Some(damaged(None, name, what))),
        }
    }

    fn look_at(&self, folder: Folder, name: &str, blob: &SealedFile) -> BlobResult<Option<Found>> {
        let (hash, size) = (blob.hash(), blob.geometry().size());
        if folder == Folder::Whole {
            return Ok(Some(match blob.has_full_length()? {
                true => Found::Whole { hash, size },
                false => damaged(Some(hash), name, "its file was cut short or grew"),
            }));
        }
        // A power cut while it was finished may leave both names.
        if let Ok(Some(whole)) = self.whole(hash)
            && whole.has_full_length()?
        {
            self.drop_partial(&mut self.lock(), hash)?;
            return Ok(None);
        }
        Ok(Some(Found::Partial { hash, size }))
    }
}

fn damaged(hash: Option<FileHash>, name: &str, what: &'static str) -> Found {
    Found::Damaged {
        hash,
        file: name.to_owned(),
        what,
    }
}

/// The blobs of a store, as they are found.
pub struct Scan<'a> {
    blobs: &'a Blobs,
    folder: Folder,
    names: Names,
}

impl std::fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Scan<'_> {
    fn step(&mut self) -> BlobResult<Option<Found>> {
        loop {
            match self.names.next() {
                Some(name) => {
                    let name = name.map_err(BlobError::io("list a folder"))?;
                    if let Some(found) = self.blobs.look(self.folder, &name)? {
                        return Ok(Some(found));
                    }
                }
                None if self.folder == Folder::Whole => {
                    self.folder = Folder::Partial;
                    self.names = self.blobs.list(Folder::Partial)?;
                }
                None => return Ok(None),
            }
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = BlobResult<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
