//! What an action does not write, and what is left for idle moments.

use super::*;
use crate::store::statement::one;

/// A page in the write-ahead log, with the frame around it.
const FRAME_BYTES: u64 = 4_096 + 24;

fn put(bench: &mut Bench, row: DossierRow) {
    let row = ProjectionRow::Dossier(row, Vec::new());
    bench.store.project(&row).unwrap();
    bench.store.commit(false).unwrap();
}

fn n_segments(bench: &Bench) -> i64 {
    let sql = "SELECT COUNT(DISTINCT segid) FROM dossier_text_idx";
    let asked = bench
        .store
        .read(|conn| one(conn, sql, [], |row| Ok(row.get(0)?)));
    asked.unwrap().unwrap()
}

fn n_found(bench: &Bench, words: &str) -> u64 {
    let found = bench.store.read(|conn| dossiers::count(conn, words, None));
    found.unwrap()
}

#[test]
fn the_search_index_is_merged_in_idle_moments_and_not_within_commits() {
    let mut bench = bench();
    for n in 0..40 {
        put(&mut bench, dossier(n, "Nguyễn Văn Đức"));
    }
    assert_eq!(n_segments(&bench), 40);
    assert_eq!(n_found(&bench, "duc"), 40);
    let mut n_moments = 0;
    while bench.store.wants_idle() {
        bench.store.use_idle().unwrap();
        n_moments += 1;
        assert!(n_moments < 100, "merging never ends");
    }
    assert!(n_segments(&bench) < 8, "{}", n_segments(&bench));
    assert_eq!(n_found(&bench, "duc"), 40);
}

#[test]
fn a_change_of_nothing_that_is_looked_for_writes_the_row_alone() {
    let mut bench = bench();
    for n in 0..40 {
        put(&mut bench, dossier(n, "Nguyễn Văn Đức"));
    }
    let (_, before) = bench.store.size_bytes().unwrap();
    let due = DossierRow {
        due_at_millis: Some(1_763_800_000_000),
        ..dossier(20, "Nguyễn Văn Đức")
    };
    put(&mut bench, due);
    let (_, after) = bench.store.size_bytes().unwrap();
    assert_eq!(after - before, FRAME_BYTES);
}
