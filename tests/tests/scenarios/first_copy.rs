//! New PCs that join a small site: they replay its entries, and anything may interrupt that. Copies by snapshots, of large
//! sites, are tested in `boot.rs`.

use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::chance::Chance;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{dossier, edit, request, three};

fn with_dossiers(seed: u64, n_dossiers: usize) -> (World, Vec<lienquay_shared::DocId>) {
    let mut world = three(seed);
    let docs: Vec<_> = (0..n_dossiers)
        .map(|at| dossier(&mut world, [0, 2][at % 2]))
        .collect();
    for (at, doc) in docs.iter().enumerate() {
        edit(&mut world, at % 3, *doc, &format!("Hồ sơ {at}"));
    }
    world.run_until_quiescent();
    (world, docs)
}

#[test]
fn a_first_copy_interrupted_anywhere_goes_on_and_ends_whole() {
    for seed in 0..12 {
        let (mut world, docs) = with_dossiers(seed, 40);
        let mut chance = Chance::new(seed, "interruptions");
        let newcomer = world.add_node("quay4");
        world.join(newcomer, 0, NodeMode::Desk, false);
        for _ in 0..4 {
            match chance.below(3) {
                0 => world.crash_at_write(newcomer, chance.below(150)),
                1 => world.cut_pair(newcomer, chance.index(3)),
                _ => world.crash(newcomer, PowerLoss::AnyUnsynced),
            }
            world.run_for(chance.within(1..=300));
            world.crash(newcomer, PowerLoss::AllUnsynced);
            world.restart(newcomer);
            world.run_for(chance.within(1..=1_000));
            world.heal();
        }
        world.nodes[newcomer].store_mut().faults().dies_after = None;
        world.restart(newcomer);
        world.run_until_quiescent();
        check_settled(&world);
        assert!(!world.nodes[newcomer].host().unwrap().engine().is_loading());
        for (at, doc) in docs.iter().enumerate() {
            assert_eq!(request(&world, newcomer, *doc), format!("Hồ sơ {at}"));
        }
    }
}

#[test]
fn work_goes_on_while_a_newcomer_loads_and_it_has_that_too() {
    let (mut world, docs) = with_dossiers(20, 40);
    let newcomer = world.add_node("quay4");
    world.join(newcomer, 1, NodeMode::Desk, false);
    for (at, doc) in docs.iter().enumerate().take(20) {
        edit(&mut world, at % 3, *doc, &format!("Sửa {at}"));
    }
    world.run_until_quiescent();
    check_settled(&world);
    assert_eq!(request(&world, newcomer, docs[3]), "Sửa 3");
    edit(&mut world, newcomer, docs[3], "Ở quầy mới");
    world.run_until_quiescent();
    check_settled(&world);
    assert_eq!(request(&world, 0, docs[3]), "Ở quầy mới");
}
