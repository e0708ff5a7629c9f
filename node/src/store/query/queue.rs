//! The queue of a day.

use std::collections::BTreeMap;

use lienquay_shared::domain::queue::{lane_order, priority_run};
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::query::{Page, PageAsk};
use lienquay_shared::view::{LaneQueue, QueueView, TicketRow};
use lienquay_shared::wire::keeper::LaneId;
use rusqlite::{Connection, params};

use crate::store::column::{limit, unsigned};
use crate::store::fault::SqlResult;
use crate::store::projections::{name_of, row_of};
use crate::store::query::{Asked, document};
use crate::store::statement::{many, one};

/// Tickets of one day that are looked at: ten of the busiest days.
const MAX_OF_DAY: usize = 3_000;
/// Waiting tickets listed of one lane.
const MAX_WAITING: usize = 50;
/// Calls a display shows.
const MAX_LAST_CALLS: usize = 20;
/// As the engine calls: after two with priority one without.
const PRIORITY_CAP: u32 = lienquay_shared::domain::queue::DEFAULT_PRIORITY_CAP;

/// How many tickets wait in a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCount {
    /// The lane.
    pub lane: String,
    /// In it, not granted yet.
    pub n_waiting: u64,
    /// Granted, announced or being served.
    pub n_at_counters: u64,
}

/// Tickets by lane, issuer and number. The cursor is the last one's document.
pub(super) fn page(
    conn: &Connection,
    day: Day,
    lane: Option<&LaneId>,
    states: &[TicketState],
    ask: &PageAsk,
) -> SqlResult<Page<TicketRow>> {
    let names: Vec<String> = states.iter().map(name_of).collect();
    let names = serde_json::Value::from(names).to_string();
    let after = after(conn, ask)?;
    let wanted = usize::from(ask.n_rows());
    let mut rows: Vec<TicketRow> = many(
        conn,
        "SELECT row FROM tickets WHERE day = ?1 AND (?2 IS NULL OR lane = ?2)
         AND (?3 = '[]' OR state IN (SELECT value FROM json_each(?3)))
         AND (lane, issuer, number, doc) > (?4, ?5, ?6, ?7)
         ORDER BY lane, issuer, number, doc LIMIT ?8 OFFSET ?9",
        params![
            day.0,
            lane.map(|lane| &**lane),
            names,
            after.lane,
            after.issuer,
            after.number,
            after.doc,
            limit(wanted + 1),
            ask.skip
        ],
        |row| row_of(row, 0),
    )?;
    let has_more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|last| last.doc.to_string());
    Ok(Page { rows, next })
}

/// A place in the order of tickets; before all of them by default.
#[derive(Default)]
struct Place {
    lane: String,
    issuer: Vec<u8>,
    number: i64,
    doc: Vec<u8>,
}

fn after(conn: &Connection, ask: &PageAsk) -> SqlResult<Place> {
    let doc: Option<lienquay_shared::DocId> =
        ask.after.as_ref().and_then(|after| after.parse().ok());
    let Some(doc) = doc else {
        return Ok(Place::default());
    };
    one(
        conn,
        "SELECT lane, issuer, number, doc FROM tickets WHERE doc = ?1",
        [doc.as_bytes()],
        |row| {
            Ok(Place {
                lane: row.get(0)?,
                issuer: row.get(1)?,
                number: row.get(2)?,
                doc: row.get(3)?,
            })
        },
    )
    .map(Option::unwrap_or_default)
}

/// Waiting tickets by lane.
pub(super) fn counts(conn: &Connection, day: Day) -> SqlResult<Vec<LaneCount>> {
    many(
        conn,
        "SELECT lane, SUM(state = 'waiting'), SUM(state IN ('granted', 'announced', 'serving'))
         FROM tickets WHERE day = ?1 GROUP BY lane ORDER BY lane",
        [day.0],
        |row| {
            Ok(LaneCount {
                lane: row.get(0)?,
                n_waiting: unsigned(row, 1)?,
                n_at_counters: unsigned(row, 2)?,
            })
        },
    )
}

/// The queue as counters and displays show it.
pub(super) fn view(conn: &Connection, asked: &Asked<'_>) -> SqlResult<QueueView> {
    let tickets: Vec<TicketRow> = many(
        conn,
        "SELECT row FROM tickets WHERE day = ?1 ORDER BY lane, issuer, number, doc LIMIT ?2",
        params![asked.today.0, limit(MAX_OF_DAY)],
        |row| row_of(row, 0),
    )?;
    let mut names: BTreeMap<LaneId, String> = tickets
        .iter()
        .map(|ticket| (ticket.lane.clone(), ticket.lane.to_string()))
        .collect();
    let site = document::read_site(conn, asked)?.unwrap_or_default();
    for (id, lane) in site.lanes.iter().filter(|(_, lane)| lane.active) {
        names.insert(id.clone(), lane.name.to_string());
    }
    let calls = calls_newest_first(&tickets);
    let lanes = names.into_iter().map(|(lane, name)| {
        let run = priority_run(calls.iter().copied().filter(|call| call.lane == lane));
        let order = lane_order(&tickets, &lane, None, run, PRIORITY_CAP);
        LaneQueue {
            n_waiting: u32::try_from(order.len()).unwrap_or(u32::MAX),
            waiting: order.into_iter().take(MAX_WAITING).cloned().collect(),
            lane,
            name,
        }
    });
    let double_called = tickets.iter().filter(|ticket| ticket.is_double_called);
    Ok(QueueView {
        lanes: lanes.collect(),
        last_calls: calls
            .iter()
            .take(MAX_LAST_CALLS)
            .map(|call| (*call).clone())
            .collect(),
        double_called: double_called.cloned().collect(),
    })
}

/// Announced tickets; of a repeated announcement the last counts.
fn calls_newest_first(tickets: &[TicketRow]) -> Vec<&TicketRow> {
    let announced = |ticket: &TicketRow| {
        let call = ticket.call.as_ref()?;
        Some((call.announced_at_millis?, ticket.doc))
    };
    let mut calls: Vec<&TicketRow> = tickets
        .iter()
        .filter(|ticket| announced(ticket).is_some())
        .collect();
    calls.sort_by_key(|ticket| std::cmp::Reverse(announced(ticket)));
    calls
}
