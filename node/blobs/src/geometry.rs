//! Where what lies in a blob's file: a pure function of its size.
//!
//! ```text
//! header │ part 0 │ part 1 │ node over 0–1 │ part 2 │ part 3 │ node over 2–3 │ node over 0–3 │ part 4 │ … │ right edge
//! ```
//!
//! The nodes of the hash tree stand behind the last part they cover, smallest first, so that ingesting only appends and
//! remembers one hash a level; the incomplete nodes of the right edge end the file. The place of everything but those
//! follows from its number alone, before the size is known.

use std::ops::Range;

use crate::header::HEADER_BYTES;

/// Plain bytes in a part; the last one of a blob may be shorter. 64 chunks of BLAKE3.
pub const PART_BYTES: u64 = 64 * 1024;
pub(crate) const PART_LEN: usize = 64 * 1024;
/// Poly1305's tag behind every sealed record.
pub(crate) const TAG_LEN: usize = 16;
/// Two hashes of 32 bytes.
pub(crate) const NODE_LEN: usize = 64;
/// Levels of the tree over [`crate::MAX_BLOB_BYTES`]: 2³⁶ / 2¹⁶ parts.
const MAX_LEVELS: usize = 20;
/// The longest encoded part: a node of 64 bytes a level, then the bytes.
pub const MAX_ENCODED_PART_BYTES: usize = MAX_LEVELS * NODE_LEN + PART_LEN;

const TAG_BYTES: u64 = TAG_LEN as u64;
const SEALED_NODE_BYTES: u64 = NODE_LEN as u64 + TAG_BYTES;

/// How many parts a blob of `size_bytes` has. The empty blob has one, empty.
pub fn n_parts(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(PART_BYTES).max(1)
}

/// Where part `part` of any blob begins in its file.
pub(crate) fn part_at(part: u64) -> u64 {
    let n_nodes = part - u64::from(part.count_ones());
    HEADER_BYTES as u64 + part * (PART_BYTES + TAG_BYTES) + n_nodes * SEALED_NODE_BYTES
}

/// How many nodes are complete once `n_parts` parts are there, and were not one part earlier.
pub(crate) fn n_completed(n_parts: u64) -> u32 {
    n_parts.trailing_zeros()
}

/// One inner node of the tree: parts `start .. start + len`, at least two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) start: u64,
    pub(crate) len: u64,
}

impl Node {
    /// Height above the parts, from 1. With `start` it names the node.
    pub(crate) fn level(self) -> u32 {
        (self.len - 1).ilog2() + 1
    }

    /// How many parts its left child covers: the largest power of two below `len`.
    pub(crate) fn left_len(self) -> u64 {
        1 << (self.len - 1).ilog2()
    }

    /// The parts it covers.
    pub(crate) fn parts(self) -> Range<u64> {
        self.start..self.start + self.len
    }
}

/// The shape of one blob's tree and file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    size: u64,
}

impl Geometry {
    /// Of a blob with `size` bytes, which the caller has held against [`crate::MAX_BLOB_BYTES`].
    pub(crate) fn new(size: u64) -> Self {
        Self { size }
    }

    pub(crate) fn size(self) -> u64 {
        self.size
    }

    pub(crate) fn n_parts(self) -> u64 {
        n_parts(self.size)
    }

    /// Plain bytes in `part`; 0 beyond the end.
    pub(crate) fn part_len(self, part: u64) -> usize {
        let rest = self.size.saturating_sub(part.saturating_mul(PART_BYTES));
        usize::try_from(rest).map_or(PART_LEN, |rest| rest.min(PART_LEN))
    }

    /// The nodes above `part`, the root first.
    pub(crate) fn path(self, part: u64) -> impl Iterator<Item = Node> {
        let mut node = Node {
            start: 0,
            len: self.n_parts(),
        };
        std::iter::from_fn(move || {
            let here = (node.len > 1).then_some(node)?;
            let left = here.left_len();
            node = if part < here.start + left {
                Node { len: left, ..here }
            } else {
                Node {
                    start: here.start + left,
                    len: here.len - left,
                }
            };
            Some(here)
        })
    }

    /// Where `node` begins in the file.
    pub(crate) fn node_at(self, node: Node) -> u64 {
        let last = node.start + node.len - 1;
        let behind_last = part_at(last) + self.part_len(last) as u64 + TAG_BYTES;
        let rank = if node.len.is_power_of_two() {
            node.level() - 1
        } else {
            // A node of the right edge: behind the complete ones that end with the last part, smallest first.
            n_completed(self.n_parts()) + node.len.count_ones() - 2
        };
        behind_last + u64::from(rank) * SEALED_NODE_BYTES
    }

    /// Length of the file of a whole blob.
    pub(crate) fn file_len(self) -> u64 {
        let n_parts = self.n_parts();
        HEADER_BYTES as u64 + self.size + n_parts * TAG_BYTES + (n_parts - 1) * SEALED_NODE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn nodes_of(geometry: Geometry) -> Vec<Node> {
        let mut nodes = Vec::new();
        for part in 0..geometry.n_parts() {
            for node in geometry.path(part) {
                if !nodes.contains(&node) {
                    nodes.push(node);
                }
            }
        }
        nodes
    }

    #[test]
    fn records_fill_the_file_without_gap_or_overlap() {
        for n in 1..70_u64 {
            for size in [n * PART_BYTES, n * PART_BYTES - 1, (n - 1) * PART_BYTES + 1] {
                let geometry = Geometry::new(size);
                let mut spans: Vec<(u64, u64)> = (0..n)
                    .map(|part| (part_at(part), geometry.part_len(part) as u64 + TAG_BYTES))
                    .collect();
                let nodes = nodes_of(geometry);
                assert_eq!(nodes.len() as u64, n - 1);
                spans.extend(
                    nodes
                        .iter()
                        .map(|node| (geometry.node_at(*node), SEALED_NODE_BYTES)),
                );
                spans.sort_unstable();
                let end = spans.iter().fold(HEADER_BYTES as u64, |at, (start, len)| {
                    assert_eq!(*start, at, "size {size}");
                    start + len
                });
                assert_eq!(end, geometry.file_len());
            }
        }
    }

    #[test]
    fn start_and_level_name_a_node() {
        for n in 1..70 {
            let nodes = nodes_of(Geometry::new(n * PART_BYTES));
            let names: BTreeSet<_> = nodes
                .iter()
                .map(|node| (node.start, node.level()))
                .collect();
            assert_eq!(names.len(), nodes.len());
        }
    }

    #[test]
    fn the_largest_blob_has_the_longest_proof() {
        let geometry = Geometry::new(crate::MAX_BLOB_BYTES);
        assert_eq!(geometry.path(0).count(), MAX_LEVELS);
        assert_eq!(geometry.part_len(u64::MAX), 0);
    }

    #[test]
    fn the_empty_blob_has_one_empty_part() {
        assert_eq!(n_parts(0), 1);
        assert_eq!(Geometry::new(0).part_len(0), 0);
    }
}
