//! Every timer of the engine in one table.

use std::collections::BTreeMap;

use lienquay_shared::{LogTag, NodeId, RequestId};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The next beat to every member.
    Beat,
    /// Entries of others that were committed without fsync become durable.
    Flush,
    /// A stretch of a log that was asked for.
    Pull(LogTag),
    /// An answer of a ticket's keeper or a series' keeper.
    Ask(RequestId),
    /// The next step of a first copy.
    Boot,
    /// How long leaving waits for others to hold everything.
    Leave,
    /// Whether parts of files came, or may be asked for again.
    Files,
    /// How long a newcomer may take over a step of joining.
    Join(NodeId),
}

/// The table; times are monotonic milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers(BTreeMap<Timer, u64>);

impl Timers {
    /// Sets or moves a timer.
    pub(crate) fn set(&mut self, timer: Timer, due_mono_millis: u64) {
        self.0.insert(timer, due_mono_millis);
    }

    /// Sets a timer unless it runs already.
    pub(crate) fn set_if_unset(&mut self, timer: Timer, due_mono_millis: u64) {
        self.0.entry(timer).or_insert(due_mono_millis);
    }

    /// Stops a timer.
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.0.remove(&timer);
    }

    /// Whether it runs.
    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.0.contains_key(&timer)
    }

    /// When a timer is due; `None` when it does not run.
    pub(crate) fn due(&self, timer: Timer) -> Option<u64> {
        self.0.get(&timer).copied()
    }

    /// The earliest time anything is due; `u64::MAX` when nothing is.
    pub(crate) fn next(&self) -> u64 {
        self.0.values().copied().min().unwrap_or(u64::MAX)
    }

    /// Removes and returns what is due.
    pub(crate) fn take_due(&mut self, mono_millis: u64) -> Vec<Timer> {
        let due: Vec<Timer> = self
            .0
            .iter()
            .filter(|(_, at)| **at <= mono_millis)
            .map(|(timer, _)| *timer)
            .collect();
        for timer in &due {
            self.0.remove(timer);
        }
        due
    }
}
