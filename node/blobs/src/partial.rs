//! A blob being fetched: parts of it, each proven against its name before it is written where it belongs.
//!
//! There is no list of what has come. In memory it is a set of runs; after a restart the file is read through, and a part
//! counts if its bytes and all hashes above them are there and prove to be its own.

use std::io;
use std::ops::Range;

use lienquay_shared::FileHash;

use crate::disk::Folder;
use crate::geometry::{Geometry, NODE_LEN};
use crate::ingest::Temp;
use crate::runs::Runs;
use crate::sealed_file::SealedFile;
use crate::store::Open;
use crate::tree::{Pair, proves};
use crate::{BlobError, BlobResult, Blobs};

/// Parts written between two syncs: 4 MiB, what a power cut may cost of one blob. A sync for each part would make
/// fetching as slow as the disk's flushes.
const MAX_UNSYNCED_PARTS: u64 = 64;

/// What became of [`Blobs::begin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It can be fetched, or fetched further.
    Fetching,
    /// It is whole.
    Whole,
}

/// What became of [`Blobs::put`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The part is here and survives a crash of the program; after [`Blobs::sync`], or 63 more parts, a power cut.
    Held,
    /// It was the last: the blob is whole and survives a power cut.
    Whole,
}

impl Blobs {
    /// Makes room for a blob to be fetched, or finds what was fetched before. Costs nothing in proportion to `size`, which
    /// is whatever a peer claims; a false one is found out before the blob is whole, since its last part proves its size.
    pub fn begin(&self, hash: FileHash, size: u64) -> BlobResult<Begun> {
        let limit_bytes = self.limits.blob_bytes();
        if size > limit_bytes {
            return Err(BlobError::TooLarge { limit_bytes });
        }
        if self.settled_whole(hash)? {
            return Ok(Begun::Whole);
        }
        let mut open = self.lock();
        match self.loaded(&mut open, hash) {
            Ok(partial) => {
                let known_bytes = partial.blob.geometry().size();
                if known_bytes != size {
                    return Err(BlobError::OtherSize {
                        hash,
                        known_bytes,
                        claimed_bytes: size,
                    });
                }
                if !partial.is_complete() {
                    self.settle(&mut open, Folder::Partial)?;
                    return Ok(Begun::Fetching);
                }
                self.finish(&mut open, hash)?;
                return Ok(Begun::Whole);
            }
            // A header that does not open gives nothing to go on from: the new file takes its place.
            Err(BlobError::Absent { .. } | BlobError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
        drop(open);
        self.begin_new(hash, size)
    }

    fn begin_new(&self, hash: FileHash, size: u64) -> BlobResult<Begun> {
        self.check_room()?;
        let (temp, file) = Temp::create(self)?;
        let blob = SealedFile::begin(file, &self.keys, hash, size)?;
        let header = blob.file().sync();
        header.map_err(BlobError::io("sync a header"))?;
        drop(blob);
        let mut open = self.lock();
        if self.loaded(&mut open, hash).is_ok() {
            // Somebody else began it meanwhile; parts may have come.
            drop(open);
            return self.begin(hash, size);
        }
        self.check_room()?;
        let name = self.keys.file_name(&hash);
        let from = (Folder::Temp, temp.name.as_str());
        self.move_for_good(&mut open, from, (Folder::Partial, &name))?;
        drop(open);
        Ok(Begun::Fetching)
    }

    /// Takes a part in the form in which [`Blobs::part`] gives it. Parts may come in any order, from anybody, and again.
    ///
    /// After [`BlobError::WrongPart`] nothing was changed. After [`BlobError::Full`] or [`BlobError::Io`] ask
    /// [`Blobs::missing`]: parts that were not synced yet may have to be fetched again.
    pub fn put(&self, hash: FileHash, part: u64, encoded: &[u8]) -> BlobResult<Put> {
        let mut open = self.lock();
        let partial = match self.loaded(&mut open, hash) {
            Ok(partial) => partial,
            // Another holder's part was faster.
            Err(BlobError::Absent { .. }) if self.whole(hash)?.is_some() => {
                self.settle(&mut open, Folder::Whole)?;
                return Ok(Put::Whole);
            }
            Err(error) => return Err(error),
        };
        partial.put(part, encoded)?;
        if !partial.is_complete() {
            return Ok(Put::Held);
        }
        self.finish(&mut open, hash)?;
        Ok(Put::Whole)
    }

    /// The parts that are lacking of a blob being fetched: the first `at_most` ranges, ascending. After a restart the
    /// first call reads what is there through.
    pub fn missing(&self, hash: FileHash, at_most: usize) -> BlobResult<Vec<Range<u64>>> {
        if self.whole(hash)?.is_some() {
            return Ok(Vec::new());
        }
        let mut open = self.lock();
        let partial = self.loaded(&mut open, hash)?;
        let n_parts = partial.blob.geometry().n_parts();
        Ok(partial.held.gaps(n_parts).take(at_most).collect())
    }

    /// Makes every part that was put survive a power cut.
    pub fn sync(&self, hash: FileHash) -> BlobResult<()> {
        let mut open = self.lock();
        self.loaded(&mut open, hash)?.sync()
    }

    /// The blob being fetched, read through if this is the first time since the start.
    pub(crate) fn loaded<'a>(
        &self,
        open: &'a mut Open,
        hash: FileHash,
    ) -> BlobResult<&'a mut Partial> {
        use std::collections::btree_map::Entry;
        match open.partials.entry(hash) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let blob = SealedFile::open(&*self.disk, &self.keys, Folder::Partial, hash)?;
                let blob = blob.ok_or(BlobError::Absent { hash })?;
                Ok(entry.insert(Partial::load(blob)))
            }
        }
    }

    /// Removes what was fetched of a blob that is whole now.
    pub(crate) fn drop_partial(&self, open: &mut Open, hash: FileHash) -> BlobResult<()> {
        open.partials.remove(&hash);
        let name = self.keys.file_name(&hash);
        let removed = self.disk.remove(Folder::Partial, &name);
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => {
                open.will_change(Folder::Partial);
                removed.map_err(BlobError::io("remove a blob"))
            }
        }
    }

    /// Whether `hash` is whole, by its header and length, and will be after a power cut.
    fn settled_whole(&self, hash: FileHash) -> BlobResult<bool> {
        let is_whole = match self.whole(hash) {
            Ok(Some(blob)) => blob.has_full_length()?,
            Ok(None) | Err(BlobError::Corrupt { .. }) => false,
            Err(error) => return Err(error),
        };
        if is_whole {
            self.settle(&mut self.lock(), Folder::Whole)?;
        }
        Ok(is_whole)
    }

    fn finish(&self, open: &mut Open, hash: FileHash) -> BlobResult<()> {
        self.loaded(open, hash)?.sync()?;
        // From here on it is read anew if anything fails: the file is complete, wherever it stands.
        open.partials.remove(&hash);
        let name = self.keys.file_name(&hash);
        self.move_for_good(open, (Folder::Partial, &name), (Folder::Whole, &name))
    }

    /// Counts files in the folder, no further than the bound.
    fn check_room(&self) -> BlobResult<()> {
        let max_partials = self.limits.max_partials;
        let names = self.disk.names(Folder::Partial);
        let names = names.map_err(BlobError::io("list a folder"))?;
        if names.take(max_partials).count() < max_partials {
            Ok(())
        } else {
            Err(BlobError::TooManyPartials { max_partials })
        }
    }
}

