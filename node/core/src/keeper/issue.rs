//! Giving out a ticket: its number, its keeper, how many wait before it.

use std::collections::BTreeMap;

use lienquay_shared::command::Outcome;
use lienquay_shared::decide::Context;
use lienquay_shared::decide::ticket::{IssueAsk, check_issue, issue};
use lienquay_shared::domain::queue::{DEFAULT_PRIORITY_CAP, lane_order};
use lienquay_shared::domain::series::{ticket_doc, ticket_text};
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::ticket::Papers;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::{TicketRow, ticket_row};
use lienquay_shared::wire::keeper::{LaneId, PriorityReason};
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::{DocId, NodeId};

use super::{Asker, MAX_LANE_TICKETS, PendingIssue};
use crate::engine::{Cx, Engine};
use crate::number::NumberFor;
use crate::store::{StoreResult, TicketFilter};

/// Spreads tickets over desks: every node computes the same order from the ticket and the desk alone, and a desk that
/// comes or goes moves only its own share (rendezvous hashing).
fn rendezvous(doc: &DocId, node: &NodeId) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 ticket keeper");
    hasher.update(doc.as_bytes()).update(node.as_bytes());
    *hasher.finalize().as_bytes()
}

impl Engine {
    pub(super) fn start_issue(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        site: &Site,
        (lane, priority, papers): (LaneId, Option<PriorityReason>, Papers),
    ) -> StoreResult<()> {
        if let Err(refusal) = check_issue(context, site, &lane) {
            return self.refuse(cx, asker.token, refusal);
        }
        let pending = PendingIssue {
            token: asker.token,
            request: asker.request,
            lane,
            priority,
            papers,
            officer: context.officer,
            day: context.day(),
        };
        self.want_number(cx, NumberFor::Ticket(pending))
    }

    /// A ticket that was to be given out has its number.
    pub(crate) fn issue_numbered(
        &mut self,
        cx: &mut Cx<'_>,
        pending: PendingIssue,
        number: u32,
    ) -> StoreResult<()> {
        let (mut context, site) = self.context(cx)?;
        context.officer = pending.officer;
        let Some(site_id) = self.site.filter(|_| context.day() == pending.day) else {
            // Midnight passed between the question and its answer: the number is of yesterday.
            return self.refuse(cx, pending.token, Refusal::TooBusy);
        };
        let doc = ticket_doc(&site_id, pending.day, &pending.lane, number);
        let keeper = self
            .best_desk(&site, &doc, &pending.lane, true)
            .unwrap_or(self.me);
        let ask = IssueAsk {
            lane: pending.lane,
            priority: pending.priority,
            papers: pending.papers,
        };
        let write = match issue(&context, &site_id, &site, &ask, number, keeper) {
            Ok(write) => write,
            Err(refusal) => return self.refuse(cx, pending.token, refusal),
        };
        self.author(cx, &write, pending.officer)?;
        let outcome = Outcome::TicketIssued {
            doc,
            number: ticket_text(&ask.lane, number),
            n_ahead: self.n_before(cx, doc, pending.day, &ask.lane)?,
            lane: ask.lane,
            keeper,
        };
        self.done(cx, pending.token, &pending.request, outcome)
    }

    /// Tickets that will be called before this one, as the lane stands.
    fn n_before(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        day: Day,
        lane: &LaneId,
    ) -> StoreResult<u32> {
        let mut rows = open_rows(cx, day, lane)?;
        rows.retain(|row| row.doc != doc);
        // Its projection is made when the group is sealed.
        rows.extend(
            self.ticket(cx, &doc)?
                .map(|ticket| ticket_row(doc, &ticket)),
        );
        let order = lane_order(&rows, lane, None, 0, DEFAULT_PRIORITY_CAP);
        let n_ahead = order.iter().take_while(|row| row.doc != doc).count();
        Ok(u32::try_from(n_ahead).unwrap_or(u32::MAX))
    }

    /// The desk to keep a ticket: one that serves its lane, is reachable now and may keep.
    pub(super) fn best_desk(
        &self,
        site: &Site,
        doc: &DocId,
        lane: &LaneId,
        with_me: bool,
    ) -> Option<NodeId> {
        site.desks_of_lane(lane)
            .filter(|node| with_me || *node != self.me)
            .filter(|node| self.may_keep(site, node, lane))
            .max_by_key(|node| (rendezvous(doc, node), *node))
    }

    /// Whether a node may keep tickets of a lane: a desk at a counter that serves it, here or linked, loaded and staying.
    pub(super) fn may_keep(&self, site: &Site, node: &NodeId, lane: &LaneId) -> bool {
        let is_desk = self
            .roster
            .members
            .get(node)
            .is_some_and(|member| member.mode == NodeMode::Desk);
        let serves = site
            .counter_of(node)
            .is_some_and(|counter| counter.lanes.contains(lane));
        if !is_desk || !serves {
            return false;
        }
        if *node == self.me {
            return !self.leaving && !self.boot.is_loading() && !self.own_log_must_end();
        }
        let link = self
            .links
            .get(node)
            .filter(|_| !self.asks.disowned.contains(node));
        link.and_then(|link| link.health.as_ref())
            .is_some_and(|health| !health.leaving && health.loading.is_none())
    }
}

/// Waiting and granted tickets of a lane.
pub(super) fn open_rows(cx: &Cx<'_>, day: Day, lane: &LaneId) -> StoreResult<Vec<TicketRow>> {
    let filter = TicketFilter::Open {
        day: day.0,
        lane: lane.to_string(),
    };
    cx.store.tickets(&filter, MAX_LANE_TICKETS)
}

/// Every unfinished ticket of a day that is of interest.
pub(super) fn unfinished(
    cx: &Cx<'_>,
    site: &Site,
    day: Day,
    wanted: impl Fn(&TicketRow) -> bool,
) -> StoreResult<BTreeMap<DocId, TicketRow>> {
    use lienquay_shared::domain::ticket::TicketState::Finished;
    let mut found = BTreeMap::new();
    for lane in site.lanes.keys() {
        let filter = TicketFilter::OfDay {
            day: day.0,
            lane: lane.to_string(),
        };
        let rows = cx.store.tickets(&filter, MAX_LANE_TICKETS)?;
        found.extend(
            rows.into_iter()
                .filter(|row| row.state != Finished && wanted(row))
                .map(|row| (row.doc, row)),
        );
    }
    Ok(found)
}
