//! Number series on simulated PCs: nothing is numbered twice, whoever asks, restores or comes back with a wrong clock.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::collections::BTreeSet;

use lienquay_shared::RequestId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::domain::dossier::CodeKind;
use lienquay_shared::domain::site::Lane;
use lienquay_shared::wire::keeper::SeriesKey;
use lienquay_tests::sim::clock::DAY_MILLIS;
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::officer::papers;
use lienquay_tests::sim::world::{PowerLoss, World, lane};

fn site(seed: u64, n_desks: usize) -> World {
    let mut world = World::new(seed);
    world.build_site(n_desks);
    world
}

fn receive(world: &mut World, node: NodeIndex) -> (String, CodeKind) {
    let command = Command::ReceiveDossier(Box::new(papers::receive("Đỗ Thị Số")));
    match world.done(node, command) {
        Outcome::DossierReceived(received) => (received.code.to_string(), received.code_kind),
        other => world.fail(&format!("{other:?}")),
    }
}

#[test]
fn the_same_request_pressed_again_gets_the_same_number() {
    let mut world = site(2, 2);
    let request = RequestId([8; 16]);
    let mut codes = BTreeSet::new();
    for _ in 0..2 {
        let command = Command::ReceiveDossier(Box::new(papers::receive("Đỗ Thị Số")));
        match world.submit_as(1, request, command) {
            Ok(Outcome::DossierReceived(received)) => codes.insert(received.code.to_string()),
            other => world.fail(&format!("{other:?}")),
        };
    }
    assert_eq!(codes.len(), 1, "{codes:?}");
}

#[test]
fn a_cut_gives_each_side_its_own_numbers() {
    let mut world = site(3, 3);
    let mut codes = BTreeSet::new();
    world.partition(&[&[0], &[1], &[2]]);
    world.run_for(20_000);
    for _ in 0..3 {
        for node in 0..3 {
            codes.insert(receive(&mut world, node).0);
        }
    }
    assert_eq!(codes.len(), 9, "{codes:?}");
}

/// The keeper of the series is restored from a backup while its clock says 2019; it works on alone once the date is right.
#[test]
fn a_restored_keeper_with_a_wrong_clock_repeats_no_number() {
    let mut world = site(4, 2);
    let backup = world.backup(0);
    let mut codes: BTreeSet<String> = (0..3).map(|_| receive(&mut world, 0).0).collect();
    world.run_until_quiescent();
    world.partition(&[&[0], &[1]]);
    let years = i64::try_from(7 * 365 * DAY_MILLIS).unwrap();
    world.crash(0, PowerLoss::AllUnsynced);
    world.nodes[0].clock.set_skew_millis(-years);
    world.restore(0, backup, true);
    // Something is written under the wrong date: the new incarnation begins.
    let rename = Command::SetLane(Lane {
        id: lane("A"),
        name: Text::truncated("Tiếp nhận"),
        fields: List::default(),
        active: true,
    });
    world.done(0, rename);
    world.crash(0, PowerLoss::AllUnsynced);
    world.nodes[0].clock.set_skew_millis(0);
    world.restart(0);
    for _ in 0..3 {
        let (code, kind) = receive(&mut world, 0);
        assert_eq!(kind, CodeKind::Provisional);
        assert!(codes.insert(code.clone()), "{code} was given before");
    }
}

fn issue(world: &mut World, node: NodeIndex) -> Option<String> {
    let command = Command::IssueTicket {
        lane: lane("A"),
        priority: None,
        papers: List::default(),
    };
    match world.submit(node, command) {
        Ok(Outcome::TicketIssued { number, .. }) => Some(number.to_string()),
        Ok(other) => world.fail(&format!("{other:?}")),
        Err(_) => None,
    }
}

/// The first entry of the new incarnation may be the one that carries a number: the old ranges are void before it.
#[test]
fn a_restored_keeper_whose_first_act_is_a_ticket_repeats_no_number() {
    let mut world = site(5, 2);
    let backup = world.backup(0);
    let given = issue(&mut world, 1);
    assert!(given.is_some());
    world.restore(0, backup, true);
    assert_ne!(issue(&mut world, 0), given);
}

/// A restored keeper does not know all that it gave out, and must not say that it does when it is replaced.
#[test]
fn the_successor_of_a_restored_keeper_repeats_no_number() {
    let mut world = site(6, 3);
    let backup = world.backup(0);
    let given: BTreeSet<_> = (0..3).map(|_| issue(&mut world, 1).unwrap()).collect();
    world.run_until_quiescent();
    world.restore(0, backup, true);
    let successor = world.nodes[1].id;
    world.done(
        0,
        Command::SetSeriesKeeper {
            series: SeriesKey::Lane(lane("A")),
            node: successor,
        },
    );
    world.run_until_quiescent();
    for node in [1, 2, 1] {
        let next = issue(&mut world, node).unwrap();
        assert!(!given.contains(&next), "{next} was given before");
    }
}

/// A neighbour's clock is months ahead, so the site numbered under another date; the PC begins anew on the true one.
#[test]
fn a_restored_pc_repeats_no_number_of_another_date() {
    let mut world = site(6, 2);
    let backup = world.backup(0);
    let ahead = i64::try_from(163 * DAY_MILLIS).unwrap();
    world.nodes[1].clock.set_skew_millis(ahead);
    world.run_for(10_000);
    let mut tickets = BTreeSet::from([issue(&mut world, 0).unwrap()]);
    let mut codes = BTreeSet::from([receive(&mut world, 0).0]);
    world.run_until_quiescent();
    world.partition(&[&[0], &[1]]);
    world.crash(0, PowerLoss::AllUnsynced);
    world.restore(0, backup, true);
    world.run_for(1_000);
    // Something is written under the true date: the new incarnation begins.
    receive(&mut world, 0);
    world.heal();
    world.run_for(10_000);
    world.run_until_quiescent();
    assert!(codes.insert(receive(&mut world, 0).0), "{codes:?}");
    assert!(tickets.insert(issue(&mut world, 0).unwrap()), "{tickets:?}");
}

/// A press that is repeated after its PC was restored makes another dossier, of which the keeper must not think that it
/// has its number already.
#[test]
fn a_press_repeated_after_a_restore_gets_another_number() {
    let mut world = site(7, 2);
    let backup = world.backup(1);
    let request = RequestId([8; 16]);
    let mut codes = BTreeSet::new();
    for is_restored in [false, true] {
        if is_restored {
            world.disk_goes(1, Some(&backup));
            world.crash(1, PowerLoss::AllUnsynced);
            world.restore(1, backup.clone(), true);
            world.run_for(10_000);
        }
        let command = Command::ReceiveDossier(Box::new(papers::receive("Đỗ Thị Số")));
        match world.submit_as(1, request, command) {
            Ok(Outcome::DossierReceived(received)) => {
                assert!(codes.insert(received.code.to_string()), "{codes:?}");
            }
            other => world.fail(&format!("{other:?}")),
        }
    }
}
