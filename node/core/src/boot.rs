//! The first copy of a new node: documents newest first, then headers, all proven before it counts.
//!
//! A plan fixes how far each log goes; its rows are signed by the logs' authors. Documents come as snapshots and can be
//! worked with in seconds; headers follow and are chained up to the plan; then every document must contain exactly the
//! changes its headers name. Until all of that holds, the node counts for nobody. One question is open at a time, to one
//! peer, and the state is stored with what was received, so the copy goes on after a restart and from any other member.

mod docs;
mod give_up;
mod headers;
mod plan;
mod prove;
mod serve;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::wire::bootstrap::{DocCursor, PlanRow};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, EntryHash, LogId, NodeId, codec};

use self::docs::{Copied, page_fact};
use crate::engine::{Cx, Engine};
use crate::event::Now;
use crate::rng::Rng;
use crate::store::{Store, StoreResult};
use crate::timer::Timer;

/// The name of the stored state.
const FACT: &str = "boot";
/// A question unanswered for this long is asked of another peer. An answer is under 1 MiB.
const ANSWER_MILLIS: u64 = 10_000;
/// What cannot go on now is tried again after this long.
const RETRY_MILLIS: u64 = 1_000;
/// After this long without a peer that holds all of the plan, the plan is lowered to what others hold.
const LOST_SOURCE_MILLIS: u64 = 30_000;
/// Entries of others that a node may hold and still count as new: what arrived before the first vector did.
const MAX_HELD_OF_OTHERS: u64 = 1_024;

/// One log of the plan, and how far its headers are here.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
struct Row {
    plan: PlanRow,
    /// How far the log was held before, and its hash there.
    from: (u64, EntryHash),
    /// Headers up to here are stored …
    at: u64,
    /// … and this is the log's hash there.
    hash: EntryHash,
}

impl Row {
    fn is_done(&self) -> bool {
        self.at >= self.plan.seq
    }
}

/// What is stored of a first copy.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
struct Copy {
    rows: Vec<Row>,
    /// Documents the sender of the plan held.
    n_docs: u64,
    /// Documents here.
    n_here: u64,
    /// Where the listing goes on; none at its start and at its end.
    cursor: Option<DocCursor>,
    is_listed: bool,
    /// Pages of documents received, and how many of them are proven. Each page is a fact of its own.
    n_pages: u64,
    n_proven_pages: u64,
}

impl Copy {
    /// Notes documents as one more page to be proven.
    fn add_page(
        &mut self,
        store: &mut dyn Store,
        sender: NodeId,
        docs: &BTreeMap<DocId, Copied>,
    ) -> StoreResult<()> {
        store.set_meta(&page_fact(self.n_pages), &codec::encode(&(sender, docs)))?;
        self.n_pages += 1;
        Ok(())
    }
}

/// The question that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Plan,
    Page,
    Named,
    Headers(LogId),
    Fill(LogId, u64),
}

/// The state of a first copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boot {
    copy: Option<Copy>,
    /// Whom we asked for a plan, before there is one.
    planner: Option<NodeId>,
    source: Option<NodeId>,
    /// The open question, and since when (monotonic milliseconds).
    asked: Option<(Asked, u64)>,
    /// Peers that did not answer or sent what was wrong: asked again only when nobody else is left.
    avoided: BTreeSet<NodeId>,
    /// Who sent headers that do not continue what is here of a log.
    unchained: BTreeMap<LogId, BTreeSet<NodeId>>,
    /// Documents asked for by name already.
    named: BTreeSet<DocId>,
    /// Those of the last such question.
    last_named: Vec<DocId>,
    /// The page being proven: who sent it, and what of it is not proven yet.
    page: Option<(NodeId, BTreeMap<DocId, Copied>)>,
    /// When the last documents came.
    docs_at: u64,
    /// Since when no peer holds all of the plan.
    lost_since: Option<u64>,
}

/// What the proving of documents wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// More to prove: soon.
    More,
    /// Documents to ask for by name.
    Name(Vec<DocId>),
    /// An entry whose change no snapshot brought.
    Fill(LogId, u64),
    /// Entries must arrive first, or another peer.
    Wait,
    Done,
}

