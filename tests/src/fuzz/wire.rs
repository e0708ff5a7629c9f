//! What comes over a link: messages, entry headers, batches of entries.

use lienquay_shared::codec::{self, Blob, List};
use lienquay_shared::log::{EntryBatch, Header, NodeKey, WireEntry, entry_hash, log_root};
use lienquay_shared::wire::{MAX_MESSAGE_BYTES, Message};
use lienquay_shared::{EntryHash, LogId, SiteId};

use super::{Target, unhex};

/// One line a message: its name and its bytes; `shared/tests/golden.rs` keeps it complete.
const GOLDEN: &str =
    include_str!("../../../shared/tests/snapshots/golden__every_wire_message_keeps_its_bytes.snap");
const GOLDEN_HEADERS: &str = include_str!(
    "../../../shared/tests/snapshots/golden__the_stored_header_and_the_chain_keep_their_bytes.snap"
);
const SITE: SiteId = SiteId([1; 32]);

/// Heads of CBOR values whose length is a lie, and values our messages use.
const CBOR: &[&[u8]] = &[
    b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x9f",
    b"\x5f",
    b"\xff",
    b"\xbf",
    b"\xf6",
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xc2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00",
    b"\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    b"\x82\x82\x82\x82\x82\x82",
];

/// Every message.
pub const MESSAGE: Target = Target {
    name: "message",
    run: message,
    seeds: message_seeds,
    words: CBOR,
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

/// An entry's header.
pub const HEADER: Target = Target {
    name: "header",
    run: header,
    seeds: header_seeds,
    words: CBOR,
    max_input_bytes: 600,
    max_heap_bytes: 1 << 20,
};

/// A batch of entries, signed after it was altered.
pub const BATCH: Target = Target {
    name: "batch",
    run: batch,
    seeds: batch_seeds,
    words: CBOR,
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

fn message(input: &[u8]) {
    if let Ok(message) = Message::decode(input) {
        let bytes = message.encode();
        assert!(
            bytes.len() <= MAX_MESSAGE_BYTES,
            "read, but too long to send"
        );
        // A float of a newer field could be no number; none is known today, so equality is exact.
        assert_eq!(Message::decode(&bytes).as_ref(), Ok(&message));
    }
}

fn header(input: &[u8]) {
    if let Ok(header) = Header::decode(input) {
        assert_eq!(Header::decode(&header.encode()).as_ref(), Ok(&header));
    }
}

fn key() -> NodeKey {
    NodeKey::from_secret(&[14; 32])
}

fn root() -> EntryHash {
    log_root(
        &SITE,
        &LogId {
            node: key().node(),
            incarnation: 1,
        },
    )
}

fn batch(input: &[u8]) {
    let Ok(mut batch) = codec::decode::<EntryBatch>(input) else {
        return;
    };
    let head = |hash, entry: &WireEntry| entry_hash(&hash, &entry.header);
    let head = batch.entries.iter().fold(root(), head);
    batch.log.node = key().node();
    batch.signature = key().sign_entry(&head);
    if let Ok(entries) = batch.verify(&root()) {
        assert_eq!(entries.last().unwrap().hash, head);
        assert_eq!(entries.last().unwrap().header.seq, batch.last_seq());
        assert_eq!(entries.len(), batch.entries.len());
        batch.signature = key().sign_entry(&root());
        assert!(batch.verify(&root()).is_err(), "another signature passes");
    }
}

fn message_seeds() -> Vec<Vec<u8>> {
    let bytes = |line: &str| unhex(line.split_once(' ').unwrap_or_default().1);
    GOLDEN
        .lines()
        .skip(4)
        .map(bytes)
        .filter(|bytes| bytes.first() == Some(&1))
        .collect()
}

fn header_seeds() -> Vec<Vec<u8>> {
    let named = |line: &str| line.starts_with("header ") || line.starts_with("closing ");
    let bytes = |line: &str| unhex(line.split_once(' ').unwrap_or_default().1);
    GOLDEN_HEADERS
        .lines()
        .filter(|line| named(line))
        .map(bytes)
        .collect()
}

fn batch_seeds() -> Vec<Vec<u8>> {
    let entry = |seq| {
        let mut header = Header::decode(&header_seeds()[0]).unwrap();
        header.seq = seq;
        WireEntry {
            header: Blob::new(header.encode()).unwrap(),
            change: Blob::new(vec![1, 2, 3]).unwrap(),
        }
    };
    let batch = |n: u64| EntryBatch {
        log: LogId {
            node: key().node(),
            incarnation: 1,
        },
        after: 0,
        entries: List::truncated((1..=n).map(entry).collect()),
        signature: key().sign_entry(&root()),
        previous: None,
        branch_of: None,
    };
    [1, 3, 64].map(|n| codec::encode(&batch(n))).into()
}
