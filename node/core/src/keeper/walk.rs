//! Calling the next citizen: the lanes in the counter's order, ticket by ticket, until a keeper grants one.

use std::collections::{BTreeMap, VecDeque};

use lienquay_shared::decide::Context;
use lienquay_shared::domain::queue::{
    Caller, DEFAULT_PRIORITY_CAP, lane_order, may_call, priority_run,
};
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::keeper::{KeeperOp, KeeperRefusal, LaneId};
use lienquay_shared::{DocId, NodeId};

use super::ask::{Asked, Flight};
use super::issue::open_rows;
use super::{Asker, MAX_LANE_TICKETS};
use crate::engine::{Cx, Engine};
use crate::store::{StoreResult, TicketFilter};

/// Keepers asked for one call. Each refusal means that another counter was faster at that very moment: with 12 counters
/// calling at once, the unluckiest is refused eleven times.
const MAX_TRIES: u32 = 16;

/// What is left of a walk.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    /// Tickets in calling order, with their keepers as far as known.
    rest: VecDeque<(DocId, NodeId)>,
    n_tries: u32,
    /// A keeper that could not be asked.
    unreachable: Option<NodeId>,
    /// A refusal that passes by itself.
    passing: Option<KeeperRefusal>,
}

impl Engine {
    /// Calls the next citizen. While one call is under way a second one is refused: a counter calls one citizen at a
    /// time, and an impatient second press of the button must not call another.
    pub(super) fn call_next(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        site: &Site,
        only: &[LaneId],
    ) -> StoreResult<()> {
        let Some(counter) = site.counter_of(&self.me) else {
            return self.refuse(cx, asker.token, Refusal::NotSeated);
        };
        if let Some(lane) = only.iter().find(|lane| !site.lanes.contains_key(*lane)) {
            return self.refuse(cx, asker.token, Refusal::UnknownLane { lane: lane.clone() });
        }
        if self.joins_flight(cx, asker)? {
            return Ok(());
        }
        if self.is_walking() {
            return self.refuse(cx, asker.token, Refusal::TooBusy);
        }
        let mut open = BTreeMap::new();
        for lane in site.lanes.keys() {
            open.insert(lane.clone(), open_rows(cx, context.day(), lane)?);
        }
        let op = KeeperOp::Call {
            counter: counter.no,
            out_of_order: None,
        };
        let mut flight = Flight::new(asker, context.officer, DocId([0; DocId::LEN]), op);
        if let Some(doc) = self.unresolved_here(&open) {
            flight.turn_to(doc);
            return self.complete(cx, flight);
        }
        let caller = Caller {
            counter: counter.no,
            officer: context.officer,
        };
        let lanes = if only.is_empty() {
            counter.lanes.to_vec()
        } else {
            only.to_vec()
        };
        let mut rest = VecDeque::new();
        if only.is_empty() {
            rest.extend(sent_here(&open, &lanes, caller));
        }
        for lane in &lanes {
            if let Some(rows) = open.get(lane) {
                let run = calls_with_priority(cx, context.day(), lane, rows)?;
                let order = lane_order(rows, lane, Some(caller), run, DEFAULT_PRIORITY_CAP);
                let waiting = order
                    .into_iter()
                    .filter(|row| row.state == TicketState::Waiting);
                rest.extend(waiting.map(|row| (row.doc, row.keeper.node)));
            }
        }
        flight.walk = Some(Walk {
            rest,
            n_tries: 0,
            unreachable: None,
            passing: None,
        });
        self.walk_next(cx, flight)
    }

    /// A ticket granted to this counter and not announced: it is the call, again. The oldest first.
    fn unresolved_here(&self, open: &BTreeMap<LaneId, Vec<TicketRow>>) -> Option<DocId> {
        open.values()
            .flatten()
            .filter(|row| row.state == TicketState::Granted)
            .filter_map(|row| {
                let call = row.call.as_ref().filter(|call| call.node == self.me)?;
                if self.is_given_back(&row.doc, &call.request) {
                    return None;
                }
                Some((call.granted_at_millis, row.doc))
            })
            .min()
            .map(|(_, doc)| doc)
    }

    /// The ticket asked about was not granted: notes why and tries the next.
    pub(super) fn walk_on(
        &mut self,
        cx: &mut Cx<'_>,
        mut flight: Flight,
        asked: Asked,
    ) -> StoreResult<()> {
        if let Some(walk) = &mut flight.walk {
            match asked {
                Asked::Unreachable(keeper) => walk.unreachable = Some(keeper),
                Asked::Refused(refusal @ (KeeperRefusal::Fenced | KeeperRefusal::NotNow)) => {
                    walk.passing = Some(refusal);
                }
                Asked::Refused(_) | Asked::Granted | Asked::Waiting => {}
            }
        }
        self.walk_next(cx, flight)
    }

