//! Greeting, vectors, beats, pulls: what keeps two members' logs equal.

use serde::{Deserialize, Serialize};

use crate::codec::{Blob, List, Text};
use crate::hlc::Hlc;
use crate::ids::{EntryHash, LogId, LogTag, NodeId, Signature, SiteId, StatementHash};
use crate::log::MarkRow;
use crate::wire::files::FilesMark;
use crate::wire::reason::Reason;

/// Logs in one vector message. A site of 12 nodes has some dozens over its life; a longer vector comes in several.
pub const MAX_ROWS: usize = 1024;
/// Statements in one roster message.
pub const MAX_STATEMENTS: usize = 256;
/// One signed roster statement.
pub const MAX_STATEMENT_BYTES: usize = 4 * 1024;
/// Links a node reports in a beat; a site has at most a few dozen nodes.
pub const MAX_LINKS: usize = 64;

/// The first message on a link, from both sides. It tells a stranger only that the site exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The sender's site; none while it has not joined any.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Digest of the sender's roster statements; sent to members only.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<StatementHash>,
}

/// Roster statements the receiver may lack: each is the signed bytes and their signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterChunk {
    /// The statements, parents first.
    #[serde(rename = "s")]
    pub statements: List<SignedBytes, MAX_STATEMENTS>,
}

/// A roster statement as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBytes {
    /// The statement's bytes, as its signer wrote them.
    #[serde(rename = "b")]
    pub bytes: Blob<MAX_STATEMENT_BYTES>,
    /// Over a context and these bytes.
    #[serde(rename = "g")]
    pub signature: Signature,
}

/// What the sender holds: all rows when a link opens (`full`), later only those that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The rows.
    #[serde(rename = "r")]
    pub rows: List<MarkRow, MAX_ROWS>,
    /// Digest over the rows of closed logs held whole; equal digests make those rows unnecessary.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<EntryHash>,
}

/// Every two seconds to every member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// Counts the beats of this link, from 1.
    #[serde(rename = "n")]
    pub number: u64,
    /// The rows that changed since the last beat of this link.
    #[serde(rename = "r", default, skip_serializing_if = "<[_]>::is_empty")]
    pub rows: List<MarkRow, MAX_ROWS>,
    /// The sender's clocks.
    #[serde(rename = "t")]
    pub clock: BeatClock,
    /// The last beat received from the receiver and how long ago (milliseconds): yields the round-trip time.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<(u64, u64)>,
    /// The members the sender has a link to.
    #[serde(rename = "l", default)]
    pub links: List<NodeId, MAX_LINKS>,
    /// How the sender is.
    #[serde(rename = "h")]
    pub health: Health,
    /// How far the list of files it holds goes; none before it has one.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FilesMark>,
}

/// The clocks of a beat's sender, as it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeatClock {
    /// Unix milliseconds by its own clock, uncorrected.
    #[serde(rename = "w")]
    pub wall_millis: u64,
    /// Its hybrid logical clock.
    #[serde(rename = "h")]
    pub hlc: Hlc,
    /// Correction from its own clock to the province's time, with its age in milliseconds.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<(i64, u64)>,
    /// Correction from its own clock to a date an officer confirmed on it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<i64>,
}

/// What a node is used for; decides what it may keep.
///
/// A use that a newer version added reads as a laptop, which keeps the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeMode {
    /// A counter PC that stays.
    #[default]
    Desk,
    /// A ticket kiosk: issues, keeps only while alone.
    Kiosk,
    /// A laptop that leaves: keeps nothing while a desk is reachable.
    Laptop,
}

impl<'de> Deserialize<'de> for NodeMode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(match word.as_str() {
            "desk" => Self::Desk,
            "kiosk" => Self::Kiosk,
            _ => Self::Laptop,
        })
    }
}

/// How a node is, as its beats tell and the health screen shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Health {
    /// Program version.
    #[serde(rename = "v", default)]
    pub version: Text<32>,
    /// What the node is used for.
    #[serde(rename = "m", default)]
    pub mode: NodeMode,
    /// The counter it stands at; 0 for none.
    #[serde(rename = "c", default)]
    pub counter: u16,
    /// The lanes it serves now, most preferred first.
    #[serde(rename = "l", default)]
    pub lanes: List<Text<4>, 32>,
    /// Free disk space of the data folder in MiB.
    #[serde(rename = "d", default)]
    pub disk_free_mib: u64,
    /// Documents stored of documents known, while loading the first copy.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub loading: Option<(u64, u64)>,
    /// Entries waiting for others.
    #[serde(rename = "p", default)]
    pub pending: u64,
    /// Entries quarantined.
    #[serde(rename = "q", default)]
    pub quarantined: u64,
    /// Whether it is leaving (shutting down, going mobile): keeps nothing new.
    #[serde(rename = "g", default)]
    pub leaving: bool,
}

/// Asks for a stretch of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// Which log.
    #[serde(rename = "l")]
    pub tag: LogTag,
    /// Everything after this sequence number …
    #[serde(rename = "f")]
    pub after: u64,
    /// … up to this one.
    #[serde(rename = "t")]
    pub upto: u64,
    /// Whether the hash before the first entry is wanted too, to trace a fork.
    #[serde(rename = "p", default)]
    pub trace: bool,
}

/// Says that something the receiver sent or asked for was not taken or cannot be had, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Why.
    #[serde(rename = "r")]
    pub reason: Reason,
    /// The log it concerns, where it concerns one.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogId>,
}
