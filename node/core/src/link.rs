//! Links to peers: greeting, standing, and what each side has told the other.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::codec::List;
use lienquay_shared::log::MarkRow;
use lienquay_shared::wire::link::{Hello, MAX_ROWS, Marks};
use lienquay_shared::wire::{Message, Priority, Reason};
use lienquay_shared::{EntryHash, LogId, LogTag, NodeId, codec};

use crate::beat::BEAT_MILLIS;
use crate::engine::{Cx, Engine};
use crate::event::{Close, LinkNo, Send};
use crate::files::LinkFiles;
use crate::store::StoreResult;

/// Logs remembered of one peer's vector; a hostile member cannot make it grow further.
const MAX_THEIR_ROWS: usize = 4 * MAX_ROWS;

/// One open link.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Its number; messages of an older one are dropped.
    pub(crate) number: LinkNo,
    /// Since when, monotonic milliseconds.
    pub(crate) since: u64,
    /// Whether its greeting came.
    pub(crate) greeted: bool,
    /// The peer's vector as it told us.
    pub(crate) theirs: BTreeMap<LogTag, MarkRow>,
    /// Entries of others that we passed on, beyond what the peer has told.
    pub(crate) relayed: BTreeMap<LogTag, u64>,
    /// Logs asked for that it did not give: until when it is not asked again, and how often that happened. Only rows of
    /// its vector are asked for, so it is bounded as they are.
    pub(crate) not_given: BTreeMap<LogTag, (u64, u32)>,
    /// Ranges in a row that it did not give.
    pub(crate) n_not_given: u32,
    /// Our vector as we told it.
    pub(crate) told: BTreeMap<LogId, MarkRow>,
    /// Beats sent, and the last one received with its arrival time.
    pub(crate) beats_sent: u64,
    pub(crate) last_beat: Option<(u64, u64)>,
    /// When each recent beat was sent, to time its echo.
    pub(crate) sent_at: BTreeMap<u64, u64>,
    /// Whether its clock was far from ours at the last beat.
    pub(crate) clock_is_far: bool,
    /// Half the measured round trip.
    pub(crate) one_way_millis: u64,
    /// Members the peer has links to.
    pub(crate) their_links: BTreeSet<NodeId>,
    /// How it is.
    pub(crate) health: Option<lienquay_shared::wire::link::Health>,
    /// What is under way of files.
    pub(crate) files: LinkFiles,
    /// Whether our roster was sent since the peer is a member.
    pub(crate) roster_sent: bool,
    /// Whether the peer greeted again with another roster: what was sent got lost with a commit of its own.
    pub(crate) roster_owed: bool,
}

impl Link {
    fn new(number: LinkNo, since: u64) -> Self {
        Self {
            number,
            since,
            greeted: false,
            theirs: BTreeMap::new(),
            relayed: BTreeMap::new(),
            not_given: BTreeMap::new(),
            n_not_given: 0,
            told: BTreeMap::new(),
            beats_sent: 0,
            last_beat: None,
            sent_at: BTreeMap::new(),
            clock_is_far: false,
            one_way_millis: 0,
            their_links: BTreeSet::new(),
            health: None,
            files: LinkFiles::default(),
            roster_sent: false,
            roster_owed: false,
        }
    }

    /// Takes note of rows of the peer's vector.
    pub(crate) fn hear_rows(&mut self, rows: &[MarkRow]) {
        for row in rows {
            if self.theirs.len() < MAX_THEIR_ROWS || self.theirs.contains_key(&row.tag) {
                self.theirs.insert(row.tag, *row);
            }
        }
    }
}

impl Engine {
    pub(crate) fn link_up(&mut self, cx: &mut Cx<'_>, peer: NodeId, link: LinkNo) {
        if self.roster.gone.contains_key(&peer) {
            self.reasons.count(Some(peer), Reason::Revoked);
            cx.fx.closes.push(Close {
                peer,
                reason: Reason::Revoked,
                block: true,
            });
            return;
        }
        let opened = Link::new(link, cx.now.mono_millis);
        self.files_link_up();
        if let Some(replaced) = self.links.insert(peer, opened) {
            self.files_link_down(&replaced);
            self.part(peer, replaced);
            self.unanswered_over(cx, peer);
        }
        self.greet(cx, peer);
    }

