//! Founding, joining and leaving a site, on simulated PCs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use lienquay_core::event::{Control, Found, Notice};
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::domain::site::Lane;
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::join::commitment;
use lienquay_shared::wire::join::{Bytes32, JoinStep};
use lienquay_shared::wire::link::{Hello, NodeMode};
use lienquay_shared::wire::{Message, Reason};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, World, lane};

fn two_pcs(seed: u64) -> World {
    let mut world = World::new(seed);
    world.add_node("quay1");
    world.add_node("quay2");
    world.found(0);
    world
}

fn set_lane(letters: &str) -> Command {
    Command::SetLane(Lane {
        id: lane(letters),
        name: Text::truncated("Đất đai"),
        fields: List::default(),
        active: true,
    })
}

fn seek(world: &mut World, node: NodeIndex) {
    let name = world.name(node).to_owned();
    let mode = NodeMode::Desk;
    world.control(node, Control::Seek { name, mode }).unwrap();
}

/// Lets two PCs come as far as showing each other's code.
fn until_codes_shown(world: &mut World, newcomer: NodeIndex, admin: NodeIndex) {
    seek(world, newcomer);
    assert!(world.run_until(60_000, |world| {
        world.code_shown(newcomer, admin).is_some() && world.code_shown(admin, newcomer).is_some()
    }));
}

fn confirm(world: &mut World, node: NodeIndex, other: NodeIndex) {
    let (peer, admin) = (world.nodes[other].id, false);
    world
        .control(node, Control::ConfirmCode { peer, admin })
        .unwrap();
}

fn has_joined(world: &World, node: NodeIndex) -> bool {
    world.nodes[node].heard(|notice| *notice == Notice::Joined)
}

fn failed_with(world: &World, node: NodeIndex, reason: Reason) -> bool {
    world.nodes[node]
        .heard(|notice| matches!(notice, Notice::JoinFailed { reason: why, .. } if *why == reason))
}

#[test]
fn a_founded_site_can_be_worked_with_at_once() {
    let mut world = two_pcs(1);
    world.done(0, set_lane("B"));
    let code = Text::truncated("H26.15.1");
    world.done(
        0,
        Command::SetSite {
            name: None,
            unit_code: Some(code),
            numbering: None,
        },
    );
}

#[test]
fn a_site_is_founded_once() {
    let mut world = two_pcs(2);
    let found = Found {
        site_secret: [7; 32],
        site_name: "Khác".to_owned(),
        unit: "H26.16".to_owned(),
        officer_name: "Trần Văn Tối".to_owned(),
        node_name: "quay9".to_owned(),
    };
    assert!(world.control(0, Control::Found(found.clone())).is_err());
    let unnamed = Found {
        unit: "có dấu cách".to_owned(),
        ..found
    };
    assert!(world.control(1, Control::Found(unnamed)).is_err());
    assert!(
        world.holding(1).is_empty(),
        "a refused founding leaves nothing"
    );
}

#[test]
fn a_newcomer_joins_with_equal_codes_and_is_seated() {
    let mut world = two_pcs(3);
    world.join(1, 0, NodeMode::Desk, true);
    world.run_until_quiescent();
    world.done(1, set_lane("B"));
    world.run_until_quiescent();
    assert_eq!(world.holding(0).len(), 2, "both PCs write");
}

#[test]
fn a_welcome_counts_only_after_the_newcomers_own_person_confirmed() {
    let mut world = two_pcs(4);
    until_codes_shown(&mut world, 1, 0);
    confirm(&mut world, 0, 1);
    world.run_for(20_000);
    assert!(!has_joined(&world, 1));
    assert!(world.holding(1).is_empty());
    confirm(&mut world, 1, 0);
    assert!(world.run_until(5_000, |world| has_joined(world, 1)));
    world.run_until_quiescent();
}

#[test]
fn a_refusal_on_either_screen_ends_the_exchange_on_both() {
    for refusing in [0, 1] {
        let mut world = two_pcs(5);
        until_codes_shown(&mut world, 1, 0);
        let peer = world.nodes[1 - refusing].id;
        world
            .control(refusing, Control::RejectCode { peer })
            .unwrap();
        world.run_for(60_000);
        for node in [0, 1] {
            assert!(failed_with(&world, node, Reason::JoinRejected));
        }
        let peer = world.nodes[1].id;
        assert!(
            world
                .control(0, Control::ConfirmCode { peer, admin: false })
                .is_err()
        );
        assert!(!has_joined(&world, 1));
        // The people try again.
        world.nodes[0].notices.clear();
        world.nodes[1].notices.clear();
        world.join(1, 0, NodeMode::Desk, false);
    }
}

