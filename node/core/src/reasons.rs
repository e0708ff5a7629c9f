//! Counts of every refusal, delay and quarantine, per peer: what the health screen shows and what a test reads.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::NodeId;
use lienquay_shared::wire::Reason;

/// Peers counted one by one; strangers beyond that share one row, or they could fill our memory.
const MAX_PEERS: usize = 256;
/// Beyond so many peers, strangers that left share one row at once.
const MAX_TOLD_APART: usize = 64;

/// What happened how often with whom.
#[derive(Debug, Clone, Default)]
pub struct ReasonCounts {
    counts: BTreeMap<(Option<NodeId>, Reason), u64>,
}

impl ReasonCounts {
    /// Counts one; `peer` is `None` for what concerns no peer.
    pub fn count(&mut self, peer: Option<NodeId>, reason: Reason) {
        let known = self.counts.contains_key(&(peer, reason))
            || self.counts.len() < MAX_PEERS * Reason::ALL.len();
        let key = (if known { peer } else { None }, reason);
        let count = self.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        tracing::debug!(peer = ?peer, reason = reason.text(), "refused or delayed");
    }

    /// A stranger is gone: among many its counts are not told apart any more.
    pub fn part(&mut self, stranger: NodeId) {
        let n_peers = self
            .counts
            .keys()
            .filter_map(|(peer, _)| *peer)
            .collect::<BTreeSet<NodeId>>()
            .len();
        if n_peers <= MAX_TOLD_APART {
            return;
        }
        for reason in Reason::ALL {
            if let Some(n) = self.counts.remove(&(Some(stranger), *reason)) {
                let all = self.counts.entry((None, *reason)).or_default();
                *all = all.saturating_add(n);
            }
        }
    }

    /// All counts, by peer and reason.
    pub fn all(&self) -> impl Iterator<Item = (Option<NodeId>, Reason, u64)> + '_ {
        self.counts
            .iter()
            .map(|((peer, reason), count)| (*peer, *reason, *count))
    }

    /// How often this happened, over all peers.
    pub fn total(&self, reason: Reason) -> u64 {
        self.all()
            .filter(|(_, counted, _)| *counted == reason)
            .map(|(_, _, count)| count)
            .sum()
    }
}
