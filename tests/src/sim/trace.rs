//! What happened in a run, readable, the last few thousand lines of it.

use std::collections::VecDeque;
use std::fmt;

use crate::sim::clock::SimTime;

/// Lines kept: enough to see the seconds before a failure of a dozen nodes.
const MAX_LINES: usize = 4_000;

/// The last events of a run.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    lines: VecDeque<(SimTime, String)>,
    n_dropped: u64,
    digest: u64,
}

impl Trace {
    /// Adds a line.
    pub fn note(&mut self, now: SimTime, line: String) {
        if self.lines.len() == MAX_LINES {
            self.lines.pop_front();
            self.n_dropped += 1;
        }
        // FNV-1a: two runs of one seed must agree in every line, kept or dropped.
        for byte in now.micros.to_le_bytes().into_iter().chain(line.bytes()) {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.lines.push_back((now, line));
    }

    /// A fingerprint of every line so far.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The last `n` lines.
    pub fn tail(&self, n: usize) -> String {
        let skipped = self.lines.len().saturating_sub(n);
        self.lines
            .iter()
            .skip(skipped)
            .map(|(at, line)| format!("{} {line}\n", Stamp(*at)))
            .collect()
    }
}

struct Stamp(SimTime);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6}.{:03}_{:03}",
            self.0.micros / 1_000_000,
            self.0.millis() % 1_000,
            self.0.micros % 1_000
        )
    }
}
