//! Tickets whose keeper is away, leaves or dies.

use std::collections::BTreeSet;

use lienquay_core::event::Notice;
use lienquay_shared::DocId;
use lienquay_shared::codec::List;
use lienquay_shared::command::{Command, Outcome, Submission, TicketRef};
use lienquay_shared::domain::ticket::{TicketState, TicketStep};
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, Trap, World};

use crate::site::{read_ticket, three, ticket};

fn call_next() -> Command {
    Command::CallNext {
        lanes: List::default(),
    }
}

/// Calls and serves until nobody can be called here any more; who was served.
fn serve_all(world: &mut World, node: NodeIndex) -> Vec<DocId> {
    let mut served = Vec::new();
    while let Ok(Outcome::TicketCalled(called)) = world.submit(node, call_next()) {
        let ticket = || TicketRef::Id(called.doc);
        world.done(node, Command::Announce { ticket: ticket() });
        world.done(node, Command::Start { ticket: ticket() });
        world.done(
            node,
            Command::FinishTicket {
                ticket: ticket(),
                dossiers: List::default(),
            },
        );
        served.push(called.doc);
    }
    served
}

fn n_calls(world: &World, node: NodeIndex, doc: DocId) -> usize {
    let ticket = read_ticket(world, node, doc).unwrap();
    let is_call = |step: &TicketStep| matches!(step, TicketStep::Called { .. });
    ticket
        .history
        .iter()
        .filter(|line| line.counts && is_call(&line.step))
        .count()
}

fn keeper_of(world: &World, node: NodeIndex, doc: DocId) -> NodeIndex {
    world
        .index_of(&read_ticket(world, node, doc).unwrap().epoch.node)
        .unwrap()
}

fn each_served_once(world: &World, tickets: &[DocId]) {
    for doc in tickets {
        let found = read_ticket(world, 0, *doc).unwrap();
        assert_eq!(
            found.state,
            TicketState::Finished,
            "{:?}",
            found.number_text
        );
        assert_eq!(n_calls(world, 0, *doc), 1, "{:?}", found.number_text);
    }
}

#[test]
fn a_lost_grant_reply_calls_nobody_twice_and_forgets_nobody() {
    for seed in 0..20 {
        let mut world = three(seed);
        let doc = ticket(&mut world, 0);
        world.run_until_quiescent();
        let keeper = keeper_of(&world, 0, doc);
        let caller = (keeper + 1) % 3;
        world.set_trap(Trap {
            from: keeper,
            name: "KeeperAnswer",
        });
        let request = lienquay_shared::RequestId([7; 16]);
        world.order(
            caller,
            Submission {
                request,
                command: call_next(),
            },
        );
        world.run_for(3_000);
        world.heal();
        world.run_for(20_000);
        // Whatever the first press was told, the next one gets this ticket, or it is already called here.
        let called = world.submit_as(caller, request, call_next());
        if called.is_err() {
            let again = world.submit(caller, call_next());
            assert!(
                matches!(&again, Ok(Outcome::TicketCalled(found)) if found.doc == doc),
                "seed {seed}: {again:?}"
            );
        }
        world.run_until_quiescent();
        check_settled(&world);
        assert_eq!(n_calls(&world, 0, doc), 1, "seed {seed}");
        let found = read_ticket(&world, 0, doc).unwrap();
        assert_eq!(found.call.unwrap().node, world.nodes[caller].id);
    }
}

#[test]
fn both_sides_of_a_cut_call_their_share_and_nobody_twice() {
    let mut world = three(1);
    let tickets: Vec<DocId> = (0..12).map(|at| ticket(&mut world, at % 2)).collect();
    world.run_until_quiescent();
    world.partition(&[&[0], &[1, 2]]);
    world.run_for(10_000);
    let mut served = serve_all(&mut world, 0);
    served.extend(serve_all(&mut world, 1));
    served.extend(serve_all(&mut world, 2));
    let distinct: BTreeSet<DocId> = served.iter().copied().collect();
    assert_eq!(distinct.len(), served.len());
    world.heal();
    world.run_until_quiescent();
    served.extend(serve_all(&mut world, 0));
    served.extend(serve_all(&mut world, 1));
    assert_eq!(served.len(), tickets.len());
    world.run_until_quiescent();
    check_settled(&world);
    each_served_once(&world, &tickets);
}

#[test]
fn a_laptop_that_leaves_takes_no_ticket_with_it() {
    let mut world = three(2);
    let tickets: Vec<DocId> = (0..12).map(|_| ticket(&mut world, 0)).collect();
    world.run_until_quiescent();
    let kept = |world: &World| {
        tickets
            .iter()
            .filter(|doc| keeper_of(world, 0, **doc) == 2)
            .count()
    };
    assert!(kept(&world) > 0);
    world.done(2, Command::GoMobile);
    // Whatever was handed over is safe elsewhere at this very moment: the power may go.
    world.crash(2, PowerLoss::AllUnsynced);
    assert_eq!(kept(&world), 0);
    let mut served = serve_all(&mut world, 0);
    served.extend(serve_all(&mut world, 1));
    assert_eq!(served.len(), tickets.len());
    world.restart(2);
    world.run_until_quiescent();
    check_settled(&world);
    each_served_once(&world, &tickets);
}

#[test]
fn two_officers_confirm_a_takeover_at_once_and_nobody_is_called_twice() {
    for seed in 3..13 {
        let mut world = three(seed);
        let tickets: Vec<DocId> = (0..9).map(|_| ticket(&mut world, 0)).collect();
        world.run_until_quiescent();
        world.crash(2, PowerLoss::AnyUnsynced);
        let silent = world.nodes[2].id;
        let offered = |world: &World, node: usize| {
            world.nodes[node].heard(
                |notice| matches!(notice, Notice::KeeperSilent { keeper, .. } if *keeper == silent),
            )
        };
        assert!(
            world.run_until(300_000, |world| offered(world, 0) && offered(world, 1)),
            "takeover is not offered"
        );
        for (node, byte) in [(0, 1), (1, 2)] {
            let request = lienquay_shared::RequestId([byte; 16]);
            world.order(
                node,
                Submission {
                    request,
                    command: Command::TakeOverTickets { keeper: silent },
                },
            );
        }
        world.run_for(10_000);
        let mut served = serve_all(&mut world, 0);
        served.extend(serve_all(&mut world, 1));
        assert_eq!(served.len(), tickets.len(), "seed {seed}");
        world.restart(2);
        world.run_until_quiescent();
        check_settled(&world);
        each_served_once(&world, &tickets);
    }
}

#[test]
fn a_kiosk_alone_goes_on_giving_numbers_and_hands_them_over_on_contact() {
    let mut world = three(4);
    let kiosk = world.add_node("kiosk");
    world.join(kiosk, 0, NodeMode::Kiosk, false);
    world.run_until_quiescent();
    let before = ticket(&mut world, kiosk);
    world.partition(&[&[0, 1, 2], &[kiosk]]);
    world.run_for(10_000);
    let mut tickets: Vec<DocId> = (0..3).map(|_| ticket(&mut world, kiosk)).collect();
    tickets.extend((0..3).map(|_| ticket(&mut world, 0)));
    tickets.push(before);
    world.heal();
    world.run_until_quiescent();
    check_settled(&world);
    assert!(
        tickets
            .iter()
            .all(|doc| keeper_of(&world, 0, *doc) != kiosk)
    );
    let served = [serve_all(&mut world, 0), serve_all(&mut world, 1)].concat();
    assert_eq!(served.len(), tickets.len());
    world.run_until_quiescent();
    each_served_once(&world, &tickets);
}
