//! Whom to dial, where and when, sans-IO. The net shell dials nothing by itself.
//!
//! Three sources: announcements on the LAN (mDNS), addresses remembered from earlier links, and addresses typed in. A
//! peer that is linked is left alone; one that turned us away is left alone for a while; the others are tried again and
//! again, ever more slowly. One address may belong to one peer by memory and to another by announcement, after a router
//! handed out all addresses anew: both are tried, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use lienquay_shared::NodeId;

/// Addresses kept; a LAN that announces more is not our site.
const MAX_TARGETS: usize = 256;
/// Peers that turned us away and are remembered for it.
const MAX_SHUNNED: usize = 256;
/// The first retry; each further one waits twice as long.
const FIRST_RETRY_MILLIS: u64 = 1_000;
/// The longest wait: a PC that is switched on in the morning is found within this even without mDNS.
const LONGEST_RETRY_MILLIS: u64 = 30_000;
/// A dial that neither succeeds nor fails by then is tried again.
const DIAL_MILLIS: u64 = 20_000;
/// Both sides see each other at once; the one with the greater key lets the other dial first.
const SECOND_DIALS_AFTER_MILLIS: u64 = 1_000;
/// An announced address that failed so often is forgotten; it will be announced again.
const SEEN_FAILURES: u32 = 4;
/// A peer of another site, or one that is shut out, is not dialled for this long.
const SHUN_MILLIS: u64 = 300_000;
/// A link that lasts shorter did not really succeed.
const SHORT_LINK_MILLIS: u64 = 5_000;
const NEVER: u64 = u64::MAX;

/// Where an address came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Seen,
    /// Remembered or typed in: never given up.
    Kept,
}

#[derive(Debug, Clone, Copy)]
struct Target {
    source: Source,
    n_failures: u32,
    due_mono_millis: u64,
    /// Being dialled: due when neither a link nor a failure came of it.
    is_dialled: bool,
}

/// Where, and who must answer there: anybody if `None`.
type Place = (SocketAddr, Option<NodeId>);

#[derive(Debug, Clone, Copy)]
struct Linked {
    since_mono_millis: u64,
    dialled: Option<SocketAddr>,
}

/// The dialer of one node.
#[derive(Debug)]
pub(crate) struct Dialer {
    me: NodeId,
    targets: BTreeMap<Place, Target>,
    linked: BTreeMap<NodeId, Linked>,
    shunned: BTreeMap<NodeId, u64>,
    /// The last address at which each peer answered.
    answered: BTreeMap<NodeId, SocketAddr>,
}

impl Dialer {
    pub(crate) fn new(me: NodeId) -> Self {
        Self {
            me,
            targets: BTreeMap::new(),
            linked: BTreeMap::new(),
            shunned: BTreeMap::new(),
            answered: BTreeMap::new(),
        }
    }

    /// An address at which a peer answered in an earlier run.
    pub(crate) fn remember(&mut self, peer: NodeId, addr: SocketAddr, mono_millis: u64) {
        self.answered.insert(peer, addr);
        self.add(addr, Some(peer), Source::Kept, mono_millis);
    }

    /// Somebody typed an address: it is tried at once, and for ever.
    pub(crate) fn typed(&mut self, addr: SocketAddr, mono_millis: u64) {
        self.targets.retain(|(other, _), _| *other != addr);
        self.add(addr, None, Source::Kept, mono_millis);
    }

    /// A peer announces itself.
    pub(crate) fn seen(&mut self, peer: NodeId, addr: SocketAddr, mono_millis: u64) {
        let is_known = |place| self.targets.contains_key(&place);
        if peer == self.me
            || self.linked.contains_key(&peer)
            || is_known((addr, None))
            || is_known((addr, Some(peer)))
        {
            return;
        }
        let wait = if self.me < peer {
            0
        } else {
            SECOND_DIALS_AFTER_MILLIS
        };
        self.add(addr, Some(peer), Source::Seen, mono_millis + wait);
    }

    fn add(&mut self, addr: SocketAddr, expect: Option<NodeId>, source: Source, due: u64) {
        let place = (addr, expect);
        if self.targets.len() < MAX_TARGETS || self.targets.contains_key(&place) {
            self.targets.insert(
                place,
                Target {
                    source,
                    n_failures: 0,
                    due_mono_millis: due,
                    is_dialled: false,
                },
            );
        }
    }

