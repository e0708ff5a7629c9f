//! Identifiers: fixed-size byte strings, each its own type, hex in text formats and raw bytes on the wire.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A hex text that is not an identifier of the expected length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected {expected} hex digits")]
pub struct ParseIdError {
    expected: usize,
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    let error = ParseIdError { expected: N * 2 };
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(error);
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let nibble = |digit: u8| char::from(digit).to_digit(16);
        match (nibble(pair[0]), nibble(pair[1])) {
            (Some(high), Some(low)) => *byte = u8::try_from(high * 16 + low).unwrap_or_default(),
            _ => return Err(error),
        }
    }
    Ok(out)
}

struct BytesVisitor<const N: usize>;

impl<'de, const N: usize> de::Visitor<'de> for BytesVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        <[u8; N]>::try_from(bytes).map_err(|_wrong_length| E::invalid_length(bytes.len(), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; N], E> {
        parse_hex(text).map_err(E::custom)
    }
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The raw bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// From a slice of exactly [`Self::LEN`] bytes; `None` for any other length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The first eight hex digits: enough for a person to tell two of them apart, not an identifier.
            pub fn short(&self) -> String {
                self.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(BytesVisitor::<$len>).map(Self)
                } else {
                    deserializer.deserialize_bytes(BytesVisitor::<$len>).map(Self)
                }
            }
        }
    };
}

byte_id!(
    /// A site: the Ed25519 public key created when it was founded.
    SiteId, 32
);
byte_id!(
    /// A node (one counter PC): its Ed25519 public key, which is also its libp2p identity.
    NodeId, 32
);
byte_id!(
    /// A document: random, or derived from its subject where two nodes must arrive at the same one.
    DocId, 16
);
byte_id!(
    /// An officer's pseudonym: what log headers carry instead of a name.
    OfficerId, 8
);
byte_id!(
    /// One request of one officer or node: repeating it must not do the work twice.
    RequestId, 16
);
byte_id!(
    /// An event in a document: BLAKE3 of its bytes, the same when its author writes it again after a fork.
    EventId, 16
);
byte_id!(
    /// BLAKE3 of (previous entry hash ‖ header bytes): names an entry and everything before it in its log.
    EntryHash, 32
);
byte_id!(
    /// Automerge's SHA-256 of one change.
    ChangeHash, 32
);
byte_id!(
    /// BLAKE3 of a file's plain bytes: names a scanned paper whose bytes travel beside the log.
    FileHash, 32
);
byte_id!(
    /// BLAKE3 of a roster statement's signed bytes.
    StatementHash, 32
);
byte_id!(
    /// An Ed25519 signature.
    Signature, 64
);
byte_id!(
    /// Eight bytes that stand for a [`LogId`] where vectors are exchanged: a 48-byte identifier a row would
    /// double the cost of a beat.
    LogTag, 8
);

impl EventId {
    /// The event with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut id = [0; Self::LEN];
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 event id");
        hasher.update(bytes).finalize_xof().fill(&mut id);
        Self(id)
    }
}

impl DocId {
    /// The document every node must find under the same id: BLAKE3 over the site, a kind of subject and its name.
    pub fn derived(site: &SiteId, subject: &str, name: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 document id");
        hasher
            .update(site.as_bytes())
            .update(&[u8::try_from(subject.len()).unwrap_or(u8::MAX)]);
        hasher.update(subject.as_bytes()).update(name);
        let mut id = [0; Self::LEN];
        hasher.finalize_xof().fill(&mut id);
        Self(id)
    }
}

/// One log: the node that writes it and which of its lives wrote it.
///
/// A log is never continued from a copy; a restored or cloned folder opens a new, random incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogId {
    /// Whose log.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// Which life of that node.
    #[serde(rename = "i")]
    pub incarnation: u64,
}

impl LogId {
    /// The tag that stands for this log in vectors of `site`.
    pub fn tag(&self, site: &SiteId) -> LogTag {
        LogTag(self.digest("lienquay 2026 log tag", site))
    }

    /// The automerge actor of every change in this log (16 bytes).
    pub fn actor_bytes(&self, site: &SiteId) -> [u8; 16] {
        self.digest("lienquay 2026 automerge actor", site)
    }

    /// The log under which a branch that lost is kept: it left this log after `fork_at`, and `first` is the hash of its
    /// first entry.
    pub fn branch(&self, fork_at: u64, first: &EntryHash) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 branch");
        hasher
            .update(self.node.as_bytes())
            .update(&self.incarnation.to_be_bytes());
        hasher
            .update(&fork_at.to_be_bytes())
            .update(first.as_bytes());
        let mut incarnation = [0; 8];
        hasher.finalize_xof().fill(&mut incarnation);
        Self {
            node: self.node,
            incarnation: u64::from_be_bytes(incarnation),
        }
    }

    fn digest<const N: usize>(&self, context: &str, site: &SiteId) -> [u8; N] {
        let mut out = [0; N];
        blake3::Hasher::new_derive_key(context)
            .update(site.as_bytes())
            .update(self.node.as_bytes())
            .update(&self.incarnation.to_be_bytes())
            .finalize_xof()
            .fill(&mut out);
        out
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:x}", self.node.short(), self.incarnation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;

    #[test]
    fn ids_are_hex_in_json_and_bytes_in_cbor() {
        let id = OfficerId([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"00010203fcfdfeff\"");
        assert_eq!(
            serde_json::from_str::<OfficerId>("\"00010203fcfdfeff\"").unwrap(),
            id
        );
        let bytes = codec::encode(&id);
        assert_eq!(bytes.len(), 9);
        assert_eq!(codec::decode::<OfficerId>(&bytes).unwrap(), id);
    }

    #[test]
    fn wrong_lengths_and_digits_are_refused() {
        for text in ["", "00", "zz010203fcfdfeff", "00010203fcfdfeff00"] {
            assert!(text.parse::<OfficerId>().is_err(), "{text}");
        }
        assert!(codec::decode::<OfficerId>(&codec::encode(&NodeId([1; 32]))).is_err());
    }

    #[test]
    fn every_incarnation_has_its_own_actor_and_tag() {
        let site = SiteId([7; 32]);
        let first = LogId {
            node: NodeId([1; 32]),
            incarnation: 1,
        };
        let second = LogId {
            incarnation: 2,
            ..first
        };
        assert_ne!(first.tag(&site), second.tag(&site));
        assert_ne!(first.actor_bytes(&site), second.actor_bytes(&site));
        assert_ne!(first.tag(&site), first.tag(&SiteId([8; 32])));
    }
}
