//! What readers need to know of the engine's present, published after every group of events.

use std::collections::BTreeMap;

use lienquay_core::engine::Engine;
use lienquay_core::event::Now;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::{LogId, SiteId};

/// The engine's present.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) today: Day,
    pub(crate) site: Option<SiteId>,
    safe: BTreeMap<LogId, u64>,
}

impl Moment {
    pub(crate) fn of(engine: &Engine, now: Now) -> Self {
        Self {
            today: engine.today(now),
            site: engine.site_id(),
            safe: engine.safe_marks(),
        }
    }

    /// Whether entries are durable on another node that were not before.
    pub(crate) fn is_safer_than(&self, before: &Self) -> bool {
        let was_safe = |log| before.safe.get(log).copied().unwrap_or(0);
        self.safe.iter().any(|(log, safe)| *safe > was_safe(log))
    }

    /// Whether an entry is durable on another node.
    pub(crate) fn is_safe(&self, log: &LogId, seq: u64) -> bool {
        self.safe.get(log).is_some_and(|safe| seq <= *safe)
    }
}
