//! What a story about tickets is told with.

use lienquay_core::event::Notice;
use lienquay_core::store::{Store, TicketFilter};
use lienquay_shared::codec::List;
use lienquay_shared::command::{CalledTicket, Command, Outcome, TicketRef};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::{DocId, NodeId};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{World, lane};

pub(crate) fn site(seed: u64, n_desks: usize) -> World {
    let mut world = World::new(seed);
    world.build_site(n_desks);
    world
}

#[track_caller]
pub(crate) fn issue(world: &mut World, node: NodeIndex, letters: &str) -> (DocId, NodeId) {
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

pub(crate) fn issue_many(world: &mut World, node: NodeIndex, n_tickets: usize) {
    for _ in 0..n_tickets {
        issue(world, node, "A");
    }
    world.run_until_quiescent();
}

pub(crate) fn next() -> Command {
    Command::CallNext {
        lanes: List::default(),
    }
}

#[track_caller]
pub(crate) fn call(world: &mut World, node: NodeIndex) -> Result<CalledTicket, Refusal> {
    match world.submit(node, next()) {
        Ok(Outcome::TicketCalled(called)) => Ok(called),
        Ok(other) => world.fail(&format!("{other:?}")),
        Err(refusal) => Err(refusal),
    }
}

#[track_caller]
pub(crate) fn announce(world: &mut World, node: NodeIndex, doc: DocId) {
    world.done(
        node,
        Command::Announce {
            ticket: TicketRef::Id(doc),
        },
    );
}

/// Calls until nothing more can be called here; every call is announced.
#[track_caller]
pub(crate) fn call_all(world: &mut World, node: NodeIndex) -> (Vec<DocId>, Refusal) {
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

pub(crate) fn row(world: &World, node: NodeIndex, doc: DocId) -> TicketRow {
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

pub(crate) fn keeper_of(world: &World, node: NodeIndex, doc: DocId) -> NodeIndex {
    world.index_of(&row(world, node, doc).keeper.node).unwrap()
}

/// Tickets kept by a node as another one knows.
pub(crate) fn n_kept_by(world: &World, by: NodeIndex, seen_at: NodeIndex) -> usize {
    let filter = TicketFilter::KeptBy(world.nodes[by].id);
    let store = world.nodes[seen_at].store();
    store.tickets(&filter, 1_000).unwrap().len()
}

pub(crate) fn heard_double_call(world: &World, node: NodeIndex, doc: DocId) -> usize {
    let told = |notice: &Notice| *notice == Notice::DoubleCall { ticket: doc };
    let notices = world.nodes[node].notices.iter();
    notices.filter(|(_, notice)| told(notice)).count()
}

pub(crate) fn take_over(
    world: &mut World,
    node: NodeIndex,
    silent: NodeIndex,
) -> Result<Outcome, Refusal> {
    let keeper = world.nodes[silent].id;
    world.submit(node, Command::TakeOverTickets { keeper })
}

/// Whether the trap lost its message.
pub(crate) fn is_sprung(world: &World) -> bool {
    world
        .trace()
        .tail(usize::MAX)
        .contains("is lost with its link")
}
