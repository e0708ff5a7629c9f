//! Documents: snapshots and the changes since, flags, order, forgetting.

use lienquay_core::store::{DocRow, EntryState, Store};
use lienquay_shared::log::DocKind;
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, Hlc};

use super::sample::{doc, entry, in_state, log};

fn row(n: u8, snapshot: &[u8]) -> DocRow {
    DocRow {
        doc: doc(n),
        kind: DocKind::Dossier,
        snapshot: snapshot.to_vec(),
        n_since: 0,
        touched: Hlc(5),
        flag: None,
        forgotten: false,
    }
}

fn touch(store: &mut dyn Store, n: u8, hlc: u64) {
    store
        .touch_doc(&doc(n), DocKind::Dossier, Hlc(hlc), None)
        .unwrap();
}

/// The positions of the changes not in the snapshot; the sample's changes carry theirs in the second byte.
fn since(store: &dyn Store, n: u8) -> Vec<u8> {
    store
        .changes_since_snapshot(&doc(n))
        .unwrap()
        .iter()
        .map(|change| change[1])
        .collect()
}

pub(super) fn changes_since_the_snapshot_in_the_order_of_applying(store: &mut dyn Store) {
    assert_eq!(store.doc(&doc(5)).unwrap(), None);
    for seq in [1, 2] {
        store
            .put_entry(&in_state(EntryState::Pending, entry(1, seq, 5)))
            .unwrap();
    }
    assert_eq!(store.doc(&doc(5)).unwrap(), None, "nothing applied yet");
    store.put_entry(&entry(1, 3, 5)).unwrap();
    store
        .set_entry_state(&log(1), 2, EntryState::Applied)
        .unwrap();
    store
        .set_entry_state(&log(1), 1, EntryState::Applied)
        .unwrap();
    assert_eq!(since(store, 5), [3, 2, 1], "not the order of arrival");
    for _ in 0..3 {
        touch(store, 5, 5);
    }
    assert_eq!(store.doc(&doc(5)).unwrap().unwrap().n_since, 3);

    store
        .put_entry(&in_state(EntryState::Pending, entry(1, 4, 5)))
        .unwrap();
    store.put_snapshot(&row(5, b"saved")).unwrap();
    assert_eq!(store.doc(&doc(5)).unwrap(), Some(row(5, b"saved")));
    assert_eq!(since(store, 5), [0; 0]);
    store
        .set_entry_state(&log(1), 4, EntryState::Applied)
        .unwrap();
    store
        .set_entry_state(&log(1), 4, EntryState::Applied)
        .unwrap();
    store
        .put_entry(&in_state(
            EntryState::Withheld(Reason::AfterRevocationCut),
            entry(1, 5, 5),
        ))
        .unwrap();
    let mut known_elsewhere = entry(1, 6, 5);
    known_elsewhere.change = None;
    store.put_entry(&known_elsewhere).unwrap();
    store.put_entry(&entry(1, 7, 6)).unwrap();
    assert_eq!(
        since(store, 5),
        [4],
        "applied, of this document, with a change"
    );
}

pub(super) fn a_rebuilt_document_gets_its_changes_back(store: &mut dyn Store) {
    for seq in [1, 2, 3] {
        store.put_entry(&entry(1, seq, 5)).unwrap();
        touch(store, 5, seq);
    }
    store.put_snapshot(&row(5, b"all three")).unwrap();
    for seq in [1, 2, 3] {
        let change = entry(1, seq, 5).change.unwrap();
        store.put_change(&log(1), seq, &change).unwrap();
        store
            .set_entry_state(&log(1), seq, EntryState::Pending)
            .unwrap();
    }
    store
        .set_entry_state(&log(1), 3, EntryState::Applied)
        .unwrap();
    store
        .set_entry_state(&log(1), 1, EntryState::Applied)
        .unwrap();
    assert_eq!(
        since(store, 5),
        [3, 1],
        "the old snapshot covers none of them any more"
    );
    store.put_snapshot(&row(5, b"two of them")).unwrap();
    assert_eq!(since(store, 5), [0; 0]);
    store
        .set_entry_state(&log(1), 2, EntryState::Applied)
        .unwrap();
    assert_eq!(since(store, 5), [2]);
    assert_eq!(
        store.entry(&log(1), 2).unwrap().unwrap().change,
        entry(1, 2, 5).change
    );
}

