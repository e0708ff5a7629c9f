//! Rows about the site's PCs and about what happened.

use serde::{Deserialize, Serialize};

use crate::hlc::Hlc;
use crate::ids::{DocId, NodeId, OfficerId};
use crate::log::{ActionKind, DocKind};
use crate::wire::keeper::CounterNo;

/// One PC of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The PC.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Its counter.
    pub counter: Option<CounterNo>,
    /// Its number slot.
    pub slot: Option<u8>,
    /// It may admit and revoke.
    pub is_admin: bool,
    /// Takes part: neither retired nor revoked.
    pub is_active: bool,
    /// Connected to this PC now.
    pub is_connected: bool,
    /// Connected since, Unix milliseconds by this PC's clock; none for this PC itself.
    pub connected_since_millis: Option<u64>,
    /// Heard last, Unix milliseconds by this PC's clock; remembered while the program runs.
    pub last_heard_millis: Option<u64>,
    /// Entries this PC has that it lacks, as far as known.
    pub n_entries_behind: u64,
}

/// One line of a document's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// What.
    pub action: ActionKind,
    /// When, by the author's logical clock.
    pub hlc: Hlc,
    /// Who.
    pub officer: OfficerId,
    /// On which PC.
    pub node: NodeId,
    /// Durable on at least one other PC.
    pub is_safe: bool,
}
