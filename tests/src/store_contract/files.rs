//! What is known of files.

use lienquay_core::files::{Class, FileRank, FileRow, FileTotals, FileUse, Naming};
use lienquay_core::store::Store;
use lienquay_shared::{DocId, FileHash};

fn file(n: u8, is_held: bool, class: Class, touched: u64) -> FileRow {
    let hash = FileHash([n; 32]);
    FileRow {
        hash,
        size: u64::from(n) * 1_000,
        is_held,
        own_seq: if is_held { u64::from(n) } else { 0 },
        holders: u64::from(n),
        rank: FileRank {
            class,
            touched,
            hash,
        },
    }
}

fn hashes(rows: &[FileRow]) -> Vec<u8> {
    rows.iter().map(|row| row.hash.0[0]).collect()
}

/// Rows of files come in the order of their ranks, page by page.
pub(super) fn files_by_rank(store: &mut dyn Store) {
    for row in [
        file(1, false, Class::Open, 10),
        file(2, false, Class::Open, 30),
        file(3, false, Class::AtRisk, 5),
        file(4, false, Class::Closed, 99),
        file(5, false, Class::Nowhere, 99),
        file(6, false, Class::Spare, 99),
        file(7, true, Class::Closed, 20),
        file(8, true, Class::Closed, 10),
        file(9, true, Class::Unnamed, 50),
        file(10, true, Class::AtRisk, 1),
    ] {
        store.put_file(&row).unwrap();
    }
    store.commit(true).unwrap();
    assert_eq!(hashes(&store.files_wanted(None, 9).unwrap()), [3, 2, 1, 4]);
    let page = store.files_wanted(None, 2).unwrap();
    let next = store.files_wanted(Some(&page[1].rank), 2).unwrap();
    assert_eq!(hashes(&next), [1, 4]);
    assert_eq!(hashes(&store.files_kept(None, 9).unwrap()), [9, 8, 7, 10]);
    let page = store.files_kept(None, 2).unwrap();
    let next = store.files_kept(Some(&page[1].rank), 2).unwrap();
    assert_eq!(hashes(&next), [7, 10]);
    assert_eq!(hashes(&store.files_told(7, 2).unwrap()), [8, 9]);
    let of = store.files_of(0b10, Some(&FileHash([2; 32])), 9).unwrap();
    assert_eq!(
        hashes(&of),
        [3, 6, 7, 10],
        "holders with the second bit, after file 2"
    );
    let totals = FileTotals {
        n_held: 4,
        held_bytes: 34_000,
        own_seq: 10,
        n_rumoured: 0,
    };
    assert_eq!(store.file_totals().unwrap(), totals);
    let mut seven = file(7, false, Class::Open, 20);
    seven.own_seq = 11;
    store.put_file(&seven).unwrap();
    assert_eq!(store.file(&seven.hash).unwrap(), Some(seven));
    assert_eq!(hashes(&store.files_told(9, 9).unwrap()), [10, 7]);
    assert_eq!(
        hashes(&store.files_wanted(None, 9).unwrap()),
        [3, 2, 7, 1, 4]
    );
    store.rollback();
    assert_eq!(store.file_totals().unwrap(), totals);
}

/// What documents name is counted by file.
pub(super) fn files_named_by_documents(store: &mut dyn Store) {
    let (one, other) = (FileHash([1; 32]), FileHash([2; 32]));
    let (this, that) = (DocId([1; 16]), DocId([2; 16]));
    let named = |hash, size, is_open, added| FileUse {
        hash,
        size,
        is_open,
        is_chosen: !is_open,
        added,
    };
    let uses = [named(one, 7, true, 100), named(other, 8, false, 50)];
    store.name_files(&this, &uses).unwrap();
    store
        .name_files(&that, &[named(one, 7, false, 200)])
        .unwrap();
    store.commit(true).unwrap();
    assert_eq!(store.files_named(&this).unwrap(), uses);
    let naming = Naming {
        n_docs: 2,
        n_open: 1,
        n_chosen: 1,
        size: 7,
        newest: 200,
    };
    assert_eq!(store.naming(&one).unwrap(), naming);
    store.name_files(&this, &[]).unwrap();
    assert_eq!(store.naming(&other).unwrap(), Naming::default());
    assert_eq!(store.naming(&one).unwrap().n_docs, 1);
    store.rollback();
    assert_eq!(store.naming(&one).unwrap(), naming);
}
