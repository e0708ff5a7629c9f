//! Keepers that do not answer.

use lienquay_core::event::Notice;
use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::KeeperRefusal;
use lienquay_tests::sim::world::{PowerLoss, lane};

use crate::queue::*;

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
