//! A PC whose program is replaced by a newer one.

use lienquay_tests::sim::invariants::check_settled;

use crate::site::{
    dossier, edit, request, three, upgrade_from_where_the_last_edit_was_not_understood,
};

#[test]
fn what_an_older_version_did_not_understand_is_tried_again_by_a_newer_one() {
    let mut world = three(1);
    let doc = dossier(&mut world, 0);
    edit(&mut world, 0, doc, "Chỉ bản mới hiểu");
    world.run_until_quiescent();
    upgrade_from_where_the_last_edit_was_not_understood(&mut world, 2, doc);
    assert_eq!(request(&world, 2, doc), "");
    world.run_until_quiescent();
    assert_eq!(request(&world, 2, doc), "Chỉ bản mới hiểu");
    check_settled(&world);
}
