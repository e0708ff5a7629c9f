//! A PC whose program is replaced by a newer one.

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::codec;
use lienquay_shared::wire::Reason;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::world::PowerLoss;

use crate::site::{dossier, edit, request, three};

/// The disk is left as an older version would have left it: an entry it did not understand is set aside.
#[test]
fn what_an_older_version_did_not_understand_is_tried_again_by_a_newer_one() {
    let mut world = three(1);
    let doc = dossier(&mut world, 0);
    edit(&mut world, 0, doc, "Chỉ bản mới hiểu");
    world.run_until_quiescent();
    world.crash(2, PowerLoss::InOrder);
    let disk = world.nodes[2].store_mut();
    let last = disk.entries_of(&doc).unwrap().pop().unwrap();
    let not_understood = EntryState::Quarantined(Reason::NeedsNewerVersion);
    disk.set_entry_state(&last.log, last.seq, not_understood)
        .unwrap();
    disk.set_meta("version", &codec::encode(&"0.0.1")).unwrap();
    disk.commit(true).unwrap();
    world.restart(2);
    assert_eq!(request(&world, 2, doc), "");
    world.run_until_quiescent();
    assert_eq!(request(&world, 2, doc), "Chỉ bản mới hiểu");
    check_settled(&world);
}