impl Boot {
    pub(crate) fn load(
        &mut self,
        now: Now,
        _rng: &mut Rng,
        store: &mut dyn Store,
    ) -> StoreResult<()> {
        let stored = store.meta(FACT)?.filter(|bytes| !bytes.is_empty());
        *self = Self {
            copy: stored.map(|bytes| codec::decode(&bytes)).transpose()?,
            docs_at: now.mono_millis,
            ..Self::default()
        };
        Ok(())
    }

    /// Whether this node is loading and counts for nobody.
    pub(crate) fn is_loading(&self) -> bool {
        self.copy.is_some() || self.planner.is_some()
    }

    /// Whether no log can be pulled yet, because the plan is not here.
    pub(crate) fn is_loading_plan(&self) -> bool {
        self.copy.is_none() && self.planner.is_some()
    }

    /// Documents stored, of documents known.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        match &self.copy {
            Some(copy) => Some((copy.n_here.min(copy.n_docs), copy.n_docs)),
            None => self.planner.map(|_asked| (0, 0)),
        }
    }

    /// Whether a log belongs to the plan: before the copy is proven, nothing of it counts.
    pub(crate) fn covers(&self, log: &LogId) -> bool {
        self.copy
            .as_ref()
            .is_some_and(|copy| copy.rows.iter().any(|row| row.plan.log == *log))
    }

    fn is_asked(&self, asked: &Asked, peer: NodeId) -> bool {
        self.source == Some(peer) && self.asked.as_ref().is_some_and(|(open, _)| open == asked)
    }
}

impl Engine {
    /// While the first copy is made: documents stored, of documents known.
    pub fn loading(&self) -> Option<(u64, u64)> {
        self.boot.progress()
    }

    /// Starts a first copy when a peer holds much more and this node is new; returns whether logs must not be pulled yet.
    pub(crate) fn boot_if_far_behind(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
    ) -> StoreResult<bool> {
        if self.boot.copy.is_some() {
            self.boot_go_on(cx)?;
            return Ok(false);
        }
        if self.boot.planner.is_some() {
            return Ok(true);
        }
        if self.behind(&peer) < self.settings.first_copy_from
            || !self.is_new()
            || self.boot.avoided.contains(&peer)
            || self.is_loading_itself(&peer)
        {
            return Ok(false);
        }
        self.boot.planner = Some(peer);
        self.boot.source = Some(peer);
        for tag in std::mem::take(&mut self.pulls).into_keys() {
            self.timers.stop(Timer::Pull(tag));
        }
        self.boot_ask(cx, peer, Asked::Plan, Message::PlanAsk(()));
        Ok(true)
    }

    /// Whoever wrote before was long away or is an older copy of itself: ranges tell it of forks as well.
    fn is_new(&self) -> bool {
        let mut of_others = 0;
        for (log, held) in self.logs.iter() {
            if log.node == self.me && held.mark.received > 0 {
                return false;
            }
            of_others += held.mark.received;
        }
        of_others <= MAX_HELD_OF_OTHERS
    }

    fn is_loading_itself(&self, peer: &NodeId) -> bool {
        self.links
            .get(peer)
            .and_then(|link| link.health.as_ref())
            .is_some_and(|health| health.loading.is_some())
    }

    pub(crate) fn boot_link_down(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        self.boot.avoided.remove(&peer);
        if self.boot.source == Some(peer) {
            self.boot.asked = None;
            self.boot.source = None;
            self.boot.planner = None;
            self.boot_soon(cx, 0);
        }
    }

    /// The peer does not answer questions of a first copy now.
    pub(crate) fn boot_declined(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        if self.boot.source == Some(peer) && self.boot.asked.is_some() {
            self.boot_avoid(cx, peer);
        }
    }

    pub(crate) fn on_boot_timer(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if let (Some((_, since)), Some(peer)) = (&self.boot.asked, self.boot.source) {
            if cx.now.mono_millis < since + ANSWER_MILLIS {
                self.boot_soon(cx, ANSWER_MILLIS);
                return Ok(());
            }
            self.reasons.count(Some(peer), Reason::RangeTimeout);
            self.boot_avoid(cx, peer);
        }
        self.boot_go_on(cx)
    }