/// A blob being fetched, with what is known to be there.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) blob: SealedFile,
    /// Parts that are there, and with them every node above them.
    held: Runs,
    /// Those of them that a power cut may take.
    unsynced: Runs,
    scratch: Vec<u8>,
}

impl Partial {
    fn load(blob: SealedFile) -> Self {
        let held = blob.proven_parts();
        // The run before may have ended without a sync. What it wrote and cannot be saved now is read all the same, until
        // the next power cut: it must come again.
        let is_saved = blob.file().sync().is_ok();
        Self {
            held: if is_saved { held } else { Runs::default() },
            unsynced: Runs::default(),
            blob,
            scratch: Vec::new(),
        }
    }

    pub(crate) fn holds(&self, part: u64) -> bool {
        self.held.contains(part)
    }

    fn is_complete(&self) -> bool {
        self.held.count() == self.blob.geometry().n_parts()
    }

    fn put(&mut self, part: u64, encoded: &[u8]) -> BlobResult<()> {
        if self.holds(part) {
            return Ok(());
        }
        let geometry = self.blob.geometry();
        let wrong = |what| BlobError::WrongPart {
            hash: self.blob.hash(),
            part,
            what,
        };
        let (proof, bytes) = decode(geometry, part, encoded).map_err(wrong)?;
        if !proves(self.blob.hash(), geometry, part, &proof, bytes) {
            return Err(wrong("its proof does not hold"));
        }
        self.blob.write_part(part, bytes, &mut self.scratch)?;
        for (node, pair) in geometry.path(part).zip(&proof) {
            // Written with the first part below it.
            if !self.held.touches(&node.parts()) {
                self.blob.write_node(node, pair)?;
            }
        }
        self.held.insert(part);
        self.unsynced.insert(part);
        if self.unsynced.count() >= MAX_UNSYNCED_PARTS {
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> BlobResult<()> {
        if self.unsynced.count() == 0 {
            return Ok(());
        }
        let synced = self.blob.file().sync();
        let unsynced = std::mem::take(&mut self.unsynced);
        synced.map_err(|error| {
            // The system may have dropped what it could not write and say yes the next time: fetched again, it is
            // written again.
            for part in unsynced.iter() {
                self.held.remove(part);
            }
            BlobError::io("sync a blob")(error)
        })
    }
}

/// The proof, root first, and the bytes of an encoded part.
fn decode(
    geometry: Geometry,
    part: u64,
    encoded: &[u8],
) -> Result<(Vec<Pair>, &[u8]), &'static str> {
    if part >= geometry.n_parts() {
        return Err("the blob has fewer parts");
    }
    let n_levels = geometry.path(part).count();
    if encoded.len() != n_levels * NODE_LEN + geometry.part_len(part) {
        return Err("its length is wrong");
    }
    let (proof, bytes) = encoded.split_at(n_levels * NODE_LEN);
    let (pairs, _none_over) = proof.as_chunks::<NODE_LEN>();
    Ok((pairs.iter().map(Pair::from_bytes).collect(), bytes))
}
