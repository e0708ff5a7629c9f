//! [3] No ticket is called by two counters unless its keeper was taken over, and then both are told; nobody is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_core::store::{Store, TicketFilter};
use lienquay_shared::domain::queue::lane_order;
use lienquay_shared::domain::ticket::{Call, DoubleCall, Ticket, TicketState, TicketStep};
use lienquay_shared::wire::keeper::CounterNo;

use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// Tickets of a lane looked at; more than any run issues.
const ALL: usize = 100_000;

/// Whether the ticket was ever called to a counter, by a step that counts.
pub(in crate::sim) fn was_called_to(ticket: &Ticket, wanted: CounterNo) -> bool {
    ticket
        .history
        .iter()
        .any(|line| matches!(line.step, TicketStep::Called { counter, .. } if counter == wanted))
}

pub(super) fn no_ticket_is_called_twice_unnoticed(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    if !world.lenience.doubled.is_empty() {
        // Two copies of a keeper both grant, until they meet.
        return Ok(());
    }
    for (doc, ticket) in disk.tickets() {
        let count = |wanted: fn(&TicketStep) -> bool| {
            ticket
                .history
                .iter()
                .filter(|line| wanted(&line.step))
                .count()
        };
        let taken_over = count(|step| {
            matches!(
                step,
                TicketStep::TakenOver { .. } | TicketStep::PaperEntered { .. }
            )
        });
        let restored = &world.lenience.restored;
        let is_of_a_backup = |call: &Call| restored.contains(&call.node);
        let is_excused =
            |double: &DoubleCall| is_of_a_backup(&double.standing) || is_of_a_backup(&double.other);
        if taken_over == 0 && !ticket.double_calls.iter().all(is_excused) {
            return Err(format!(
                "ticket {} ({doc:?}) is called twice without a takeover",
                &*ticket.number_text
            ));
        }
        // Counted without the fold: a ticket can only be called again after something released it.
        // One request is one call; two transfers to one lane look alike and are two.
        let calls: BTreeSet<_> = ticket
            .history
            .iter()
            .filter_map(|line| match line.step {
                TicketStep::Called { request, .. } => Some(request),
                _ => None,
            })
            .collect();
        let calls = calls.len();
        let releases = count(|step| {
            matches!(
                step,
                TicketStep::Declined { .. }
                    | TicketStep::Parked { .. }
                    | TicketStep::Unparked { .. }
                    | TicketStep::Transferred { .. }
                    | TicketStep::NoShow { .. }
            )
        });
        if taken_over == 0 && calls > 1 + releases {
            return Err(format!(
                "ticket {} has {calls} calls and {releases} releases",
                &*ticket.number_text
            ));
        }
    }
    Ok(())
}

/// A takeover is fenced: who takes over first learns what the others in reach have granted, and they that it took over. So two
/// calls of one ticket come from keepers that did not hear each other.
pub(super) fn keepers_in_reach_call_once(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    if !world.lenience.doubled.is_empty() || world.lenience.lost_disks {
        return Ok(());
    }
    for (doc, ticket) in disk.tickets() {
        for DoubleCall { standing, other } in &ticket.double_calls {
            let keepers = [standing.epoch.node, other.epoch.node];
            let differ = keepers[0] != keepers[1];
            if differ && world.were_in_reach(keepers, [standing.request, other.request]) {
                return Err(format!(
                    "ticket {} ({doc:?}) is called by {keepers:?}, which were linked all the time",
                    &*ticket.number_text
                ));
            }
        }
    }
    Ok(())
}

/// A ticket that was granted and neither announced nor declined heads its lane, for everybody.
pub(super) fn no_granted_ticket_is_forgotten(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let Some(node) = members.first() else {
        return Ok(());
    };
    let store = world.nodes[*node].store();
    for (doc, ticket) in disk.tickets() {
        if ticket.state != TicketState::Granted {
            continue;
        }
        let filter = TicketFilter::OfDay {
            day: ticket.day.0,
            lane: ticket.place.lane.to_string(),
        };
        let rows = store
            .tickets(&filter, ALL)
            .map_err(|fault| fault.to_string())?;
        let order = lane_order(&rows, &ticket.place.lane, None, 0, u32::MAX);
        let head = order
            .iter()
            .take_while(|row| row.state == TicketState::Granted);
        if !head.into_iter().any(|row| row.doc == doc) {
            return Err(format!(
                "granted ticket {} is not at the head of its lane",
                &*ticket.number_text
            ));
        }
    }
    Ok(())
}

/// [4] For tickets: two of one day never carry the same number.
pub(super) fn no_number_is_printed_twice(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let mut seen = BTreeMap::new();
    for (doc, ticket) in disk.tickets() {
        // A paper entered by hand names a number that somebody else printed.
        let is_issued = ticket
            .history
            .iter()
            .any(|line| matches!(line.step, TicketStep::Issued { .. }));
        if !is_issued {
            continue;
        }
        if let Some(other) = seen.insert((ticket.day, ticket.number_text.clone()), doc)
            && !world.may_be_doubled(&ticket.number_text)
        {
            return Err(format!(
                "number {} of {:?} is on two tickets, {doc:?} of {:?} and {other:?}",
                &*ticket.number_text, ticket.day, ticket.issuer
            ));
        }
    }
    Ok(())
}
