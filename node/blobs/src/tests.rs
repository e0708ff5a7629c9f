//! The store on a disk that fails, forgets and is meddled with.

mod crash;
mod crash_fetch;
mod fetching;
mod hostile;
mod meddled;
mod plain;
mod scanning;

use std::io::Read as _;
use std::ops::{ControlFlow, Range};

use lienquay_shared::FileHash;

use crate::disk::sim::SimDisk;
use crate::geometry::PART_LEN;
use crate::{BlobResult, Blobs, Ingested, Limits};

pub(crate) const SECRET: [u8; 32] = [7; 32];
pub(crate) const LIMITS: Limits = Limits {
    max_blob_bytes: 8 << 20,
    max_partials: 4,
};
/// Sizes where something changes.
pub(crate) const SIZES: [usize; 11] = [
    0,
    1,
    65_535,
    65_536,
    65_537,
    2 * PART_LEN,
    3 * PART_LEN - 1,
    5 * PART_LEN + 9,
    (1 << 20) - 1,
    1 << 20,
    (1 << 20) + 1,
];

/// Bytes that differ everywhere and from seed to seed.
pub(crate) fn sample(len: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_be_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

pub(crate) fn hash_of(bytes: &[u8]) -> FileHash {
    FileHash(*blake3::hash(bytes).as_bytes())
}

pub(crate) fn open(disk: &SimDisk) -> Blobs {
    Blobs::open(Box::new(disk.clone()), &SECRET, LIMITS).unwrap()
}

pub(crate) fn ingest(blobs: &Blobs, bytes: &[u8]) -> BlobResult<Ingested> {
    blobs.ingest(
        &mut &bytes[..],
        u64::MAX,
        &mut |_| ControlFlow::Continue(()),
    )
}

/// A store on a disk of its own that holds `bytes`.
pub(crate) fn holder(bytes: &[u8]) -> (SimDisk, Blobs) {
    let disk = SimDisk::default();
    let blobs = open(&disk);
    ingest(&blobs, bytes).unwrap();
    (disk, blobs)
}

pub(crate) fn read(blobs: &Blobs, hash: FileHash) -> BlobResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader = blobs.read(hash)?;
    reader.read_to_end(&mut bytes).map_err(|error| {
        let inner = error.into_inner().unwrap();
        *inner.downcast::<crate::BlobError>().unwrap()
    })?;
    Ok(bytes)
}

/// The first range of parts that are missing.
pub(crate) fn first_gap(blobs: &Blobs, hash: FileHash) -> Range<u64> {
    blobs.missing(hash, 1).unwrap().remove(0)
}
