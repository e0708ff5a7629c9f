//! Bytes in: hashed, sealed and written in one pass, then named.

use std::io::{self, Read};
use std::ops::ControlFlow;

use lienquay_shared::FileHash;
use zeroize::Zeroizing;

use crate::disk::{DiskFile, Folder};
use crate::geometry::{PART_LEN, TAG_LEN};
use crate::header::{HEADER_BYTES, Header};
use crate::keys::{BlobCipher, Record, random};
use crate::limits::MAX_BLOB_BYTES;
use crate::tree::Builder;
use crate::{BlobError, BlobResult, Blobs};

/// A blob that is whole and synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ingested {
    /// Its name.
    pub hash: FileHash,
    /// Its size in bytes.
    pub size: u64,
    /// It was here before, undamaged; nothing was added.
    pub was_here: bool,
}

impl Blobs {
    /// Reads `source` to its end and keeps it, if it has at most `max_bytes`. Takes the memory of two parts, whatever the
    /// size. `progress` is told the bytes done after each part; `Break` cancels.
    ///
    /// When this returns `Ok`, the blob survives a power cut. After an error nothing is kept, except that after a failed
    /// last sync the blob may be listed; ingesting again settles it. A blob that is here already is read through first:
    /// if it is damaged, the new bytes take its place.
    pub fn ingest(
        &self,
        source: &mut dyn Read,
        max_bytes: u64,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> BlobResult<Ingested> {
        let (temp, file) = Temp::create(self)?;
        let mut writer = Writer::new(file)?;
        writer.take_all(source, max_bytes.min(MAX_BLOB_BYTES), progress)?;
        let (hash, size) = writer.finish(self)?;
        let is_sound = self.verify(hash).is_ok();
        let mut open = self.lock();
        // Only under the lock is it certain that nobody removes it before it is acknowledged.
        let was_here = is_sound && self.whole(hash)?.is_some();
        if was_here {
            self.settle(&mut open, Folder::Whole)?;
        } else {
            let name = self.keys.file_name(&hash);
            let from = (Folder::Temp, temp.name.as_str());
            self.move_for_good(&mut open, from, (Folder::Whole, &name))?;
        }
        // The blob is safe; what was fetched of it and cannot be removed now is removed by the next scan.
        self.drop_partial(&mut open, hash).ok();
        drop(open);
        Ok(Ingested {
            hash,
            size,
            was_here,
        })
    }
}

/// A temporary file, removed when it is dropped unless it was renamed before.
#[derive(Debug)]
pub(crate) struct Temp<'a> {
    blobs: &'a Blobs,
    pub(crate) name: String,
}

impl<'a> Temp<'a> {
    pub(crate) fn create(blobs: &'a Blobs) -> BlobResult<(Self, Box<dyn DiskFile>)> {
        let name: String = random::<16>()?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // Known before it exists, so that no sweep takes it for a leftover.
        blobs.lock().temps.insert(name.clone());
        let temp = Self { blobs, name };
        let file = blobs
            .disk
            .create(Folder::Temp, &temp.name)
            .map_err(BlobError::io("create a file"))?;
        Ok((temp, file))
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        // Renamed, it is not there; not removable, the next sweep takes it. Neither is worth hiding why we are here.
        self.blobs.disk.remove(Folder::Temp, &self.name).ok();
        self.blobs.lock().temps.remove(&self.name);
    }
}

/// Seals a stream into a file from front to back.
struct Writer {
    file: Box<dyn DiskFile>,
    key: Zeroizing<[u8; 32]>,
    cipher: BlobCipher,
    tree: Builder,
    /// Where the next record goes.
    at: u64,
    size: u64,
}

impl Writer {
    fn new(file: Box<dyn DiskFile>) -> BlobResult<Self> {
        let key = random()?;
        Ok(Self {
            file,
            cipher: BlobCipher::new(&key),
            key,
            tree: Builder::default(),
            at: HEADER_BYTES as u64,
            size: 0,
        })
    }

    fn take_all(
        &mut self,
        source: &mut dyn Read,
        max_bytes: u64,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> BlobResult<()> {
        let mut plain = Zeroizing::new(vec![0; PART_LEN]);
        let mut sealed = Vec::with_capacity(PART_LEN + TAG_LEN);
        for part in 0.. {
            let n_read = fill(source, &mut plain).map_err(BlobError::Source)?;
            if n_read == 0 && part > 0 {
                break;
            }
            self.size += n_read as u64;
            if self.size > max_bytes {
                return Err(BlobError::TooLarge {
                    limit_bytes: max_bytes,
                });
            }
            self.take(part, &plain[..n_read], &mut sealed)?;
            if progress(self.size).is_break() {
                return Err(BlobError::Cancelled);
            }
            if n_read < PART_LEN {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, part: u64, plain: &[u8], sealed: &mut Vec<u8>) -> BlobResult<()> {
        sealed.clear();
        sealed.extend_from_slice(plain);
        self.cipher.seal(Record::Part(part), sealed);
        let Self {
            file,
            cipher,
            tree,
            at,
            ..
        } = self;
        append(&**file, at, sealed)?;
        tree.push(plain, |node, pair| {
            sealed.clear();
            sealed.extend_from_slice(&pair.to_bytes());
            cipher.seal(Record::Node(node), sealed);
            append(&**file, at, sealed)
        })
    }

    /// Writes what the end makes known, and syncs.
    fn finish(self, blobs: &Blobs) -> BlobResult<(FileHash, u64)> {
        let Self {
            file,
            key,
            cipher,
            tree,
            mut at,
            size,
        } = self;
        let hash = tree.finish(|node, pair| {
            let mut sealed = pair.to_bytes().to_vec();
            cipher.seal(Record::Node(node), &mut sealed);
            append(&*file, &mut at, &sealed)
        })?;
        let header = Header { key, hash, size }.seal(&blobs.keys)?;
        file.write_all_at(&header, 0)
            .map_err(BlobError::io("write a header"))?;
        file.sync().map_err(BlobError::io("sync a blob"))?;
        Ok((hash, size))
    }
}

fn append(file: &dyn DiskFile, at: &mut u64, bytes: &[u8]) -> BlobResult<()> {
    file.write_all_at(bytes, *at)
        .map_err(BlobError::io("write a blob"))?;
    *at += bytes.len() as u64;
    Ok(())
}

/// Reads until `buffer` is full or the source ends; how many bytes came.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n_filled = 0;
    while n_filled < buffer.len() {
        match source.read(&mut buffer[n_filled..]) {
            Ok(0) => break,
            Ok(n_read) => n_filled += n_read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_filled)
}
