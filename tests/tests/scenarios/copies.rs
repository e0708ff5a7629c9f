//! Clones, restored backups, rolled-back disks: logs that would continue twice.

use lienquay_core::event::Notice;
use lienquay_core::store::Store;
use lienquay_shared::DocId;
use lienquay_tests::sim::invariants::{check_converged, check_settled};
use lienquay_tests::sim::network::NodeIndex;
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

/// Who was away learns of several logs of one PC at once, in any order.
#[test]
fn which_logs_have_ended_is_known_in_whatever_order_they_come() {
    for seed in 0..4 {
        let mut world = three(20 + seed);
        world.crash(2, PowerLoss::InOrder);
        for _ in 0..3 {
            let backup = world.backup(1);
            world.restore(1, backup, true);
            dossier(&mut world, 1);
            world.run_for(10_000);
        }
        world.restart(2);
        world.run_until_quiescent();
        check_settled(&world);
        let logs = world.nodes[2].store().logs().unwrap();
        // The last of the three is being written.
        assert_eq!(logs.iter().filter(|row| row.closed).count(), 2);
    }
}

#[test]
fn a_disk_rolled_back_unnoticed_writes_on_and_nothing_is_dropped() {
    let mut world = three(2);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    let old = world.backup(1);
    edit(&mut world, 1, doc, "Trước khi lùi");
    world.run_until_quiescent();
    world.partition(&[&[0, 2], &[1]]);
    world.restore(1, old, false);
    edit(&mut world, 1, doc, "Sau khi lùi");
    world.heal();
    world.run_until_quiescent();
    check_converged(&world);
    assert!(anybody_heard(&world, |notice| matches!(
        notice,
        Notice::Forked { .. }
    )));
    for node in 0..3 {
        assert_eq!(
            all_requests(&world, node, doc),
            ["Sau khi lùi", "Trước khi lùi"],
            "node {node}"
        );
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

/// Counter 2 and a copy of it, which live at the same time.
struct Copied {
    world: World,
    clone: NodeIndex,
    /// Received at counter 2, so that it has a log that both would continue.
    doc: DocId,
    /// Received at counter 1.
    other: DocId,
}

fn copied(seed: u64) -> Copied {
    let mut world = three(seed);
    let doc = dossier(&mut world, 1);
    let other = dossier(&mut world, 0);
    world.run_until_quiescent();
    let clone = world.clone_node(1, false);
    Copied {
        world,
        clone,
        doc,
        other,
    }
}

#[test]
fn two_live_clones_are_reported_and_both_their_works_are_kept() {
    for seed in 4..14 {
        let Copied {
            mut world,
            clone,
            doc,
            other,
        } = copied(seed);
        world.partition(&[&[0, 2], &[1], &[clone]]);
        edit(&mut world, 1, doc, "Bản chính");
        edit(&mut world, clone, other, "Bản sao");
        edit(&mut world, clone, doc, "Bản sao");
        world.heal();
        // Both hold the same key: they take turns on the network, until somebody switches one off.
        world.run_for(60_000);
        assert!(
            anybody_heard(&world, |notice| matches!(notice, Notice::Forked { .. })),
            "seed {seed}"
        );
        world.crash(clone, PowerLoss::AnyUnsynced);
        world.run_until_quiescent();
        check_converged(&world);
        assert_eq!(request(&world, 0, other), "Bản sao", "seed {seed}");
        assert_eq!(
            all_requests(&world, 0, doc),
            ["Bản chính", "Bản sao"],
            "seed {seed}"
        );
    }
}

#[test]
fn what_a_clone_wrote_unseen_stands_beside_what_the_original_wrote_since() {
    for seed in 4..14 {
        let Copied {
            mut world,
            clone,
            doc,
            other,
        } = copied(seed);
        // Both continue the log. The original hears of it and goes on in a new one; the clone does not.
        world.partition(&[&[0, 2], &[1], &[clone]]);
        edit(&mut world, 1, other, "Bản chính viết tiếp");
        edit(&mut world, clone, other, "Bản sao viết tiếp");
        world.heal();
        world.partition(&[&[0, 2, clone], &[1]]);
        world.run_for(20_000);
        world.heal();
        world.partition(&[&[0, 1, 2], &[clone]]);
        world.run_for(20_000);
        edit(&mut world, 1, doc, "Bản chính");
        world.run_for(20_000);
        edit(&mut world, clone, doc, "Bản sao");
        // The others hear of it, and then the clone is gone: only the original can write it again.
        world.heal();
        world.partition(&[&[0, 2, clone], &[1]]);
        world.run_for(20_000);
        world.crash(clone, PowerLoss::AnyUnsynced);
        world.heal();
        world.run_until_quiescent();
        check_converged(&world);
        assert_eq!(
            all_requests(&world, 0, doc),
            ["Bản chính", "Bản sao"],
            "seed {seed}"
        );
    }
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

/// Counter 2's edit is built on by counter 1; its disk is rolled back and it edits the same dossier again, in the same
/// place of its sequence. Whoever hears of what first, all end with the same.
#[test]
fn an_edit_of_a_lost_branch_that_another_built_on_ends_the_same_everywhere() {
    for seed in 20..60 {
        let mut world = three(seed);
        let doc = dossier(&mut world, 1);
        world.run_until_quiescent();
        let old = world.backup(1);
        edit(&mut world, 1, doc, "Trước khi lùi");
        world.run_until_quiescent();
        world.partition(&[&[0], &[1], &[2]]);
        edit(&mut world, 0, doc, "Xây trên bản trước");
        world.restore(1, old, false);
        edit(&mut world, 1, doc, "Sau khi lùi");
        let first_to_meet: [&[usize]; 2] = if seed % 2 == 0 {
            [&[0], &[1, 2]]
        } else {
            [&[1], &[0, 2]]
        };
        world.partition(&first_to_meet);
        world.run_for(20_000);
        world.heal();
        world.run_until_quiescent();
        check_converged(&world);
    }
}
