//! Tickets and their keepers, on simulated PCs: nobody is called twice, nobody is forgotten.
#![allow(
    clippy::unwrap_used,
    reason = "a test file: what is missing fails the test"
)]

use lienquay_core::event::{Control, Notice};
use lienquay_core::store::{Store, TicketFilter};
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{CalledTicket, Command, Outcome, Submission, TicketRef};
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::KeeperRefusal;
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::{DocId, NodeId, RequestId};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, Trap, World, lane};

fn site(seed: u64, n_desks: usize) -> World {
    let mut world = World::new(seed);
    world.build_site(n_desks);
    world
}

#[track_caller]
fn issue(world: &mut World, node: NodeIndex, letters: &str) -> (DocId, NodeId) {
    let command = Command::IssueTicket {
        lane: lane(letters),
        priority: None,
        papers: List::default(),
    };
    match world.done(node, command) {
        Outcome::TicketIssued { doc, keeper, .. } => (doc, keeper),
        other => world.fail(&format!("{other:?}")),
    }
}

fn issue_many(world: &mut World, node: NodeIndex, n_tickets: usize) {
    for _ in 0..n_tickets {
        issue(world, node, "A");
    }
    world.run_until_quiescent();
}

fn next() -> Command {
    Command::CallNext {
        lanes: List::default(),
    }
}

#[track_caller]
fn call(world: &mut World, node: NodeIndex) -> Result<CalledTicket, Refusal> {
    match world.submit(node, next()) {
        Ok(Outcome::TicketCalled(called)) => Ok(called),
        Ok(other) => world.fail(&format!("{other:?}")),
        Err(refusal) => Err(refusal),
    }
}

#[track_caller]
fn announce(world: &mut World, node: NodeIndex, doc: DocId) {
    world.done(
        node,
        Command::Announce {
            ticket: TicketRef::Id(doc),
        },
    );
}

/// Calls until nothing more can be called here; every call is announced.
#[track_caller]
fn call_all(world: &mut World, node: NodeIndex) -> (Vec<DocId>, Refusal) {
    let mut docs = Vec::new();
    loop {
        match call(world, node) {
            Ok(called) => {
                announce(world, node, called.doc);
                docs.push(called.doc);
            }
            Err(refusal) => return (docs, refusal),
        }
    }
}

fn row(world: &World, node: NodeIndex, doc: DocId) -> TicketRow {
    let store = world.nodes[node].store();
    let days = store.ticket_days();
    let rows = days.iter().flat_map(|day| {
        ["A", "B"].into_iter().flat_map(|letters| {
            let filter = TicketFilter::OfDay {
                day: *day,
                lane: letters.to_owned(),
            };
            store.tickets(&filter, 1_000).unwrap()
        })
    });
    rows.into_iter().find(|row| row.doc == doc).unwrap()
}

fn keeper_of(world: &World, node: NodeIndex, doc: DocId) -> NodeIndex {
    world.index_of(&row(world, node, doc).keeper.node).unwrap()
}

/// Tickets kept by a node as another one knows.
fn n_kept_by(world: &World, by: NodeIndex, seen_at: NodeIndex) -> usize {
    let filter = TicketFilter::KeptBy(world.nodes[by].id);
    let store = world.nodes[seen_at].store();
    store.tickets(&filter, 1_000).unwrap().len()
}

fn heard_double_call(world: &World, node: NodeIndex, doc: DocId) -> usize {
    let told = |notice: &Notice| *notice == Notice::DoubleCall { ticket: doc };
    let notices = world.nodes[node].notices.iter();
    notices.filter(|(_, notice)| told(notice)).count()
}

fn take_over(world: &mut World, node: NodeIndex, silent: NodeIndex) -> Result<Outcome, Refusal> {
    let keeper = world.nodes[silent].id;
    world.submit(node, Command::TakeOverTickets { keeper })
}

/// Whether the trap lost its message.
fn is_sprung(world: &World) -> bool {
    world
        .trace()
        .tail(usize::MAX)
        .contains("is lost with its link")
}

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
            to: lienquay_shared::wire::keeper::TransferTarget::Counter(2),
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

