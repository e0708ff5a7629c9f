//! Keepers that leave, and issuers that kept what nobody else could.

use lienquay_core::event::Control;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::world::PowerLoss;

use crate::queue::*;

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
