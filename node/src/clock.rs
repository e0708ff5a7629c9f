//! The only file that reads a clock: everything else is told the time.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one clock file the lint points to"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The clocks of this process: a monotonic one counted from its start, and the PC's wall clock, which may be wrong by
/// years and may jump.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts the monotonic clock at zero.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// Time since [`Self::start`]; never goes back.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whole milliseconds since [`Self::start`].
    pub fn mono_millis(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Unix milliseconds by the PC's clock; 0 when it stands before 1970.
    pub fn wall_millis(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_does_not_go_back_and_the_wall_clock_is_past_2020() {
        let clock = Clock::start();
        let first = clock.mono_millis();
        assert!(clock.mono_millis() >= first);
        assert!(clock.wall_millis() > 1_577_836_800_000);
    }
}
