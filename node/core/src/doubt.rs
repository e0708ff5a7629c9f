//! A peer says that our own log goes further than we know. If that is true, this folder is an older copy and its log must
//! not be continued; but a word is not enough, or any member could end any log, with its numbers and tickets, by a lie.
//!
//! So nothing is written for a moment while the entries are asked for. They carry our own signature: if they come, the log
//! ends (`accept`); if not, the log goes on and that peer's word on it counts no more.

use std::collections::BTreeSet;

use lienquay_shared::NodeId;
use lienquay_shared::wire::Reason;

use crate::engine::{Cx, Engine};
use crate::event::Now;
use crate::sync::PULL_TIMEOUT_MILLIS;

/// What peers say of our own log.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    /// Who raised it, and until when it is waited for.
    raised: Option<(NodeId, u64)>,
    /// Members whose word was not followed by entries.
    disbelieved: BTreeSet<NodeId>,
}

impl Engine {
    /// Whether our own log may not be the whole of it; nothing is written meanwhile.
    pub(crate) fn doubts_own_log(&self, now: Now) -> bool {
        self.own.is_some()
            && self
                .doubt
                .raised
                .is_some_and(|(_, until)| now.mono_millis < until)
    }

    /// A peer's vector holds more of our own log than we do.
    pub(crate) fn own_log_claimed(&mut self, cx: &Cx<'_>, peer: NodeId) {
        if self.doubts_own_log(cx.now) {
            return;
        }
        self.doubt_ends();
        if !self.doubt.disbelieved.contains(&peer) {
            self.doubt.raised = Some((peer, cx.now.mono_millis + PULL_TIMEOUT_MILLIS));
        }
    }

    /// The entries did not come: whoever raised the doubt is not believed again while this program runs.
    fn doubt_ends(&mut self) {
        if let Some((peer, _)) = self.doubt.raised.take() {
            self.reasons.count(Some(peer), Reason::PhantomMarks);
            let roster = &self.roster;
            self.doubt.disbelieved.retain(|liar| roster.is_member(liar));
            self.doubt.disbelieved.insert(peer);
        }
    }

    /// The link of a peer is gone, and with it what it was to prove.
    pub(crate) fn doubt_link_down(&mut self, peer: NodeId) {
        if self.doubt.raised.is_some_and(|(raiser, _)| raiser == peer) {
            self.doubt_ends();
        }
    }

    /// Entries of our own log came: it was true.
    pub(crate) fn doubt_proven(&mut self) {
        self.doubt.raised = None;
    }
}
