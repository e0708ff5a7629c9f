//! What a host, the health screen or a test may read of a running engine.

use lienquay_shared::{LogId, SiteId};

use crate::engine::Engine;
use crate::reasons::ReasonCounts;

impl Engine {
    /// Every refusal, delay and quarantine since the process began, counted.
    pub fn reasons(&self) -> &ReasonCounts {
        &self.reasons
    }

    /// The site this node belongs to; none before it founded or joined one.
    pub fn site(&self) -> Option<SiteId> {
        self.site
    }

    /// The log this node writes; none before its first entry.
    pub fn writes_to(&self) -> Option<LogId> {
        self.own
    }

    /// Whether the first copy is not whole yet: this node counts for nobody's *safe*.
    pub fn is_loading(&self) -> bool {
        self.boot.is_loading()
    }

    /// How much every table in memory holds: what grows with peers and open questions, never with the number of
    /// documents.
    pub fn held_in_memory(&self) -> Vec<(&'static str, usize)> {
        let told: usize = self
            .links
            .values()
            .map(|link| link.told.len() + link.theirs.len())
            .sum();
        let parted = self.parted.values().map(|parted| parted.theirs.len()).sum();
        vec![
            ("links", self.links.len()),
            ("rows told and heard", told),
            ("members parted from", self.parted.len()),
            ("rows of members parted from", parted),
            ("logs", self.logs.len()),
            ("pulls", self.pulls.len()),
            ("documents with pending entries", self.pending_docs.len()),
            ("shares", self.shares.len()),
            ("documents not understood", self.not_understood.len()),
            ("reasons", self.reasons.all().count()),
            ("files under way", self.files.held_in_memory()),
            ("messages after the push", self.after_push.len()),
        ]
    }
}
