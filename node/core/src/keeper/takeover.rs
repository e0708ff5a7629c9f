//! Keepers that do not answer: noticing it, offering the takeover, and taking over when an officer confirms.

use std::collections::BTreeSet;

use lienquay_shared::codec::Text;
use lienquay_shared::command::Outcome;
use lienquay_shared::decide::ticket::{enter_paper, takeover};
use lienquay_shared::decide::{Context, Write};
use lienquay_shared::domain::series::ticket_doc;
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::ticket::{Ticket, TicketEvent, TicketStep};
use lienquay_shared::log::{ActionKind, DocKind};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema::Edit;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{KeeperOp, LaneId};
use lienquay_shared::{DocId, NodeId};

use super::Asker;
use super::issue::{open_rows, unfinished};
use crate::engine::{Cx, Engine};
use crate::event::Notice;
use crate::store::{GrantRow, StoreResult};

/// How long a keeper may be silent before the officer is offered its tickets: a PC restarts its program in ten seconds
/// and a switch in twenty.
const GRACE_MILLIS: u64 = 30_000;
/// What the log says about a call from a typed paper number whose ticket is known here after all.
const PAPER_REASON: &str = "Nhập số từ phiếu giấy";

/// A keeper that is not linked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silent {
    since_mono_millis: u64,
    /// It was linked before, in this process.
    was_linked: bool,
    is_told: bool,
}

impl Engine {
    /// A link is gone: from now on the peer is silent as a keeper. What was asked of it is asked again over a new link.
    pub(crate) fn asks_link_down(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        self.asks.disowned.remove(&peer);
        if self.roster.knows(&peer) {
            self.asks.silent.insert(
                peer,
                Silent {
                    since_mono_millis: cx.now.mono_millis,
                    was_linked: true,
                    is_told: false,
                },
            );
        }
    }