    pub(crate) fn on_boot_message(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        message: Message,
    ) -> StoreResult<()> {
        match message {
            Message::PlanAsk(()) => self.on_plan_ask(cx, peer),
            Message::DocsAsk(ask) => self.on_docs_ask(cx, peer, ask),
            Message::HeadersAsk(ask) => self.on_headers_ask(cx, peer, ask),
            Message::Plan(plan) if self.boot.is_asked(&Asked::Plan, peer) => {
                self.boot.asked = None;
                self.on_plan(cx, peer, plan)?;
                self.boot_go_on(cx)
            }
            Message::Docs(docs)
                if self.boot.is_asked(&Asked::Page, peer)
                    || self.boot.is_asked(&Asked::Named, peer) =>
            {
                let was_page = self.boot.is_asked(&Asked::Page, peer);
                self.boot.asked = None;
                self.on_docs(cx, peer, docs, was_page)?;
                self.boot_go_on(cx)
            }
            Message::Headers(headers) if self.boot.is_asked(&Asked::Headers(headers.log), peer) => {
                self.boot.asked = None;
                self.on_headers(cx, peer, headers)?;
                self.boot_go_on(cx)
            }
            _ => {
                self.reasons.count(Some(peer), Reason::UnexpectedMessage);
                Ok(())
            }
        }
    }

    /// Asks the next question, if none is open. Everything that may let the copy go on ends here.
    fn boot_go_on(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.boot.asked.is_some() {
            return Ok(());
        }
        let Some(copy) = &self.boot.copy else {
            return Ok(());
        };
        let is_received = copy.is_listed && copy.rows.iter().all(Row::is_done);
        let Some(peer) = self.boot_source(cx) else {
            self.boot_soon(cx, RETRY_MILLIS);
            return if is_received {
                self.boot_prove(cx, None)
            } else {
                Ok(())
            };
        };
        if is_received {
            return self.boot_prove(cx, Some(peer));
        }
        if !self.ask_next_page(cx, peer) {
            self.ask_next_headers(cx, peer);
        }
        Ok(())
    }

    fn boot_prove(&mut self, cx: &mut Cx<'_>, peer: Option<NodeId>) -> StoreResult<()> {
        match (self.prove_some(cx)?, peer) {
            (Next::Done, _) => return self.boot_finish(cx),
            (Next::More, _) => self.boot_soon(cx, 0),
            (Next::Name(docs), Some(peer)) => self.ask_named(cx, peer, docs),
            (Next::Fill(log, seq), Some(peer)) => self.ask_fill(cx, peer, log, seq),
            (Next::Wait, _) | (Next::Name(_) | Next::Fill(..), None) => {
                self.boot_soon(cx, RETRY_MILLIS);
            }
        }
        Ok(())
    }

    fn boot_ask(&mut self, cx: &mut Cx<'_>, peer: NodeId, asked: Asked, message: Message) {
        self.boot.source = Some(peer);
        self.boot.asked = Some((asked, cx.now.mono_millis));
        self.boot_soon(cx, ANSWER_MILLIS);
        self.send(cx, peer, message);
    }

    fn boot_soon(&mut self, cx: &Cx<'_>, millis: u64) {
        self.timers.set(Timer::Boot, cx.now.mono_millis + millis);
    }

    /// Goes on with somebody else. A node without a plan gives the first copy up: ranges do as well.
    fn boot_avoid(&mut self, cx: &Cx<'_>, peer: NodeId) {
        self.boot.avoided.insert(peer);
        self.boot.asked = None;
        self.boot.source = None;
        self.boot.planner = None;
        self.boot_soon(cx, RETRY_MILLIS);
    }

    /// What the peer sent is not what it must be: named, and somebody else asked.
    fn boot_blame(&mut self, cx: &Cx<'_>, peer: NodeId, reason: Reason) {
        tracing::warn!(peer = %peer.short(), reason = reason.text(), "first copy");
        self.reasons.count(Some(peer), reason);
        self.boot_avoid(cx, peer);
    }

    /// Something of the copy came, or became proven.
    fn boot_store(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.boot.lost_since = None;
        let bytes = self.boot.copy.as_ref().map(codec::encode);
        cx.store.set_meta(FACT, &bytes.unwrap_or_default())?;
        self.wrote_others(cx.now);
        Ok(())
    }

    /// Everything is proven: from the next beat on, this node counts.
    fn boot_finish(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.boot = Boot::default();
        self.timers.stop(Timer::Boot);
        self.boot_store(cx)?;
        self.wrote_own();
        self.pull_elsewhere(cx);
        self.beat_soon(cx.now);
        Ok(())
    }
}