    fn walk_next(&mut self, cx: &mut Cx<'_>, mut flight: Flight) -> StoreResult<()> {
        loop {
            let Some(walk) = &mut flight.walk else {
                return self.refuse_flight(cx, flight, Refusal::NothingWaiting);
            };
            let Some((doc, keeper)) = walk.rest.pop_front() else {
                return self.end_of_walk(cx, flight);
            };
            // A takeover in this very group of events is in the grant row, not in the projection yet.
            let is_ours = || -> StoreResult<bool> {
                let grant = cx.store.grant(&doc)?;
                Ok(grant.is_some_and(|grant| !grant.released))
            };
            if !self.can_be_asked(&keeper) && !is_ours()? {
                walk.unreachable.get_or_insert(keeper);
                self.note_unreachable(cx, keeper);
                continue;
            }
            if walk.n_tries >= MAX_TRIES {
                return self.refuse_flight(cx, flight, Refusal::TooBusy);
            }
            walk.n_tries += 1;
            flight.turn_to(doc);
            match self.ask_keeper_of(cx, &mut flight)? {
                Asked::Refused(refusal) => {
                    if let (Some(walk), KeeperRefusal::Fenced | KeeperRefusal::NotNow) =
                        (&mut flight.walk, refusal)
                    {
                        walk.passing = Some(refusal);
                    }
                }
                Asked::Unreachable(keeper) => {
                    if let Some(walk) = &mut flight.walk {
                        walk.unreachable.get_or_insert(keeper);
                    }
                    self.note_unreachable(cx, keeper);
                }
                asked @ (Asked::Granted | Asked::Waiting) => {
                    return self.proceed(cx, flight, asked);
                }
            }
        }
    }

    /// Nothing could be called: says why, so that the officer knows what to do.
    fn end_of_walk(&mut self, cx: &mut Cx<'_>, flight: Flight) -> StoreResult<()> {
        let (unreachable, passing) = flight
            .walk
            .as_ref()
            .map_or((None, None), |walk| (walk.unreachable, walk.passing));
        let refusal = match (unreachable, passing) {
            (_, Some(refusal)) => Refusal::Keeper(refusal),
            (Some(keeper), None) => self.unreachable(cx, keeper)?,
            (None, None) => Refusal::NothingWaiting,
        };
        self.refuse_flight(cx, flight, refusal)
    }

    /// Counts a keeper that could not be asked, and remembers since when.
    pub(super) fn note_unreachable(&mut self, cx: &Cx<'_>, keeper: NodeId) {
        self.reasons.count(Some(keeper), Reason::KeeperUnreachable);
        self.note_silent(cx, keeper);
    }
}

/// Tickets sent to this counter or officer that wait in lanes it does not serve: without it nobody would ever call them,
/// so they come before its own lanes.
fn sent_here(
    open: &BTreeMap<LaneId, Vec<TicketRow>>,
    lanes: &[LaneId],
    caller: Caller,
) -> Vec<(DocId, NodeId)> {
    let mut sent = Vec::new();
    for (lane, rows) in open.iter().filter(|(lane, _)| !lanes.contains(lane)) {
        let is_for_caller = |row: &&TicketRow| {
            row.state == TicketState::Waiting
                && (row.for_counter.is_some() || row.for_officer.is_some())
                && may_call(row, caller)
        };
        let order = lane_order(rows, lane, Some(caller), 0, DEFAULT_PRIORITY_CAP);
        sent.extend(
            order
                .into_iter()
                .filter(is_for_caller)
                .map(|row| (row.doc, row.keeper.node)),
        );
    }
    sent
}

/// Priority calls in a row at the end of the lane's calls; only looked up while somebody with priority waits.
fn calls_with_priority(
    cx: &Cx<'_>,
    day: Day,
    lane: &LaneId,
    open: &[TicketRow],
) -> StoreResult<u32> {
    if open.iter().all(|row| row.priority.is_none()) {
        return Ok(0);
    }
    let filter = TicketFilter::OfDay {
        day: day.0,
        lane: lane.to_string(),
    };
    let mut called: Vec<TicketRow> = cx.store.tickets(&filter, MAX_LANE_TICKETS)?;
    called.retain(|row| row.call.is_some());
    called.sort_by_key(|row| {
        let at = row.call.as_ref().map(|call| call.granted_at_millis);
        (std::cmp::Reverse(at), row.doc)
    });
    Ok(priority_run(&called))
}
