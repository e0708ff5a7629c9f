//! What a roster statement can say.

use std::cmp::Reverse;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::ids::NodeId;
use crate::log::{LogPoint, VersionVector};
use crate::wire::link::NodeMode;

/// Logs one removal can name. A node opens a new log only after a restore or a copied disk; the bound follows from
/// the 4 KiB of a statement: 32 × 96 bytes, 16 parents × 34 bytes and the rest fit.
pub const MAX_CUTS: usize = 32;

/// What a PC is called.
pub type NodeName = Text<64>;

/// The points at which a removal cuts a node's logs.
pub type Cuts = List<LogPoint, MAX_CUTS>;

/// Cuts a removal of `node` names: the end of each of its logs in what the signer holds. Of more than [`MAX_CUTS`] logs
/// the longest are named; the rest are cut before their first entry and wait in the quarantine.
pub fn cuts_of(node: NodeId, held: &VersionVector) -> Cuts {
    let mut points: Vec<LogPoint> = held
        .iter()
        .filter(|(log, mark)| log.node == node && mark.received > 0)
        .map(|(log, mark)| LogPoint {
            log: *log,
            seq: mark.received,
            hash: mark.hash,
        })
        .collect();
    points.sort_by_key(|point| (Reverse(point.seq), point.log));
    List::truncated(points)
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a statement says. Codes are for ever: a body that must change gets a new one.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name($name),)*
            /// Of a kind, or with a body, that this version cannot read: kept and relayed, without effect.
            Unknown(u16),
        }

        impl Kind {
            /// Its number on the wire.
            pub fn code(&self) -> u16 {
                match self { $(Self::$name(_) => $code,)* Self::Unknown(code) => *code }
            }

            /// Encodes with the body that `encode` gets to see.
            pub(super) fn encode_with<E: BodyEncoder>(&self, encoder: &E) -> Vec<u8> {
                match self {
                    $(Self::$name(body) => encoder.encode(body),)*
                    Self::Unknown(_) => encoder.encode(&std::collections::BTreeMap::<u8, u8>::new()),
                }
            }

            /// Reads the body of kind `code`; one that does not read is unknown, never an error: refusing it would
            /// hold up every statement after it.
            pub(super) fn decode_with<D: BodyDecoder>(code: u16, decoder: &D) -> Self {
                match code {
                    $($code => decoder.decode().map_or(Self::Unknown(code), Self::$name),)*
                    unknown => Self::Unknown(unknown),
                }
            }

            /// The node it is about; none for an unknown kind.
            pub fn subject(&self) -> Option<NodeId> {
                match self { $(Self::$name(body) => Some(body.node),)* Self::Unknown(_) => None }
            }
        }
    };
}

/// Wraps a body in the statement around it.
pub(super) trait BodyEncoder {
    fn encode<B: Serialize>(&self, body: &B) -> Vec<u8>;
}

/// Finds a body in the statement around it.
pub(super) trait BodyDecoder {
    fn decode<B: DeserializeOwned>(&self) -> Option<B>;
}

kinds! {
    /// The first PC founds the site.
    Found = 1,
    /// A PC is admitted.
    Admit = 2,
    /// A member becomes an administrator, or stops being one.
    Admin = 3,
    /// A number slot is allotted or released.
    Slot = 4,
    /// Who allots the slots from now on.
    SlotKeeper = 5,
    /// A member gets another name or use.
    Rename = 6,
    /// A member leaves in good order.
    Retire = 7,
    /// A member is shut out.
    Revoke = 8,
}

impl Kind {
    /// Whether it takes a node out for ever.
    pub fn is_removal(&self) -> bool {
        matches!(self, Self::Retire(_) | Self::Revoke(_))
    }

    /// Whether it takes the administrator's right away.
    pub fn is_demotion(&self) -> bool {
        matches!(self, Self::Admin(Admin { admin: false, .. }))
    }

    /// Whether it makes its subject an administrator. `Admit` without the right takes nothing away.
    pub fn is_grant(&self) -> bool {
        match self {
            Self::Found(_) => true,
            Self::Admit(admit) => admit.admin,
            Self::Admin(role) => role.admin,
            _ => false,
        }
    }

    /// Whether it brings its subject in.
    pub fn is_admission(&self) -> bool {
        matches!(self, Self::Found(_) | Self::Admit(_))
    }
}

/// Signed by the site key: the founder is administrator, keeper of the slots, and has slot 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The first PC.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// What it is called.
    #[serde(rename = "a")]
    pub name: NodeName,
    /// What it is used for.
    #[serde(rename = "m")]
    pub mode: NodeMode,
}

/// Admits a node whose key was never removed; repeated, it changes name, mode and counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admit {
    /// Whom.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// What it is called.
    #[serde(rename = "a")]
    pub name: NodeName,
    /// What it is used for.
    #[serde(rename = "m")]
    pub mode: NodeMode,
    /// Whether it may admit and remove others.
    #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    /// The counter it stands at.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<u16>,
}

/// Gives or takes the administrator's right. Taking wins over a concurrent giving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admin {
    /// Whose.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// Whether it is an administrator from now on.
    #[serde(rename = "r")]
    pub admin: bool,
}

/// Allots a slot of the day's number series, or frees the slot of a removed node. Only the slot keeper's count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Whose.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// Which; none frees the one the node had.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u8>,
    /// The day it is done (days since 1970-01-01, site time). A removed node's slot is free on a later day only: it
    /// may have numbered dossiers on its last one.
    #[serde(rename = "y")]
    pub day: i32,
}

/// Names the only node that allots slots from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotKeeper {
    /// Which.
    #[serde(rename = "n")]
    pub node: NodeId,
}

/// Changes a member's name and use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// Which member.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// What it is called.
    #[serde(rename = "a")]
    pub name: NodeName,
    /// What it is used for.
    #[serde(rename = "m")]
    pub mode: NodeMode,
}

/// Takes a node out in good order: everything it wrote, up to its closing entries, stays valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retire {
    /// Whom.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// The last entry of each of its logs; a log that is not listed is cut before its first entry.
    #[serde(rename = "c")]
    pub points: Cuts,
    /// The day (days since 1970-01-01, site time): hybrid clocks are never a legal day.
    #[serde(rename = "y")]
    pub day: i32,
}

/// Shuts a node out. Entries up to the cut stay valid for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// Whom.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// The last valid entry of each of its logs the signer knows; a log that is not listed is cut before its first
    /// entry.
    #[serde(rename = "c")]
    pub cuts: Cuts,
    /// The day (days since 1970-01-01, site time).
    #[serde(rename = "y")]
    pub day: i32,
    /// Why, in the administrator's words.
    #[serde(rename = "w", default)]
    pub reason: Text<128>,
}
