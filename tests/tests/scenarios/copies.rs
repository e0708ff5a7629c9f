//! Clones, restored backups, rolled-back disks: logs that would continue twice.

use lienquay_core::event::Notice;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{all_requests, dossier, edit, request, three};

fn anybody_heard(world: &World, is_it: impl Fn(&Notice) -> bool) -> bool {
    world.nodes.iter().any(|node| node.heard(&is_it))
}

#[test]
fn a_restored_backup_alone_on_the_network_loses_and_repeats_nothing() {
    let mut world = three(1);
    let before = dossier(&mut world, 1);
    world.run_until_quiescent();
    let backup = world.backup(1);
    let after = dossier(&mut world, 1);
    edit(&mut world, 1, after, "Sau bản sao lưu");
    world.run_until_quiescent();
    for node in [0, 2] {
        world.crash(node, PowerLoss::AnyUnsynced);
    }
    world.restore(1, backup, true);
    // Alone, it works, with numbers that nobody else gives.
    let alone = dossier(&mut world, 1);
    edit(&mut world, 1, before, "Một mình");
    assert!(world.nodes[1].heard(|notice| matches!(notice, Notice::NewIncarnation { .. })));
    world.restart_all();
    world.run_until_quiescent();
    check_settled(&world);
    for node in 0..3 {
        assert_eq!(request(&world, node, before), "Một mình");
        assert_eq!(request(&world, node, after), "Sau bản sao lưu");
        assert!(crate::site::read(&world, node, alone).is_some());
    }
}

#[test]
fn a_disk_rolled_back_unnoticed_that_meets_others_first_opens_a_new_log() {
    let mut world = three(3);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    let old = world.backup(1);
    edit(&mut world, 1, doc, "Trước khi lùi");
    world.run_until_quiescent();
    world.restore(1, old, false);
    world.run_for(10_000);
    assert_eq!(request(&world, 1, doc), "Trước khi lùi");
    edit(&mut world, 1, doc, "Sau khi lùi");
    world.run_until_quiescent();
    check_settled(&world);
    assert_eq!(all_requests(&world, 0, doc), ["Sau khi lùi"]);
    assert!(!anybody_heard(&world, |notice| matches!(
        notice,
        Notice::Forked { .. }
    )));
}

#[test]
fn a_clone_that_knows_it_is_one_starts_its_own_log() {
    let mut world = three(5);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.crash(1, PowerLoss::AnyUnsynced);
    let clone = world.clone_node(1, true);
    world.nodes[1].is_outside = true;
    edit(&mut world, clone, doc, "Trên máy mới");
    world.run_until_quiescent();
    assert!(world.nodes[clone].heard(|notice| matches!(notice, Notice::NewIncarnation { .. })));
    assert_eq!(request(&world, 0, doc), "Trên máy mới");
    assert!(!anybody_heard(&world, |notice| matches!(
        notice,
        Notice::Forked { .. }
    )));
}