    /// A peer told what it holds: it is there, a fence may be open, a leave complete.
    pub(crate) fn asks_marks_heard(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> StoreResult<()> {
        self.asks.silent.remove(&peer);
        self.leave_heard(cx, peer)?;
        self.retry_fenced(cx)
    }

    /// Every two seconds: strays go to desks, and officers are offered the tickets of silent keepers.
    pub(crate) fn keepers_on_beat(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.site.is_none() || self.boot.is_loading() || self.doubts_own_log(cx.now) {
            return Ok(());
        }
        self.hand_strays_over(cx)?;
        self.offer_takeovers(cx)
    }

    pub(super) fn note_silent(&mut self, cx: &Cx<'_>, keeper: NodeId) {
        self.asks.silent.entry(keeper).or_insert(Silent {
            since_mono_millis: cx.now.mono_millis,
            was_linked: false,
            is_told: false,
        });
    }

    /// A linked keeper said that it keeps nothing of what our log says it keeps: a restored PC. Unless the ticket has
    /// changed hands meanwhile.
    pub(super) fn note_disowned(
        &mut self,
        cx: &mut Cx<'_>,
        keeper: NodeId,
        doc: &DocId,
    ) -> StoreResult<()> {
        let keeps = self
            .ticket(cx, doc)?
            .is_some_and(|ticket| ticket.epoch.node == keeper);
        if keeps && self.asks.disowned.insert(keeper) {
            cx.fx.notices.push(Notice::KeeperSilent {
                keeper,
                since_mono_millis: cx.now.mono_millis,
            });
        }
        Ok(())
    }

    fn offer_takeovers(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        let due: Vec<NodeId> = self
            .asks
            .silent
            .iter()
            .filter(|(_, silent)| !silent.is_told && silent.since_mono_millis + GRACE_MILLIS <= now)
            .map(|(keeper, _)| *keeper)
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let keepers = self.keepers_of_waiting(cx)?;
        for keeper in due.into_iter().filter(|keeper| keepers.contains(keeper)) {
            if let Some(silent) = self.asks.silent.get_mut(&keeper) {
                silent.is_told = true;
                cx.fx.notices.push(Notice::KeeperSilent {
                    keeper,
                    since_mono_millis: silent.since_mono_millis,
                });
            }
        }
        Ok(())
    }

    fn keepers_of_waiting(&mut self, cx: &mut Cx<'_>) -> StoreResult<BTreeSet<NodeId>> {
        let site = self.site_model(cx)?;
        let today = self.site_clock.read(cx.now).day();
        let mut keepers = BTreeSet::new();
        for lane in site.lanes.keys() {
            keepers.extend(
                open_rows(cx, today, lane)?
                    .into_iter()
                    .map(|row| row.keeper.node),
            );
        }
        Ok(keepers)
    }

    /// The refusal that names a keeper which cannot be asked.
    pub(super) fn unreachable(&mut self, cx: &mut Cx<'_>, keeper: NodeId) -> StoreResult<Refusal> {
        self.note_unreachable(cx, keeper);
        let site = self.site_model(cx)?;
        let silent = self.asks.silent.get(&keeper);
        let since = silent
            .filter(|silent| silent.was_linked)
            .map(|silent| cx.now.mono_millis.saturating_sub(silent.since_mono_millis));
        Ok(Refusal::KeeperUnreachable {
            keeper,
            counter: site.counter_of(&keeper).map(|counter| counter.no),
            since_millis: since.map(|age| cx.now.wall_millis.saturating_sub(age)),
        })
    }

    /// An officer confirms that a PC does not answer: this node becomes the keeper of its tickets, and may pull back what
    /// was called to its counter.
    pub(super) fn take_over_tickets(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        site: &Site,
        keeper: NodeId,
    ) -> StoreResult<()> {
        if !self.roster.knows(&keeper) {
            return self.refuse(cx, asker.token, Refusal::UnknownNode);
        }
        if self.leaving {
            return self.refuse(cx, asker.token, Refusal::Leaving);
        }
        if keeper != self.me && self.can_be_asked(&keeper) {
            let why = "Máy này đang trả lời bình thường nên không cần tiếp quản. Anh/chị gọi số như thường.";
            return self.refuse(cx, asker.token, Refusal::invalid("keeper", why));
        }
        let me = self.me;
        let is_stuck = |row: &TicketRow| {
            let call = row.call.as_ref().filter(|_| row.state.is_at_counter());
            row.keeper.node == me && call.is_some_and(|call| call.node == keeper && keeper != me)
        };
        let rows = unfinished(cx, site, context.day(), |row| {
            row.keeper.node == keeper || is_stuck(row)
        })?;
        let mut n_tickets = 0;
        for doc in rows.into_keys() {
            n_tickets += u32::from(self.take_over(cx, context, doc)?);
        }
        if n_tickets == 0 {
            return self.refuse(cx, asker.token, Refusal::NoChange);
        }
        let outcome = Outcome::TicketsTakenOver { n_tickets };
        self.done(cx, asker.token, &asker.request, outcome)
    }

    fn take_over(&mut self, cx: &mut Cx<'_>, context: &Context, doc: DocId) -> StoreResult<bool> {
        let Some(ticket) = self.ticket(cx, &doc)? else {
            return Ok(false);
        };
        let write = if ticket.epoch.node == self.me && self.lost_its_grants(cx, &doc)? {
            renewal(context, doc, &ticket)
        } else {
            match takeover(context, doc, &ticket) {
                Ok(write) => write,
                Err(_nothing_to_take) => return Ok(false),
            }
        };
        let seq = self.author(cx, &write, context.officer)?;
        let epoch = ticket.epoch.next(self.me).n;
        let open = ticket.call.filter(|_| ticket.state.is_at_counter());
        cx.store.put_grant(&GrantRow {
            ticket: doc,
            epoch,
            fenced_by: seq,
            released: false,
            called: open.map(|call| (call.node, call.request, call.counter)),
            last: None,
        })?;
        Ok(true)
    }

    /// Whether this node kept the ticket in a log that was not continued.
    fn lost_its_grants(&self, cx: &Cx<'_>, doc: &DocId) -> StoreResult<bool> {
        Ok(self.own_log_must_end() || cx.store.grant(doc)?.is_none_or(|grant| grant.released))
    }

    /// Calls a ticket of which this PC knows only the paper. One that is known here is called from its keeper.
    pub(super) fn enter_paper_number(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        site: &Site,
        lane: &LaneId,
        number: u32,
    ) -> StoreResult<()> {
        let (Some(site_id), Some(counter)) = (self.site, site.counter_of(&self.me)) else {
            return self.refuse(cx, asker.token, Refusal::NotSeated);
        };
        let op = KeeperOp::Call {
            counter: counter.no,
            out_of_order: Some(Text::truncated(PAPER_REASON)),
        };
        let doc = ticket_doc(&site_id, context.day(), lane, number);
        if self.ticket(cx, &doc)?.is_none() {
            let write = match enter_paper(context, &site_id, site, lane, number) {
                Ok(write) => write,
                Err(refusal) => return self.refuse(cx, asker.token, refusal),
            };
            let fenced_by = self.author(cx, &write, context.officer)?;
            cx.store.put_grant(&GrantRow {
                ticket: doc,
                epoch: 1,
                fenced_by,
                released: false,
                called: None,
                last: None,
            })?;
        }
        self.ask_for_one(cx, asker, context, doc, op)
    }
}

/// Taking over from oneself, after the log that kept the ticket was not continued.
fn renewal(context: &Context, doc: DocId, ticket: &Ticket) -> Write {
    let event = TicketEvent {
        stamp: context.stamp(),
        step: TicketStep::TakenOver {
            supersedes: ticket.epoch,
        },
    };
    Write {
        doc,
        kind: DocKind::Ticket,
        action: ActionKind::TicketTakenOver,
        edits: vec![Edit::event(&event)],
    }
}
