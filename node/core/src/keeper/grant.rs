//! The keeper's side: deciding from this node's own grant rows, and keeping those in step with who keeps what.
//!
//! A grant row says what this node decided; a ticket's merged document can only make the decision stricter, never looser:
//! what others wrote may be late, what is in the row was committed here with the entry that told it.

use lienquay_shared::decide::ticket::keeper_step;
use lienquay_shared::domain::ticket::{Epoch, Ticket, TicketState, TicketStep};
use lienquay_shared::view::{TicketRow, ticket_row};
use lienquay_shared::wire::keeper::{CounterNo, KeeperAnswer, KeeperAsk, KeeperOp, KeeperRefusal};
use lienquay_shared::wire::{Message, Priority, Reason};
use lienquay_shared::{NodeId, RequestId, codec};

use crate::engine::{Cx, Engine, fact, fact_of};
use crate::event::{Notice, Send};
use crate::link::Link;
use crate::store::{GrantRow, StoreResult};

/// Double calls remembered as told; a site has a handful in its life, and being told twice does no harm.
const MAX_TOLD: usize = 1_024;

/// How long linked members may take to store a takeover. Stored within milliseconds by every PC that works.
const FENCE_MILLIS: u64 = 20_000;
/// Fences whose age is remembered; a site has a few hundred open tickets.
const MAX_FENCES: usize = 1_024;

/// What a keeper says to a question.
pub(super) type Verdict = Result<(), KeeperRefusal>;

/// The counter that holds the ticket by this node's own decision. A call that its counter reported as missed is over.
fn standing(row: &GrantRow, ticket: &Ticket) -> Option<CounterNo> {
    let (_, request, counter) = row.called?;
    let is_missed = ticket.state == TicketState::NoShow
        && ticket
            .call
            .as_ref()
            .is_some_and(|call| call.request == request);
    (!is_missed).then_some(counter)
}

/// A counter that asked before it heard of its own call has not noted that it gives it back, and would go on with it.
fn gives_back_what_it_saw(
    ticket: &Ticket,
    requester: NodeId,
    ask: &KeeperAsk,
) -> Result<(), KeeperRefusal> {
    match &ticket.call {
        Some(call)
            if ticket.state.is_at_counter()
                && call.node == requester
                && ask.seen != Some(call.request) =>
        {
            Err(KeeperRefusal::AlreadyCalled {
                counter: call.counter,
            })
        }
        _ => Ok(()),
    }
}

/// Whether a request was granted before and its call given back since: granting it again would change nothing in the
/// ticket, because a call counts once.
fn is_spent(ticket: &Ticket, wanted: RequestId) -> bool {
    ticket
        .history
        .iter()
        .any(|line| matches!(line.step, TicketStep::Called { request, .. } if request == wanted))
}

