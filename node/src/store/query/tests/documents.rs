//! Single documents, their history, their conflicts, and what was set aside.

use lienquay_core::store::{DocRow, EntryState, StoredEntry};
use lienquay_shared::codec::List;
use lienquay_shared::command::DossierRef;
use lienquay_shared::log::{ActionKind, DocKind, Header};
use lienquay_shared::schema;
use lienquay_shared::view::ConflictRow;
use lienquay_shared::wire::Reason;
use lienquay_shared::{Hlc, NodeId, OfficerId};

use super::*;

fn put_entry(bench: &mut Bench, seq: u64, state: EntryState) {
    let log = LogId {
        node: NodeId([4; 32]),
        incarnation: 1,
    };
    let header = Header {
        seq,
        kind: DocKind::Dossier,
        doc: doc(1),
        change_hash: None,
        hlc: Hlc(seq),
        officer: OfficerId([1; 8]),
        action: ActionKind::DossierNoted,
        closes: None,
    };
    let entry = StoredEntry {
        log,
        header_bytes: header.encode(),
        header,
        change: None,
        state,
    };
    bench.store.put_entry(&entry).unwrap();
}

fn page(after: Option<&str>, limit: u16) -> PageAsk {
    PageAsk {
        after: after.map(Text::truncated),
        limit,
        ..PageAsk::default()
    }
}

#[test]
fn a_dossier_is_found_by_any_of_its_codes_and_read_whole() {
    let mut bench = bench();
    for n in [1, 2] {
        let codes = vec![format!("H26.15-251121-{n:04}"), "TAM-7".to_owned()];
        bench.put(DossierRow {
            codes,
            ..dossier(n, "Đào")
        });
    }
    let snapshot = schema::new_document(DocKind::Dossier).unwrap().save();
    let row = DocRow {
        doc: doc(1),
        kind: DocKind::Dossier,
        snapshot,
        n_since: 0,
        touched: Hlc(5),
        flag: None,
        forgotten: false,
    };
    bench.store.put_snapshot(&row).unwrap();
    bench.store.commit(false).unwrap();
    let ask = |code: &str| {
        let dossier = DossierRef::Code(Text::truncated(code));
        bench.ask(&Query::Dossier { dossier })
    };
    let Answer::Dossier { doc: found, .. } = ask("H26.15-251121-0001") else {
        panic!("not read");
    };
    assert_eq!(found, doc(1));
    let candidates = vec![doc(1), doc(2)];
    assert_eq!(ask("TAM-7"), Answer::Ambiguous { candidates });
    assert_eq!(ask("H26"), Answer::NotFound);
    assert_eq!(
        ask("H26.15-251121-0002"),
        Answer::NotFound,
        "its document is not here"
    );
}

#[test]
fn history_comes_in_pages_latest_first_and_says_what_is_safe() {
    let mut bench = bench();
    for seq in 1..=5 {
        put_entry(&mut bench, seq, EntryState::Applied);
    }
    bench.store.commit(false).unwrap();
    let history = |after: Option<&str>| {
        let page = page(after, 3);
        let Answer::History(page) = bench.ask(&Query::History { doc: doc(1), page }) else {
            panic!("another answer");
        };
        let rows = page.rows.iter().map(|row| (row.hlc.0, row.is_safe));
        (rows.collect::<Vec<_>>(), page.next)
    };
    let (first, next) = history(None);
    assert_eq!(first, [(5, false), (4, false), (3, false)]);
    let rest = (vec![(2, false), (1, true)], None);
    assert_eq!(history(next.as_deref()), rest);
}

#[test]
fn a_document_is_safe_only_when_its_last_entry_is() {
    let mut bench = bench();
    let safe = |bench: &mut Bench| {
        bench.store.commit(false).unwrap();
        let docs = List::truncated(vec![doc(2), doc(1)]);
        bench.ask(&Query::Safe { docs })
    };
    assert_eq!(safe(&mut bench), Answer::Safe(Vec::new()), "nothing of it");
    put_entry(&mut bench, 1, EntryState::Applied);
    assert_eq!(safe(&mut bench), Answer::Safe(vec![doc(1)]));
    put_entry(&mut bench, 2, EntryState::Pending);
    assert_eq!(safe(&mut bench), Answer::Safe(Vec::new()));
}

#[test]
fn conflicts_come_in_pages_that_never_split_a_dossier() {
    let mut bench = bench();
    for (n, fields) in [(1, 3), (3, 2), (5, 1), (7, 0), (9, 5)] {
        let row = ConflictRow {
            doc: doc(n),
            code: String::new(),
            field: "status".to_owned(),
            values: Vec::new(),
        };
        let projection = ProjectionRow::Dossier(dossier(n, "Đào"), vec![row; fields]);
        bench.store.project(&projection).unwrap();
    }
    bench.store.commit(false).unwrap();
    let conflicts = |after: Option<&str>| {
        let page = page(after, 3);
        let Answer::Conflicts(page) = bench.ask(&Query::Conflicts { page }) else {
            panic!("another answer");
        };
        let docs = page.rows.iter().map(|row| row.doc);
        (docs.collect::<Vec<_>>(), page.next)
    };
    let (first, next) = conflicts(None);
    assert_eq!(
        first,
        [doc(9); 5],
        "one with more than a page is shown whole"
    );
    let (second, next) = conflicts(next.as_deref());
    assert_eq!(second, [doc(5), doc(3), doc(3)]);
    assert_eq!(conflicts(next.as_deref()), (vec![doc(1); 3], None));
}

#[test]
fn what_was_set_aside_is_listed_with_its_reason() {
    let mut bench = bench();
    let newer = EntryState::Quarantined(Reason::NeedsNewerVersion);
    for (seq, state) in [
        (1, EntryState::Applied),
        (2, newer),
        (3, EntryState::Unproven),
        (4, EntryState::Pending),
        (5, EntryState::Forgotten),
    ] {
        put_entry(&mut bench, seq, state);
    }
    bench.store.commit(false).unwrap();
    let first = bench.reader.set_aside(&page(None, 1)).unwrap();
    assert_eq!(
        (first.rows[0].seq, first.rows[0].state),
        (4, EntryState::Pending)
    );
    let second = bench
        .reader
        .set_aside(&page(first.next.as_deref(), 1))
        .unwrap();
    assert_eq!((second.rows[0].seq, second.rows[0].state), (2, newer));
    assert_eq!(second.next, None);
}
