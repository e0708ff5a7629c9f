//! Hybrid logical clock: 48 bits of Unix milliseconds, 16 bits of counter (Kulkarni et al. 2014).
//!
//! Orders events for display and ties. It is never a legal time and never a reason to refuse data: a remote clock far
//! ahead is accepted, but does not drag ours along.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a remote timestamp may pull our clock ahead of our own wall clock.
pub const MAX_PULL_AHEAD_MILLIS: u64 = 60_000;

/// One timestamp.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The earliest timestamp of a wall-clock millisecond.
    pub fn from_millis(millis: u64) -> Self {
        Self(millis.min((1 << 48) - 1) << 16)
    }

    /// Unix milliseconds.
    pub fn millis(self) -> u64 {
        self.0 >> 16
    }
}

impl fmt::Debug for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.millis(), self.0 & 0xffff)
    }
}

/// The clock of one node.
#[derive(Debug, Clone, Default)]
pub struct HlcClock {
    last: Hlc,
}

impl HlcClock {
    /// Continues after `last`, the highest timestamp this node gave out before.
    pub fn new(last: Hlc) -> Self {
        Self { last }
    }

    /// The highest timestamp given out or observed.
    pub fn last(&self) -> Hlc {
        self.last
    }

    /// A timestamp greater than every one given out and every one observed (within the pull bound).
    pub fn tick(&mut self, wall_millis: u64) -> Hlc {
        self.last = Hlc(self.last.0.saturating_add(1)).max(Hlc::from_millis(wall_millis));
        self.last
    }

    /// Takes note of a remote timestamp.
    pub fn observe(&mut self, remote: Hlc, wall_millis: u64) {
        if remote.millis() <= wall_millis.saturating_add(MAX_PULL_AHEAD_MILLIS) {
            self.last = self.last.max(remote);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_rise_even_when_the_wall_clock_jumps_back() {
        let mut clock = HlcClock::default();
        let first = clock.tick(1_000);
        let second = clock.tick(10);
        assert!(second > first);
        assert_eq!(second.millis(), 1_000);
    }

    #[test]
    fn a_remote_clock_years_ahead_does_not_drag_ours() {
        let mut clock = HlcClock::default();
        clock.observe(Hlc::from_millis(10_000_000_000_000), 1_000);
        assert_eq!(clock.tick(1_000).millis(), 1_000);
        clock.observe(Hlc::from_millis(5_000), 1_000);
        assert_eq!(clock.tick(1_000).millis(), 5_000);
    }
}
