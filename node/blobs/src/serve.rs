//! Parts out, each with the hashes that prove it: the root's pair first, then the bytes.

use std::ops::Range;

use lienquay_shared::FileHash;

use crate::geometry::{MAX_ENCODED_PART_BYTES, NODE_LEN, PART_LEN, TAG_LEN};
use crate::sealed_file::SealedFile;
use crate::{BlobError, BlobResult, Blobs};

impl Blobs {
    /// Part `part` of `hash`, for [`Blobs::put`] on another PC: 64 bytes a level of the tree, then its plain bytes; never
    /// more than [`MAX_ENCODED_PART_BYTES`]. From a whole blob, or one being fetched if the part has come. Costs the part
    /// and a short read a level.
    pub fn part(&self, hash: FileHash, part: u64) -> BlobResult<Vec<u8>> {
        if let Some(blob) = self.whole(hash)? {
            return encode(&blob, part);
        }
        let mut open = self.lock();
        let partial = self.loaded(&mut open, hash)?;
        if !partial.holds(part) {
            return Err(BlobError::PartAbsent { hash, part });
        }
        encode(&partial.blob, part)
    }

    /// Several parts, one after the other, each as [`Blobs::part`] gives it.
    pub fn parts(&self, hash: FileHash, parts: Range<u64>) -> BlobResult<Parts<'_>> {
        Ok(Parts {
            blobs: self,
            hash,
            whole: self.whole(hash)?,
            parts,
        })
    }
}

/// Encoded parts of one blob.
#[derive(Debug)]
pub struct Parts<'a> {
    blobs: &'a Blobs,
    hash: FileHash,
    whole: Option<SealedFile>,
    parts: Range<u64>,
}

impl Iterator for Parts<'_> {
    type Item = BlobResult<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.parts.next()?;
        Some(match &self.whole {
            Some(blob) => encode(blob, part),
            None => self.blobs.part(self.hash, part),
        })
    }
}

fn encode(blob: &SealedFile, part: u64) -> BlobResult<Vec<u8>> {
    let geometry = blob.geometry();
    if part >= geometry.n_parts() {
        let hash = blob.hash();
        return Err(BlobError::PartAbsent { hash, part });
    }
    let n_levels = geometry.path(part).count();
    let mut encoded = Vec::with_capacity(n_levels * NODE_LEN + geometry.part_len(part));
    debug_assert!(encoded.capacity() <= MAX_ENCODED_PART_BYTES);
    for node in geometry.path(part) {
        encoded.extend_from_slice(&blob.read_node(node)?.to_bytes());
    }
    let mut bytes = Vec::with_capacity(PART_LEN + TAG_LEN);
    blob.read_part(part, &mut bytes)?;
    encoded.extend_from_slice(&bytes);
    Ok(encoded)
}
