//! The order of a lane: who is called next.

use std::collections::BTreeMap;

use crate::domain::ticket::TicketState;
use crate::ids::{NodeId, OfficerId};
use crate::view::TicketRow;
use crate::wire::keeper::{CounterNo, LaneId};

/// Priority calls in a row before one without priority is called, if one waits.
pub const DEFAULT_PRIORITY_CAP: u32 = 2;

/// Who asks for the next ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Their counter.
    pub counter: CounterNo,
    /// Their officer.
    pub officer: OfficerId,
}

/// The waiting tickets of a lane in the order in which they are called; only those the caller may call, or all without a caller.
///
/// `n_priority_in_a_row` counts the lane's last calls that had priority. Granted but unannounced tickets head the lane: nobody is
/// forgotten.
pub fn lane_order<'a>(
    rows: impl IntoIterator<Item = &'a TicketRow>,
    lane: &LaneId,
    caller: Option<Caller>,
    n_priority_in_a_row: u32,
    priority_cap: u32,
) -> Vec<&'a TicketRow> {
    let in_lane: Vec<&TicketRow> = rows.into_iter().filter(|row| row.lane == *lane).collect();
    let mut unresolved: Vec<&TicketRow> = in_lane
        .iter()
        .copied()
        .filter(|row| row.state == TicketState::Granted)
        .collect();
    unresolved.sort_by_key(|row| {
        (
            row.call.as_ref().map(|call| call.granted_at_millis),
            row.doc,
        )
    });
    let places = monotone_places(&in_lane);
    let mut waiting: Vec<(Place, &TicketRow)> = places
        .into_iter()
        .filter(|(_, row)| {
            row.state == TicketState::Waiting && caller.is_none_or(|caller| may_call(row, caller))
        })
        .collect();
    waiting.sort_by_key(|(place, _)| *place);
    let (with, without): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .map(|(_, row)| row)
        .partition(|row: &&TicketRow| row.priority.is_some());
    unresolved.extend(interleave(with, without, n_priority_in_a_row, priority_cap));
    unresolved
}

/// Priority calls in a row at the end of a lane's calls, given newest first.
pub fn priority_run<'a>(calls_newest_first: impl IntoIterator<Item = &'a TicketRow>) -> u32 {
    let run = calls_newest_first
        .into_iter()
        .take_while(|row| row.priority.is_some())
        .count();
    u32::try_from(run).unwrap_or(u32::MAX)
}

/// Whether a caller may call a waiting ticket: one meant for a counter or an officer only goes there.
pub fn may_call(row: &TicketRow, caller: Caller) -> bool {
    row.for_counter
        .is_none_or(|counter| counter == caller.counter)
        && row
            .for_officer
            .is_none_or(|officer| officer == caller.officer)
}

/// Logical time made monotone, then the issuer, number and document to break ties.
type Place = (u64, Option<NodeId>, u32, crate::ids::DocId);

/// Within one issuer strictly by number, whatever its clock did in between; across issuers by logical time. A ticket moved here
/// from another lane stands where it was moved.
fn monotone_places<'a>(rows: &[&'a TicketRow]) -> Vec<(Place, &'a TicketRow)> {
    let (moved, issued): (Vec<&TicketRow>, Vec<&TicketRow>) =
        rows.iter().partition(|row| row.moved_hlc.is_some());
    let mut by_issuer: BTreeMap<_, Vec<&TicketRow>> = BTreeMap::new();
    for row in issued {
        by_issuer
            .entry((row.day, row.issuer, series_part(row.number)))
            .or_default()
            .push(row);
    }
    let mut places = Vec::with_capacity(rows.len());
    for mut series in by_issuer.into_values() {
        series.sort_by_key(|row| (row.number, row.doc));
        let mut latest = 0;
        for row in series {
            latest = row.issued_hlc.max(latest);
            places.push(((latest, row.issuer, row.number, row.doc), row));
        }
    }
    places.extend(moved.into_iter().map(|row| {
        (
            (
                row.moved_hlc.unwrap_or_default(),
                row.issuer,
                row.number,
                row.doc,
            ),
            row,
        )
    }));
    places
}

/// Numbers of the keeper's range and of a slot's range each rise with time, but not against each other.
const fn series_part(number: u32) -> bool {
    number <= crate::domain::series::NumberRange::TICKET_KEEPER.last
}

/// Priority first, but after `cap` priority calls in a row one without is called.
fn interleave<'a>(
    with: Vec<&'a TicketRow>,
    without: Vec<&'a TicketRow>,
    n_in_a_row: u32,
    cap: u32,
) -> Vec<&'a TicketRow> {
    let mut order = Vec::with_capacity(with.len() + without.len());
    let (mut with, mut without) = (with.into_iter().peekable(), without.into_iter().peekable());
    let mut run = n_in_a_row;
    loop {
        let is_priority_turn = with.peek().is_some() && (run < cap || without.peek().is_none());
        let next = if is_priority_turn {
            with.next()
        } else {
            without.next()
        };
        let Some(row) = next else { return order };
        run = if is_priority_turn {
            run.saturating_add(1)
        } else {
            0
        };
        order.push(row);
    }
}

#[cfg(test)]
mod tests;
