//! Granting and calling: one ticket, one counter.

use lienquay_shared::RequestId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, Submission, TicketRef};
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{KeeperRefusal, TransferTarget};
use lienquay_tests::sim::world::{PowerLoss, Trap, lane};

use crate::queue::*;

#[test]
fn tickets_are_spread_over_the_desks_that_serve_their_lane() {
    let mut world = site(1, 3);
    issue_many(&mut world, 0, 60);
    let shares: Vec<usize> = (0..3).map(|node| n_kept_by(&world, node, 0)).collect();
    assert_eq!(shares.iter().sum::<usize>(), 60);
    assert!(
        shares.iter().all(|n_tickets| *n_tickets >= 10),
        "{shares:?}"
    );
}

#[test]
fn the_lane_is_called_in_order_whoever_keeps_and_calls() {
    let mut world = site(2, 3);
    issue_many(&mut world, 1, 9);
    let mut numbers = Vec::new();
    for turn in 0..9 {
        let called = call(&mut world, turn % 3).unwrap();
        announce(&mut world, turn % 3, called.doc);
        numbers.push(called.number.to_string());
    }
    let mut sorted = numbers.clone();
    sorted.sort();
    assert_eq!(numbers, sorted);
    assert_eq!(call(&mut world, 0), Err(Refusal::NothingWaiting));
}

#[test]
fn counters_that_call_at_the_same_moment_get_different_tickets() {
    let mut world = site(3, 4);
    issue_many(&mut world, 0, 4);
    let mut tokens = Vec::new();
    for (node, byte) in (0..4).zip(1_u8..) {
        let submission = Submission {
            request: RequestId([byte; 16]),
            command: next(),
        };
        tokens.push(world.order(node, submission));
    }
    world.run_until_quiescent();
    let mut docs = Vec::new();
    for token in tokens {
        match world.answer(token) {
            Some(Ok(Outcome::TicketCalled(called))) => docs.push(called.doc),
            other => world.fail(&format!("{other:?}")),
        }
    }
    docs.sort();
    docs.dedup();
    assert_eq!(docs.len(), 4);
}

#[test]
fn a_split_site_calls_every_ticket_once_and_each_side_has_its_share() {
    let mut world = site(4, 4);
    issue_many(&mut world, 0, 24);
    world.partition(&[&[0, 1], &[2, 3]]);
    world.run_for(15_000);
    let (left, refusal) = call_all(&mut world, 0);
    assert!(
        matches!(refusal, Refusal::KeeperUnreachable { .. }),
        "{refusal:?}"
    );
    let (right, _) = call_all(&mut world, 2);
    assert!(!left.is_empty() && !right.is_empty());
    let mut all = [left, right].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 24);
    world.heal();
    world.run_until_quiescent();
    for doc in all {
        assert!(!row(&world, 3, doc).is_double_called);
    }
}

#[test]
fn a_lost_answer_is_asked_for_again_and_calls_one_ticket() {
    for name in ["KeeperAnswer", "KeeperAsk", "Entries"] {
        let mut world = site(5, 2);
        let (doc, keeper) = issue(&mut world, 0, "A");
        world.run_until_quiescent();
        let keeper = world.index_of(&keeper).unwrap();
        let caller = 1 - keeper;
        let from = if name == "KeeperAsk" { caller } else { keeper };
        world.set_trap(Trap { from, name });
        let submission = Submission {
            request: RequestId([7; 16]),
            command: next(),
        };
        let token = world.order(caller, submission);
        world.run_for(700);
        assert!(is_sprung(&world), "{name} was on its way");
        world.heal();
        world.run_until_quiescent();
        match world.answer(token) {
            Some(Ok(Outcome::TicketCalled(called))) => assert_eq!(called.doc, doc, "{name}"),
            other => world.fail(&format!("{name}: {other:?}")),
        }
        assert_eq!(row(&world, keeper, doc).state, TicketState::Granted);
        assert_eq!(
            row(&world, caller, doc).n_defects,
            0,
            "{name}: one call only"
        );
    }
}

