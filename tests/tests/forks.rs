//! Rolled-back disks and copied folders: nothing an officer was told is lost.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use lienquay_core::store::Store;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::domain::site::Lane;
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::world::{PowerLoss, World, lane};

fn set_lane(letters: &str) -> Command {
    Command::SetLane(Lane {
        id: lane(letters),
        name: Text::truncated("Đất đai"),
        fields: List::default(),
        active: true,
    })
}

/// Two or three PCs; the second's disk is rolled back unnoticed, and its officer works on before it meets the others.
fn rolled_back(seed: u64, n_lost: usize, n_new: usize) -> World {
    let mut world = World::new(seed);
    for name in ["quay1", "quay2", "quay3"] {
        world.add_node(name);
    }
    world.found(0);
    world.join(1, 0, NodeMode::Desk, true);
    world.join(2, 0, NodeMode::Desk, true);
    world.run_until_quiescent();
    world.done(1, set_lane("B"));
    world.run_until_quiescent();
    let backup = world.backup(1);
    for place in 0..n_lost {
        world.done(1, set_lane(&format!("L{}", letter(place))));
    }
    rename_often(&mut world, n_lost);
    world.run_until_quiescent();
    world.crash(1, PowerLoss::AllUnsynced);
    world.partition(&[&[0, 2], &[1]]);
    world.restore(1, backup, false);
    world.restart(1);
    world.run_for(1_000);
    rename_often(&mut world, n_new);
    for place in 0..n_new {
        world.done(1, set_lane(&format!("N{}", letter(place))));
    }
    world
}

/// So many entries that the branches are several batches long.
fn rename_often(world: &mut World, n_lanes: usize) {
    for place in 0..3 * n_lanes {
        let lane = Lane {
            id: lane("B"),
            name: Text::truncated(&format!("Đất đai {place}")),
            fields: List::default(),
            active: true,
        };
        world.done(1, Command::SetLane(lane));
    }
}

fn letter(place: usize) -> String {
    let at = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap());
    format!("{}{}", at(place / 26), at(place))
}

#[test]
fn what_a_rolled_back_pc_wrote_before_and_after_is_all_there() {
    for seed in 0..2 {
        for (n_lost, n_new) in [(5, 2), (2, 5), (3, 3), (50, 3), (3, 50)] {
            let mut world = rolled_back(seed, n_lost, n_new);
            world.heal();
            world.run_until_quiescent();
            for node in 0..3 {
                let site = world.disk(node).unwrap().site();
                for (first, n) in [("L", n_lost), ("N", n_new)] {
                    for place in 0..n {
                        let id = lane(&format!("{first}{}", letter(place)));
                        if !site.lanes.contains_key(&id) {
                            world.fail(&format!("{node} lost lane {id:?} ({n_lost}, {n_new})"));
                        }
                    }
                }
            }
            let digest = |node: usize| world.nodes[node].store().projection_digest();
            assert_eq!(digest(0), digest(1));
            assert_eq!(digest(0), digest(2));
        }
    }
}

/// The power fails between the commit that found the fork and the screen: the PC tells it once it runs again.
#[test]
fn a_fork_is_told_after_a_power_failure_too() {
    let mut n_untold = 0;
    for seed in 0..24 {
        let mut world = rolled_back(seed, 5, 5);
        world.dies_before_telling_per_mille = 300;
        world.heal();
        let log_has_ended = |world: &World| {
            let void = world.nodes[1].store().meta("void-day").unwrap();
            void.is_some()
        };
        while !log_has_ended(&world) {
            for node in 0..3 {
                world.restart(node);
            }
            // The next beat, which tells it, comes within 100 milliseconds.
            world.run_for(10);
        }
        n_untold += u32::from(!world.nodes[1].ever_told_of_copies);
        world.dies_before_telling_per_mille = 0;
        for node in 0..3 {
            world.restart(node);
        }
        world.run_until_quiescent();
        assert!(world.nodes[1].ever_told_of_copies, "seed {seed}");
    }
    assert!(n_untold > 0, "no power failure came between");
}
