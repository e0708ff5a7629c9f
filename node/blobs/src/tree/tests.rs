//! The tree against `blake3` itself and against `bao-tree`.

use bao_tree::io::outboard::PreOrderMemOutboard;
use bao_tree::io::sync::encode_ranges_validated;
use bao_tree::{BlockSize, ChunkNum, ChunkRanges};

use super::*;
use crate::geometry::{PART_LEN, n_parts};
use crate::tests::sample;

/// Name and nodes of `bytes`, in the order in which they are emitted.
fn built(bytes: &[u8]) -> (FileHash, Vec<(Node, Pair)>) {
    let mut nodes = Vec::new();
    let mut builder = Builder::default();
    for part in bytes.chunks(PART_LEN) {
        let pushed: Result<(), ()> = builder.push(part, |node, pair| {
            nodes.push((node, pair));
            Ok(())
        });
        pushed.unwrap();
    }
    let hash: Result<FileHash, ()> = builder.finish(|node, pair| {
        nodes.push((node, pair));
        Ok(())
    });
    (hash.unwrap(), nodes)
}

fn sizes() -> impl Iterator<Item = usize> {
    let around = |n: usize| [n.saturating_sub(1), n, n + 1];
    let borders = (0..18).flat_map(move |n| around(n * PART_LEN));
    borders.chain([1, 1023, 1024, 1025, 5000, 33 * PART_LEN + 7])
}

#[test]
fn the_name_is_blake3_of_the_bytes_and_nodes_come_in_file_order() {
    for size in sizes() {
        let bytes = sample(size, 3);
        let (hash, nodes) = built(&bytes);
        assert_eq!(hash.as_bytes(), blake3::hash(&bytes).as_bytes(), "{size}");
        let geometry = Geometry::new(size as u64);
        assert_eq!(nodes.len() as u64, geometry.n_parts() - 1);
        let places: Vec<u64> = nodes
            .iter()
            .map(|(node, _)| geometry.node_at(*node))
            .collect();
        assert!(places.is_sorted(), "{size}");
    }
}

#[test]
fn encoded_parts_are_what_bao_tree_encodes() {
    for size in sizes() {
        let bytes = sample(size, 4);
        let (hash, nodes) = built(&bytes);
        let geometry = Geometry::new(size as u64);
        let outboard = PreOrderMemOutboard::create(&bytes, BlockSize::from_chunk_log(6));
        assert_eq!(outboard.root.as_bytes(), hash.as_bytes());
        for part in 0..n_parts(size as u64) {
            let chunks = ChunkRanges::from(ChunkNum(part * 64)..ChunkNum(part * 64 + 64));
            let mut theirs = Vec::new();
            encode_ranges_validated(&bytes[..], &outboard, &chunks, &mut theirs).unwrap();
            let mut ours = Vec::new();
            for node in geometry.path(part) {
                let pair = nodes.iter().find(|(other, _)| *other == node).unwrap().1;
                ours.extend_from_slice(&pair.to_bytes());
            }
            let at = usize::try_from(part).unwrap() * PART_LEN;
            ours.extend_from_slice(&bytes[at..at + geometry.part_len(part)]);
            assert!(ours == theirs, "size {size}, part {part}");
        }
    }
}