impl Engine {
    /// Another node asks this one, as keeper of a ticket, for a step.
    pub(crate) fn on_keeper_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: KeeperAsk,
    ) -> StoreResult<()> {
        let verdict = if self.may_have_decision(cx, peer) {
            self.decide_as_keeper(cx, peer, &ask)?
        } else {
            Err(KeeperRefusal::NotNow)
        };
        let Some(link) = self.links.get(&peer) else {
            return Ok(());
        };
        // Behind the entry that records it, which is pushed when the group is sealed.
        self.after_push.push(Send {
            peer,
            link: link.number,
            priority: Priority::Live,
            message: Message::KeeperAnswer(KeeperAnswer {
                request: ask.request,
                verdict,
            }),
        });
        Ok(())
    }

    /// Decides a step as keeper, and writes it down when it is granted.
    pub(super) fn decide_as_keeper(
        &mut self,
        cx: &mut Cx<'_>,
        requester: NodeId,
        ask: &KeeperAsk,
    ) -> StoreResult<Verdict> {
        if self.boot.is_loading() || self.doubts_own_log(cx.now) {
            return Ok(Err(KeeperRefusal::NotNow));
        }
        let Some(ticket) = self.ticket(cx, &ask.ticket)? else {
            // Its issue has not come; it will.
            return Ok(Err(KeeperRefusal::NotNow));
        };
        // The entry that makes this node the keeper may have come with this very group of events.
        self.follow_epoch(cx, &ticket_row(ask.ticket, &ticket))?;
        let Some(row) = cx.store.grant(&ask.ticket)? else {
            return Ok(Err(self.not_keeper(&ticket)));
        };
        if let Some((last, answer)) = &row.last
            && *last == ask.request
        {
            return Ok(codec::decode::<KeeperAnswer>(answer)?.verdict);
        }
        if let Err(refusal) = self.may_decide(cx, &row, &ticket, requester, ask) {
            return Ok(Err(refusal));
        }
        let (mut context, _site) = self.context(cx)?;
        context.officer = ask.officer;
        match keeper_step(
            &context,
            ask.ticket,
            &ticket,
            &ask.op,
            requester,
            ask.request,
        ) {
            Ok(write) => {
                self.author(cx, &write, ask.officer)?;
                cx.store.put_grant(&after(row, requester, ask))?;
                Ok(Ok(()))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn not_keeper(&self, ticket: &Ticket) -> KeeperRefusal {
        let keeper = Some(ticket.epoch.node).filter(|keeper| *keeper != self.me);
        KeeperRefusal::NotKeeper { keeper }
    }

    /// Everything that must hold before the ticket's own state is looked at.
    fn may_decide(
        &mut self,
        cx: &Cx<'_>,
        row: &GrantRow,
        ticket: &Ticket,
        requester: NodeId,
        ask: &KeeperAsk,
    ) -> Result<(), KeeperRefusal> {
        let keeps = ticket.epoch.node == self.me && ticket.epoch.n == row.epoch;
        if row.released || !keeps || self.own_log_must_end() {
            return Err(self.not_keeper(ticket));
        }
        // Alone in a hamlet a laptop that left still serves from what it kept.
        if self.leaving && requester != self.me {
            return Err(KeeperRefusal::NotNow);
        }
        if row.fenced_by > 0 && !self.fence_is_open(cx, row.fenced_by) {
            return Err(KeeperRefusal::Fenced);
        }
        match &ask.op {
            KeeperOp::Call { .. } => match standing(row, ticket) {
                Some(counter) => Err(KeeperRefusal::AlreadyCalled { counter }),
                None if is_spent(ticket, ask.request) => Err(KeeperRefusal::NotPossible),
                None => Ok(()),
            },
            // The counter's own steps on the call must be here first, or they would be taken for another call's.
            _ if requester != self.me && !self.holds_what_it_wrote(&requester) => {
                Err(KeeperRefusal::NotNow)
            }
            KeeperOp::Decline | KeeperOp::Transfer(_) => {
                gives_back_what_it_saw(ticket, requester, ask)
            }
            _ => Ok(()),
        }
    }

    /// Whether every connected member stored the takeover, and we what each of them had written by then: of two officers
    /// who take over at the same moment, the one whose claim falls learns so before it grants.
    ///
    /// Waited for is who goes on: a member that is linked and has not followed after [`FENCE_MILLIS`] is named and left
    /// out, or one PC that says it holds what nobody ever gets could keep every ticket from being called.
    pub(super) fn fence_is_open(&mut self, cx: &Cx<'_>, taken_over_at: u64) -> bool {
        let since = self.fenced_since(cx, taken_over_at);
        let laggards = self.fence_laggards(taken_over_at);
        if laggards.is_empty() {
            return true;
        }
        if cx.now.mono_millis < since + FENCE_MILLIS {
            return false;
        }
        for peer in laggards {
            self.reasons.count(Some(peer), Reason::PhantomMarks);
        }
        true
    }

    /// When a fence was met first in this process.
    fn fenced_since(&mut self, cx: &Cx<'_>, taken_over_at: u64) -> u64 {
        let fences = &mut self.asks.fences;
        let since = *fences.entry(taken_over_at).or_insert(cx.now.mono_millis);
        if fences.len() > MAX_FENCES {
            fences.pop_first();
        }
        since
    }

    /// Linked members that have not followed a takeover.
    fn fence_laggards(&self, taken_over_at: u64) -> Vec<NodeId> {
        let (Some(site), Some(own)) = (self.site, self.own) else {
            return self.member_links();
        };
        let tag = own.tag(&site);
        let stored = |link: &Link| {
            link.theirs
                .get(&tag)
                .is_some_and(|row| row.received >= taken_over_at)
        };
        // One that loads its first copy keeps nothing and grants nothing.
        let is_loading = |link: &Link| {
            let health = link.health.as_ref();
            health.is_some_and(|health| health.loading.is_some())
        };
        let has_followed = |peer: &NodeId| {
            self.links.get(peer).is_none_or(|link| {
                is_loading(link) || (stored(link) && self.holds_what_it_wrote(peer))
            })
        };
        let members = self.member_links().into_iter();
        members.filter(|peer| !has_followed(peer)).collect()
    }

    /// Whether this node holds what a peer said it had written itself. A log nobody here has heard of may be its own.
    fn holds_what_it_wrote(&self, peer: &NodeId) -> bool {
        let (Some(site), Some(link)) = (self.site, self.links.get(peer)) else {
            return false;
        };
        link.theirs
            .iter()
            .all(|(tag, row)| match self.logs.by_tag(tag) {
                Some(log) if log.node == *peer => self.logs.head(&site, &log).0 >= row.received,
                Some(_) => true,
                None => row.received == 0,
            })
    }

    /// Makes this node's grant row follow who keeps the ticket now.
    pub(super) fn follow_epoch(&mut self, cx: &mut Cx<'_>, row: &TicketRow) -> StoreResult<()> {
        let is_mine = row.keeper.node == self.me;
        let grant = cx.store.grant(&row.doc)?;
        match grant {
            Some(grant) if !is_mine && !grant.released => {
                let superseded = row.keeper
                    > Epoch {
                        n: grant.epoch,
                        node: self.me,
                    };
                if superseded {
                    cx.store.put_grant(&GrantRow {
                        released: true,
                        ..grant
                    })?;
                }
                Ok(())
            }
            Some(grant) if is_mine && row.keeper.n > grant.epoch => self.begin_keeping(cx, row),
            None if is_mine => self.begin_keeping(cx, row),
            Some(_) | None => Ok(()),
        }
    }

    fn begin_keeping(&mut self, cx: &mut Cx<'_>, row: &TicketRow) -> StoreResult<()> {
        if self.is_void(cx, row)? {
            return Ok(());
        }
        let open = row.call.as_ref().filter(|_| row.state.is_at_counter());
        cx.store.put_grant(&GrantRow {
            ticket: row.doc,
            epoch: row.keeper.n,
            fenced_by: 0,
            released: false,
            called: open.map(|call| (call.node, call.request, call.counter)),
            last: None,
        })
    }

    /// Whether a keepership belongs to a log of this node that was not continued: what that log granted last may be
    /// nowhere but on the paper in a citizen's hand. It is void for the day; an officer takes the ticket over.
    fn is_void(&mut self, cx: &Cx<'_>, row: &TicketRow) -> StoreResult<bool> {
        if self.own_log_must_end() {
            return Ok(true);
        }
        let void_day: Option<lienquay_shared::domain::site_time::Day> =
            fact_of(cx.store, fact::VOID_DAY)?;
        if void_day.is_none_or(|day| day.0 < row.day) {
            return Ok(false);
        }
        let Some(own) = self.own else { return Ok(true) };
        let opened = cx.store.entry(&own, 1)?.map(|entry| entry.header.hlc);
        let Some(ticket) = self.ticket(cx, &row.doc)? else {
            return Ok(true);
        };
        let begun = ticket
            .history
            .iter()
            .filter(|line| match &line.step {
                TicketStep::Issued { keeper, .. } => *keeper == self.me,
                TicketStep::HandedOver { to, .. } => *to == self.me,
                TicketStep::TakenOver { .. } | TicketStep::PaperEntered { .. } => {
                    line.author == Some(self.me)
                }
                _ => false,
            })
            .map(|line| line.stamp.hlc)
            .max();
        Ok(begun < opened)
    }

    pub(super) fn tell_double_call(&mut self, cx: &mut Cx<'_>, row: &TicketRow) {
        if row.is_double_called && self.asks.told_double.insert(row.doc) {
            cx.fx.notices.push(Notice::DoubleCall { ticket: row.doc });
            if self.asks.told_double.len() > MAX_TOLD {
                self.asks.told_double.pop_first();
            }
        }
    }
}

/// The row after a granted step.
fn after(row: GrantRow, requester: NodeId, ask: &KeeperAsk) -> GrantRow {
    let called = match &ask.op {
        KeeperOp::Call { counter, .. } => Some((requester, ask.request, *counter)),
        KeeperOp::Prioritise(_) => row.called,
        KeeperOp::Park | KeeperOp::Unpark | KeeperOp::Transfer(_) | KeeperOp::Decline => None,
    };
    let answer = KeeperAnswer {
        request: ask.request,
        verdict: Ok(()),
    };
    GrantRow {
        called,
        last: Some((ask.request, codec::encode(&answer))),
        ..row
    }
}
