//! Messages from nobody, from rogues, from broken or newer programs.

use lienquay_shared::DocId;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::link::Hello;
use lienquay_shared::wire::{Message, Reason};
use lienquay_tests::sim::chance::Chance;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::World;

use crate::site::{dossier, edit, edit_of, request, three};

fn counted(world: &World, node: usize, reason: Reason) -> u64 {
    world.nodes[node]
        .host()
        .unwrap()
        .engine()
        .reasons()
        .total(reason)
}

/// Everything a member ever sent lately.
fn recorded(world: &World) -> Vec<Vec<u8>> {
    world
        .recorded()
        .iter()
        .map(|message| message.bytes.clone())
        .collect()
}

#[test]
fn a_rogue_learns_that_a_site_exists_and_injects_nothing() {
    let mut world = three(1);
    let doc = dossier(&mut world, 0);
    edit(&mut world, 0, doc, "Riêng tư");
    world.run_until_quiescent();
    let overheard = recorded(&world);
    let before: Vec<_> = (0..3).map(|node| world.holding(node)).collect();
    let rogue = world.add_rogue();
    world.run_for(5_000);
    let site = world.nodes[0].host().unwrap().engine().site();
    for node in 0..3 {
        world.inject(
            rogue,
            node,
            Message::Hello(Hello { site, roster: None }).encode(),
        );
        for bytes in &overheard {
            world.inject(rogue, node, bytes.clone());
            world.run_for(20);
        }
    }
    world.run_until_quiescent();
    let after: Vec<_> = (0..3).map(|node| world.holding(node)).collect();
    assert_eq!(before, after);
    check_settled(&world);
    let heard = world.heard_by(rogue);
    assert!(!heard.is_empty());
    for message in &heard {
        assert!(
            matches!(message, Message::Hello(_) | Message::Decline(_)),
            "{message:?}"
        );
        if let Message::Hello(hello) = message {
            assert_eq!(hello.roster, None);
        }
    }
    assert!(counted(&world, 0, Reason::NotOnRoster) > 0);
}

/// A damaged vector may say that a PC's own log goes further than it knows; then it writes nothing until that is cleared up,
/// for the time of one pull.
fn edit_in_spite_of_lies(world: &mut World, node: NodeIndex, doc: DocId, value: &str) {
    match world.submit(node, edit_of(doc, value)) {
        Ok(_) => {}
        Err(refusal) => {
            assert_eq!(refusal, Refusal::TooBusy);
            world.run_for(5_000);
            edit(world, node, doc, value);
        }
    }
}

#[test]
fn damaged_repeated_and_unknown_messages_of_a_member_harm_nothing_and_are_counted() {
    let mut world = three(2);
    let mut chance = Chance::new(2, "noise");
    let doc = dossier(&mut world, 0);
    for round in 0..40 {
        edit_in_spite_of_lies(&mut world, round % 3, doc, &format!("Lần {round}"));
        let all = recorded(&world);
        for _ in 0..15 {
            let from = chance.index(3);
            let to = (from + 1 + chance.index(2)) % 3;
            let mut bytes = chance.pick(&all).unwrap().clone();
            match chance.below(6) {
                0 => bytes[0] = 2,
                1 => bytes[1] = 200,
                2 => bytes.truncate(chance.index(bytes.len() + 1)),
                3 => {
                    let at = chance.index(bytes.len());
                    bytes[at] ^= 1 << chance.below(8);
                }
                4 => bytes = chance.blob(40),
                _ => {}
            }
            world.inject(from, to, bytes);
        }
        world.run_for(chance.within(0..=400));
    }
    world.run_until_quiescent();
    check_settled(&world);
    for node in 0..3 {
        assert_eq!(request(&world, node, doc), "Lần 39");
    }
    for reason in [
        Reason::WrongWireVersion,
        Reason::UnknownMessage,
        Reason::MalformedMessage,
        Reason::Duplicate,
    ] {
        let total: u64 = (0..3).map(|node| counted(&world, node, reason)).sum();
        assert!(total > 0, "{reason:?} was not counted");
    }
}

#[test]
fn an_unknown_author_means_delay_not_refusal() {
    use lienquay_shared::wire::link::NodeMode;
    let mut world = three(3);
    let newcomer = world.add_node("quay4");
    world.partition(&[&[0, newcomer], &[1, 2]]);
    world.join(newcomer, 0, NodeMode::Desk, false);
    world.run_until_quiet_among(&[0, newcomer]);
    let doc = dossier(&mut world, newcomer);
    world.run_until_quiet_among(&[0, newcomer]);
    let node = world.nodes[newcomer].id;
    let of_newcomer =
        |message: &Message| matches!(message, Message::Entries(batch) if batch.log.node == node);
    let entries: Vec<Vec<u8>> = recorded(&world)
        .into_iter()
        .filter(|bytes| Message::decode(bytes).is_ok_and(|message| of_newcomer(&message)))
        .collect();
    assert!(!entries.is_empty());
    // A member passes on what it cannot have checked: entries of somebody not heard of yet.
    for bytes in &entries {
        world.inject(1, 2, bytes.clone());
    }
    world.run_for(1_000);
    assert!(counted(&world, 2, Reason::UnknownAuthor) > 0);
    assert!(crate::site::read(&world, 2, doc).is_none());
    world.heal();
    world.run_until_quiescent();
    check_settled(&world);
    assert!(crate::site::read(&world, 2, doc).is_some());
}

#[test]
fn a_newcomer_presents_its_own_admission_to_members_who_have_not_heard_of_it() {
    use lienquay_shared::wire::link::NodeMode;
    let mut world = three(4);
    let newcomer = world.add_node("quay4");
    world.partition(&[&[0, newcomer], &[1, 2]]);
    world.join(newcomer, 0, NodeMode::Desk, false);
    world.run_until_quiet_among(&[0, newcomer]);
    let doc = dossier(&mut world, newcomer);
    // The PC that admitted it is switched off for the day; the newcomer meets the others.
    world.crash(0, lienquay_tests::sim::world::PowerLoss::AnyUnsynced);
    world.heal();
    world.run_until_quiet_among(&[1, 2, newcomer]);
    assert!(crate::site::read(&world, 1, doc).is_some());
    world.restart(0);
    world.run_until_quiescent();
    check_settled(&world);
}