#[test]
fn a_lost_link_ends_the_exchange_and_the_next_link_begins_a_new_one() {
    let mut world = two_pcs(6);
    until_codes_shown(&mut world, 1, 0);
    let first = world.code_shown(0, 1);
    world.cut_pair(0, 1);
    assert!(world.run_until(60_000, |world| {
        failed_with(world, 0, Reason::JoinUnanswered)
            && failed_with(world, 1, Reason::JoinUnanswered)
    }));
    world.heal();
    assert!(world.run_until(60_000, |world| {
        world.code_shown(0, 1) != first && world.code_shown(0, 1) == world.code_shown(1, 0)
    }));
    confirm(&mut world, 1, 0);
    confirm(&mut world, 0, 1);
    assert!(world.run_until(5_000, |world| has_joined(world, 1)));
}

#[test]
fn a_newcomer_whose_power_fails_at_the_welcome_joins_again() {
    let mut world = two_pcs(7);
    until_codes_shown(&mut world, 1, 0);
    confirm(&mut world, 1, 0);
    let peer = world.nodes[1].id;
    world.order_control(0, Control::ConfirmCode { peer, admin: false });
    world.crash_at_write(1, 2);
    world.run_for(5_000);
    assert!(!world.nodes[1].is_running(), "the power went in the middle");
    world.restart(1);
    world.nodes[0].notices.clear();
    world.join(1, 0, NodeMode::Desk, false);
    world.run_until_quiescent();
}

#[test]
fn a_newcomer_whose_disk_is_full_at_the_welcome_asks_again_by_itself() {
    let mut world = two_pcs(7);
    until_codes_shown(&mut world, 1, 0);
    let first = world.code_shown(1, 0);
    world.nodes[1].store_mut().faults().full = true;
    confirm(&mut world, 0, 1);
    let peer = world.nodes[0].id;
    world.order_control(1, Control::ConfirmCode { peer, admin: false });
    world.run_for(5_000);
    assert!(!has_joined(&world, 1), "nothing could be saved");
    world.nodes[1].store_mut().faults().full = false;
    let is_new = |world: &World| world.code_shown(1, 0) != first;
    assert!(world.run_until(60_000, is_new), "another code is shown");
    world.run_for(1_000);
    confirm(&mut world, 0, 1);
    confirm(&mut world, 1, 0);
    assert!(world.run_until(5_000, |world| has_joined(world, 1)));
}

#[test]
fn members_restarted_stay_members() {
    let mut world = two_pcs(8);
    world.join(1, 0, NodeMode::Desk, false);
    world.run_until_quiescent();
    for node in [0, 1] {
        world.crash(node, PowerLoss::AllUnsynced);
    }
    world.restart_all();
    world.done(0, set_lane("B"));
    world.run_until_quiescent();
}

#[test]
fn somebody_in_the_middle_makes_the_codes_differ() {
    let mut world = two_pcs(9);
    world.cut_pair(0, 1);
    let rogue = world.add_rogue();
    let site = NodeKey::from_secret(&[9; 32]).site();
    seek(&mut world, 1);
    assert!(world.run_until(30_000, |world| {
        world.network.is_linked(rogue, 0) && world.network.is_linked(rogue, 1)
    }));
    world.run_for(1_000);
    let say = |world: &mut World, to, message: Message| {
        assert!(world.inject(rogue, to, message.encode()));
        world.run_for(1_000);
    };
    let hello = Hello {
        site: Some(site),
        roster: None,
    };
    say(&mut world, 1, Message::Hello(hello));
    let nonce = [1; 32];
    let ask = JoinStep::Ask {
        name: Text::truncated("quay2"),
        mode: NodeMode::Desk,
        commitment: Bytes32::new(commitment(world.nodes[rogue].id, &nonce)),
    };
    say(&mut world, 0, Message::Join(ask));
    let challenge = world
        .heard_by(rogue)
        .into_iter()
        .find(|message| matches!(message, Message::Join(JoinStep::Challenge { .. })));
    say(&mut world, 1, challenge.expect("the admin challenges"));
    let nonce = Bytes32::new(nonce);
    say(&mut world, 0, Message::Join(JoinStep::Reveal { nonce }));
    let (admin, newcomer) = (world.code_shown(0, rogue), world.code_shown(1, rogue));
    assert!(admin.is_some() && newcomer.is_some());
    assert_ne!(admin, newcomer);
    let peer = world.nodes[rogue].id;
    world.control(0, Control::RejectCode { peer }).unwrap();
    let heard = world.heard_by(rogue);
    assert!(heard.iter().all(|message| matches!(
        message,
        Message::Hello(Hello { roster: None, .. }) | Message::Join(_)
    )));
}

