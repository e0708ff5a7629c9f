//! Reading a whole blob: the part under the position is opened, nothing else.

use std::io::{self, Read, Seek, SeekFrom};

use lienquay_shared::FileHash;
use zeroize::Zeroizing;

use crate::geometry::PART_BYTES;
use crate::sealed_file::SealedFile;
use crate::{BlobError, BlobResult, Blobs};

impl Blobs {
    /// Opens a whole blob to read. Bytes that were altered on the disk are an error of kind `InvalidData`, with a
    /// [`BlobError`] inside, where they are reached.
    pub fn read(&self, hash: FileHash) -> BlobResult<BlobReader> {
        let blob = self.whole(hash)?.ok_or(BlobError::Absent { hash })?;
        Ok(BlobReader {
            blob,
            at: 0,
            opened: None,
            bytes: Zeroizing::new(Vec::new()),
        })
    }
}

/// The plain bytes of one blob. Holds one part in memory.
#[derive(Debug)]
pub struct BlobReader {
    blob: SealedFile,
    at: u64,
    /// Which part `bytes` are.
    opened: Option<u64>,
    bytes: Zeroizing<Vec<u8>>,
}

impl BlobReader {
    /// The size of the blob in bytes.
    pub fn size(&self) -> u64 {
        self.blob.geometry().size()
    }

    fn open_part(&mut self, part: u64) -> BlobResult<()> {
        if self.opened != Some(part) {
            self.opened = None;
            self.blob.read_part(part, &mut self.bytes)?;
            self.opened = Some(part);
        }
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size() || out.is_empty() {
            return Ok(0);
        }
        self.open_part(self.at / PART_BYTES)
            .map_err(into_io_error)?;
        let skip = usize::try_from(self.at % PART_BYTES).unwrap_or(usize::MAX);
        let rest = self.bytes.get(skip..).unwrap_or_default();
        let n_read = rest.len().min(out.len());
        out[..n_read].copy_from_slice(&rest[..n_read]);
        self.at += n_read as u64;
        Ok(n_read)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn into_io_error(error: BlobError) -> io::Error {
    match error {
        BlobError::Io { error, .. } => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