    pub(crate) fn link_down(&mut self, cx: &mut Cx<'_>, peer: NodeId, link: LinkNo) {
        if self.links.get(&peer).is_none_or(|open| open.number != link) {
            return;
        }
        if let Some(ended) = self.links.remove(&peer) {
            self.files_link_down(&ended);
            self.part(peer, ended);
        }
        self.site_clock.forget(&peer);
        self.doubt_link_down(peer);
        let (roster, links) = (&self.roster, &self.links);
        self.shares
            .keep(|other| roster.is_member(other) || links.contains_key(other));
        if !self.roster.knows(&peer) {
            self.reasons.part(peer);
        }
        self.unanswered_over(cx, peer);
        self.pull_elsewhere(cx);
        self.numbers_link_down(cx, peer);
        self.asks_link_down(cx, peer);
    }

    /// What was asked over a link that is gone is asked anew.
    fn unanswered_over(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        self.pulls.retain(|_, pull| pull.peer != peer);
        self.boot_link_down(cx, peer);
        self.join_link_down(cx, peer);
    }

    /// Whether the peer is a member and its link is open.
    pub(crate) fn is_member_link(&self, peer: &NodeId) -> bool {
        self.links.contains_key(peer) && self.roster.is_member(peer)
    }

    /// Links to members, by key.
    pub(crate) fn member_links(&self) -> Vec<NodeId> {
        self.links
            .keys()
            .copied()
            .filter(|peer| self.roster.is_member(peer))
            .collect()
    }

    /// Sends at the message's own priority.
    pub(crate) fn send(&self, cx: &mut Cx<'_>, peer: NodeId, message: Message) {
        let priority = message.priority();
        self.send_at(cx, peer, priority, message);
    }

    /// Sends at a given priority; nothing happens without a link, because whatever it says is said again when one opens.
    pub(crate) fn send_at(
        &self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        priority: Priority,
        message: Message,
    ) {
        if let Some(link) = self.links.get(&peer) {
            cx.fx.sends.push(Send {
                peer,
                link: link.number,
                priority,
                message,
            });
        }
    }

    /// Greets a peer; a member also gets our whole vector at once, which makes reconnecting one round trip.
    pub(crate) fn greet(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let member = self.roster.is_member(&peer);
        let roster = member.then(|| self.roster_log.digest());
        self.send(
            cx,
            peer,
            Message::Hello(Hello {
                site: self.site,
                roster,
            }),
        );
        if member {
            self.tell_all_marks(cx, peer);
        }
        self.present_for_joining(cx, peer);
    }

    /// Greets every peer again, after what was to be said to them got lost with a failed commit; at most once in a beat. The
    /// answers to a greeting may themselves fail on a full disk, and greeting at once again would never end.
    pub(crate) fn greet_all_but_seldom(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono_millis;
        let is_soon = |at: u64| now.saturating_sub(at) < BEAT_MILLIS;
        if self.greeted_all_at.is_some_and(is_soon) {
            self.is_greeting_owed = true;
        } else {
            self.greet_all(cx);
        }
    }

    fn greet_all(&mut self, cx: &mut Cx<'_>) {
        self.greeted_all_at = Some(cx.now.mono_millis);
        self.is_greeting_owed = false;
        let peers: Vec<NodeId> = self.links.keys().copied().collect();
        for peer in peers {
            if let Some(link) = self.links.get_mut(&peer) {
                link.roster_sent = false;
            }
            self.greet(cx, peer);
        }
        self.ask_again_later(cx);
    }

