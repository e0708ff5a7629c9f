//! What a saved document contains is not kept twice, and is lost by nothing that can happen to a PC.

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::DocId;
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::chance::Chance;
use lienquay_tests::sim::invariants::{check_converged, check_settled};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{
    all_requests, beyond_cuts, dossier, edit, request, revoke_while_apart, three,
    upgrade_from_where_the_last_edit_was_not_understood,
};

/// Enough edits that a document was saved over them more than once.
const N_EDITS: usize = 20;

fn edit_often(world: &mut World, node: NodeIndex, doc: DocId, what: &str) {
    for at in 1..=N_EDITS {
        edit(world, node, doc, &format!("{what} {at}"));
    }
}

fn last(what: &str) -> String {
    format!("{what} {N_EDITS}")
}

/// Applied entries of a document with and without change bytes of their own.
fn with_and_without(world: &World, node: NodeIndex, doc: DocId) -> (usize, usize) {
    let store = world.nodes[node].store();
    let entries = store.entries_of(&doc).unwrap();
    let is_stored = |log, seq| store.entry(log, seq).unwrap().unwrap().change.is_some();
    let stored: Vec<bool> = entries
        .iter()
        .filter(|entry| entry.state == EntryState::Applied && entry.change_hash.is_some())
        .map(|entry| is_stored(&entry.log, entry.seq))
        .collect();
    let n_with = stored.iter().filter(|is_stored| **is_stored).count();
    (n_with, stored.len() - n_with)
}

/// Lets every running PC drop what its saved documents contain.
#[track_caller]
fn slim(world: &mut World) {
    let is_slim = |world: &World| {
        let members = world.members();
        let left = |node: &NodeIndex| world.nodes[*node].store().docs_saved_over(1).unwrap();
        members.iter().all(|node| left(node).is_empty())
    };
    assert!(world.run_until(120_000, is_slim));
}

/// One dossier that counter 1 edited often, slimmed on the PCs `among`, which met.
fn slimmed(world: &mut World, among: &[NodeIndex]) -> DocId {
    let doc = dossier(world, 1);
    edit_often(world, 1, doc, "Trước");
    world.run_until_quiet_among(among);
    slim(world);
    for node in among {
        let (with, without) = with_and_without(world, *node, doc);
        assert!(
            without >= 16 && with < 8,
            "{with} of {without} kept on {node}"
        );
    }
    doc
}

#[test]
fn a_pc_that_was_away_gets_every_change_from_those_that_dropped_its_bytes() {
    let mut world = three(1);
    world.partition(&[&[0, 1], &[2]]);
    let doc = slimmed(&mut world, &[0, 1]);
    // Its author is away too: what arrives is a copy of a copy.
    world.heal();
    world.partition(&[&[0, 2], &[1]]);
    world.run_until_quiet_among(&[0, 2]);
    assert_eq!(request(&world, 2, doc), last("Trước"));
    world.heal();
    world.run_until_quiescent();
    check_settled(&world);
}

#[test]
fn a_crash_or_power_cut_at_any_write_of_the_dropping_loses_nothing() {
    let mut at_work = 0;
    for n_writes in 0..22 {
        let mut world = three(100 + n_writes);
        let doc = dossier(&mut world, 1);
        edit_often(&mut world, 1, doc, "Trước");
        world.crash_at_write(1, n_writes);
        world.run_for(6_000);
        if world.nodes[1].is_running() {
            world.nodes[1].store_mut().faults().dies_after = None;
            world.crash(1, PowerLoss::AllUnsynced);
        } else {
            at_work += 1;
        }
        world.restart(1);
        world.run_until_quiescent();
        slim(&mut world);
        check_settled(&world);
        for node in 0..3 {
            assert_eq!(request(&world, node, doc), last("Trước"), "{n_writes}");
        }
    }
    assert!(at_work > 15, "{at_work}");
}

#[test]
fn revoking_an_author_takes_its_last_work_out_of_slimmed_documents_and_nothing_else() {
    let mut world = three(2);
    let doc = slimmed(&mut world, &[0, 1, 2]);
    world.partition(&[&[0], &[1, 2]]);
    edit_often(&mut world, 2, doc, "Sau");
    world.run_until_quiet_among(&[1, 2]);
    slim(&mut world);
    let (_, without) = with_and_without(&world, 1, doc);
    assert!(without >= 32, "{without}");
    revoke_while_apart(&mut world, 0);
    for node in [0, 1] {
        assert_eq!(request(&world, node, doc), last("Trước"));
        assert_eq!(beyond_cuts(&world, node), [doc]);
    }
}

