//! The beat: every two seconds each member hears what changed in our vector, our clocks, and how we are.

use std::collections::BTreeSet;

use lienquay_shared::codec::{self, List, Text};
use lienquay_shared::log::MarkRow;
use lienquay_shared::wire::link::{Beat, BeatClock, Health, MAX_LINKS, MAX_ROWS};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{LogId, NodeId, SiteId};

use crate::engine::{Cx, Engine, fact};
use crate::event::{Notice, Now};
use crate::store::StoreResult;
use crate::timer::Timer;

/// Between two beats.
pub(crate) const BEAT_MILLIS: u64 = 2_000;
/// After a commit that made entries durable, the next beat comes this soon, so that ✓✓ does not wait two seconds.
const SOON_MILLIS: u64 = 100;
/// A member's clock this far from ours is flagged: more than drift, less than a wrong time zone.
const CLOCK_FAR_OFF_MILLIS: u64 = 5 * 60_000;
/// Beats whose echo is still awaited.
const MAX_AWAITED_ECHOES: usize = 8;

impl Engine {
    /// Brings the next beat forward.
    pub(crate) fn beat_soon(&mut self, now: Now) {
        let soon = now.mono_millis + SOON_MILLIS;
        if self.timers.due(Timer::Beat).is_none_or(|due| due > soon) {
            self.timers.set(Timer::Beat, soon);
        }
    }

    pub(crate) fn on_beat_timer(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.timers
            .set(Timer::Beat, cx.now.mono_millis + BEAT_MILLIS);
        if let Some(site) = self.site {
            let health = self.own_health(cx)?;
            for peer in self.member_links() {
                self.send_beat(cx, &site, peer, &health);
            }
        }
        self.watch_own_clock(cx);
        self.tell_ending(cx)?;
        if self.is_greeting_owed {
            self.greet_all_but_seldom(cx);
        }
        self.send_owed_rosters(cx);
        // A gap whose pull could not start then (too many at once, a lost answer) is looked for again.
        self.pull_elsewhere(cx);
        self.compare_again(cx)?;
        self.retry_not_understood(cx)?;
        self.slim_some(cx)?;
        self.files_on_beat(cx)?;
        self.keepers_on_beat(cx)
    }

    /// The vector as others may count on it: while the first copy is not proven, only what this node wrote itself.
    pub(crate) fn advertised_rows(&self, site: &SiteId) -> Vec<(LogId, MarkRow)> {
        let mut rows = self.logs.rows(site);
        if self.boot.is_loading() {
            rows.retain(|(log, _)| log.node == self.me && !self.boot.covers(log));
        }
        rows
    }

    fn send_beat(&mut self, cx: &mut Cx<'_>, site: &SiteId, peer: NodeId, health: &Health) {
        let rows = self.advertised_rows(site);
        let links = self.member_links();
        let clock = BeatClock {
            wall_millis: cx.now.wall_millis,
            hlc: self.clock.last(),
            anchor: self.site_clock.announced(cx.now),
            confirmed: self.site_clock.confirmed(cx.now),
        };
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let changed: Vec<(LogId, MarkRow)> = rows
            .into_iter()
            .filter(|(log, row)| link.told.get(log) != Some(row))
            .take(MAX_ROWS)
            .collect();
        link.told.extend(changed.iter().copied());
        link.beats_sent += 1;
        link.sent_at.insert(link.beats_sent, cx.now.mono_millis);
        while link.sent_at.len() > MAX_AWAITED_ECHOES {
            link.sent_at.pop_first();
        }
        let beat = Beat {
            number: link.beats_sent,
            rows: List::truncated(changed.into_iter().map(|(_, row)| row).collect()),
            clock,
            echo: link
                .last_beat
                .map(|(number, at)| (number, cx.now.mono_millis.saturating_sub(at))),
            links: List::truncated(
                links
                    .into_iter()
                    .filter(|other| *other != peer)
                    .take(MAX_LINKS)
                    .collect(),
            ),
            health: health.clone(),
            files: self.own_files_mark(),
        };
        self.send(cx, peer, Message::Beat(beat));
    }

    fn own_health(&mut self, cx: &mut Cx<'_>) -> StoreResult<Health> {
        let (pending, quarantined) = cx.store.n_set_aside()?;
        let (counter, lanes) = self.seat_and_lanes(cx)?;
        Ok(Health {
            version: Text::truncated(&self.settings.version),
            mode: self
                .roster
                .members
                .get(&self.me)
                .map(|member| member.mode)
                .unwrap_or_default(),
            counter,
            lanes: List::truncated(lanes),
            disk_free_mib: self.disk_free_mib,
            loading: self.boot.progress(),
            pending,
            quarantined,
            leaving: self.leaving,
        })
    }

    pub(crate) fn on_beat(&mut self, cx: &mut Cx<'_>, peer: NodeId, beat: Beat) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        let Some(link) = self.links.get_mut(&peer) else {
            return Ok(());
        };
        if let Some((number, held)) = beat.echo
            && let Some(sent) = link.sent_at.get(&number)
        {
            link.one_way_millis = now.saturating_sub(*sent).saturating_sub(held) / 2;
        }
        link.last_beat = Some((beat.number, now));
        link.their_links = beat.links.iter().copied().collect::<BTreeSet<NodeId>>();
        link.health = Some(beat.health);
        let one_way = link.one_way_millis;
        self.clock.observe(beat.clock.hlc, cx.now.wall_millis);
        let floor = self.site_clock.floor_millis();
        self.site_clock.heard(cx.now, peer, &beat.clock, one_way);
        if self.site_clock.floor_millis() > floor {
            cx.store.set_meta(
                fact::TIME_FLOOR,
                &codec::encode(&self.site_clock.floor_millis()),
            )?;
            self.wrote_others(cx.now);
        }
        self.watch_clock_of(peer);
        if let Some(told) = beat.files {
            self.on_files_mark(cx, peer, told)?;
        }
        self.on_marks(cx, peer, &beat.rows)
    }

    /// A wrong clock is flagged, once each time it goes wrong; it stops nothing.
    fn watch_clock_of(&mut self, peer: NodeId) {
        let offset = self.site_clock.offset_of(&peer).unwrap_or(0);
        let is_far = offset.unsigned_abs() > CLOCK_FAR_OFF_MILLIS;
        if let Some(link) = self.links.get_mut(&peer)
            && std::mem::replace(&mut link.clock_is_far, is_far) != is_far
            && is_far
        {
            self.reasons.count(Some(peer), Reason::ClockFarOff);
        }
    }

    /// Asks the officer for the date as long as nobody vouches for an impossible one.
    fn watch_own_clock(&mut self, cx: &mut Cx<'_>) {
        let doubtful = self.site_clock.is_doubtful(cx.now);
        if std::mem::replace(&mut self.clock_doubt_told, doubtful) != doubtful && doubtful {
            cx.fx.notices.push(Notice::ClockDoubtful);
        }
    }
}
