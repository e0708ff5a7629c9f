//! What every store must do, checked through the trait alone: for SQLite, and for the simulated disk.
mod documents;
mod files;
mod keeping;
mod logs;
mod projecting;
mod sample;

use lienquay_core::store::{Store, StoreFault};

/// Checks the contract of [`Store`] on stores that `make` creates, each empty. `make` keeps what they need (a folder)
/// alive.
pub fn check_store(mut make: impl FnMut() -> Box<dyn Store>) {
    let checks: &[fn(&mut dyn Store)] = &[
        a_rollback_drops_everything_since_the_last_commit,
        commits_may_be_empty_and_of_either_kind,
        a_failed_write_loses_its_whole_transaction,
        logs::facts_and_statements,
        logs::log_rows,
        logs::entries_come_back_as_stored,
        logs::states_are_counted_and_found,
        logs::a_branch_moves_to_a_log_of_its_own,
        logs::entries_of_no_use_are_dropped,
        logs::signed_points,
        documents::changes_since_the_snapshot_in_the_order_of_applying,
        documents::a_rebuilt_document_gets_its_changes_back,
        documents::what_a_snapshot_contains_may_be_dropped,
        documents::heads_and_headers_alone,
        documents::entries_of_a_copied_document_are_proven_together,
        documents::flags_and_timestamps,
        documents::newest_first_without_gap_or_repetition,
        documents::a_forgotten_document_keeps_only_headers,
        keeping::grants,
        keeping::numbers_are_given_once,
        keeping::the_newest_outcomes_are_kept,
        files::files_by_rank,
        files::files_named_by_documents,
        projecting::codes_find_their_dossiers,
        projecting::procedure_versions_newest_first,
        projecting::tickets_by_lane_issuer_and_number,
        projecting::the_digest_depends_on_rows_alone,
    ];
    for check in checks {
        check(make().as_mut());
    }
}

fn a_rollback_drops_everything_since_the_last_commit(store: &mut dyn Store) {
    store.set_meta("kept", b"1").unwrap();
    store.commit(false).unwrap();
    store.set_meta("kept", b"2").unwrap();
    store.set_meta("dropped", b"3").unwrap();
    store.put_entry(&sample::entry(1, 1, 7)).unwrap();
    assert_eq!(
        store.meta("dropped").unwrap().as_deref(),
        Some(&b"3"[..]),
        "reads see open writes"
    );
    store.rollback();
    assert_eq!(store.meta("kept").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(store.meta("dropped").unwrap(), None);
    assert_eq!(store.entry(&sample::log(1), 1).unwrap(), None);
    store.rollback();
    store.put_entry(&sample::entry(1, 1, 7)).unwrap();
    store.commit(true).unwrap();
    store.rollback();
    assert!(store.entry(&sample::log(1), 1).unwrap().is_some());
}

fn commits_may_be_empty_and_of_either_kind(store: &mut dyn Store) {
    for durable in [true, false, false, true, true] {
        store.commit(durable).unwrap();
    }
    store.set_meta("a", b"").unwrap();
    store.commit(false).unwrap();
    store.commit(true).unwrap();
    assert_eq!(store.meta("a").unwrap().as_deref(), Some(&b""[..]));
}

fn a_failed_write_loses_its_whole_transaction(store: &mut dyn Store) {
    store.put_entry(&sample::entry(1, 1, 7)).unwrap();
    store.commit(true).unwrap();
    store.set_meta("with", b"it").unwrap();
    let twice = store.put_entry(&sample::entry(1, 1, 7));
    assert!(matches!(twice, Err(StoreFault::Failed(_))), "{twice:?}");
    store.rollback();
    assert_eq!(store.meta("with").unwrap(), None);
    assert!(store.entry(&sample::log(1), 1).unwrap().is_some());
    store.set_meta("after", b"it").unwrap();
    store.commit(true).unwrap();
}
