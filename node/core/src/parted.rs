//! Members whose link ended: when they were heard last, and what they hold durably all the same.

use std::collections::BTreeMap;

use lienquay_shared::log::MarkRow;
use lienquay_shared::{LogTag, NodeId};

use crate::engine::Engine;
use crate::event::Now;
use crate::link::Link;

/// What remains of a member's link while this program runs.
#[derive(Debug, Clone)]
pub(crate) struct Parted {
    /// When it was heard last, monotonic milliseconds.
    pub(crate) heard: u64,
    /// Its vector as it told us. A PC that was switched off has not lost what it held; once it is back, what it says
    /// then counts, because it may have been restored from a backup.
    pub(crate) theirs: BTreeMap<LogTag, MarkRow>,
}

impl Engine {
    /// A link ended.
    pub(crate) fn part(&mut self, peer: NodeId, link: Link) {
        let roster = &self.roster;
        self.parted.retain(|member, _| roster.is_member(member));
        if !roster.is_member(&peer) {
            return;
        }
        let said_nothing = link.theirs.is_empty();
        let heard = link.last_beat.map_or(link.since, |(_, at)| at);
        let parted = self.parted.entry(peer).or_insert_with(|| Parted {
            heard,
            theirs: BTreeMap::new(),
        });
        parted.heard = parted.heard.max(heard);
        if !said_nothing {
            parted.theirs = link.theirs;
        }
    }

    /// A member that had been away tells its vector.
    pub(crate) fn returned(&mut self, peer: &NodeId) {
        if let Some(parted) = self.parted.get_mut(peer) {
            parted.theirs.clear();
        }
    }

    /// When a member was heard last, Unix milliseconds by this PC's clock of now.
    pub(crate) fn last_heard_millis(&self, now: Now, node: &NodeId) -> Option<u64> {
        let beat = self.links.get(node).and_then(|link| link.last_beat);
        let parted = self.parted.get(node).map(|parted| parted.heard);
        let at = beat.map(|(_, at)| at).max(parted)?;
        Some(wall_millis(now, at))
    }

    /// Since when a member is connected, Unix milliseconds by this PC's clock of now.
    pub(crate) fn connected_since_millis(&self, now: Now, node: &NodeId) -> Option<u64> {
        let link = self.links.get(node)?;
        Some(wall_millis(now, link.since))
    }
}

fn wall_millis(now: Now, at_mono_millis: u64) -> u64 {
    let ago = now.mono_millis.saturating_sub(at_mono_millis);
    now.wall_millis.saturating_sub(ago)
}
