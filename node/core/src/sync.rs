//! Closing gaps: what the vectors say is missing is pulled, each log from one peer at a time.

use std::collections::BTreeMap;

use lienquay_shared::log::{HashHalf, MarkRow};
use lienquay_shared::wire::link::{Decline, Want};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{LogId, LogTag, NodeId, SiteId};

use crate::engine::{Cx, Engine};
use crate::event::Now;
use crate::store::StoreResult;
use crate::timer::Timer;

/// Entries asked for at once: eight batches, so that a round trip is paid once per 512 entries.
pub(crate) const PULL_WINDOW: u64 = 512;
/// Logs pulled at the same time.
const MAX_PULLS: usize = 16;
/// After this long without progress another peer is asked.
pub(crate) const PULL_TIMEOUT_MILLIS: u64 = 5_000;
/// A peer that did not give a log is not asked for that log for this long; each further time twice as long.
const FIRST_MUTE_MILLIS: u64 = 2_500;
/// The longest such rest.
const LONGEST_MUTE_MILLIS: u64 = 60_000;
/// Ranges in a row that a peer did not give before its vector is called a phantom.
const PHANTOM_AFTER: u32 = 8;

/// One log being pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pull {
    /// From whom.
    pub(crate) peer: NodeId,
    /// Up to which entry the running request goes.
    pub(crate) upto: u64,
    /// Whether the request was sent.
    sent: bool,
    /// Where the log ended when it was sent.
    after: u64,
}