#[test]
fn a_grant_nobody_heard_of_is_the_next_call_of_its_counter() {
    let mut world = site(6, 2);
    let (doc, keeper) = issue(&mut world, 0, "A");
    issue(&mut world, 0, "A");
    world.run_until_quiescent();
    let keeper = world.index_of(&keeper).unwrap();
    let caller = 1 - keeper;
    // The grant is written, but neither it nor the answer gets out; the caller gives up meanwhile.
    world.set_trap(Trap {
        from: keeper,
        name: "Entries",
    });
    let refusal = call(&mut world, caller).unwrap_err();
    assert!(is_sprung(&world), "the grant was on its way");
    assert!(
        matches!(refusal, Refusal::KeeperUnreachable { .. }),
        "{refusal:?}"
    );
    world.heal();
    world.run_until_quiescent();
    assert_eq!(row(&world, caller, doc).state, TicketState::Granted);
    for _ in 0..2 {
        assert_eq!(
            call(&mut world, caller).unwrap().doc,
            doc,
            "until it is announced"
        );
    }
    announce(&mut world, caller, doc);
    assert_ne!(call(&mut world, caller).unwrap().doc, doc);
}

#[test]
fn a_call_given_back_is_not_announced_before_its_keeper_is_heard() {
    let mut world = site(18, 2);
    let (doc, keeper) = issue(&mut world, 0, "A");
    world.run_until_quiescent();
    let keeper = world.index_of(&keeper).unwrap();
    let caller = 1 - keeper;
    call(&mut world, caller).unwrap();
    world.set_trap(Trap {
        from: keeper,
        name: "Entries",
    });
    let ticket = TicketRef::Id(doc);
    let declined = world.submit(
        caller,
        Command::Decline {
            ticket: ticket.clone(),
        },
    );
    assert!(declined.is_err() && is_sprung(&world));
    // The keeper took it back; it calls the citizen itself. The caller cannot know.
    assert_eq!(call(&mut world, keeper).unwrap().doc, doc);
    world.crash(caller, PowerLoss::AllUnsynced);
    world.restart(caller);
    world.run_for(1_000);
    let announced = world.submit(caller, Command::Announce { ticket });
    assert_eq!(announced, Err(Refusal::Timeout));
    assert!(
        call(&mut world, caller).is_err(),
        "not offered again either"
    );
    world.heal();
    world.run_until_quiescent();
    let end = row(&world, caller, doc);
    assert_eq!(end.call.unwrap().node, world.nodes[keeper].id);
    assert!(!end.is_double_called);
}

#[test]
fn a_call_given_back_in_vain_can_be_taken_up_again() {
    let mut world = site(19, 2);
    let (doc, keeper) = issue(&mut world, 0, "A");
    world.run_until_quiescent();
    let keeper = world.index_of(&keeper).unwrap();
    let caller = 1 - keeper;
    call(&mut world, caller).unwrap();
    world.set_trap(Trap {
        from: caller,
        name: "KeeperAsk",
    });
    let ticket = TicketRef::Id(doc);
    let declined = world.submit(
        caller,
        Command::Decline {
            ticket: ticket.clone(),
        },
    );
    assert!(declined.is_err() && is_sprung(&world));
    world.heal();
    world.run_until_quiescent();
    let again = Command::CallTicket {
        ticket,
        reason: Text::truncated("vẫn ở quầy này"),
    };
    world.done(caller, again);
    announce(&mut world, caller, doc);
    world.run_until_quiescent();
    assert_eq!(row(&world, keeper, doc).state, TicketState::Announced);
}

#[test]
fn a_counter_that_has_not_heard_of_its_call_does_not_give_it_back() {
    let mut world = site(21, 2);
    let (doc, keeper) = issue(&mut world, 0, "A");
    world.run_until_quiescent();
    let keeper = world.index_of(&keeper).unwrap();
    let caller = 1 - keeper;
    world.set_trap(Trap {
        from: keeper,
        name: "Entries",
    });
    assert!(call(&mut world, caller).is_err() && is_sprung(&world));
    world.heal();
    // On its screen the ticket still waits, so it sends it to another lane as soon as the keeper is there; but the keeper has
    // called it to this very counter.
    let transfer = || Command::Transfer {
        ticket: TicketRef::Id(doc),
        to: TransferTarget::Lane(lane("B")),
    };
    let mut moved = world.submit(caller, transfer());
    while let Err(Refusal::KeeperUnreachable { .. }) = moved {
        world.run_for(1);
        moved = world.submit(caller, transfer());
    }
    world.run_until_quiescent();
    let counter = row(&world, keeper, doc).call.unwrap().counter;
    let refused = KeeperRefusal::AlreadyCalled { counter };
    assert_eq!(moved, Err(Refusal::Keeper(refused)));
    let here = row(&world, caller, doc);
    assert_eq!(here.state, TicketState::Granted);
    assert_eq!(here.call.unwrap().node, world.nodes[caller].id);
    announce(&mut world, caller, doc);
}