pub(super) fn what_a_snapshot_contains_may_be_dropped(store: &mut dyn Store) {
    for seq in [1, 2] {
        store.put_entry(&entry(1, seq, 5)).unwrap();
        touch(store, 5, seq);
    }
    assert_eq!(store.docs_saved_over(9).unwrap(), []);
    store.put_snapshot(&row(5, b"both")).unwrap();
    store.put_snapshot(&row(6, b"of no entry")).unwrap();
    assert_eq!(store.docs_saved_over(9).unwrap(), [doc(5)]);
    assert_eq!(store.docs_saved_over(0).unwrap(), []);
    store.drop_change(&log(1), 1).unwrap();
    store.slimmed(&doc(5)).unwrap();
    assert_eq!(store.docs_saved_over(9).unwrap(), []);
    let change = |store: &dyn Store, seq| store.entry(&log(1), seq).unwrap().unwrap().change;
    assert_eq!(change(store, 1), None);
    assert_eq!(change(store, 2), entry(1, 2, 5).change);
    store.drop_change(&log(1), 1).unwrap();

    store.put_snapshot(&row(5, b"the same again")).unwrap();
    assert_eq!(store.docs_saved_over(9).unwrap(), [], "nothing new in it");
    store.put_entry(&entry(1, 3, 5)).unwrap();
    store.put_snapshot(&row(5, b"three")).unwrap();
    assert_eq!(store.docs_saved_over(9).unwrap(), [doc(5)]);
    store.forget_doc(&doc(5)).unwrap();
    assert_eq!(store.docs_saved_over(9).unwrap(), []);
}

pub(super) fn heads_and_headers_alone(store: &mut dyn Store) {
    store.put_entry(&entry(1, 1, 5)).unwrap();
    assert_eq!(store.doc_head(&doc(5)).unwrap(), None);
    store.put_snapshot(&row(5, b"saved")).unwrap();
    assert_eq!(store.doc_head(&doc(5)).unwrap(), Some(row(5, b"")));
    for seq in 2..6 {
        store.put_entry(&entry(1, seq, 5)).unwrap();
    }
    let headers = store.headers(&log(1), 2, 2).unwrap();
    let expected = [3, 4].map(|seq| (seq, entry(1, seq, 5).header_bytes));
    assert_eq!(headers, expected);
    assert_eq!(store.headers(&log(2), 0, 9).unwrap(), []);
}

pub(super) fn entries_of_a_copied_document_are_proven_together(store: &mut dyn Store) {
    store.put_snapshot(&row(5, b"from a peer")).unwrap();
    for seq in 1..4 {
        let header = lienquay_core::store::StoredEntry {
            change: None,
            ..entry(1, seq, 5)
        };
        let state = if seq == 3 {
            EntryState::Pending
        } else {
            EntryState::Unproven
        };
        store.put_entry(&in_state(state, header)).unwrap();
    }
    store
        .put_entry(&in_state(EntryState::Unproven, entry(1, 4, 6)))
        .unwrap();
    store.apply_unproven(&doc(5)).unwrap();
    let states = |store: &dyn Store, n| -> Vec<EntryState> {
        let entries = store.entries_of(&doc(n)).unwrap();
        entries.iter().map(|entry| entry.state).collect()
    };
    let applied = EntryState::Applied;
    assert_eq!(states(store, 5), [applied, applied, EntryState::Pending]);
    assert_eq!(states(store, 6), [EntryState::Unproven]);
    assert_eq!(since(store, 5), [0; 0], "the snapshot has them");
    // What comes later stands behind the snapshot.
    store.put_entry(&entry(1, 5, 5)).unwrap();
    assert_eq!(since(store, 5), [5]);
    // So does one that becomes applied by itself.
    let alone = in_state(EntryState::Unproven, entry(1, 6, 5));
    store.put_entry(&alone).unwrap();
    store.set_entry_state(&log(1), 6, applied).unwrap();
    assert_eq!(since(store, 5), [5, 6]);
}

