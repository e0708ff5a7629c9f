//! What one peer may have of this node's work: numbers, keeper's decisions, answers and, for a stranger, attention.
//!
//! Every bound is far above what people do at a counter; what goes beyond is refused with [`Reason::TooMany`] or declined,
//! so that it is seen on the health screen and asked for again later.

use std::collections::BTreeMap;

use lienquay_shared::NodeId;
use lienquay_shared::wire::Reason;

use crate::engine::{Cx, Engine};
use crate::event::Close;

/// Numbers given to one member in one go, and how long it takes to give one more. A kiosk prints a ticket every few
/// seconds; drawing all 2,999 numbers of a day takes three quarters of an hour and is counted all the while. Who is refused
/// uses its own slot.
const NUMBERS: Rate = Rate {
    burst: 256,
    millis_for_one: 1_000,
};
/// Steps of tickets decided for one member.
const DECISIONS: Rate = Rate {
    burst: 2_000,
    millis_for_one: 20,
};
/// Pages of the list of files, and questions whether one may be let go, answered to one member. A first copy of 250,000
/// files reads some 500 pages.
const FILE_ANSWERS: Rate = Rate {
    burst: 512,
    millis_for_one: 50,
};
/// Messages of somebody who is not on the roster: presenting an admission and joining take a dozen.
const STRANGE: Rate = Rate {
    burst: 128,
    millis_for_one: 500,
};
/// Bytes of ranges answered to one member in one group of events.
pub(crate) const MAX_ANSWERED_BYTES: usize = 4 * 1024 * 1024;
/// Questions of a first copy answered to one member in one group; a newcomer has one open at a time.
const MAX_BOOT_ANSWERS: u32 = 2;

/// So many at once, then one every so often.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: u64,
    millis_for_one: u64,
}

/// What was used of one rate: the moment at which all of it is free again.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    free_at_mono_millis: u64,
}

impl Used {
    fn take(&mut self, rate: Rate, mono_millis: u64) -> bool {
        let from = self.free_at_mono_millis.max(mono_millis);
        let until = from.saturating_add(rate.millis_for_one);
        let has_room = until <= mono_millis + rate.burst * rate.millis_for_one;
        if has_room {
            self.free_at_mono_millis = until;
        }
        has_room
    }
}

/// The shares of every peer.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    peers: BTreeMap<NodeId, Share>,
}

#[derive(Debug, Default)]
struct Share {
    numbers: Used,
    decisions: Used,
    strange: Used,
    file_answers: Used,
    /// Of this group of events.
    n_answered_bytes: usize,
    n_boot_answers: u32,
}

impl Shares {
    /// A group of events ends.
    pub(crate) fn group_ended(&mut self) {
        for share in self.peers.values_mut() {
            share.n_answered_bytes = 0;
            share.n_boot_answers = 0;
        }
    }

    /// Forgets whoever is not worth remembering: a link that is gone of somebody who is no member.
    pub(crate) fn keep(&mut self, is_worth: impl Fn(&NodeId) -> bool) {
        self.peers.retain(|peer, _| is_worth(peer));
    }

    /// Notes bytes of a range sent; false when this peer had its share of the group.
    pub(crate) fn may_answer(&mut self, peer: NodeId) -> bool {
        let share = self.peers.entry(peer).or_default();
        share.n_answered_bytes <= MAX_ANSWERED_BYTES
    }

    pub(crate) fn answered(&mut self, peer: NodeId, n_bytes: usize) {
        self.peers.entry(peer).or_default().n_answered_bytes += n_bytes;
    }

    pub(crate) fn len(&self) -> usize {
        self.peers.len()
    }
}

impl Engine {
    /// Whether a member may have one more number now.
    pub(crate) fn may_have_number(&mut self, cx: &Cx<'_>, peer: NodeId) -> bool {
        let share = self.shares.peers.entry(peer).or_default();
        let may = share.numbers.take(NUMBERS, cx.now.mono_millis);
        self.count_unless(may, peer)
    }

    /// Whether one more step is decided for a member now.
    pub(crate) fn may_have_decision(&mut self, cx: &Cx<'_>, peer: NodeId) -> bool {
        let share = self.shares.peers.entry(peer).or_default();
        let may = peer == self.me || share.decisions.take(DECISIONS, cx.now.mono_millis);
        self.count_unless(may, peer)
    }

    /// Whether one more question about files is answered to a member now.
    pub(crate) fn may_have_file_answer(&mut self, cx: &Cx<'_>, peer: NodeId) -> bool {
        let share = self.shares.peers.entry(peer).or_default();
        let may = share.file_answers.take(FILE_ANSWERS, cx.now.mono_millis);
        self.count_unless(may, peer)
    }

    /// Whether one more question of a first copy is answered in this group of events.
    pub(crate) fn may_have_boot_answer(&mut self, peer: NodeId) -> bool {
        let share = self.shares.peers.entry(peer).or_default();
        share.n_boot_answers += 1;
        let may = share.n_boot_answers <= MAX_BOOT_ANSWERS;
        self.count_unless(may, peer)
    }

    fn count_unless(&mut self, may: bool, peer: NodeId) -> bool {
        if !may {
            self.reasons.count(Some(peer), Reason::TooMany);
        }
        may
    }

    /// A message of somebody who is not on the roster: false when it has said enough, and then its link is closed.
    pub(crate) fn listens_to(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> bool {
        if self.site.is_none() || self.roster.is_member(&peer) {
            return true;
        }
        let share = self.shares.peers.entry(peer).or_default();
        if share.strange.take(STRANGE, cx.now.mono_millis) {
            return true;
        }
        self.reasons.count(Some(peer), Reason::TooMany);
        let link = self.links.get(&peer).map(|link| link.number);
        if let Some(link) = link {
            self.link_down(cx, peer, link);
            cx.fx.closes.push(Close {
                peer,
                reason: Reason::TooMany,
                block: false,
            });
        }
        false
    }
}
