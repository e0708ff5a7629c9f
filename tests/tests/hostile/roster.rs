//! A member that floods the roster, and somebody who is not on it.

use std::time::{Duration, Instant};

use lienquay_shared::codec::{List, Text};
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::kind::{Admit, Kind, Rename};
use lienquay_shared::roster::{RosterLog, Signer};
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::link::{NodeMode, RosterChunk, SignedBytes};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{Hlc, NodeId};
use lienquay_tests::hostile::Victim;

fn admit(node: NodeId) -> Kind {
    Kind::Admit(Admit {
        node,
        name: Text::truncated("Máy lạ"),
        mode: NodeMode::Desk,
        admin: true,
        counter: None,
    })
}

fn told(victim: &mut Victim, peer: NodeId, statements: Vec<SignedBytes>) {
    for chunk in statements.chunks(128) {
        let statements = List::truncated(chunk.to_vec());
        victim.hears(peer, &Message::Roster(RosterChunk { statements }));
    }
}

/// A chain of `n` statements of one member, each on top of the one before.
fn chain(victim: &Victim, key: &NodeKey, n: usize) -> Vec<SignedBytes> {
    let mut roster: RosterLog = victim.roster();
    let mut made = Vec::new();
    for number in 0..n {
        let rename = Kind::Rename(Rename {
            node: key.node(),
            name: Text::truncated(&format!("Quầy {number}")),
            mode: NodeMode::Desk,
        });
        let hlc = Hlc::from_millis(1_790_000_000_000);
        let signed = roster
            .draft(Signer::Node(key.node()), rename, hlc)
            .sign(key)
            .unwrap();
        roster.insert(signed.clone());
        made.push(signed);
    }
    made
}

#[test]
fn a_flood_of_statements_is_bounded_passed_on_once_and_changes_nobody() {
    let mut victim = Victim::new();
    let (bad, honest) = (victim.turncoat.clone(), victim.honest.node());
    let statements = chain(&victim, &bad, 600);
    victim.said.clear();
    let started = Instant::now();
    for statement in statements {
        told(&mut victim, bad.node(), vec![statement]);
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    let n_bytes: usize = victim
        .take_said(honest)
        .iter()
        .filter(|said| matches!(said, Message::Roster(_)))
        .map(|said| said.encode().len())
        .sum();
    assert!(
        n_bytes < 1 << 20,
        "{n_bytes} bytes to pass on 512 statements"
    );
    assert!(victim.counted(bad.node(), Reason::TooMany) >= 80);
    let roster = victim.roster().fold();
    assert_eq!(roster.members.len(), 3);
    assert_eq!(&*roster.members[&bad.node()].name, "Quầy");
}

#[test]
fn a_full_roster_fits_what_a_link_queues() {
    use lienquay_node::net::schedule::MAX_URGENT_BYTES;
    let largest = lienquay_shared::roster::set::MAX_STORED_BYTES;
    assert!(
        largest * 2 <= MAX_URGENT_BYTES,
        "two greetings of a full roster"
    );
}

#[test]
fn a_forged_or_borrowed_admission_admits_nobody() {
    let mut victim = Victim::new();
    let rogue = NodeKey::from_secret(&[66; 32]);
    victim.link(rogue.node());
    let members = victim.roster().fold().members.len();
    // Signed by itself.
    let own = victim.statement(&rogue, admit(rogue.node()));
    // Signed by a member that is no administrator, and presented by the rogue.
    let borrowed = victim.statement(&victim.turncoat.clone(), admit(rogue.node()));
    // Everything the site ever stated, overheard.
    let old: Vec<SignedBytes> = victim
        .roster()
        .all_parents_first()
        .into_iter()
        .cloned()
        .collect();
    told(&mut victim, rogue.node(), vec![own, borrowed]);
    told(&mut victim, rogue.node(), old);
    assert_eq!(
        victim.host().engine().members_roster().members.len(),
        members
    );
    assert!(victim.counted(rogue.node(), Reason::NotOnRoster) > 0);
    for said in victim.take_said(rogue.node()) {
        assert!(matches!(said, Message::Hello(hello) if hello.roster.is_none()));
    }
}

#[test]
fn a_stranger_that_goes_on_talking_is_turned_away() {
    let mut victim = Victim::new();
    let rogue = NodeKey::from_secret(&[66; 32]).node();
    victim.link(rogue);
    let ask = Message::PlanAsk(());
    for _ in 0..300 {
        victim.hears(rogue, &ask);
    }
    assert!(
        victim.closed.contains(&(rogue, Reason::TooMany)),
        "{:?}",
        victim.closed
    );
    assert!(victim.counted(rogue, Reason::NotOnRoster) > 0);
}

#[test]
fn a_storm_of_joins_leaves_room_and_ends() {
    let mut victim = Victim::new();
    let rogues: Vec<NodeId> = (100..140_u8)
        .map(|n| NodeKey::from_secret(&[n; 32]).node())
        .collect();
    let ask = Message::Join(JoinStep::Ask {
        name: Text::truncated("Máy lạ"),
        mode: NodeMode::Desk,
        commitment: serde_bytes_array(),
    });
    for rogue in &rogues {
        victim.link(*rogue);
        for _ in 0..20 {
            victim.hears(*rogue, &ask);
        }
    }
    let newcomer = NodeKey::from_secret(&[200; 32]).node();
    victim.link(newcomer);
    victim.pass(31_000);
    victim.said.clear();
    victim.hears(newcomer, &ask);
    let challenged = |said: &[Message]| {
        said.iter()
            .any(|said| matches!(said, Message::Join(JoinStep::Challenge { .. })))
    };
    assert!(
        challenged(&victim.take_said(newcomer)),
        "half a minute later there is room"
    );
    assert!(victim.counted(rogues[30], Reason::TooMany) > 0);
}

fn serde_bytes_array() -> lienquay_shared::wire::join::Bytes32 {
    lienquay_shared::wire::join::Bytes32::new([1; 32])
}
