//! Facts, logs, entries and signed points.

use lienquay_core::store::{Base, EntryState, LogRow, SignedPoint, Store};
use lienquay_shared::codec::Blob;
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{EntryHash, Signature, StatementHash};

use super::sample::{doc, entry, in_state, log};

pub(super) fn facts_and_statements(store: &mut dyn Store) {
    assert_eq!(store.meta("x").unwrap(), None);
    store.set_meta("x", b"1").unwrap();
    store.set_meta("x", b"2").unwrap();
    assert_eq!(store.meta("x").unwrap().as_deref(), Some(&b"2"[..]));

    let statement = |n: u8| SignedBytes {
        bytes: Blob::new(vec![n; 40]).unwrap(),
        signature: Signature([n; 64]),
    };
    for n in [9, 1, 5, 1] {
        store
            .add_statement(&StatementHash([n; 32]), &statement(n))
            .unwrap();
    }
    let expect = [statement(9), statement(1), statement(5)];
    assert_eq!(store.statements().unwrap(), expect, "in the order added");
}

pub(super) fn log_rows(store: &mut dyn Store) {
    let row = |n: u8, received, base| LogRow {
        log: log(n),
        received,
        hash: EntryHash([n; 32]),
        closed: false,
        base,
    };
    let base = Base {
        of: u64::MAX,
        at: 4,
        hash: EntryHash([8; 32]),
    };
    store.put_entry(&entry(3, 1, 1)).unwrap();
    assert_eq!(store.logs().unwrap(), [], "an entry alone makes no row");
    store.put_log(&row(2, 1, None)).unwrap();
    store.put_log(&row(1, 7, Some(base))).unwrap();
    let closed = LogRow {
        closed: true,
        ..row(2, 9, None)
    };
    store.put_log(&closed).unwrap();
    assert_eq!(store.logs().unwrap(), [row(1, 7, Some(base)), closed]);
    store.put_log(&row(1, 8, None)).unwrap();
    assert_eq!(store.logs().unwrap()[0], row(1, 8, None), "a base can go");
}

pub(super) fn entries_come_back_as_stored(store: &mut dyn Store) {
    let mut log_entry = entry(1, 1, 0);
    log_entry.change = None;
    log_entry.header.change_hash = None;
    log_entry.header_bytes = log_entry.header.encode();
    store.put_entry(&log_entry).unwrap();
    // Bytes of a newer version's header are kept as they came.
    let mut longer = entry(1, 2, 5);
    longer.header_bytes[0] += 1;
    longer.header_bytes.extend([0x61, b'z', 0x01]);
    store.put_entry(&longer).unwrap();
    let third = in_state(EntryState::Pending, entry(1, 3, 5));
    store.put_entry(&third).unwrap();
    let other = entry(2, 1, 5);
    store.put_entry(&other).unwrap();

    assert_eq!(store.entry(&log(1), 1).unwrap().as_ref(), Some(&log_entry));
    assert_eq!(store.entry(&log(1), 2).unwrap().as_ref(), Some(&longer));
    assert_eq!(store.entry(&log(1), 4).unwrap(), None);
    assert_eq!(store.entry(&log(7), 1).unwrap(), None);
    let all = store.entries(&log(1), 0, 10).unwrap();
    assert_eq!(all, [log_entry, longer.clone(), third.clone()]);
    assert_eq!(store.entries(&log(1), 1, 1).unwrap(), [longer]);
    assert_eq!(store.entries(&log(1), u64::MAX, 10).unwrap(), []);
    let refs: Vec<_> = store
        .entries_of(&doc(5))
        .unwrap()
        .iter()
        .map(|found| (found.log, found.seq, found.state))
        .collect();
    let expect = [
        (log(1), 2, EntryState::Applied),
        (log(1), 3, EntryState::Pending),
        (log(2), 1, EntryState::Applied),
    ];
    assert_eq!(refs, expect, "in the order stored");
    assert_eq!(
        store.entries_of(&doc(5)).unwrap()[1].change_hash,
        third.header.change_hash
    );
}

pub(super) fn states_are_counted_and_found(store: &mut dyn Store) {
    let newer = EntryState::Quarantined(Reason::NeedsNewerVersion);
    let refused = EntryState::Quarantined(Reason::ChangeDoesNotApply);
    let withheld = EntryState::Withheld(Reason::AfterRevocationCut);
    let states = [
        EntryState::Applied,
        EntryState::Pending,
        newer,
        refused,
        withheld,
        EntryState::Unproven,
    ];
    for (n, state) in (1..).zip(states) {
        store
            .put_entry(&in_state(state, entry(1, u64::from(n), n)))
            .unwrap();
        assert_eq!(
            store.entry(&log(1), u64::from(n)).unwrap().unwrap().state,
            state
        );
    }
    store
        .put_entry(&in_state(EntryState::Pending, entry(2, 1, 2)))
        .unwrap();
    assert_eq!(store.n_set_aside().unwrap(), (2, 3));
    let found = |store: &dyn Store, states: &[EntryState], limit| {
        let mut docs = store.docs_with(states, limit).unwrap();
        docs.sort_unstable();
        docs
    };
    assert_eq!(
        found(store, &[EntryState::Pending], 10),
        [doc(2)],
        "each once"
    );
    assert_eq!(
        found(store, &[newer], 10),
        [doc(3)],
        "the reason is part of the state"
    );
    assert_eq!(
        found(store, &[withheld, refused, EntryState::Pending], 10),
        [doc(2), doc(4), doc(5)]
    );
    assert_eq!(
        found(store, &[withheld, refused, EntryState::Pending], 2).len(),
        2
    );
    assert_eq!(found(store, &[], 10), []);

    store
        .set_entry_state(&log(1), 5, EntryState::Applied)
        .unwrap();
    assert_eq!(store.n_set_aside().unwrap(), (2, 2));
    assert_eq!(
        store.entry(&log(1), 5).unwrap().unwrap().state,
        EntryState::Applied
    );
}

