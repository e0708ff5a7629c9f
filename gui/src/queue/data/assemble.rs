//! Puts the panel together from the node's answers.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::decide::role::{Right, has};
use lienquay_shared::domain::site::{Role, Site};
use lienquay_shared::domain::ticket::{Ticket, TicketState};
use lienquay_shared::view::{LaneQueue, QueueView, TicketRow};
use lienquay_shared::wire::keeper::{CounterNo, LaneId};
use lienquay_shared::{DocId, NodeId, OfficerId};

use super::{DoubleCalled, InHand, LaneView, LastCall, QueueData, SeatView, Targets, TicketLine};

/// Calls of other counters that are listed.
const MAX_LAST_CALLS: usize = 5;

/// The node's answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The site.
    pub site: Site,
    /// The queue.
    pub queue: QueueView,
    /// Tickets in counters' hands, anywhere.
    pub at_counters: Vec<TicketRow>,
    /// Parked and missed ones.
    pub aside: Vec<TicketRow>,
    /// There are more of those.
    pub has_more_aside: bool,
    /// Whole tickets, where a row does not say enough.
    pub whole: BTreeMap<DocId, Ticket>,
}

impl QueueData {
    /// The panel of this PC.
    #[must_use]
    pub fn assemble(me: NodeId, answers: &Answers) -> Self {
        let site = &answers.site;
        let seat = seat(me, site);
        let own: Vec<LaneId> = site
            .counter_of(&me)
            .map_or_else(Vec::new, |counter| counter.lanes.to_vec());
        let (own_lanes, other_lanes) = lanes(site, &answers.queue, &own);
        Self {
            in_hand: in_hand(me, answers),
            own_lanes,
            other_lanes,
            aside: answers.aside.iter().map(|row| line(site, row)).collect(),
            has_more_aside: answers.has_more_aside,
            last_calls: last_calls(me, &answers.queue),
            double_called: double_called(answers),
            targets: targets(site),
            counter_of: counters(site),
            seat,
        }
    }
}

fn seat(me: NodeId, site: &Site) -> SeatView {
    let officer = site.seats.get(&me).and_then(|seat| seat.officer);
    let role = officer.and_then(|officer| site.role_of(&officer));
    // As the engine decides it: a site without officers is being set up, and a PC without one gives out numbers.
    let may = |right| site.officers.is_empty() || role.is_some_and(|role| has(role, right));
    let counter = site.counter_of(&me);
    SeatView {
        counter: counter.map(|counter| counter.no),
        counter_name: counter.map_or_else(String::new, |counter| counter.name.to_string()),
        may_serve: may(Right::ServeTickets),
        may_issue: may(Right::IssueTickets) || officer.is_none(),
    }
}

fn in_hand(me: NodeId, answers: &Answers) -> Vec<InHand> {
    let mine = |row: &&TicketRow| {
        let is_mine = row.call.as_ref().is_some_and(|call| call.node == me);
        is_mine && row.state.is_at_counter()
    };
    let mut rows: Vec<&TicketRow> = answers.at_counters.iter().filter(mine).collect();
    rows.sort_by_key(|row| {
        let call = row.call.as_ref();
        let announced = call.and_then(|call| call.announced_at_millis);
        let granted = call.map(|call| call.granted_at_millis);
        let is_resolved = row.state != TicketState::Granted;
        (is_resolved, std::cmp::Reverse(announced), granted, row.doc)
    });
    rows.into_iter()
        .map(|row| InHand {
            doc: row.doc,
            number: row.number_text.clone(),
            lane_name: lane_name(&answers.site, &row.lane),
            state: row.state,
            priority: row.priority,
            papers: papers(answers.whole.get(&row.doc)),
            announced_at_millis: row.call.as_ref().and_then(|call| call.announced_at_millis),
            started_at_millis: row.call.as_ref().and_then(|call| call.started_at_millis),
        })
        .collect()
}

fn papers(ticket: Option<&Ticket>) -> Vec<String> {
    ticket.map_or_else(Vec::new, |ticket| {
        ticket.papers.iter().map(ToString::to_string).collect()
    })
}

