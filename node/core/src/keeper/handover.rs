//! Giving tickets to other keepers: before leaving, and when a desk comes into reach of a node that kept alone.

use lienquay_shared::command::Outcome;
use lienquay_shared::decide::ticket::handover;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::LaneId;
use lienquay_shared::{DocId, LogId, NodeId, RequestId};

use super::issue::unfinished;
use crate::engine::{Cx, Engine};
use crate::event::{Reply, Token};
use crate::store::{GrantRow, StoreResult};
use crate::timer::Timer;

/// How long leaving waits for others to hold the handovers: two beats and a slow disk.
const LEAVE_MILLIS: u64 = 5_000;
/// Tickets handed over per beat to a desk that came into reach; each costs an entry, and calls must not wait for them.
const MAX_PER_BEAT: usize = 32;
/// Programs that may wait for one leave.
const MAX_WAITING: usize = 8;

/// A leave that waits for others.
#[derive(Debug, Clone)]
pub(super) struct Leave {
    waiting: Vec<(Token, Option<RequestId>)>,
    /// The last handover: durable on another node, all of them are.
    log: LogId,
    seq: u64,
    n_tickets: u32,
    n_kept: u32,
}

impl Engine {
    /// The host wants this node to leave: everything kept goes to others, nothing new is kept.
    pub(crate) fn leave(&mut self, cx: &mut Cx<'_>, token: Token) -> StoreResult<()> {
        self.start_leave(cx, token, None)
    }

    pub(super) fn start_leave(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        request: Option<RequestId>,
    ) -> StoreResult<()> {
        self.leaving = true;
        // Others hear at the next beat that nothing new may be kept here; bring it forward.
        self.beat_soon(cx.now);
        if let Some(leave) = &mut self.asks.leave {
            if leave.waiting.len() < MAX_WAITING {
                leave.waiting.push((token, request));
                return Ok(());
            }
            return self.refuse(cx, token, Refusal::TooBusy);
        }
        let (n_tickets, last) = self.hand_everything_over(cx)?;
        let n_kept = u32::try_from(self.kept(cx)?.len()).unwrap_or(u32::MAX);
        match (last, self.own) {
            (Some(seq), Some(log)) => {
                self.timers
                    .set(Timer::Leave, cx.now.mono_millis + LEAVE_MILLIS);
                self.asks.leave = Some(Leave {
                    waiting: vec![(token, request)],
                    log,
                    seq,
                    n_tickets,
                    n_kept,
                });
                Ok(())
            }
            _ => {
                let outcome = Outcome::TicketsHandedOver {
                    n_tickets: 0,
                    n_unconfirmed: 0,
                    n_kept,
                };
                self.answer_leave(cx, &[(token, request)], &outcome)
            }
        }
    }

    fn hand_everything_over(&mut self, cx: &mut Cx<'_>) -> StoreResult<(u32, Option<u64>)> {
        let site = self.site_model(cx)?;
        let mut n_tickets = 0;
        let mut last = None;
        for (doc, lane) in self.kept(cx)? {
            if let Some(desk) = self.best_desk(&site, &doc, &lane, false)
                && let Some(seq) = self.hand_over(cx, doc, desk)?
            {
                n_tickets += 1;
                last = Some(seq);
            }
        }
        Ok((n_tickets, last))
    }

    /// Gives one ticket to another keeper; from then on this node decides nothing about it. The position of the entry;
    /// none when it is not this node's to give.
    fn hand_over(&mut self, cx: &mut Cx<'_>, doc: DocId, to: NodeId) -> StoreResult<Option<u64>> {
        let Some(grant) = cx.store.grant(&doc)?.filter(|grant| !grant.released) else {
            return Ok(None);
        };
        let is_fenced = grant.fenced_by > 0 && !self.fence_is_open(cx, grant.fenced_by);
        let Some(ticket) = self.ticket(cx, &doc)? else {
            return Ok(None);
        };
        if is_fenced || ticket.epoch.n != grant.epoch || self.own_log_must_end() {
            return Ok(None);
        }
        let (context, _site) = self.context(cx)?;
        let Ok(write) = handover(&context, doc, &ticket, to) else {
            return Ok(None);
        };
        let seq = self.author(cx, &write, context.officer)?;
        cx.store.put_grant(&GrantRow {
            released: true,
            ..grant
        })?;
        if let Some(kept) = &mut self.asks.kept {
            kept.remove(&doc);
        }
        Ok(Some(seq))
    }