pub(super) fn flags_and_timestamps(store: &mut dyn Store) {
    let newer = Some(Reason::NeedsNewerVersion);
    store.flag_doc(&doc(5), DocKind::Ticket, newer).unwrap();
    let flagged = store.doc(&doc(5)).unwrap().unwrap();
    assert_eq!(
        (flagged.kind, flagged.flag, flagged.n_since),
        (DocKind::Ticket, newer, 0)
    );
    assert!(flagged.snapshot.is_empty() && !flagged.forgotten);
    // A clock years ahead, and one near the end of time.
    store
        .touch_doc(&doc(5), DocKind::Ticket, Hlc(u64::MAX - 1), newer)
        .unwrap();
    store
        .touch_doc(&doc(5), DocKind::Ticket, Hlc(9), newer)
        .unwrap();
    let touched = store.doc(&doc(5)).unwrap().unwrap();
    assert_eq!(
        (touched.touched, touched.n_since),
        (Hlc(u64::MAX - 1), 2),
        "never falls"
    );
    store.flag_doc(&doc(5), DocKind::Ticket, None).unwrap();
    assert_eq!(store.doc(&doc(5)).unwrap().unwrap().flag, None);
}

pub(super) fn newest_first_without_gap_or_repetition(store: &mut dyn Store) {
    for (n, hlc) in [
        (1, 10),
        (2, u64::MAX),
        (3, 10),
        (4, 0),
        (5, 10),
        (6, 1 << 63),
    ] {
        touch(store, n, hlc);
    }
    store
        .put_entry(&in_state(EntryState::Pending, entry(1, 1, 9)))
        .unwrap();
    assert_eq!(
        store.n_docs().unwrap(),
        6,
        "a document of which nothing is applied is not held"
    );
    for limit in [1, 2, 4, 100] {
        let mut listed: Vec<DocId> = Vec::new();
        let mut cursor = None;
        loop {
            let page = store.docs_newest(cursor, limit).unwrap();
            let Some((hlc, last, kind)) = page.last() else {
                break;
            };
            assert_eq!(*kind, DocKind::Dossier);
            cursor = Some((*hlc, *last));
            listed.extend(page.iter().map(|(_, doc, _)| *doc));
        }
        assert_eq!(
            listed,
            [doc(2), doc(6), doc(5), doc(3), doc(1), doc(4)],
            "pages of {limit}"
        );
    }
}

pub(super) fn a_forgotten_document_keeps_only_headers(store: &mut dyn Store) {
    for n in [5, 6] {
        store.put_entry(&entry(n, 1, n)).unwrap();
        touch(store, n, 5);
        store.put_snapshot(&row(n, b"a name")).unwrap();
    }
    store
        .put_entry(&in_state(EntryState::Pending, entry(5, 2, 5)))
        .unwrap();
    store.forget_doc(&doc(5)).unwrap();
    let forgotten = store.doc(&doc(5)).unwrap().unwrap();
    assert!(forgotten.forgotten && forgotten.snapshot.is_empty());
    for seq in [1, 2] {
        let kept = store.entry(&log(5), seq).unwrap().unwrap();
        assert_eq!((kept.change, kept.state), (None, EntryState::Forgotten));
        assert_eq!(kept.header, entry(5, seq, 5).header);
    }
    assert_eq!(since(store, 5), [0; 0]);
    assert_eq!(
        store.entry(&log(6), 1).unwrap().unwrap(),
        entry(6, 1, 6),
        "others are untouched"
    );
    assert_eq!(store.n_docs().unwrap(), 1, "and counted no more");
    let listed = store.docs_newest(None, 10).unwrap();
    assert_eq!(listed, [(Hlc(5), doc(6), DocKind::Dossier)]);
    store.forget_doc(&doc(7)).unwrap();
    assert_eq!(store.n_docs().unwrap(), 1);
    assert!(
        store.doc(&doc(7)).unwrap().unwrap().forgotten,
        "also before anything of it came"
    );
}
