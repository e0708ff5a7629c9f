//! The header of an entry: the signed bytes, stored and relayed as received and never encoded again.

use serde::{Deserialize, Serialize};

use crate::codec::{self, DecodeError};
use crate::hlc::Hlc;
use crate::ids::{ChangeHash, DocId, EntryHash, LogId, OfficerId};
use crate::log::action::{ActionKind, DocKind};
use crate::log::bounds::MAX_HEADER_BYTES;

/// A point in a log: everything up to and including `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogPoint {
    /// Which log.
    #[serde(rename = "l")]
    pub log: LogId,
    /// Its last entry that belongs to the point; 0 for none.
    #[serde(rename = "s")]
    pub seq: u64,
    /// The entry hash there.
    #[serde(rename = "h")]
    pub hash: EntryHash,
}

/// What an entry says about its change. Site and log are not repeated in it: the hash chain starts from both, so a
/// header that verifies in one log verifies in no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Position in the log, from 1.
    #[serde(rename = "n")]
    pub seq: u64,
    /// The kind of the document.
    #[serde(rename = "k")]
    pub kind: DocKind,
    /// The document; all zero for entries about the log itself.
    #[serde(rename = "d")]
    pub doc: DocId,
    /// Automerge's hash of the change; none for entries without one.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub change_hash: Option<ChangeHash>,
    /// When, by the author's hybrid logical clock.
    #[serde(rename = "t")]
    pub hlc: Hlc,
    /// Who, by pseudonym.
    #[serde(rename = "o")]
    pub officer: OfficerId,
    /// What.
    #[serde(rename = "a")]
    pub action: ActionKind,
    /// In the first entry of an incarnation: where the node's previous log ends.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<LogPoint>,
}

impl Header {
    /// The bytes to hash, sign, store and send.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads header bytes. Fields a newer version added are ignored here and kept in the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(DecodeError::Malformed(format!(
                "header of {} bytes",
                bytes.len()
            )));
        }
        codec::decode(bytes)
    }
}