    /// Today's open tickets of which this node is the keeper, with their lanes.
    fn kept(&mut self, cx: &mut Cx<'_>) -> StoreResult<Vec<(DocId, LaneId)>> {
        let today = self.site_clock.read(cx.now).day();
        if self.asks.kept.is_none() {
            let site = self.site_model(cx)?;
            let rows = unfinished(cx, &site, today, |row| row.keeper.node == self.me)?;
            let kept = rows
                .into_values()
                .map(|row| (row.doc, (today, row.lane)))
                .collect();
            self.asks.kept = Some(kept);
        }
        let Some(kept) = &mut self.asks.kept else {
            return Ok(Vec::new());
        };
        kept.retain(|_, (day, _)| *day >= today);
        Ok(kept
            .iter()
            .map(|(doc, (_, lane))| (*doc, lane.clone()))
            .collect())
    }

    /// Keeps the list of kept tickets in step with a projection.
    pub(super) fn note_kept(&mut self, row: &TicketRow) {
        let Some(kept) = &mut self.asks.kept else {
            return;
        };
        if row.keeper.node == self.me && row.state != TicketState::Finished {
            kept.insert(row.doc, (Day(row.day), row.lane.clone()));
        } else {
            kept.remove(&row.doc);
        }
    }

    /// A kiosk, a laptop, a desk of another lane: what it kept while alone goes to a desk of the lane. What a counter has
    /// in hand stays; it is nearly done.
    pub(super) fn hand_strays_over(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let kept = self.kept(cx)?;
        if kept.is_empty() || self.member_links().is_empty() {
            return Ok(());
        }
        let site = self.site_model(cx)?;
        let mut n_handed = 0;
        for (doc, lane) in kept {
            if n_handed == MAX_PER_BEAT {
                break;
            }
            if self.may_keep(&site, &self.me, &lane) {
                continue;
            }
            let Some(desk) = self.best_desk(&site, &doc, &lane, false) else {
                continue;
            };
            let is_in_hand = self
                .ticket(cx, &doc)?
                .is_none_or(|ticket| ticket.state.is_at_counter());
            if !is_in_hand && self.hand_over(cx, doc, desk)?.is_some() {
                n_handed += 1;
            }
        }
        Ok(())
    }

    /// A peer's marks came: is the leave complete?
    pub(super) fn leave_heard(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> StoreResult<()> {
        let (Some(site), Some(leave)) = (self.site, &self.asks.leave) else {
            return Ok(());
        };
        let tag = leave.log.tag(&site);
        let is_safe = self.is_member_link(&peer)
            && self
                .links
                .get(&peer)
                .and_then(|link| link.theirs.get(&tag))
                .is_some_and(|row| row.durable() >= leave.seq);
        if is_safe {
            self.end_leave(cx, 0)
        } else {
            Ok(())
        }
    }

    /// Nobody confirmed in time: the answer says so, and the host decides whether to go.
    pub(crate) fn on_leave_timer(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let n_tickets = self.asks.leave.as_ref().map_or(0, |leave| leave.n_tickets);
        self.end_leave(cx, n_tickets)
    }

    fn end_leave(&mut self, cx: &mut Cx<'_>, n_unconfirmed: u32) -> StoreResult<()> {
        let Some(leave) = self.asks.leave.take() else {
            return Ok(());
        };
        self.timers.stop(Timer::Leave);
        let outcome = Outcome::TicketsHandedOver {
            n_tickets: leave.n_tickets,
            n_unconfirmed,
            n_kept: leave.n_kept,
        };
        self.answer_leave(cx, &leave.waiting, &outcome)
    }

    fn answer_leave(
        &mut self,
        cx: &mut Cx<'_>,
        waiting: &[(Token, Option<RequestId>)],
        outcome: &Outcome,
    ) -> StoreResult<()> {
        for (token, request) in waiting {
            match request {
                Some(request) => self.done(cx, *token, request, outcome.clone())?,
                None => cx.fx.replies.push(Reply {
                    token: *token,
                    result: Ok(outcome.clone()),
                }),
            }
        }
        Ok(())
    }
}