#[test]
fn both_branches_of_a_slimmed_log_are_kept() {
    for seed in 3..9 {
        let mut world = three(seed);
        let doc = slimmed(&mut world, &[0, 1, 2]);
        let old = world.backup(1);
        edit_often(&mut world, 1, doc, "Nhánh cũ");
        world.run_until_quiescent();
        slim(&mut world);
        world.partition(&[&[0, 2], &[1]]);
        world.restore(1, old, false);
        edit_often(&mut world, 1, doc, "Nhánh mới");
        slim(&mut world);
        world.heal();
        world.run_until_quiescent();
        slim(&mut world);
        check_converged(&world);
        for node in 0..3 {
            let expected = [last("Nhánh cũ"), last("Nhánh mới")];
            assert_eq!(all_requests(&world, node, doc), expected, "seed {seed}");
        }
    }
}

#[test]
fn a_clone_of_a_slimmed_folder_loses_nothing() {
    let mut world = three(10);
    let doc = slimmed(&mut world, &[0, 1, 2]);
    let copy = world.clone_node(1, true);
    edit(&mut world, copy, doc, "Ở bản sao");
    edit_often(&mut world, 1, doc, "Ở bản gốc");
    world.run_until_quiescent();
    slim(&mut world);
    check_converged(&world);
}

#[test]
fn first_copies_pass_from_slimmed_pc_to_slimmed_pc() {
    let mut world = three(11);
    let docs: Vec<DocId> = (0..6).map(|at| dossier(&mut world, at % 3)).collect();
    for (at, doc) in docs.iter().enumerate() {
        edit_often(&mut world, at % 3, *doc, "Trước");
    }
    world.run_until_quiescent();
    slim(&mut world);
    let mut chance = Chance::new(11, "interruptions");
    for generation in 0..3 {
        let newcomer = world.add_node(&format!("quay{}", 4 + generation));
        // From the one that joined last, which never had the bytes of a change.
        let source = if generation == 0 { 0 } else { newcomer - 1 };
        for other in (0..newcomer).filter(|other| *other != source) {
            world.cut_pair(newcomer, other);
        }
        world.join(newcomer, source, NodeMode::Desk, true);
        world.run_for(chance.within(1..=400));
        world.crash(newcomer, PowerLoss::AllUnsynced);
        world.restart(newcomer);
        world.run_until_quiescent();
        slim(&mut world);
        check_settled(&world);
        for doc in &docs {
            assert_eq!(request(&world, newcomer, *doc), last("Trước"));
        }
        world.heal();
    }
}

/// What a newer version wrote between known entries keeps its bytes, and is had by all when they know it.
#[test]
fn what_is_not_understood_keeps_its_bytes_beside_what_was_dropped() {
    let mut world = three(12);
    let doc = slimmed(&mut world, &[0, 1, 2]);
    edit(&mut world, 0, doc, "Chỉ bản mới hiểu");
    world.run_until_quiescent();
    upgrade_from_where_the_last_edit_was_not_understood(&mut world, 2, doc);
    world.run_until_quiescent();
    assert_eq!(request(&world, 2, doc), "Chỉ bản mới hiểu");
    check_settled(&world);
}

#[test]
fn a_change_that_is_nowhere_is_never_sent_as_forgotten() {
    let mut world = three(13);
    world.partition(&[&[0, 1], &[2]]);
    let doc = dossier(&mut world, 1);
    edit(&mut world, 1, doc, "Chưa lưu");
    world.run_until_quiet_among(&[0, 1]);
    // As a damaged disk would have it: neither stored by itself nor within a snapshot.
    world.crash(0, PowerLoss::InOrder);
    let disk = world.nodes[0].store_mut();
    let newest = disk.entries_of(&doc).unwrap().pop().unwrap();
    disk.drop_change(&newest.log, newest.seq).unwrap();
    disk.commit(true).unwrap();
    world.restart(0);
    world.heal();
    world.partition(&[&[0, 2], &[1]]);
    world.run_for(20_000);
    assert_ne!(request(&world, 2, doc), "Chưa lưu");
    world.heal();
    world.run_for(20_000);
    assert_eq!(request(&world, 2, doc), "Chưa lưu", "from who has it");
}
