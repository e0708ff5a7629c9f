//! Both stores keep one contract: the real one in SQLite and the simulated disk.

use lienquay_core::store::Store;
use lienquay_node::data_folder::DataKey;
use lienquay_node::store::SqliteStore;
use lienquay_tests::sim::disk::SimStore;
use lienquay_tests::store_contract::check_store;

#[test]
fn the_sqlite_store_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let mut n_stores = 0;
    check_store(|| {
        n_stores += 1;
        let path = folder.path().join(format!("{n_stores}.db"));
        let store = SqliteStore::create(&path, DataKey::generate().unwrap()).unwrap();
        Box::new(store) as Box<dyn Store>
    });
}

#[test]
fn the_simulated_disk_keeps_the_contract() {
    check_store(|| Box::new(SimStore::new()));
}
