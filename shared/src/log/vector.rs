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

/// One row of a vector on the wire: a list of its fields in this order, about 30 bytes. Names would make it a fifth longer,
/// and of nothing else is so much sent when a link opens. Fields that a later version adds behind are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkRow {
    /// Which log.
    pub tag: LogTag,
    /// Highest contiguous sequence number received.
    pub received: u64,
    /// How far behind `received` the durable mark is; mostly 0.
    pub durable_lag: u64,
    /// The first half of the entry hash at `received`, to notice a fork.
    pub hash: HashHalf,
}

impl Serialize for MarkRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.tag, self.received, self.durable_lag, self.hash).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MarkRow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> serde::de::Visitor<'de> for RowVisitor {
    type Value = MarkRow;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a log's tag, how far it is held, how far behind that is synced, half a hash")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut fields: A) -> Result<MarkRow, A::Error> {
        let row = MarkRow {
            tag: field(&mut fields, 0)?,
            received: field(&mut fields, 1)?,
            durable_lag: field(&mut fields, 2)?,
            hash: field(&mut fields, 3)?,
        };
        while fields.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(row)
    }
}

fn field<'de, T: Deserialize<'de>, A: serde::de::SeqAccess<'de>>(
    fields: &mut A,
    nth: usize,
) -> Result<T, A::Error> {
    let field = fields.next_element()?;
    field.ok_or_else(|| serde::de::Error::invalid_length(nth, &RowVisitor))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;

    const TAG: LogTag = LogTag([9; 8]);
    const HASH: HashHalf = HashHalf([8; 16]);

    #[test]
    fn a_row_passes_over_what_a_later_version_adds_and_needs_all_of_its_own() {
        let later = codec::encode(&(TAG, 300u64, 2u64, HASH, "more"));
        let row = MarkRow {
            tag: TAG,
            received: 300,
            durable_lag: 2,
            hash: HASH,
        };
        assert_eq!(codec::decode::<MarkRow>(&later), Ok(row));
        assert!(codec::decode::<MarkRow>(&codec::encode(&(TAG, 300u64, 2u64))).is_err());
    }
}