#[test]
fn a_nonce_that_was_not_committed_is_refused() {
    let mut world = two_pcs(10);
    let rogue = world.add_rogue();
    assert!(world.run_until(30_000, |world| world.network.is_linked(rogue, 0)));
    let ask = JoinStep::Ask {
        name: Text::truncated("quay2"),
        mode: NodeMode::Desk,
        commitment: Bytes32::new(commitment(world.nodes[rogue].id, &[1; 32])),
    };
    let nonce = Bytes32::new([2; 32]);
    for step in [ask, JoinStep::Reveal { nonce }] {
        world.run_for(1_000);
        assert!(world.inject(rogue, 0, Message::Join(step).encode()));
    }
    world.run_for(1_000);
    assert!(failed_with(&world, 0, Reason::JoinForged));
    assert_eq!(world.code_shown(0, rogue), None);
}

#[test]
fn a_revoked_pc_is_shut_out_and_gets_nothing() {
    let mut world = World::new(11);
    world.build_site(3);
    let gone = world.nodes[2].id;
    let mine = Command::Revoke {
        node: world.nodes[1].id,
        reason: Text::truncated("thử"),
    };
    assert!(world.submit(1, mine).is_err(), "nobody revokes himself");
    world.done(
        1,
        Command::Revoke {
            node: gone,
            reason: Text::truncated("máy bị mất"),
        },
    );
    world.nodes[2].is_outside = true;
    world.run_until_quiescent();
    assert!(!world.network.is_linked(0, 2) && !world.network.is_linked(1, 2));
    let before = world.holding(2);
    world.done(0, set_lane("C"));
    world.run_until_quiescent();
    world.run_for(20_000);
    assert_eq!(world.holding(2), before);
    assert!(world.submit(0, Command::Retire { node: gone }).is_err());
}

#[test]
fn a_pc_retires_when_others_hold_all_it_wrote() {
    let mut world = World::new(12);
    world.build_site(3);
    let id = world.nodes[1].id;
    world.partition(&[&[1], &[0, 2]]);
    world.done(1, set_lane("C"));
    world.run_for(10_000);
    assert!(world.submit(1, Command::Retire { node: id }).is_err());
    world.heal();
    world.run_until_quiescent();
    world.done(1, Command::Retire { node: id });
    world.nodes[1].is_outside = true;
    world.run_until_quiescent();
    let ended = |world: &World, node| {
        let rows = world.holding(node);
        let log = rows.into_iter().find(|(log, _)| log.node == id);
        log.map(|(_, (seq, _))| seq)
    };
    assert_eq!(
        ended(&world, 0),
        ended(&world, 1),
        "the closing entry arrived"
    );
    assert!(!world.network.is_linked(0, 1));
}

#[test]
fn the_recovery_sheet_makes_a_member_administrator_when_the_founder_is_gone() {
    let mut world = World::new(11);
    world.add_node("quay1");
    world.add_node("quay2");
    let found = Found {
        site_secret: [9; 32],
        site_name: "Xã Thử".to_owned(),
        unit: "H26.15".to_owned(),
        officer_name: "Lê Thị Đầu".to_owned(),
        node_name: "quay1".to_owned(),
    };
    world.control(0, Control::Found(found)).unwrap();
    seek(&mut world, 1);
    until_codes_shown(&mut world, 1, 0);
    confirm(&mut world, 1, 0);
    confirm(&mut world, 0, 1);
    world.run_until_quiescent();
    world.crash(0, PowerLoss::AllUnsynced);
    let newcomer = world.add_node("quay3");
    let founder = world.nodes[0].id;
    let wrong = Control::Recover {
        site_secret: [1; 32],
    };
    assert!(world.control(1, wrong).is_err());
    let revoke = || Command::Revoke {
        node: founder,
        reason: Text::truncated("mất máy"),
    };
    assert!(world.submit(1, revoke()).is_err());
    let sheet = Control::Recover {
        site_secret: [9; 32],
    };
    world.control(1, sheet).unwrap();
    world.done(1, revoke());
    seek(&mut world, newcomer);
    until_codes_shown(&mut world, newcomer, 1);
    confirm(&mut world, newcomer, 1);
    confirm(&mut world, 1, newcomer);
    assert!(world.run_until(30_000, |world| has_joined(world, newcomer)));
}