#[test]
fn a_kiosk_alone_keeps_its_tickets_and_hands_them_over_on_contact() {
    let mut world = site(10, 2);
    let kiosk = world.add_node("kiosk");
    world.join(kiosk, 0, NodeMode::Kiosk, false);
    world.run_until_quiescent();
    let (_, keeper) = issue(&mut world, kiosk, "A");
    assert_ne!(keeper, world.nodes[kiosk].id, "a desk is reachable");
    world.partition(&[&[0, 1]]);
    world.run_for(15_000);
    let mut docs = Vec::new();
    for _ in 0..40 {
        let (doc, keeper) = issue(&mut world, kiosk, "A");
        assert_eq!(keeper, world.nodes[kiosk].id);
        docs.push(doc);
    }
    world.heal();
    world.run_until_quiescent();
    assert_eq!(n_kept_by(&world, kiosk, 0), 0);
    let (called, _) = call_all(&mut world, 0);
    assert_eq!(called.len(), 41);
    world.run_until_quiescent();
    assert!(
        docs.iter()
            .all(|doc| !row(&world, 1, *doc).is_double_called)
    );
}

#[test]
fn who_leaves_hands_everything_over_and_is_answered_when_it_is_safe() {
    let mut world = site(11, 3);
    issue_many(&mut world, 0, 12);
    let n_kept = n_kept_by(&world, 2, 2);
    assert!(n_kept > 0);
    let outcome = world.control(2, Control::Leave).unwrap();
    let expected = Outcome::TicketsHandedOver {
        n_tickets: u32::try_from(n_kept).unwrap(),
        n_unconfirmed: 0,
        n_kept: 0,
    };
    assert_eq!(outcome, expected);
    world.crash(2, PowerLoss::AllUnsynced);
    world.run_for(15_000);
    for node in [0, 1] {
        let (_, keeper) = issue(&mut world, node, "A");
        assert_ne!(keeper, world.nodes[2].id);
    }
    let (called, refusal) = call_all(&mut world, 0);
    assert_eq!((called.len(), refusal), (14, Refusal::NothingWaiting));
}

#[test]
fn a_pc_that_leaves_alone_goes_on_with_what_it_kept() {
    let mut world = site(12, 2);
    issue_many(&mut world, 0, 8);
    world.partition(&[&[0], &[1]]);
    world.run_for(15_000);
    let outcome = world.done(1, Command::GoMobile);
    assert!(
        matches!(
            outcome,
            Outcome::TicketsHandedOver {
                n_tickets: 0,
                n_kept: 1..,
                ..
            }
        ),
        "{outcome:?}"
    );
    let (called, _) = call_all(&mut world, 1);
    assert!(!called.is_empty());
    world.heal();
    world.run_until_quiescent();
    assert_eq!(world.done(1, Command::ComeBack), Outcome::Done);
    let (rest, _) = call_all(&mut world, 1);
    assert_eq!(called.len() + rest.len(), 8);
}

#[test]
fn a_silent_keeper_is_offered_and_taken_over_only_when_the_officer_confirms() {
    let mut world = site(13, 3);
    issue_many(&mut world, 0, 12);
    assert!(matches!(
        take_over(&mut world, 0, 2),
        Err(Refusal::InvalidInput { .. })
    ));
    world.crash(2, PowerLoss::AnyUnsynced);
    world.run_for(15_000);
    let silent = Notice::KeeperSilent {
        keeper: world.nodes[2].id,
        since_mono_millis: 0,
    };
    let is_offer =
        |notice: &Notice| std::mem::discriminant(notice) == std::mem::discriminant(&silent);
    assert!(!world.nodes[0].heard(is_offer), "not before the grace time");
    let (before, refusal) = call_all(&mut world, 0);
    assert!(
        matches!(
            refusal,
            Refusal::KeeperUnreachable {
                counter: Some(3),
                since_millis: Some(_),
                ..
            }
        ),
        "{refusal:?}"
    );
    world.run_for(30_000);
    assert!(world.nodes[0].heard(is_offer));
    take_over(&mut world, 0, 2).unwrap();
    world.run_for(5_000);
    let (after, refusal) = call_all(&mut world, 0);
    assert_eq!(
        (before.len() + after.len(), refusal),
        (12, Refusal::NothingWaiting)
    );
    // The keeper returns: it learns that its tickets are gone before anybody could ask it.
    world.restart(2);
    world.run_until_quiescent();
    assert_eq!(call(&mut world, 2), Err(Refusal::NothingWaiting));
}