impl Engine {
    /// A peer told what it holds.
    pub(crate) fn on_marks(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        rows: &[MarkRow],
    ) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        let Some(link) = self.links.get_mut(&peer) else {
            return Ok(());
        };
        link.hear_rows(rows);
        if self.boot_if_far_behind(cx, peer)? {
            return Ok(());
        }
        // One row a log, the last: each costs a hash inside the log and, where it differs, a question.
        let rows: BTreeMap<LogTag, MarkRow> = rows.iter().map(|row| (row.tag, *row)).collect();
        for row in rows.values() {
            self.compare(cx, &site, peer, row)?;
        }
        self.asks_marks_heard(cx, peer)
    }

    fn compare(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        row: &MarkRow,
    ) -> StoreResult<()> {
        let log = self.logs.by_tag(&row.tag);
        let received = log.map_or(0, |log| self.logs.head(site, &log).0);
        let is_other = match log {
            Some(log) => self.note_branch(cx, site, peer, &log, row)?,
            None => false,
        };
        if row.received > received {
            if log.is_some() && log == self.own {
                self.own_log_claimed(cx, peer);
            }
            self.pull(cx, peer, row.tag, row.received);
        } else if let Some(log) = log.filter(|_| is_other) {
            self.trace_fork(cx, site, peer, &log, row.received);
        }
        Ok(())
    }

    /// Notes whether what a member holds of a log is of another branch than ours, as far as can be told: of its own log this
    /// node knows that nobody else writes to it.
    fn note_branch(
        &mut self,
        cx: &Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        log: &LogId,
        row: &MarkRow,
    ) -> StoreResult<bool> {
        let known = (row.tag, peer);
        let is_other = if row.received > self.logs.head(site, log).0 {
            self.own == Some(*log) || self.other_branches.contains(&known)
        } else {
            let hash = match row.received {
                0 => None,
                received => self.logs.hash_at(cx.store, site, log, received)?,
            };
            hash.is_some_and(|hash| HashHalf::from(hash) != row.hash)
        };
        if is_other {
            self.other_branches.insert(known);
        } else {
            self.other_branches.remove(&known);
        }
        Ok(is_other)
    }

    /// A log of which members told other branches grew or changed its own: what they told is held against what it is now.
    pub(crate) fn compare_branches(
        &mut self,
        cx: &Cx<'_>,
        site: &SiteId,
        log: &LogId,
    ) -> StoreResult<()> {
        if self.other_branches.is_empty() {
            return Ok(());
        }
        let rows: Vec<(NodeId, MarkRow)> = self.members_rows(log.tag(site)).collect();
        for (peer, row) in rows {
            self.note_branch(cx, site, peer, log, &row)?;
        }
        Ok(())
    }

    /// Wants a log from a peer, unless it is being pulled already.
    pub(crate) fn pull(&mut self, cx: &mut Cx<'_>, peer: NodeId, tag: LogTag, upto: u64) {
        if self.boot.is_loading_plan()
            || self.pulls.contains_key(&tag)
            || self.pulls.len() >= MAX_PULLS
            || !self.may_pull_from(cx.now, &peer, &tag)
        {
            return;
        }
        self.pulls.insert(
            tag,
            Pull {
                peer,
                upto,
                sent: false,
                after: 0,
            },
        );
        self.timers
            .set(Timer::Pull(tag), cx.now.mono_millis + PULL_TIMEOUT_MILLIS);
    }

    /// Sends the requests that were decided during this group of events.
    pub(crate) fn start_pulls(&mut self, cx: &mut Cx<'_>) {
        let Some(site) = self.site else { return };
        let unsent: Vec<(LogTag, Pull)> = self
            .pulls
            .iter()
            .filter(|(_, pull)| !pull.sent)
            .map(|(tag, pull)| (*tag, *pull))
            .collect();
        for (tag, pull) in unsent {
            let after = self
                .logs
                .by_tag(&tag)
                .map_or(0, |log| self.logs.head(&site, &log).0);
            let upto = pull.upto.min(after + PULL_WINDOW);
            if upto <= after || !self.is_member_link(&pull.peer) {
                self.stop_pull(tag);
                continue;
            }
            self.pulls.insert(
                tag,
                Pull {
                    upto,
                    sent: true,
                    after,
                    ..pull
                },
            );
            self.send(
                cx,
                pull.peer,
                Message::Want(Want {
                    tag,
                    after,
                    upto,
                    trace: false,
                }),
            );
        }
    }

    fn stop_pull(&mut self, tag: LogTag) {
        self.pulls.remove(&tag);
        self.timers.stop(Timer::Pull(tag));
    }

    /// Entries of a log came: the pull goes on, or is done.
    pub(crate) fn pull_progressed(&mut self, cx: &mut Cx<'_>, site: &SiteId, log: &LogId) {
        let tag = log.tag(site);
        let Some(pull) = self.pulls.get(&tag).copied() else {
            return;
        };
        let (received, _) = self.logs.head(site, log);
        if let Some(link) = self.links.get_mut(&pull.peer) {
            link.n_not_given = 0;
            link.not_given.remove(&tag);
        }
        self.timers
            .set(Timer::Pull(tag), cx.now.mono_millis + PULL_TIMEOUT_MILLIS);
        if received < pull.upto {
            return;
        }
        self.stop_pull(tag);
        let best = self.best_source(cx.now, &tag);
        if let Some((peer, upto)) = best.filter(|(_, upto)| *upto > received) {
            self.pull(cx, peer, tag, upto);
        }
    }

    /// A peer says that it did not take or cannot give something.
    pub(crate) fn on_decline(&mut self, cx: &mut Cx<'_>, peer: NodeId, decline: &Decline) {
        tracing::debug!(peer = %peer.short(), reason = decline.reason.text(), "declined by peer");
        self.boot_declined(cx, peer);
        let Some((site, log)) = self.site.zip(decline.log) else {
            return;
        };
        let tag = log.tag(&site);
        if decline.reason == Reason::TooMany
            && let Some(pull) = self.pulls.get(&tag).filter(|pull| pull.peer == peer)
        {
            if self.logs.head(&site, &log).0 <= pull.after {
                // Nothing of it came: asking again at once would only be declined again.
                self.on_pull_timeout(cx, tag);
                return;
            }
            // The answer was cut short: ask for the rest at once.
            self.stop_pull(tag);
            self.pull_elsewhere(cx);
        }
    }

    /// The member that holds most of a log; the one with the fastest link of those.
    fn best_source(&self, now: Now, tag: &LogTag) -> Option<(NodeId, u64)> {
        self.member_links()
            .into_iter()
            .filter(|peer| self.may_pull_from(now, peer, tag))
            .filter_map(|peer| {
                let link = self.links.get(&peer)?;
                Some((
                    link.theirs.get(tag)?.received,
                    std::cmp::Reverse(link.one_way_millis),
                    peer,
                ))
            })
            .max()
            .map(|(received, _, peer)| (peer, received))
    }

    pub(crate) fn on_pull_timeout(&mut self, cx: &mut Cx<'_>, tag: LogTag) {
        let Some(pull) = self.pulls.remove(&tag) else {
            return;
        };
        self.timers.stop(Timer::Pull(tag));
        self.reasons.count(Some(pull.peer), Reason::RangeTimeout);
        self.note_not_given(cx.now, pull.peer, tag);
        let other = self.member_links().into_iter().find(|peer| {
            *peer != pull.peer
                && self.may_pull_from(cx.now, peer, &tag)
                && self.links.get(peer).is_some_and(|link| {
                    link.theirs
                        .get(&tag)
                        .is_some_and(|row| row.received >= pull.upto)
                })
        });
        self.last_timeout = tag;
        match other {
            Some(other) => self.pull(cx, other, tag, pull.upto),
            // Nobody else has it: others get their turn first, or rows that nobody can serve would hold every place.
            None => self.pull_elsewhere(cx),
        }
    }

    /// Whether a range of a log may be asked of a peer now. One that claims what it does not give keeps no place from others:
    /// each failure in a row halves the ranges asked of it at once, and that log is left for a while.
    fn may_pull_from(&self, now: Now, peer: &NodeId, tag: &LogTag) -> bool {
        let Some(link) = self.links.get(peer) else {
            return false;
        };
        let rests = link
            .not_given
            .get(tag)
            .is_some_and(|(until, _)| now.mono_millis < *until);
        let n_at_once = self
            .pulls
            .values()
            .filter(|pull| pull.peer == *peer)
            .count();
        let n_allowed = (MAX_PULLS / 2) >> link.n_not_given.min(8);
        let is_only = link.n_not_given == 0;
        !rests && (is_only || n_at_once < n_allowed.max(1))
    }

    fn note_not_given(&mut self, now: Now, peer: NodeId, tag: LogTag) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.n_not_given = link.n_not_given.saturating_add(1);
        if link.n_not_given.is_multiple_of(PHANTOM_AFTER) {
            self.reasons.count(Some(peer), Reason::PhantomMarks);
        }
        let n_times = link.not_given.get(&tag).map_or(0, |(_, n)| n + 1);
        let rest = (FIRST_MUTE_MILLIS << n_times.min(8)).min(LONGEST_MUTE_MILLIS);
        link.not_given
            .insert(tag, (now.mono_millis + rest, n_times));
    }

    /// Compares a peer's whole vector with ours again: a row may have been heard before our copy of its log changed.
    pub(crate) fn compare_again(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        let members = self.member_links();
        let next = members.iter().find(|peer| **peer > self.last_compared);
        let Some(peer) = next.or(members.first()).copied() else {
            return Ok(());
        };
        self.last_compared = peer;
        let rows: Vec<MarkRow> = match self.links.get(&peer) {
            Some(link) if !self.boot.is_loading() => link.theirs.values().copied().collect(),
            Some(_) | None => return Ok(()),
        };
        for row in rows {
            self.compare(cx, &site, peer, &row)?;
        }
        Ok(())
    }

    /// A peer is gone, or the roster grew: looks again at every gap the remaining vectors show.
    pub(crate) fn pull_elsewhere(&mut self, cx: &mut Cx<'_>) {
        let Some(site) = self.site else { return };
        let mut best: BTreeMap<LogTag, ()> = BTreeMap::new();
        for peer in self.member_links() {
            if let Some(link) = self.links.get(&peer) {
                best.extend(link.theirs.keys().map(|tag| (*tag, ())));
            }
        }
        let tags: Vec<LogTag> = best.into_keys().collect();
        let from = tags.partition_point(|tag| *tag <= self.last_timeout);
        for tag in tags[from..].iter().chain(&tags[..from]).copied() {
            let received = self
                .logs
                .by_tag(&tag)
                .map_or(0, |log| self.logs.head(&site, &log).0);
            if let Some((peer, upto)) = self
                .best_source(cx.now, &tag)
                .filter(|(_, upto)| *upto > received)
            {
                self.pull(cx, peer, tag, upto);
            }
        }
    }

    /// How many entries the peer holds that we lack.
    pub(crate) fn behind(&self, peer: &NodeId) -> u64 {
        let (Some(site), Some(link)) = (self.site, self.links.get(peer)) else {
            return 0;
        };
        link.theirs
            .iter()
            .map(|(tag, row)| {
                let received = self
                    .logs
                    .by_tag(tag)
                    .map_or(0, |log| self.logs.head(&site, &log).0);
                row.received.saturating_sub(received)
            })
            .fold(0, u64::saturating_add)
    }
}
