//! What only SQLite can get wrong: durability, a full disk, crashes.

use std::fs;
use std::path::Path;

use lienquay_core::store::{Store, StoreFault};

use super::SqliteStore;
use crate::data_folder::DataKey;

fn key() -> DataKey {
    DataKey::from_slice(&[7; 32]).unwrap()
}

/// What would be on the disk if this process were killed now.
fn copy_of(database: &Path, to: &Path) -> SqliteStore {
    fs::create_dir(to).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let from = database.with_file_name(format!("store.db{suffix}"));
        fs::copy(from, to.join(format!("store.db{suffix}"))).unwrap();
    }
    SqliteStore::open(&to.join("store.db"), key()).unwrap()
}

#[test]
fn a_crash_keeps_every_commit_and_nothing_of_the_open_transaction() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.db");
    let mut store = SqliteStore::create(&path, key()).unwrap();
    store.set_meta("durable", b"1").unwrap();
    store.commit(true).unwrap();
    store.set_meta("grouped", b"1").unwrap();
    store.commit(false).unwrap();
    // Large enough that SQLite spills pages of the open transaction into its files.
    for n in 0..3_000 {
        store.set_meta(&format!("open {n}"), &[1; 10_000]).unwrap();
    }
    let mut crashed = copy_of(&path, &temp.path().join("copy"));
    assert!(crashed.meta("durable").unwrap().is_some());
    assert!(crashed.meta("grouped").unwrap().is_some());
    assert!(crashed.meta("open 0").unwrap().is_none());
    crashed.set_meta("goes on", b"1").unwrap();
    crashed.commit(true).unwrap();
}

#[test]
fn a_torn_last_commit_is_dropped_whole() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.db");
    let mut store = SqliteStore::create(&path, key()).unwrap();
    store.set_meta("before", b"1").unwrap();
    store.commit(true).unwrap();
    let before = fs::metadata(temp.path().join("store.db-wal"))
        .unwrap()
        .len();
    store.set_meta("torn", &[1; 40_000]).unwrap();
    store.set_meta("with it", b"1").unwrap();
    store.commit(false).unwrap();
    let copy = temp.path().join("copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(&path, copy.join("store.db")).unwrap();
    let wal = fs::read(temp.path().join("store.db-wal")).unwrap();
    let torn = usize::try_from(before).unwrap() + 10_000;
    fs::write(copy.join("store.db-wal"), &wal[..torn]).unwrap();
    let store = SqliteStore::open(&copy.join("store.db"), key()).unwrap();
    assert!(store.meta("before").unwrap().is_some());
    assert!(store.meta("torn").unwrap().is_none() && store.meta("with it").unwrap().is_none());
}

#[test]
fn only_durable_commits_sync_and_one_also_syncs_those_before_it() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(&temp.path().join("store.db"), key()).unwrap();
    let opened = store.n_syncs();
    for (writes, durable, expect) in [
        (true, false, 0),
        (true, false, 0),
        (true, true, 1),
        // Nothing happened since: nothing to sync.
        (false, true, 1),
        (true, false, 1),
        // Nothing new, but the commit before was not synced.
        (false, true, 2),
    ] {
        if writes {
            store.set_meta("a", b"1").unwrap();
        }
        store.commit(durable).unwrap();
        assert_eq!(store.n_syncs() - opened, expect, "{writes} {durable}");
    }
}

#[test]
fn a_full_disk_refuses_the_transaction_keeps_what_was_committed_and_heals() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(&temp.path().join("store.db"), key()).unwrap();
    store.set_meta("before", b"1").unwrap();
    store.commit(true).unwrap();
    let room = store.n_pages().unwrap() + 5;
    store.limit_pages(room).unwrap();
    store.set_meta("small", b"fits").unwrap();
    let fault = store.set_meta("large", &[1; 100_000]).unwrap_err();
    assert!(matches!(fault, StoreFault::Full(_)), "{fault:?}");
    // What fits would, too, land without what did not.
    assert_eq!(store.set_meta("small again", b"fits"), Err(fault.clone()));
    assert_eq!(store.commit(true), Err(fault));
    store.rollback();
    for name in ["small", "large", "small again"] {
        assert_eq!(store.meta(name).unwrap(), None, "{name}");
    }
    assert!(store.meta("before").unwrap().is_some());
    store.set_meta("small", b"fits").unwrap();
    store.commit(true).unwrap();

    store.limit_pages(1_000_000).unwrap();
    store.set_meta("large", &[1; 100_000]).unwrap();
    store.commit(true).unwrap();
    assert!(store.meta("large").unwrap().is_some() && store.meta("small").unwrap().is_some());
}

#[test]
fn a_checkpoint_in_an_idle_moment_syncs_first_and_moves_everything() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.db");
    let mut store = SqliteStore::create(&path, key()).unwrap();
    store.checkpoint().unwrap();
    let mut n_commits = 0;
    while !store.wants_checkpoint() {
        store.set_meta(&format!("{n_commits}"), b"1").unwrap();
        assert!(
            !store.wants_checkpoint(),
            "nothing while a transaction is open"
        );
        store.commit(false).unwrap();
        n_commits += 1;
    }
    let before = store.n_syncs();
    store.checkpoint().unwrap();
    assert_eq!(store.n_syncs() - before, 1, "these commits were not synced");
    assert!(!store.wants_checkpoint());
    // Without the log the database alone holds every commit.
    let copy = temp.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let moved = SqliteStore::open(&copy, key()).unwrap();
    for n in 0..n_commits {
        assert!(moved.meta(&format!("{n}")).unwrap().is_some(), "{n}");
    }
}

#[test]
fn the_write_ahead_log_stays_bounded() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(&temp.path().join("store.db"), key()).unwrap();
    for n in 0..400_u32 {
        store
            .set_meta("page", &vec![n.to_le_bytes()[0]; 100_000])
            .unwrap();
        store.commit(false).unwrap();
    }
    let (_, wal_bytes) = store.size_bytes().unwrap();
    assert!(
        wal_bytes < 20 << 20,
        "{wal_bytes} bytes after 40 MB of commits"
    );
}
