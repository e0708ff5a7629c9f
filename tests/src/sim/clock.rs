//! Clocks of simulated PCs: a wall clock that may be wrong by years, drift and jump, and a monotonic one that starts anew
//! with the process.

use lienquay_core::event::Now;

/// The true time at which every run begins: Monday 23 November 2026, 07:30 in Hanoi.
pub const RUN_BEGINS_UTC_MILLIS: u64 = 1_795_393_800_000;

/// Milliseconds of a day.
pub const DAY_MILLIS: u64 = 24 * 3_600 * 1_000;

/// True time since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SimTime {
    /// Microseconds since the run began.
    pub micros: u64,
}

impl SimTime {
    /// From milliseconds since the run began.
    pub fn from_millis(millis: u64) -> Self {
        Self {
            micros: millis * 1_000,
        }
    }

    /// Whole milliseconds since the run began.
    pub fn millis(self) -> u64 {
        self.micros / 1_000
    }

    /// A later time.
    #[must_use]
    pub fn plus_micros(self, micros: u64) -> Self {
        Self {
            micros: self.micros.saturating_add(micros),
        }
    }

    /// A later time.
    #[must_use]
    pub fn plus_millis(self, millis: u64) -> Self {
        self.plus_micros(millis.saturating_mul(1_000))
    }

    /// Unix milliseconds of the true time.
    pub fn utc_millis(self) -> u64 {
        RUN_BEGINS_UTC_MILLIS + self.millis()
    }
}

/// The clocks of one PC.
#[derive(Debug, Clone)]
pub struct SimClock {
    skew_millis: i64,
    drift_ppm: i64,
    process_began: SimTime,
    mono_base_millis: u64,
}

impl SimClock {
    /// A clock that is right, of a process that starts now.
    pub fn new(now: SimTime) -> Self {
        Self {
            skew_millis: 0,
            drift_ppm: 0,
            process_began: now,
            mono_base_millis: 1_000,
        }
    }

    /// Sets how far the wall clock is off; setting it anew while running is a jump.
    pub fn set_skew_millis(&mut self, skew_millis: i64) {
        self.skew_millis = skew_millis;
    }

    /// How far the wall clock is off, without drift.
    pub fn skew_millis(&self) -> i64 {
        self.skew_millis
    }

    /// Sets how much faster than true time the wall clock runs, in millionths.
    pub fn set_drift_ppm(&mut self, drift_ppm: i64) {
        self.drift_ppm = drift_ppm;
    }

    /// A new process: the monotonic clock starts at any value, also below the last.
    pub fn restart(&mut self, now: SimTime, mono_base_millis: u64) {
        self.process_began = now;
        self.mono_base_millis = mono_base_millis;
    }

    /// What the PC reads.
    pub fn now(&self, now: SimTime) -> Now {
        let true_millis = i64::try_from(now.utc_millis()).unwrap_or(i64::MAX);
        let elapsed = i64::try_from(now.millis()).unwrap_or(i64::MAX);
        let wall = true_millis + self.skew_millis + elapsed / 1_000 * self.drift_ppm / 1_000;
        Now {
            mono_millis: self.mono_base_millis + now.millis() - self.process_began.millis(),
            wall_millis: u64::try_from(wall).unwrap_or(0),
        }
    }

    /// The true time at which the monotonic clock will read `mono_millis`; now or earlier for a past reading.
    pub fn when(&self, mono_millis: u64) -> SimTime {
        let since = mono_millis.saturating_sub(self.mono_base_millis);
        SimTime::from_millis(
            self.process_began
                .millis()
                .saturating_add(since)
                .min(u64::MAX / 2_000),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_wall_clock_leaves_the_monotonic_one_alone() {
        let mut clock = SimClock::new(SimTime::default());
        clock.set_skew_millis(-7 * 365 * i64::try_from(DAY_MILLIS).unwrap());
        clock.set_drift_ppm(100);
        let later = SimTime::from_millis(10_000_000);
        let now = clock.now(later);
        assert_eq!(now.mono_millis, 10_001_000);
        let expected = later.utc_millis() - 7 * 365 * DAY_MILLIS + 1_000;
        assert_eq!(now.wall_millis, expected);
        assert_eq!(clock.when(now.mono_millis), later);
    }
}
