//! [2] What was acknowledged is on every member, and [4] nothing scarce was acknowledged twice.

use std::collections::BTreeMap;

use lienquay_core::store::Store;
use lienquay_shared::command::Outcome;

use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::world::{Acknowledged, World};

pub(super) fn nothing_is_given_twice(world: &World) -> Verdict {
    let mut numbers: BTreeMap<String, &Acknowledged> = BTreeMap::new();
    for done in world.acknowledged() {
        let scarce = match &done.outcome {
            // The same number is printed again on another day: the PC's own idea of the day tells them apart.
            Outcome::TicketIssued { number, .. } => {
                format!("ticket {} of day {:?}", &**number, done.day)
            }
            Outcome::DossierReceived(received) => format!("code {}", &*received.code.0),
            _ => continue,
        };
        match numbers.insert(scarce.clone(), done) {
            Some(before) if before.request != done.request => {
                let (one, other) = (world.name(before.node), world.name(done.node));
                return Err(format!("{scarce} was given by {one} and again by {other}"));
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// The log of the node that acknowledged reaches, on every member, at least to where it was then, by the same bytes.
pub(super) fn nothing_is_lost(world: &World, members: &[NodeIndex]) -> Verdict {
    // A PC that was shut out or thrown away speaks for itself no more.
    let counts = |done: &&Acknowledged| !world.nodes[done.node].is_outside;
    for done in world.acknowledged().iter().filter(counts) {
        for node in members {
            is_kept_by(world, *node, done)?;
        }
    }
    outcomes_are_visible(world, members)
}

fn is_kept_by(world: &World, node: NodeIndex, done: &Acknowledged) -> Verdict {
    let Some(point) = &done.point else {
        return Ok(());
    };
    let stored = world.nodes[node]
        .store()
        .entry(&point.log, point.seq)
        .map_err(|fault| fault.to_string())?;
    let is_same = stored
        .as_ref()
        .is_some_and(|entry| entry.header_bytes == point.header_bytes);
    if is_same {
        return Ok(());
    }
    Err(format!(
        "{} acknowledged {:?} at {} of its log, and {} {}",
        world.name(done.node),
        done.command,
        point.seq,
        world.name(node),
        if stored.is_some() {
            "holds another entry there"
        } else {
            "does not hold that entry"
        }
    ))
}

fn outcomes_are_visible(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let tickets: BTreeMap<_, _> = disk.tickets().into_iter().collect();
    let dossiers: BTreeMap<_, _> = disk.dossiers().into_iter().collect();
    for done in world
        .acknowledged()
        .iter()
        .filter(|done| !world.nodes[done.node].is_outside)
    {
        let is_there = match &done.outcome {
            Outcome::TicketIssued { doc, number, .. } => tickets
                .get(doc)
                .is_some_and(|ticket| ticket.number_text == *number),
            Outcome::TicketCalled(called) => tickets
                .get(&called.doc)
                .is_some_and(|ticket| super::tickets::was_called_to(ticket, called.counter)),
            Outcome::DossierReceived(received) => dossiers
                .get(&received.doc)
                .is_some_and(|dossier| dossier.codes.contains(&received.code)),
            _ => true,
        };
        if !is_there {
            return Err(format!(
                "{} acknowledged what is nowhere: {:?}",
                world.name(done.node),
                done.outcome
            ));
        }
    }
    Ok(())
}
