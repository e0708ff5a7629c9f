//! Headers there and back, and what no sender packs.

use super::*;
use crate::codec;
use crate::hlc::Hlc;
use crate::ids::{ChangeHash, EntryHash, LogId, NodeId};
use crate::log::{ActionKind, DocKind, Header, LogPoint};

fn header(seq: u64) -> Header {
    let byte = seq.to_be_bytes()[7];
    Header {
        seq,
        kind: DocKind::Dossier,
        doc: DocId([byte % 5; 16]),
        change_hash: (!seq.is_multiple_of(3)).then_some(ChangeHash([byte; 32])),
        hlc: Hlc::from_millis(1_795_226_400_000 - seq % 1_000 * 1_000),
        officer: OfficerId([byte % 2; 8]),
        action: ActionKind(200 + u16::from(byte)),
        closes: None,
    }
}

fn there_and_back(headers: Vec<Vec<u8>>) -> usize {
    let packed = PackedHeaders::truncated(headers);
    let bytes = codec::encode(&packed);
    let back: PackedHeaders = codec::decode(&bytes).unwrap();
    assert_eq!(back, packed);
    bytes.len()
}

#[test]
fn headers_come_back_as_they_were_written() {
    there_and_back(Vec::new());
    let mut headers: Vec<Vec<u8>> = (1..200).map(|seq| header(seq).encode()).collect();
    let plain: usize = headers.iter().map(Vec::len).sum();
    let packed = there_and_back(headers.clone());
    assert!(packed * 2 < plain, "{packed} of {plain} bytes");
    // What this version would not write so: a newer field, a longer number, another order, nothing readable.
    let log = LogId {
        node: NodeId([1; 32]),
        incarnation: u64::MAX,
    };
    let mut first = header(u64::MAX);
    first.closes = Some(LogPoint {
        log,
        seq: 7,
        hash: EntryHash([2; 32]),
    });
    headers.push(first.encode());
    headers.push(b"\xa7\x61n\x18\x01".to_vec());
    headers.push(header(3).encode()[1..].to_vec());
    headers.push(Vec::new());
    headers.push(vec![0xff; MAX_HEADER_BYTES]);
    headers.extend([1, u64::MAX, 0, 1 << 32, 1 << 63].map(|seq| header(seq).encode()));
    there_and_back(headers);
}

#[test]
fn what_no_sender_packs_is_refused() {
    let packed = PackedHeaders::truncated((1..6).map(|seq| header(seq).encode()).collect());
    let bytes = packed.pack();
    assert!(PackedHeaders::unpack(&bytes).is_some());
    for length in 0..bytes.len() {
        assert!(
            PackedHeaders::unpack(&bytes[..length]).is_none(),
            "{length}"
        );
    }
    assert!(PackedHeaders::unpack(&[&bytes[..], &[0]].concat()).is_none());
    let mut too_many = Vec::new();
    put_number(&mut too_many, MAX_HEADERS as u64 + 1);
    assert!(PackedHeaders::unpack(&too_many).is_none());
    let mut long = vec![1, 0, 0, PLAIN];
    put_number(&mut long, MAX_HEADER_BYTES as u64 + 1);
    long.resize(MAX_HEADER_BYTES * 2, 0);
    assert!(PackedHeaders::unpack(&long).is_none());
}