    /// A link is up.
    pub(crate) fn linked(&mut self, peer: NodeId, dialled: Option<SocketAddr>, mono_millis: u64) {
        self.linked.insert(
            peer,
            Linked {
                since_mono_millis: mono_millis,
                dialled,
            },
        );
        if let Some(addr) = dialled {
            self.answered.insert(peer, addr);
            if let Some(target) = self.targets.remove(&(addr, None)) {
                self.targets.insert((addr, Some(peer)), target);
            }
        }
        for target in self.targets_of(peer) {
            target.due_mono_millis = NEVER;
            target.is_dialled = false;
        }
    }

    /// A link is gone: its addresses are tried again, soon when it had lasted.
    pub(crate) fn unlinked(&mut self, peer: NodeId, mono_millis: u64) {
        let Some(linked) = self.linked.remove(&peer) else {
            return;
        };
        let was_short = mono_millis < linked.since_mono_millis + SHORT_LINK_MILLIS;
        if let Some(addr) = linked.dialled.or(self.answered.get(&peer).copied())
            && !self.targets.contains_key(&(addr, Some(peer)))
        {
            self.add(addr, Some(peer), Source::Kept, mono_millis);
        }
        for target in self.targets_of(peer) {
            target.n_failures = if was_short { target.n_failures + 1 } else { 0 };
            target.due_mono_millis = mono_millis + retry_after(target.n_failures);
        }
    }

    fn targets_of(&mut self, peer: NodeId) -> impl Iterator<Item = &mut Target> {
        self.targets
            .iter_mut()
            .filter(move |((_, expect), _)| *expect == Some(peer))
            .map(|(_, target)| target)
    }

    /// A dial ended without a link.
    pub(crate) fn failed(&mut self, addr: SocketAddr, mono_millis: u64) {
        self.targets.retain(|(at, _), target| {
            if *at != addr || !std::mem::take(&mut target.is_dialled) {
                return true;
            }
            target.n_failures += 1;
            target.due_mono_millis = mono_millis + retry_after(target.n_failures);
            target.source == Source::Kept || target.n_failures < SEEN_FAILURES
        });
    }

    /// The engine turned a peer away (another site, not on the roster, shut out): it is not dialled for a while.
    pub(crate) fn shun(&mut self, peer: NodeId, mono_millis: u64) {
        self.shunned.retain(|_, until| *until > mono_millis);
        if self.shunned.len() < MAX_SHUNNED {
            self.shunned.insert(peer, mono_millis + SHUN_MILLIS);
        }
    }

    /// Forgets that peers were turned away: who was a stranger may be a member now.
    pub(crate) fn forgive_all(&mut self) {
        self.shunned.clear();
    }

    /// What to dial now.
    pub(crate) fn take_due(&mut self, mono_millis: u64) -> Vec<(SocketAddr, Option<NodeId>)> {
        let mut due = Vec::new();
        let mut busy: BTreeSet<SocketAddr> = self
            .targets
            .iter()
            .filter(|(_, target)| target.is_dialled && target.due_mono_millis > mono_millis)
            .map(|((addr, _), _)| *addr)
            .collect();
        for ((addr, expect), target) in &mut self.targets {
            if target.due_mono_millis > mono_millis {
                continue;
            }
            let shunned_until = expect
                .and_then(|peer| self.shunned.get(&peer).copied())
                .unwrap_or(0);
            if shunned_until > mono_millis {
                target.due_mono_millis = shunned_until;
                continue;
            }
            // An address is dialled for one peer at a time.
            target.is_dialled = busy.insert(*addr);
            if target.is_dialled {
                target.due_mono_millis = mono_millis + DIAL_MILLIS;
                due.push((*addr, *expect));
            } else {
                target.due_mono_millis = mono_millis + FIRST_RETRY_MILLIS;
            }
        }
        due
    }

    /// When [`Self::take_due`] is to be called.
    pub(crate) fn next_timeout(&self) -> u64 {
        self.targets
            .values()
            .map(|target| target.due_mono_millis)
            .min()
            .unwrap_or(NEVER)
    }

    /// The last address of each peer, for the next run.
    pub(crate) fn answered(&self) -> &BTreeMap<NodeId, SocketAddr> {
        &self.answered
    }
}

