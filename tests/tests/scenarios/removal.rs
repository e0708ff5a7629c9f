//! PCs that are shut out or leave.

use lienquay_shared::command::Command;

use crate::site::{
    beyond_cuts, dossier, edit, edit_of, request, revoke, revoke_while_apart, three,
};

#[test]
fn what_a_member_built_on_stays_when_the_laptop_is_revoked() {
    let mut world = three(1);
    let built_on = dossier(&mut world, 0);
    let left_alone = dossier(&mut world, 0);
    world.run_until_quiescent();
    // Counter 1 meets the laptop (2) while counter 0, who will revoke it, sees neither.
    world.partition(&[&[0], &[1, 2]]);
    edit(&mut world, 2, built_on, "Từ máy xách tay");
    edit(&mut world, 2, left_alone, "Không ai dùng");
    world.run_until_quiet_among(&[1, 2]);
    edit(&mut world, 1, built_on, "Từ máy xách tay, đã kiểm");
    revoke_while_apart(&mut world, 0);
    for node in [0, 1] {
        assert_eq!(request(&world, node, built_on), "Từ máy xách tay, đã kiểm");
        assert_eq!(request(&world, node, left_alone), "");
        assert_eq!(beyond_cuts(&world, node), [left_alone]);
    }
}

#[test]
fn a_revoked_pc_gets_not_one_byte_more_and_nothing_of_it_is_applied() {
    let mut world = three(2);
    let doc = dossier(&mut world, 0);
    world.run_until_quiescent();
    revoke(&mut world, 0, 2);
    world.run_for(5_000);
    let told = [world.network.traffic(0, 2), world.network.traffic(1, 2)];
    // Still running, still sure that it belongs: it writes on and knocks.
    edit(&mut world, 2, doc, "Vẫn làm");
    edit(&mut world, 0, doc, "Bí mật");
    world.run_for(60_000);
    assert_eq!(
        [world.network.traffic(0, 2), world.network.traffic(1, 2)],
        told
    );
    assert_eq!(request(&world, 0, doc), "Bí mật");
    assert_ne!(request(&world, 2, doc), "Bí mật");
    world.run_until_quiescent();
}

#[test]
fn a_retired_pc_leaves_in_good_order() {
    let mut world = three(3);
    let doc = dossier(&mut world, 2);
    edit(&mut world, 2, doc, "Việc cuối");
    world.run_until_quiescent();
    let node = world.nodes[2].id;
    world.done(0, Command::Retire { node });
    world.nodes[2].is_outside = true;
    world.run_until_quiescent();
    assert_eq!(request(&world, 0, doc), "Việc cuối");
    assert!(
        world.submit(2, edit_of(doc, "Sau khi nghỉ")).is_err()
            || request(&world, 0, doc) == "Việc cuối"
    );
}
