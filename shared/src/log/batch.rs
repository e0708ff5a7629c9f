//! A run of consecutive entries of one log, verified with one signature.

use serde::{Deserialize, Serialize};

use crate::codec::{Blob, List};
use crate::ids::{EntryHash, LogId, Signature};
use crate::log::bounds::{MAX_BATCH_ENTRIES, MAX_CHANGE_BYTES, MAX_HEADER_BYTES};
use crate::log::chain::{entry_hash, verify_entry_signature};
use crate::log::header::Header;

/// One entry as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireEntry {
    /// The header bytes, as the author wrote them.
    #[serde(rename = "h")]
    pub header: Blob<MAX_HEADER_BYTES>,
    /// The automerge change; empty for entries without one and for forgotten documents.
    #[serde(rename = "c", default)]
    pub change: Blob<MAX_CHANGE_BYTES>,
}

/// Consecutive entries of one log; the signature covers the last and, by the chain, all before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryBatch {
    /// Which log.
    #[serde(rename = "l")]
    pub log: LogId,
    /// The sequence number before the first entry.
    #[serde(rename = "f")]
    pub after: u64,
    /// The entries.
    #[serde(rename = "e")]
    pub entries: List<WireEntry, MAX_BATCH_ENTRIES>,
    /// The author's signature of the hash after the last entry.
    #[serde(rename = "g")]
    pub signature: Signature,
    /// The hash before the first entry; given where a fork is being traced and for branches, implied otherwise.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<EntryHash>,
    /// For a branch that lost: the incarnation of the log it left.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub branch_of: Option<u64>,
}

/// An entry whose place in its author's log is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEntry {
    /// What it says.
    pub header: Header,
    /// The bytes that say it.
    pub header_bytes: Vec<u8>,
    /// The change, not yet compared with the header's change hash.
    pub change: Vec<u8>,
    /// The log's hash after this entry.
    pub hash: EntryHash,
}

/// Why a batch was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// No entries.
    #[error("an empty batch")]
    Empty,
    /// A header is not readable or does not carry the next sequence number.
    #[error("the header at {seq} is malformed or out of order")]
    Header {
        /// The sequence number it should have had.
        seq: u64,
    },
    /// The signature is not the author's over this chain: forged, altered, or a different branch.
    #[error("chain or signature do not match")]
    ChainOrSignature,
}

impl EntryBatch {
    /// The sequence number of the last entry.
    pub fn last_seq(&self) -> u64 {
        self.after.saturating_add(self.entries.len() as u64)
    }

    /// Checks numbering, chain and signature against the hash the log has at `self.after`.
    pub fn verify(&self, previous: &EntryHash) -> Result<Vec<VerifiedEntry>, BatchError> {
        if self.entries.is_empty() {
            return Err(BatchError::Empty);
        }
        let mut hash = *previous;
        let mut verified = Vec::with_capacity(self.entries.len());
        for (seq, entry) in (self.after.saturating_add(1)..).zip(self.entries.iter()) {
            let header = match Header::decode(&entry.header) {
                Ok(header) if header.seq == seq => header,
                Ok(_) | Err(_) => return Err(BatchError::Header { seq }),
            };
            hash = entry_hash(&hash, &entry.header);
            verified.push(VerifiedEntry {
                header,
                header_bytes: entry.header.to_vec(),
                change: entry.change.to_vec(),
                hash,
            });
        }
        if verify_entry_signature(&self.log.node, &hash, &self.signature) {
            Ok(verified)
        } else {
            Err(BatchError::ChainOrSignature)
        }
    }
}