#[test]
fn the_same_button_pressed_twice_is_answered_twice() {
    let mut world = site(20, 2);
    issue_many(&mut world, 0, 3);
    for command in [
        next(),
        Command::IssueTicket {
            lane: lane("B"),
            priority: None,
            papers: List::default(),
        },
    ] {
        let byte = u8::from(command == next());
        let submission = Submission {
            request: RequestId([byte; 16]),
            command,
        };
        world.order(1, submission.clone());
        world.order(1, submission);
        world.run_until_quiescent();
        assert_eq!(world.n_unanswered(), 0);
    }
}

#[test]
fn a_repeated_submission_calls_once() {
    let mut world = site(7, 2);
    issue_many(&mut world, 0, 3);
    let request = RequestId([9; 16]);
    let first = world.submit_as(1, request, next()).unwrap();
    world.crash(1, PowerLoss::AnyUnsynced);
    world.restart(1);
    world.run_until_quiescent();
    assert_eq!(world.submit_as(1, request, next()).unwrap(), first);
}

#[test]
fn a_keeper_that_restarts_knows_what_it_granted() {
    let mut world = site(8, 3);
    issue_many(&mut world, 0, 6);
    let called = call(&mut world, 1).unwrap();
    announce(&mut world, 1, called.doc);
    world.run_until_quiescent();
    let keeper = keeper_of(&world, 0, called.doc);
    world.crash(keeper, PowerLoss::AllUnsynced);
    world.restart(keeper);
    world.run_until_quiescent();
    let asker = (0..3).find(|node| *node != 1).unwrap();
    let again = Command::CallTicket {
        ticket: TicketRef::Id(called.doc),
        reason: Text::truncated("thử"),
    };
    assert_eq!(
        world.submit(asker, again),
        Err(Refusal::Keeper(KeeperRefusal::AlreadyCalled { counter: 2 }))
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
fn every_step_goes_through_the_keeper_from_any_counter() {
    let mut world = site(9, 2);
    let (doc, _) = issue(&mut world, 0, "A");
    world.run_until_quiescent();
    let ticket = TicketRef::Id(doc);
    for node in [0, 1] {
        world.done(
            node,
            Command::Park {
                ticket: ticket.clone(),
            },
        );
        world.run_until_quiescent();
        assert_eq!(row(&world, 1 - node, doc).state, TicketState::Parked);
        assert_eq!(call(&mut world, node), Err(Refusal::NothingWaiting));
        world.done(
            node,
            Command::Unpark {
                ticket: ticket.clone(),
            },
        );
        world.run_until_quiescent();
    }
    world.done(
        0,
        Command::Transfer {
            ticket: ticket.clone(),
            to: TransferTarget::Counter(2),
        },
    );
    world.run_until_quiescent();
    assert_eq!(call(&mut world, 0), Err(Refusal::NothingWaiting));
    assert_eq!(call(&mut world, 1).unwrap().doc, doc);
    world.done(
        1,
        Command::Decline {
            ticket: ticket.clone(),
        },
    );
    assert_eq!(call(&mut world, 1).unwrap().doc, doc);
    announce(&mut world, 1, doc);
    world.run_until_quiescent();
    let other = world.submit(
        0,
        Command::Start {
            ticket: ticket.clone(),
        },
    );
    world.run_until_quiescent();
    assert_eq!(other, Err(Refusal::OtherCounter { counter: 2 }));
    world.done(
        1,
        Command::NoShow {
            ticket: ticket.clone(),
        },
    );
    world.run_until_quiescent();
    world.done(
        1,
        Command::CallTicket {
            ticket: ticket.clone(),
            reason: Text::truncated("vừa quay lại"),
        },
    );
    announce(&mut world, 1, doc);
    world.done(
        1,
        Command::Start {
            ticket: ticket.clone(),
        },
    );
    world.done(
        1,
        Command::FinishTicket {
            ticket: ticket.clone(),
            dossiers: List::default(),
        },
    );
    world.done(0, Command::Rate { ticket, mark: 5 });
    world.run_until_quiescent();
    let end = row(&world, 0, doc);
    assert_eq!((end.state, end.n_defects), (TicketState::Finished, 0));
}
