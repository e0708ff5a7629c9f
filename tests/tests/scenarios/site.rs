//! What every scenario starts from.

use std::sync::OnceLock;

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::codec::{self, Text};
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::dossier::{Dossier, DossierField};
use lienquay_shared::domain::ticket::Ticket;
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, NodeId};
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::officer::papers;
use lienquay_tests::sim::read::Disk;
use lienquay_tests::sim::world::{PowerLoss, Prepared, World, lane};

/// Three counters: 0 and 1 are administrators' and do everything, 2 receives.
pub(crate) fn three(seed: u64) -> World {
    static SITE: OnceLock<Prepared> = OnceLock::new();
    let prepared = SITE.get_or_init(|| {
        let mut world = World::new(7);
        world.build_site(3);
        world.prepare()
    });
    // Never the seed that made the site: its requests would be named the same, and answered as those were.
    let mut world = World::from_prepared(1_000 + seed, prepared);
    world.run_until_quiescent();
    world
}

/// A ticket of lane A.
pub(crate) fn ticket(world: &mut World, node: NodeIndex) -> DocId {
    let command = Command::IssueTicket {
        lane: lane("A"),
        priority: None,
        papers: Default::default(),
    };
    match world.done(node, command) {
        Outcome::TicketIssued { doc, .. } => doc,
        other => world.fail(&format!("not a ticket: {other:?}")),
    }
}

/// A dossier.
pub(crate) fn dossier(world: &mut World, node: NodeIndex) -> DocId {
    match world.done(
        node,
        Command::ReceiveDossier(Box::new(papers::receive("Trần Thị Thử"))),
    ) {
        Outcome::DossierReceived(received) => received.doc,
        other => world.fail(&format!("not a dossier: {other:?}")),
    }
}

/// The edit of what the citizen asks for.
pub(crate) fn edit_of(doc: DocId, value: &str) -> Command {
    Command::EditDossier {
        dossier: DossierRef::Id(doc),
        field: DossierField::Request,
        value: Text::truncated(value),
    }
}

/// Edits what the citizen asks for.
pub(crate) fn edit(world: &mut World, node: NodeIndex, doc: DocId, value: &str) {
    world.done(node, edit_of(doc, value));
}

fn disk(world: &World, node: NodeIndex) -> Disk<'_> {
    world.disk(node).unwrap()
}

/// A dossier as a node has it.
pub(crate) fn read(world: &World, node: NodeIndex, doc: DocId) -> Option<Dossier> {
    disk(world, node).dossier(&doc)
}

/// What a node shows as the citizen's request.
pub(crate) fn request(world: &World, node: NodeIndex, doc: DocId) -> String {
    read(world, node, doc)
        .map(|dossier| dossier.request)
        .unwrap_or_default()
}

/// What a node shows of the citizen's request, with what stands against it.
pub(crate) fn all_requests(world: &World, node: NodeIndex, doc: DocId) -> Vec<String> {
    let dossier = read(world, node, doc).unwrap_or_default();
    let mut values = vec![dossier.request.clone()];
    for conflict in dossier
        .conflicts
        .iter()
        .filter(|conflict| conflict.field == DossierField::Request.key())
    {
        values.extend(conflict.values.iter().map(|value| value.value.clone()));
    }
    values.sort();
    values.dedup();
    values
}

/// A ticket as a node has it.
pub(crate) fn read_ticket(world: &World, node: NodeIndex, doc: DocId) -> Option<Ticket> {
    disk(world, node).ticket(&doc)
}

/// Counter `by` shuts the laptop (2) out while nobody hears anybody; then everything passes again.
pub(crate) fn revoke_while_apart(world: &mut World, by: NodeIndex) {
    revoke(world, by, 2);
    world.partition(&[&[0], &[1], &[2]]);
    world.run_for(10_000);
    world.heal();
    world.run_until_quiescent();
    check_settled(world);
}

pub(crate) fn revoke(world: &mut World, by: NodeIndex, whom: NodeIndex) {
    let node: NodeId = world.nodes[whom].id;
    let reason = Text::truncated("Máy bị mất");
    world.done(by, Command::Revoke { node, reason });
    world.nodes[whom].is_outside = true;
}

/// Documents with entries beyond a revocation's cut.
pub(crate) fn beyond_cuts(world: &World, node: NodeIndex) -> Vec<DocId> {
    let withheld = EntryState::Withheld(Reason::AfterRevocationCut);
    world.nodes[node]
        .store()
        .docs_with(&[withheld], 10)
        .unwrap()
}

/// The disk is left as an older version would have left it, an entry that it did not understand set aside, and the program
/// of today starts on it.
pub(crate) fn upgrade_from_where_the_last_edit_was_not_understood(
    world: &mut World,
    node: NodeIndex,
    doc: DocId,
) {
    world.crash(node, PowerLoss::InOrder);
    let disk = world.nodes[node].store_mut();
    let last = disk.entries_of(&doc).unwrap().pop().unwrap();
    let not_understood = EntryState::Quarantined(Reason::NeedsNewerVersion);
    disk.set_entry_state(&last.log, last.seq, not_understood)
        .unwrap();
    disk.set_meta("version", &codec::encode(&"0.0.1")).unwrap();
    disk.commit(true).unwrap();
    world.restart(node);
}
