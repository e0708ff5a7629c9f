//! A filled folder is what it pretends to be: proven by the same walk as any other, and equal on two counters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use lienquay_core::store::Store;
use lienquay_node::verify::verify;
use lienquay_tests::scale::{Counters, Distinct, Filler};

const N_DISTINCT: u64 = 6;
const N_COPIES: u64 = 420;

#[test]
fn a_filled_folder_is_proven_whole_and_equal_on_two_counters() {
    let parent = tempfile::tempdir().unwrap();
    let mut site = Counters::found(parent.path()).unwrap();
    let distinct = Distinct::make(&mut site, N_DISTINCT).unwrap();
    let counters = site.counters.clone();
    drop(site);
    let mut digests = Vec::new();
    // However the filling is divided.
    for (counter, half) in counters.iter().zip([N_COPIES / 2, 333]) {
        let mut opened = counter.open().unwrap();
        for copies in [0..half, half..N_COPIES] {
            let mut filler = Filler::new(&distinct, &opened.store).unwrap();
            filler
                .fill(&mut opened.store, copies.start, copies.end)
                .unwrap();
        }
        let reader = opened.store.reader().unwrap();
        let report = verify(&reader, &mut |_| {}).unwrap();
        assert_eq!(report.differences, [], "{report:?}");
        assert!(report.n_documents > N_DISTINCT + N_COPIES, "{report:?}");
        let logs = opened.store.logs().unwrap();
        digests.push((logs.len(), opened.store.projection_digest().unwrap()));
    }
    assert_eq!(digests[0], digests[1]);
}