pub(super) fn a_branch_moves_to_a_log_of_its_own(store: &mut dyn Store) {
    for seq in 1..=4 {
        store.put_entry(&entry(1, seq, 5)).unwrap();
        store.put_signature(&log(1), &point(seq)).unwrap();
    }
    store.move_entries(&log(1), 2, &log(2)).unwrap();
    let seqs = |store: &dyn Store, n| {
        store
            .entries(&log(n), 0, 10)
            .unwrap()
            .iter()
            .map(|found| (found.log, found.header.seq))
            .collect::<Vec<_>>()
    };
    assert_eq!(seqs(store, 1), [(log(1), 1), (log(1), 2)]);
    assert_eq!(seqs(store, 2), [(log(2), 3), (log(2), 4)]);
    assert_eq!(
        store.signature_before(&log(1), u64::MAX).unwrap(),
        Some(point(2))
    );
    assert_eq!(store.signature_after(&log(2), 0).unwrap(), Some(point(3)));
    assert_eq!(
        store.entry(&log(2), 3).unwrap().unwrap().change,
        entry(1, 3, 5).change
    );
    store.put_entry(&entry(1, 3, 6)).unwrap();
    store.move_entries(&log(7), 0, &log(8)).unwrap();
    assert_eq!(store.entries_of(&doc(5)).unwrap().len(), 4);
    // The branch came under its own name before it was found to be one.
    store.put_entry(&entry(1, 4, 5)).unwrap();
    store.put_signature(&log(1), &point(4)).unwrap();
    store.move_entries(&log(1), 3, &log(2)).unwrap();
    assert_eq!(seqs(store, 2), [(log(2), 3), (log(2), 4)]);
    assert_eq!(store.entries_of(&doc(5)).unwrap().len(), 4);
}

pub(super) fn entries_of_no_use_are_dropped(store: &mut dyn Store) {
    for seq in 1..=4 {
        store.put_entry(&entry(1, seq, 5)).unwrap();
        store.put_entry(&entry(2, seq, 5)).unwrap();
        store.put_signature(&log(1), &point(seq)).unwrap();
    }
    store.drop_entries(&log(1), 2).unwrap();
    store.drop_entries(&log(7), 0).unwrap();
    let held = store.entries(&log(1), 0, 10).unwrap();
    assert_eq!(held.len(), 2);
    assert_eq!(store.entries(&log(2), 0, 10).unwrap().len(), 4);
    assert_eq!(store.entries_of(&doc(5)).unwrap().len(), 6);
    assert_eq!(
        store.signature_before(&log(1), u64::MAX).unwrap(),
        Some(point(2))
    );
    // Their places are free.
    store.put_entry(&entry(1, 3, 6)).unwrap();
    assert_eq!(store.entries_of(&doc(6)).unwrap().len(), 1);
    store.drop_entries(&log(1), 0).unwrap();
    assert!(store.entries(&log(1), 0, 10).unwrap().is_empty());
    assert_eq!(store.entries_of(&doc(5)).unwrap().len(), 4);
}

fn point(seq: u64) -> SignedPoint {
    let n = u8::try_from(seq).unwrap();
    SignedPoint {
        seq,
        hash: EntryHash([n; 32]),
        signature: Signature([n; 64]),
    }
}

pub(super) fn signed_points(store: &mut dyn Store) {
    for seq in [10, 30, 20, 40] {
        store.put_signature(&log(1), &point(seq)).unwrap();
    }
    store.put_signature(&log(2), &point(25)).unwrap();
    let before = |store: &dyn Store, upto| {
        store
            .signature_before(&log(1), upto)
            .unwrap()
            .map(|found| found.seq)
    };
    let after = |store: &dyn Store, from| {
        store
            .signature_after(&log(1), from)
            .unwrap()
            .map(|found| found.seq)
    };
    for (at, expect_before, expect_after) in [
        (0, None, Some(10)),
        (10, Some(10), Some(10)),
        (25, Some(20), Some(30)),
        (41, Some(40), None),
        (u64::MAX, Some(40), None),
    ] {
        assert_eq!(before(store, at), expect_before, "before {at}");
        assert_eq!(after(store, at), expect_after, "after {at}");
    }
    assert_eq!(
        store.signature_before(&log(1), 20).unwrap(),
        Some(point(20))
    );
    store.drop_signatures(&log(1), 10, 40).unwrap();
    assert_eq!(before(store, 39), Some(10), "both ends stay");
    assert_eq!(after(store, 11), Some(40));
    assert_eq!(store.signature_after(&log(2), 0).unwrap(), Some(point(25)));
}