#[test]
fn a_successor_grants_only_after_every_connected_member_stored_its_takeover() {
    let mut world = site(17, 3);
    issue_many(&mut world, 0, 12);
    world.crash(2, PowerLoss::AnyUnsynced);
    world.run_for(15_000);
    // What the others keep is called first, so that only the silent keeper's tickets are left.
    call_all(&mut world, 0);
    let keeper = world.nodes[2].id;
    let takeover = Submission {
        request: RequestId([1; 16]),
        command: Command::TakeOverTickets { keeper },
    };
    let at_once = Submission {
        request: RequestId([2; 16]),
        command: next(),
    };
    world.order(0, takeover);
    let token = world.order(0, at_once);
    world.run_until_quiescent();
    assert_eq!(
        world.answer(token),
        Some(&Err(Refusal::Keeper(KeeperRefusal::Fenced)))
    );
    assert!(call(&mut world, 0).is_ok());
}

#[test]
fn two_officers_who_take_over_at_once_settle_on_one_keeper_and_call_nobody_twice() {
    let mut world = site(14, 3);
    issue_many(&mut world, 0, 12);
    world.crash(2, PowerLoss::AnyUnsynced);
    world.run_for(15_000);
    let keeper = world.nodes[2].id;
    for (node, byte) in [(0, 1_u8), (1, 2)] {
        for (command, salt) in [
            (Command::TakeOverTickets { keeper }, 10),
            (next(), 20),
            (next(), 30),
        ] {
            let request = RequestId([byte + salt; 16]);
            world.order(node, Submission { request, command });
        }
    }
    world.run_until_quiescent();
    let mut all = Vec::new();
    for node in [0, 1, 0, 1] {
        all.extend(call_all(&mut world, node).0);
        world.run_until_quiescent();
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 12);
    for doc in all {
        assert_eq!(row(&world, 0, doc), row(&world, 1, doc));
        assert!(!row(&world, 0, doc).is_double_called);
    }
}

#[test]
fn a_double_call_after_a_takeover_is_told_to_both_counters_once() {
    let mut world = site(15, 2);
    issue_many(&mut world, 0, 6);
    world.partition(&[&[0], &[1]]);
    world.run_for(15_000);
    // Counter 2 works on, cut off; counter 1 believes it dead.
    let (mine, _) = call_all(&mut world, 1);
    assert!(!mine.is_empty());
    take_over(&mut world, 0, 1).unwrap();
    let (all, _) = call_all(&mut world, 0);
    assert_eq!(all.len(), 6);
    world.heal();
    world.run_until_quiescent();
    for doc in &mine {
        let (here, there) = (row(&world, 0, *doc), row(&world, 1, *doc));
        assert_eq!(here, there);
        assert!(here.is_double_called);
        assert_eq!(
            here.call.unwrap().node,
            world.nodes[0].id,
            "the higher epoch stands"
        );
        for node in [0, 1] {
            assert_eq!(heard_double_call(&world, node, *doc), 1);
        }
    }
}

#[test]
fn a_paper_whose_ticket_is_elsewhere_is_called_and_joins_it_later() {
    let mut world = site(16, 3);
    world.partition(&[&[0, 1]]);
    world.run_for(15_000);
    let (doc, _) = issue(&mut world, 2, "A");
    let paper = row(&world, 2, doc);
    let outcome = world.done(
        0,
        Command::EnterPaperNumber {
            lane: lane("A"),
            number: paper.number,
        },
    );
    match outcome {
        Outcome::TicketCalled(called) => {
            assert_eq!((called.doc, called.taken_over), (doc, true));
        }
        other => world.fail(&format!("{other:?}")),
    }
    announce(&mut world, 0, doc);
    world.heal();
    world.run_until_quiescent();
    assert_eq!(row(&world, 2, doc).call.unwrap().counter, 1);
    assert_eq!(call(&mut world, 2), Err(Refusal::NothingWaiting));
}
