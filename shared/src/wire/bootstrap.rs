//! The first copy of a new PC: snapshots newest first, then headers, all proven before it counts.

mod packed;

use serde::{Deserialize, Serialize};

use crate::codec::{Blob, List};
use crate::hlc::Hlc;
use crate::ids::{DocId, EntryHash, LogId, Signature};
use crate::log::DocKind;
use crate::wire::link::MAX_ROWS;

pub use packed::PackedHeaders;

/// A document saved whole; larger ones come as the changes of their entries.
pub const MAX_SNAPSHOT_BYTES: usize = 768 * 1024;
/// Documents in one message: with dossiers, a few hundred KB.
pub const MAX_DOCS: usize = 128;
/// Headers in one message: a multiple of the longest unsigned stretch.
pub const MAX_HEADERS: usize = 1024;
/// Signed points in one message: every second step between them is at least as long as a stretch may be unsigned.
pub const MAX_POINTS: usize = 64;

/// How far one log goes in the first copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Which log.
    #[serde(rename = "l")]
    pub log: LogId,
    /// Its last entry within the plan.
    #[serde(rename = "s")]
    pub seq: u64,
    /// The entry hash there.
    #[serde(rename = "h")]
    pub hash: EntryHash,
    /// The author's signature there.
    #[serde(rename = "g")]
    pub signature: Signature,
}

/// The fixed vector of a first copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// One row a log.
    #[serde(rename = "r")]
    pub rows: List<PlanRow, MAX_ROWS>,
    /// Documents the sender holds, for the progress shown.
    #[serde(rename = "n")]
    pub n_docs: u64,
}

/// Where a listing of documents, newest first, goes on: strictly after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocCursor {
    /// When the document was last touched.
    #[serde(rename = "t")]
    pub touched: Hlc,
    /// Which document.
    #[serde(rename = "d")]
    pub doc: DocId,
}

/// Asks for documents: the next page of the listing, or those named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocsAsk {
    /// Where the page starts; none for the newest.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<DocCursor>,
    /// Instead of a page: exactly these.
    #[serde(rename = "d", default, skip_serializing_if = "<[_]>::is_empty")]
    pub docs: List<DocId, MAX_DOCS>,
}

/// One document of a first copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocSnapshot {
    /// Which document.
    #[serde(rename = "d")]
    pub doc: DocId,
    /// Its kind.
    #[serde(rename = "k")]
    pub kind: DocKind,
    /// When it was last touched.
    #[serde(rename = "t")]
    pub touched: Hlc,
    /// The automerge document; empty when it is too large and its changes must be pulled as entries.
    #[serde(rename = "b")]
    pub bytes: Blob<MAX_SNAPSHOT_BYTES>,
}

/// A page of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Docs {
    /// The documents.
    #[serde(rename = "d")]
    pub docs: List<DocSnapshot, MAX_DOCS>,
    /// Where the next page starts; none after the last, or when documents were named.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DocCursor>,
    /// Of the documents named: those the sender does not hold.
    #[serde(rename = "m", default, skip_serializing_if = "<[_]>::is_empty")]
    pub missing: List<DocId, MAX_DOCS>,
}

/// Asks for headers of a log, without their changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadersAsk {
    /// Which log.
    #[serde(rename = "l")]
    pub log: LogId,
    /// Everything after this sequence number …
    #[serde(rename = "f")]
    pub after: u64,
    /// … up to this one.
    #[serde(rename = "t")]
    pub upto: u64,
}

/// Consecutive headers of one log, ending where a signature is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// Which log.
    #[serde(rename = "l")]
    pub log: LogId,
    /// The sequence number before the first.
    #[serde(rename = "f")]
    pub after: u64,
    /// Header bytes as their author wrote them.
    #[serde(rename = "h")]
    pub headers: PackedHeaders,
    /// The author's signature after the last.
    #[serde(rename = "g")]
    pub signature: Signature,
    /// Further signatures within, so that the receiver can serve ranges that end there.
    #[serde(rename = "i", default, skip_serializing_if = "<[_]>::is_empty")]
    pub within: List<PointSignature, MAX_POINTS>,
}

/// The author's signature at one place of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointSignature {
    /// After which entry.
    #[serde(rename = "s")]
    pub seq: u64,
    /// Of the hash there.
    #[serde(rename = "g")]
    pub signature: Signature,
}