fn lane_name(site: &Site, lane: &LaneId) -> String {
    site.lanes
        .get(lane)
        .map_or_else(|| lane.to_string(), |lane| lane.name.to_string())
}

fn lanes(site: &Site, queue: &QueueView, own: &[LaneId]) -> (Vec<LaneView>, Vec<LaneView>) {
    let mut views: BTreeMap<&LaneId, LaneView> = queue
        .lanes
        .iter()
        .map(|queue| (&queue.lane, lane(site, queue)))
        .collect();
    let own = own.iter().filter_map(|lane| views.remove(lane)).collect();
    (own, views.into_values().collect())
}

fn lane(site: &Site, queue: &LaneQueue) -> LaneView {
    // Tickets that a counter has not announced yet head the list of the node; they wait no longer.
    let n_granted = queue
        .waiting
        .iter()
        .filter(|row| row.state == TicketState::Granted)
        .count();
    let n_granted = u32::try_from(n_granted).unwrap_or(u32::MAX);
    LaneView {
        lane: queue.lane.clone(),
        name: queue.name.clone(),
        n_waiting: queue.n_waiting.saturating_sub(n_granted),
        waiting: queue.waiting.iter().map(|row| line(site, row)).collect(),
    }
}

fn line(site: &Site, row: &TicketRow) -> TicketLine {
    let name = |officer: OfficerId| {
        site.officers
            .get(&officer)
            .map_or_else(|| officer.short(), |officer| officer.name.to_string())
    };
    let call = row.call.as_ref();
    TicketLine {
        doc: row.doc,
        number: row.number_text.clone(),
        lane: row.lane.clone(),
        state: row.state,
        priority: row.priority,
        issued_at_millis: row.issued_at_millis,
        for_counter: row.for_counter,
        for_officer: row.for_officer.map(name),
        granted_to: call
            .filter(|_| row.state == TicketState::Granted)
            .map(|call| call.counter),
    }
}

fn last_calls(me: NodeId, queue: &QueueView) -> Vec<LastCall> {
    let elsewhere = queue.last_calls.iter().filter_map(|row| {
        let call = row.call.as_ref().filter(|call| call.node != me)?;
        Some(LastCall {
            number: row.number_text.clone(),
            counter: call.counter,
            at_millis: call.announced_at_millis?,
        })
    });
    elsewhere.take(MAX_LAST_CALLS).collect()
}

/// Once the citizen was served nobody has to be told any more.
fn double_called(answers: &Answers) -> Vec<DoubleCalled> {
    let open = answers
        .queue
        .double_called
        .iter()
        .filter(|row| row.state != TicketState::Finished);
    open.filter_map(|row| {
        let standing = row.call.as_ref()?.counter;
        let whole = answers.whole.get(&row.doc);
        let calls = whole.map_or(&[][..], |ticket| &ticket.double_calls);
        let mut others: BTreeSet<CounterNo> = calls
            .iter()
            .flat_map(|double| [double.standing.counter, double.other.counter])
            .collect();
        others.remove(&standing);
        Some(DoubleCalled {
            doc: row.doc,
            number: row.number_text.clone(),
            standing,
            others: others.into_iter().collect(),
        })
    })
    .collect()
}

fn targets(site: &Site) -> Targets {
    let serves = |role: Role| has(role, Right::ServeTickets);
    let lanes = site.lanes.values().filter(|lane| lane.active);
    let counters = site.counters.values().filter(|counter| counter.active);
    let officers = site
        .officers
        .values()
        .filter(|officer| officer.active && serves(officer.role));
    let mut officers: Vec<(OfficerId, String)> = officers
        .map(|officer| (officer.id, officer.name.to_string()))
        .collect();
    officers.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    Targets {
        lanes: lanes
            .map(|lane| (lane.id.clone(), lane.name.to_string()))
            .collect(),
        counters: counters
            .map(|counter| (counter.no, counter.name.to_string()))
            .collect(),
        officers,
    }
}

fn counters(site: &Site) -> BTreeMap<NodeId, CounterNo> {
    site.seats
        .iter()
        .filter_map(|(node, seat)| Some((*node, seat.counter?)))
        .collect()
}