    /// Tells our whole vector. Logs that have ended are told as one digest: they hardly ever differ.
    fn tell_all_marks(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let Some(site) = self.site else { return };
        let rows = self.advertised_rows(&site);
        let closed = self.closed_digest(&rows);
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.told = rows.iter().copied().collect();
        let live: Vec<MarkRow> = rows
            .into_iter()
            .filter(|(log, _)| !self.logs.is_closed(log))
            .map(|(_, row)| row)
            .collect();
        self.send_marks(cx, peer, &live, closed);
    }

    fn send_marks(
        &self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        rows: &[MarkRow],
        closed: Option<EntryHash>,
    ) {
        let mut chunks = rows.chunks(MAX_ROWS);
        let first = chunks.next().unwrap_or_default().to_vec();
        for (chunk, closed) in
            std::iter::once((first, closed)).chain(chunks.map(|chunk| (chunk.to_vec(), None)))
        {
            let rows = List::truncated(chunk);
            self.send(cx, peer, Message::Marks(Marks { rows, closed }));
        }
    }

    /// BLAKE3 over the rows of logs that have ended; none when there are none.
    fn closed_digest(&self, rows: &[(LogId, MarkRow)]) -> Option<EntryHash> {
        let mut closed: Vec<MarkRow> = rows
            .iter()
            .filter(|(log, row)| self.logs.is_closed(log) && row.durable_lag == 0)
            .map(|(_, row)| *row)
            .collect();
        closed.sort_by_key(|row| row.tag);
        (!closed.is_empty()).then(|| EntryHash(blake3::hash(&codec::encode(&closed)).into()))
    }

    /// A peer opened the link with its whole vector.
    pub(crate) fn on_whole_vector(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        marks: Marks,
    ) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        self.returned(&peer);
        if let Some(theirs) = marks.closed {
            let rows = self.advertised_rows(&site);
            let same = self.closed_digest(&rows) == Some(theirs);
            let closed: Vec<MarkRow> = rows
                .into_iter()
                .filter(|(log, _)| self.logs.is_closed(log))
                .map(|(_, row)| row)
                .collect();
            if same {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.hear_rows(&closed);
                }
            } else {
                self.send(cx, peer, Message::ClosedAsk(()));
            }
        }
        self.on_marks(cx, peer, &marks.rows)
    }

    /// The peer's digest of ended logs differs from ours: it wants the rows.
    pub(crate) fn on_closed_ask(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let Some(site) = self.site else { return };
        let closed: Vec<MarkRow> = self
            .advertised_rows(&site)
            .into_iter()
            .filter(|(log, _)| self.logs.is_closed(log))
            .map(|(_, row)| row)
            .collect();
        self.send_marks(cx, peer, &closed, None);
    }

    pub(crate) fn on_hello(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        hello: &Hello,
    ) -> StoreResult<()> {
        let Some(link) = self.links.get_mut(&peer) else {
            return Ok(());
        };
        let again = std::mem::replace(&mut link.greeted, true);
        match (self.site, hello.site) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                self.reasons.count(Some(peer), Reason::WrongSite);
                cx.fx.closes.push(Close {
                    peer,
                    reason: Reason::WrongSite,
                    block: false,
                });
                return Ok(());
            }
            (Some(_), Some(_)) => {}
            // One of us has no site yet: only joining can follow.
            (None, Some(_)) => {
                if again && hello.roster.is_none() {
                    // It greets as a stranger anew: what it knew of this PC's joining got lost with a failed commit.
                    self.join_link_down(cx, peer);
                }
                self.site_met(cx, peer);
                return Ok(());
            }
            (_, None) => return Ok(()),
        }
        if !self.roster.is_member(&peer) {
            // It may be a member we have not heard of yet; it will present its admission.
            self.reasons.count(Some(peer), Reason::NotOnRoster);
            return Ok(());
        }
        let same_roster = hello.roster == Some(self.roster_log.digest());
        if !same_roster {
            self.send_roster(cx, peer);
        }
        if again {
            self.tell_all_marks(cx, peer);
        }
        Ok(())
    }
}
