//! Decisions: from a command and the models it touches to edits, or to a refusal. Pure functions; nothing is read or written.

pub mod dossier;
pub mod procedure;
pub mod role;
pub mod site;
pub mod ticket;

use serde::{Deserialize, Serialize};

use crate::domain::dossier::Stamp;
use crate::domain::site_time::{Day, SiteTime};
use crate::hlc::Hlc;
use crate::ids::{DocId, NodeId, OfficerId};
use crate::log::{ActionKind, DocKind};
use crate::schema::Edit;
use crate::wire::keeper::CounterNo;

/// Who decides, where and when. The engine makes one per command; the header of the entry that comes
/// of it carries a logical time a tick later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Site time: legal times are taken from it.
    pub now: SiteTime,
    /// Logical time.
    pub hlc: Hlc,
    /// Who acts.
    pub officer: OfficerId,
    /// The counter this PC stands at.
    pub counter: Option<CounterNo>,
    /// This PC.
    pub node: NodeId,
}

impl Context {
    /// The site's date.
    pub fn day(&self) -> Day {
        self.now.day()
    }

    /// The same on a later day; for what must count from that day on.
    #[must_use]
    pub fn on_day(self, day: Day) -> Self {
        let millis = day.first_millis().max(self.now.millis);
        Self {
            now: SiteTime::new(millis, self.now.quality),
            ..self
        }
    }

    /// What events are stamped with.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            at: self.now,
            hlc: self.hlc,
            officer: self.officer,
            counter: self.counter,
        }
    }
}

/// What a decision wants written: one change of one document, one entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The document; made from its genesis if it is not here yet.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// For the header.
    pub action: ActionKind,
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

#[cfg(test)]
mod tests;
