//! Durations of one kind, and measuring two kinds in turns so that drift of the machine meets both.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

/// Durations of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The duration that so many percent do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len().saturating_sub(1) * percent).div_ceil(100);
        sorted.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn p50(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn p99(&self) -> Duration {
        self.percentile(99)
    }

    /// How many times longer the median is than another's, and the 99th percentile than another's.
    pub(crate) fn over(&self, floor: &Self) -> (f64, f64) {
        let ratio = |ours: Duration, floor: Duration| ours.as_secs_f64() / floor.as_secs_f64();
        (
            ratio(self.p50(), floor.p50()),
            ratio(self.p99(), floor.p99()),
        )
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |took: Duration| took.as_secs_f64() * 1e3;
        write!(
            f,
            "p50 {:.2} ms, p99 {:.2} ms (n={})",
            millis(self.p50()),
            millis(self.p99()),
            self.len()
        )
    }
}

/// Measures ours and the floor in turns, `n` times each.
pub(crate) fn in_turns(
    n: usize,
    mut ours: impl FnMut() -> Result<Duration>,
    mut floor: impl FnMut() -> Result<Duration>,
) -> Result<(Samples, Samples)> {
    let (mut a, mut b) = (Samples::default(), Samples::default());
    for _ in 0..n {
        a.push(ours()?);
        b.push(floor()?);
    }
    Ok((a, b))
}