fn retry_after(n_failures: u32) -> u64 {
    FIRST_RETRY_MILLIS
        .saturating_mul(1 << n_failures.saturating_sub(1).min(16))
        .min(LONGEST_RETRY_MILLIS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: NodeId = NodeId([5; 32]);
    const GREATER: NodeId = NodeId([9; 32]);
    const SMALLER: NodeId = NodeId([1; 32]);

    fn addr(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 168, 1, 2], port))
    }

    fn dialled(dialer: &mut Dialer, at: u64) -> Vec<u16> {
        let due = dialer.take_due(at);
        due.into_iter().map(|(addr, _)| addr.port()).collect()
    }

    #[test]
    fn the_smaller_key_dials_first() {
        let mut dialer = Dialer::new(ME);
        dialer.seen(GREATER, addr(1), 0);
        dialer.seen(SMALLER, addr(2), 0);
        dialer.seen(ME, addr(3), 0);
        assert_eq!(dialled(&mut dialer, 0), [1]);
        assert_eq!(dialled(&mut dialer, 1_000), [2]);
    }

    #[test]
    fn a_typed_address_is_tried_for_ever_ever_more_slowly() {
        let mut dialer = Dialer::new(ME);
        dialer.typed(addr(1), 0);
        let mut at = 0;
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(dialled(&mut dialer, at), [1]);
            dialer.failed(addr(1), at);
            waits.push(dialer.next_timeout() - at);
            at = dialer.next_timeout();
        }
        assert_eq!(
            waits,
            [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
        );
    }

    #[test]
    fn an_announced_address_that_fails_is_forgotten_until_announced_again() {
        let mut dialer = Dialer::new(ME);
        dialer.seen(GREATER, addr(1), 0);
        for _ in 0..SEEN_FAILURES {
            let at = dialer.next_timeout();
            assert_eq!(dialled(&mut dialer, at), [1]);
            dialer.failed(addr(1), at);
        }
        assert_eq!(dialer.next_timeout(), NEVER);
    }

    #[test]
    fn a_linked_peer_is_left_alone_and_dialled_again_when_lost() {
        let mut dialer = Dialer::new(ME);
        dialer.typed(addr(1), 0);
        assert_eq!(dialled(&mut dialer, 0), [1]);
        dialer.linked(GREATER, Some(addr(1)), 10);
        dialer.seen(GREATER, addr(2), 20);
        assert_eq!(dialer.next_timeout(), NEVER);
        dialer.unlinked(GREATER, 60_000);
        assert_eq!(dialled(&mut dialer, 61_000), [1]);
    }

    #[test]
    fn links_that_break_at_once_back_off() {
        let mut dialer = Dialer::new(ME);
        dialer.typed(addr(1), 0);
        for (at, wait) in [(0, 1_000), (1_000, 2_000), (3_000, 4_000)] {
            assert_eq!(dialled(&mut dialer, at), [1]);
            dialer.linked(GREATER, Some(addr(1)), at);
            dialer.unlinked(GREATER, at);
            assert_eq!(dialer.next_timeout(), at + wait);
        }
    }

    #[test]
    fn one_that_was_turned_away_is_not_dialled_for_a_while() {
        let mut dialer = Dialer::new(ME);
        dialer.shun(GREATER, 0);
        dialer.seen(GREATER, addr(1), 0);
        assert_eq!(dialled(&mut dialer, 0), [0; 0]);
        assert_eq!(dialer.next_timeout(), SHUN_MILLIS);
        assert_eq!(dialled(&mut dialer, SHUN_MILLIS), [1]);
    }

    #[test]
    fn after_new_leases_an_address_is_tried_for_its_old_owner_and_its_new_one() {
        let mut dialer = Dialer::new(ME);
        dialer.remember(SMALLER, addr(1), 0);
        dialer.seen(GREATER, addr(1), 0);
        assert_eq!(dialer.take_due(0), [(addr(1), Some(SMALLER))]);
        // One at a time; the answer is of the one that was dialled.
        dialer.failed(addr(1), 500);
        assert_eq!(dialer.take_due(1_000), [(addr(1), Some(GREATER))]);
        dialer.linked(GREATER, Some(addr(1)), 1_100);
        assert_eq!(dialer.take_due(1_500), [(addr(1), Some(SMALLER))]);
        dialer.unlinked(GREATER, 60_000);
        assert_eq!(dialer.take_due(61_000), [(addr(1), Some(SMALLER))]);
        dialer.failed(addr(1), 61_500);
        assert_eq!(dialer.take_due(62_000), [(addr(1), Some(GREATER))]);
    }

    #[test]
    fn a_remembered_peer_is_dialled_at_the_start_with_its_key() {
        let mut dialer = Dialer::new(ME);
        dialer.remember(SMALLER, addr(1), 0);
        assert_eq!(dialer.take_due(0), [(addr(1), Some(SMALLER))]);
    }
}
