//! Rows of the queue.

use serde::{Deserialize, Serialize};

use crate::domain::ticket::{Epoch, Ticket, TicketState};
use crate::ids::{DocId, NodeId, OfficerId, RequestId};
use crate::wire::keeper::{CounterNo, LaneId, PriorityReason};

/// One ticket, as the queue's projection holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// Its document.
    pub doc: DocId,
    /// As printed.
    pub number_text: String,
    /// Its number in its series.
    pub number: u32,
    /// Days since 1970.
    pub day: i32,
    /// The lane it waits in.
    pub lane: LaneId,
    /// The lane whose letters it carries.
    pub issued_lane: LaneId,
    /// Who issued it.
    pub issuer: Option<NodeId>,
    /// When, by the issuer's logical clock.
    pub issued_hlc: u64,
    /// When, Unix milliseconds of site time.
    pub issued_at_millis: u64,
    /// When it was moved into its lane, by logical clock.
    pub moved_hlc: Option<u64>,
    /// Its state.
    pub state: TicketState,
    /// Served before others, and why.
    pub priority: Option<PriorityReason>,
    /// Only for this counter.
    pub for_counter: Option<CounterNo>,
    /// Only for this officer.
    pub for_officer: Option<OfficerId>,
    /// Who keeps it.
    pub keeper: Epoch,
    /// The call that stands.
    pub call: Option<CallRow>,
    /// Called by two counters: both are to be told.
    pub is_double_called: bool,
    /// Papers ticked.
    pub n_papers: u32,
    /// Parts that could not be read or do not count.
    pub n_defects: u32,
}

/// The call that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    /// Its request.
    pub request: RequestId,
    /// Where to.
    pub counter: CounterNo,
    /// The counter's node.
    pub node: NodeId,
    /// Who serves.
    pub officer: OfficerId,
    /// When it was granted, Unix milliseconds.
    pub granted_at_millis: u64,
    /// When it was announced last.
    pub announced_at_millis: Option<u64>,
    /// When service began.
    pub started_at_millis: Option<u64>,
    /// When it ended.
    pub finished_at_millis: Option<u64>,
}

/// One lane of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneQueue {
    /// The lane.
    pub lane: LaneId,
    /// In plain words.
    pub name: String,
    /// In the order in which they will be called, first 50.
    pub waiting: Vec<TicketRow>,
    /// How many wait.
    pub n_waiting: u32,
}

/// The queue as counters and displays show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// By lane.
    pub lanes: Vec<LaneQueue>,
    /// The last calls, newest first.
    pub last_calls: Vec<TicketRow>,
    /// Tickets called by two counters, unsettled.
    pub double_called: Vec<TicketRow>,
}

/// The row of a ticket.
pub fn ticket_row(doc: DocId, ticket: &Ticket) -> TicketRow {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TicketRow {
        doc,
        number_text: ticket.number_text.to_string(),
        number: ticket.number,
        day: ticket.day.0,
        lane: ticket.place.lane.clone(),
        issued_lane: ticket.issued_lane.clone(),
        issuer: ticket.issuer,
        issued_hlc: ticket.issued_hlc.0,
        issued_at_millis: ticket.issued_at.millis,
        moved_hlc: ticket.place.moved.map(|hlc| hlc.0),
        state: ticket.state,
        priority: ticket.place.priority,
        for_counter: ticket.place.counter,
        for_officer: ticket.place.officer,
        keeper: ticket.epoch,
        call: ticket.call.as_ref().map(|call| CallRow {
            request: call.request,
            counter: call.counter,
            node: call.node,
            officer: call.officer,
            granted_at_millis: call.granted_at.millis,
            announced_at_millis: call.announced_at.map(|at| at.millis),
            started_at_millis: call.started_at.map(|at| at.millis),
            finished_at_millis: call.finished_at.map(|at| at.millis),
        }),
        is_double_called: !ticket.double_calls.is_empty(),
        n_papers: count(ticket.papers.len()),
        n_defects: count(ticket.defects.len()),
    }
}
