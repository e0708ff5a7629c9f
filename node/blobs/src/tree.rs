//! BLAKE3's own tree over parts of 64 KiB: built while bytes stream by, and checked part by part.
//!
//! `bao-tree` does this for files: it wants the size before the first byte, which a stream does not tell, and reads plain
//! bytes and hashes by position, which lie sealed here. What is left is little, on `blake3::hazmat`; encoded parts are
//! byte for byte what `bao-tree` encodes for that part with blocks of 64 KiB (a test holds both together).

use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use lienquay_shared::FileHash;

use crate::geometry::{Geometry, NODE_LEN, Node, PART_BYTES, n_completed};

/// The hashes of the two children of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) left: ChainingValue,
    pub(crate) right: ChainingValue,
}

impl Pair {
    pub(crate) fn to_bytes(self) -> [u8; NODE_LEN] {
        let mut bytes = [0; NODE_LEN];
        bytes[..32].copy_from_slice(&self.left);
        bytes[32..].copy_from_slice(&self.right);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; NODE_LEN]) -> Self {
        let (mut left, mut right) = ([0; 32], [0; 32]);
        left.copy_from_slice(&bytes[..32]);
        right.copy_from_slice(&bytes[32..]);
        Self { left, right }
    }

    fn merged(&self) -> ChainingValue {
        merge_subtrees_non_root(&self.left, &self.right, Mode::Hash)
    }

    fn root(&self) -> FileHash {
        FileHash(*merge_subtrees_root(&self.left, &self.right, Mode::Hash).as_bytes())
    }
}

/// What the hash of a part or node must come to: the file's name at the root, a chaining value below.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    Root(FileHash),
    Inner(ChainingValue),
}

impl Expected {
    pub(crate) fn is_node(&self, pair: &Pair) -> bool {
        match self {
            Self::Root(hash) => pair.root() == *hash,
            Self::Inner(value) => pair.merged() == *value,
        }
    }

    /// `bytes` are never empty except for the root, the empty blob's only part.
    pub(crate) fn is_part(&self, part: u64, bytes: &[u8]) -> bool {
        match self {
            Self::Root(hash) => blake3::hash(bytes) == *hash.as_bytes(),
            Self::Inner(value) => part_value(part, bytes) == *value,
        }
    }
}

fn part_value(part: u64, bytes: &[u8]) -> ChainingValue {
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(part * PART_BYTES);
    hasher.update(bytes).finalize_non_root()
}

/// Whether `bytes` are `part` of the blob `hash`, `proof` being the pairs above it, the root's first.
pub(crate) fn proves(
    hash: FileHash,
    geometry: Geometry,
    part: u64,
    proof: &[Pair],
    bytes: &[u8],
) -> bool {
    let mut expected = Expected::Root(hash);
    for (node, pair) in geometry.path(part).zip(proof) {
        if !expected.is_node(pair) {
            return false;
        }
        let goes_left = part < node.start + node.left_len();
        expected = Expected::Inner(if goes_left { pair.left } else { pair.right });
    }
    expected.is_part(part, bytes)
}

/// Hashes parts in order, remembering one value a level.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    /// Complete subtrees from the left, each smaller than the one before: how many parts, and their value.
    stack: Vec<(u64, ChainingValue)>,
    n_parts: u64,
    /// The name, if what came until now was all.
    root: Option<FileHash>,
}

impl Builder {
    /// Takes the next part; hands the nodes it completes to `emit`, in the order in which they stand in the file.
    pub(crate) fn push<E>(
        &mut self,
        bytes: &[u8],
        mut emit: impl FnMut(Node, Pair) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.n_parts == 0 {
            self.root = Some(FileHash(*blake3::hash(bytes).as_bytes()));
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.stack.push((1, part_value(self.n_parts, bytes)));
        self.n_parts += 1;
        for _ in 0..n_completed(self.n_parts) {
            self.merge(&mut emit)?;
        }
        Ok(())
    }

    /// Ends the right edge, and gives the name.
    pub(crate) fn finish<E>(
        mut self,
        mut emit: impl FnMut(Node, Pair) -> Result<(), E>,
    ) -> Result<FileHash, E> {
        while self.stack.len() > 1 {
            self.merge(&mut emit)?;
        }
        Ok(self
            .root
            .unwrap_or_else(|| FileHash(*blake3::hash(&[]).as_bytes())))
    }

    fn merge<E>(&mut self, emit: &mut impl FnMut(Node, Pair) -> Result<(), E>) -> Result<(), E> {
        let (Some((right_len, right)), Some((left_len, left))) =
            (self.stack.pop(), self.stack.pop())
        else {
            return Ok(());
        };
        let pair = Pair { left, right };
        let len = left_len + right_len;
        let start = self.n_parts - len;
        self.root = Some(pair.root());
        self.stack.push((len, pair.merged()));
        emit(Node { start, len }, pair)
    }
}

#[cfg(test)]
mod tests;
