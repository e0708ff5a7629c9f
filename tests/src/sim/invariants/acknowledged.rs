//! [2] What was acknowledged is on every member, and [4] nothing scarce was acknowledged twice.

use std::collections::BTreeMap;

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::command::Outcome;
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, RequestId};

use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::world::{Acknowledged, World};

/// Scarce things given out so far: what, to which request, by whom.
pub type Given = BTreeMap<String, (RequestId, NodeIndex)>;

/// Keeps account of one more answer; fails when it gives out what was given to another request before.
pub(in crate::sim) fn give(given: &mut Given, done: &Acknowledged) -> Result<(), String> {
    let scarce = match &done.outcome {
        // The same number is printed again on another day: the PC's own idea of the day tells them apart.
        Outcome::TicketIssued { number, .. } => {
            format!("ticket {} of day {:?}", &**number, done.day)
        }
        Outcome::DossierReceived(received) => format!("code {}", &*received.code.0),
        _ => return Ok(()),
    };
    match given.insert(scarce.clone(), (done.request, done.node)) {
        Some((request, before)) if request != done.request => Err(format!(
            "{scarce} was given by PC {before} and again by PC {}",
            done.node
        )),
        Some(_) | None => Ok(()),
    }
}

/// The log of the node that acknowledged reaches, on every member, at least to where it was then, by the same bytes; or
/// a branch of it does.
pub(super) fn nothing_is_lost(world: &World, members: &[NodeIndex]) -> Verdict {
    for done in owed(world) {
        for node in members {
            is_kept_by(world, *node, done)?;
        }
    }
    Ok(())
}

/// What the site owes: of PCs that were shut out only what was written before, which others answer for.
fn owed(world: &World) -> impl Iterator<Item = &Acknowledged> {
    let counts = |done: &&Acknowledged| !world.nodes[done.node].is_outside && !done.is_excused;
    world.acknowledged().iter().filter(counts)
}

fn is_kept_by(world: &World, node: NodeIndex, done: &Acknowledged) -> Verdict {
    let Some(point) = &done.point else {
        return Ok(());
    };
    let store = world.nodes[node].store();
    if store.keeps(&point.log, point.seq, &point.header_bytes) {
        return Ok(());
    }
    let stored = store
        .entry(&point.log, point.seq)
        .map_err(|fault| fault.to_string())?;
    Err(format!(
        "{} acknowledged {:?} at {} of {}, and {} {}",
        world.name(done.node),
        done.command,
        point.seq,
        point.log,
        world.name(node),
        if stored.is_some() {
            "holds another entry there"
        } else {
            "does not hold that entry"
        }
    ))
}

pub(super) fn outcomes_are_visible(world: &World, members: &[NodeIndex]) -> Verdict {
    let (Some(disk), Some(node)) = (any_disk(world, members), members.first()) else {
        return Ok(());
    };
    let tickets: BTreeMap<_, _> = disk.tickets().into_iter().collect();
    let dossiers: BTreeMap<_, _> = disk.dossiers().into_iter().collect();
    for done in owed(world).filter(|done| !done.is_call_gone) {
        let (doc, is_there) = match &done.outcome {
            Outcome::TicketIssued { doc, number, .. } => {
                let ticket = tickets.get(doc);
                (
                    doc,
                    ticket.is_some_and(|ticket| ticket.number_text == *number),
                )
            }
            Outcome::TicketCalled(called) => {
                let ticket = tickets.get(&called.doc);
                let is_there = ticket
                    .is_some_and(|ticket| super::tickets::was_called_to(ticket, called.counter));
                (&called.doc, is_there)
            }
            Outcome::DossierReceived(received) => {
                let dossier = dossiers.get(&received.doc);
                let is_there =
                    dossier.is_some_and(|dossier| dossier.codes.contains(&received.code));
                (&received.doc, is_there)
            }
            _ => continue,
        };
        if !is_there && !is_excused(world, *node, doc) {
            return Err(format!(
                "{} acknowledged what is nowhere: {:?}",
                world.name(done.node),
                done.outcome
            ));
        }
    }
    Ok(())
}

/// A document that was forgotten shows nothing; one with parts that only a removed PC wrote, or that were lost with a
/// disk, shows less.
pub(super) fn is_excused(world: &World, node: NodeIndex, doc: &DocId) -> bool {
    let store = world.nodes[node].store();
    let forgotten = matches!(store.doc(doc), Ok(Some(row)) if row.forgotten);
    let refs = store.entries_of(doc).unwrap_or_default();
    let set_aside = refs.iter().any(|entry| match entry.state {
        // Whoever wrote it writes it again, unless there is nobody any more who would.
        EntryState::Withheld(Reason::LosingBranch) => !world.has_member(&entry.log.node),
        EntryState::Withheld(_) | EntryState::Quarantined(_) => true,
        EntryState::Pending => world.lenience.lost_disks,
        _ => false,
    });
    forgotten || set_aside || (refs.is_empty() && world.lenience.lost_disks)
}
