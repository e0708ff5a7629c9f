//! What the queue panel shows: plain values.

mod assemble;

use std::collections::BTreeMap;

use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::wire::keeper::{CounterNo, LaneId, PriorityReason};
use lienquay_shared::{DocId, NodeId, OfficerId};
use serde::Serialize;

pub use assemble::Answers;

/// The panel.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QueueData {
    /// Where this PC stands and what its officer may do.
    pub seat: SeatView,
    /// Tickets in this counter's hand: what is granted and not announced first, then the last announced.
    pub in_hand: Vec<InHand>,
    /// The lanes this counter serves, in its order.
    pub own_lanes: Vec<LaneView>,
    /// The others, by letter.
    pub other_lanes: Vec<LaneView>,
    /// Put aside, or missed.
    pub aside: Vec<TicketLine>,
    /// There are more of those than are listed.
    pub has_more_aside: bool,
    /// The last calls of other counters, newest first.
    pub last_calls: Vec<LastCall>,
    /// Called by two counters and not served yet.
    pub double_called: Vec<DoubleCalled>,
    /// Where tickets can be sent.
    pub targets: Targets,
    /// The counter of each PC that has one.
    pub counter_of: BTreeMap<NodeId, CounterNo>,
}

/// Where this PC stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeatView {
    /// Its counter.
    pub counter: Option<CounterNo>,
    /// What the counter is for.
    pub counter_name: String,
    /// Its officer may call and serve.
    pub may_serve: bool,
    /// Its officer may give out numbers.
    pub may_issue: bool,
}

impl SeatView {
    /// Citizens can be called to this PC.
    #[must_use]
    pub const fn can_call(&self) -> bool {
        self.counter.is_some() && self.may_serve
    }
}

/// A ticket in this counter's hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InHand {
    /// Its document.
    pub doc: DocId,
    /// As printed.
    pub number: String,
    /// Its lane's name.
    pub lane_name: String,
    /// Granted, announced or being served.
    pub state: TicketState,
    /// Served before others, and why.
    pub priority: Option<PriorityReason>,
    /// Papers the citizen ticked.
    pub papers: Vec<String>,
    /// When it was announced last, Unix milliseconds.
    pub announced_at_millis: Option<u64>,
    /// When service began, Unix milliseconds.
    pub started_at_millis: Option<u64>,
}

/// One lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneView {
    /// Its letters.
    pub lane: LaneId,
    /// In plain words.
    pub name: String,
    /// How many wait.
    pub n_waiting: u32,
    /// The first of them in calling order.
    pub waiting: Vec<TicketLine>,
}

/// One ticket of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketLine {
    /// Its document.
    pub doc: DocId,
    /// As printed.
    pub number: String,
    /// The lane it waits in.
    pub lane: LaneId,
    /// Its state.
    pub state: TicketState,
    /// Served before others, and why.
    pub priority: Option<PriorityReason>,
    /// When it was issued, Unix milliseconds.
    pub issued_at_millis: u64,
    /// Only for this counter.
    pub for_counter: Option<CounterNo>,
    /// Only for this officer.
    pub for_officer: Option<String>,
    /// Granted to this counter, which has not announced it.
    pub granted_to: Option<CounterNo>,
}

/// A call of another counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastCall {
    /// As printed.
    pub number: String,
    /// Where to.
    pub counter: CounterNo,
    /// When it was announced last, Unix milliseconds.
    pub at_millis: u64,
}

/// A ticket that two counters called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubleCalled {
    /// Its document.
    pub doc: DocId,
    /// As printed.
    pub number: String,
    /// The counter whose call stands.
    pub standing: CounterNo,
    /// The others.
    pub others: Vec<CounterNo>,
}

/// Where tickets can be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Targets {
    /// Lanes that give tickets, with their names.
    pub lanes: Vec<(LaneId, String)>,
    /// Counters that take part, with what they are for.
    pub counters: Vec<(CounterNo, String)>,
    /// Officers who serve citizens.
    pub officers: Vec<(OfficerId, String)>,
}

impl QueueData {
    /// The ticket before the officer: announced or being served at this counter.
    #[must_use]
    pub fn current(&self) -> Option<&InHand> {
        self.in_hand
            .iter()
            .find(|ticket| ticket.state != TicketState::Granted)
    }

    /// Whether the next call finds somebody in this counter's lanes, as far as the first of each tell.
    #[must_use]
    pub fn someone_waits_here(&self) -> bool {
        let mut tickets = self.own_lanes.iter().flat_map(|lane| &lane.waiting);
        tickets.any(|ticket| {
            ticket.state == TicketState::Waiting
                && ticket.for_officer.is_none()
                && (ticket.for_counter.is_none() || ticket.for_counter == self.seat.counter)
        })
    }

    /// How many tickets wait, in all lanes.
    #[must_use]
    pub fn n_waiting(&self) -> u32 {
        let lanes = self.own_lanes.iter().chain(&self.other_lanes);
        lanes.map(|lane| lane.n_waiting).sum()
    }
}

#[cfg(test)]
mod tests;
