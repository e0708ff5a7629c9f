//! Version vectors: what a node holds of every log, and the rows in which nodes tell each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{EntryHash, LogId, LogTag};

/// How far a node holds one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Highest contiguous sequence number received.
    pub received: u64,
    /// The entry hash there.
    pub hash: EntryHash,
    /// Highest sequence number fsynced; only this makes anything *safe*.
    pub durable: u64,
}

/// One row of a vector on the wire: about 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkRow {
    /// Which log.
    #[serde(rename = "l")]
    pub tag: LogTag,
    /// Highest contiguous sequence number received.
    #[serde(rename = "r")]
    pub received: u64,
    /// How far behind `received` the durable mark is; mostly 0.
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    pub durable_lag: u64,
    /// The first half of the entry hash at `received`, to notice a fork.
    #[serde(rename = "h")]
    pub hash: HashHalf,
}

fn is_zero(lag: &u64) -> bool {
    *lag == 0
}

/// The first 16 bytes of an entry hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashHalf(pub [u8; 16]);

impl From<EntryHash> for HashHalf {
    fn from(hash: EntryHash) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&hash.0[..16]);
        Self(half)
    }
}

impl Serialize for HashHalf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for HashHalf {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_bytes::ByteArray::<16>::deserialize(deserializer)
            .map(|bytes| Self(bytes.into_array()))
    }
}

impl MarkRow {
    /// The row that tells of `mark`.
    pub fn new(tag: LogTag, mark: &Mark) -> Self {
        Self {
            tag,
            received: mark.received,
            durable_lag: mark.received.saturating_sub(mark.durable),
            hash: mark.hash.into(),
        }
    }

    /// Highest sequence number the sender holds durably.
    pub fn durable(&self) -> u64 {
        self.received.saturating_sub(self.durable_lag)
    }
}

/// Everything a node holds: one [`Mark`] a log.
pub type VersionVector = BTreeMap<LogId, Mark>;
