//! A document as it stands: bounded fields and events with the operation that wrote each, before any meaning.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Scalar;
use super::bounds::MAX_DEFECTS;
use crate::codec;
use crate::ids::{EventId, NodeId};

/// Tells the node behind an automerge actor; `None` for an actor of no known log.
pub type Authors<'a> = dyn Fn(&[u8]) -> Option<NodeId> + 'a;

/// The operation that wrote something. Ordering is causal: what an author had seen sorts before what it wrote.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpId {
    /// Lamport counter within the document.
    #[serde(rename = "c")]
    pub counter: u64,
    /// Whose operation.
    #[serde(rename = "a", with = "serde_bytes")]
    pub actor: Vec<u8>,
}

impl fmt::Debug for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.counter)?;
        self.actor
            .iter()
            .take(4)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A field as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawField {
    /// The value everybody shows: that of the highest operation that can be read.
    pub shown: Scalar,
    /// What wrote it.
    pub by: OpId,
    /// Every value that stands, the shown one first: several after concurrent edits, equal or not.
    pub values: Vec<(Scalar, OpId)>,
}

impl RawField {
    /// The values, when they differ; empty without a conflict.
    pub fn in_conflict(&self) -> &[(Scalar, OpId)] {
        let differ = self.values.iter().any(|(value, _)| *value != self.shown);
        if differ { &self.values } else { &[] }
    }
}

/// An event as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// What wrote it, and its place in the causal order.
    pub id: OpId,
    /// CBOR.
    pub bytes: Vec<u8>,
}

/// Something in a document that could not be used. It never blocks an officer; the health screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Defect {
    /// Where: a key, or `event 12@0a1b2c3d`.
    pub at: String,
    /// What is wrong.
    pub what: DefectKind,
}

/// What is wrong with a part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefectKind {
    /// A container of the genesis is missing.
    NoContainer,
    /// Another type than this version expects.
    WrongType,
    /// Not readable, or over a bound.
    Malformed,
    /// More than the bound; the rest was not read.
    TooMany,
    /// Written by an actor of no known log.
    UnknownAuthor,
    /// A step by a node that does not keep the thing; it does not count.
    NotKeeper,
    /// A step that its state did not allow; it does not count.
    NotPossible,
    /// Written twice where once is expected; the first counts.
    Twice,
}

/// An event as read, before its author is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<T> {
    /// What it says.
    pub value: T,
    /// What wrote it.
    pub by: OpId,
    /// What it is referred to by.
    pub id: EventId,
}

/// One of several values of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingValue {
    /// As a text to read.
    pub value: String,
    /// What wrote it.
    pub by: OpId,
    /// On which node; none when its log is not known here.
    pub author: Option<NodeId>,
}

/// A field with values that differ, until an officer settles it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field's key.
    pub field: String,
    /// Every value, the one shown first.
    pub values: Vec<StandingValue>,
}

impl Conflict {
    /// The conflict of a field, if its values differ.
    pub fn of(key: String, field: &RawField, authors: &Authors<'_>) -> Option<Self> {
        let stand = |(value, by): &(Scalar, OpId)| StandingValue {
            value: value.to_text(),
            by: by.clone(),
            author: authors(&by.actor),
        };
        let values: Vec<StandingValue> = field.in_conflict().iter().map(stand).collect();
        (!values.is_empty()).then_some(Self { field: key, values })
    }
}

/// Fields, events and what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawDoc {
    /// By key.
    pub fields: BTreeMap<String, RawField>,
    /// In causal order.
    pub events: Vec<RawEvent>,
    /// What could not be used.
    pub defects: Vec<Defect>,
}

impl RawDoc {
    /// Notes a defect, up to the bound.
    pub fn defect(&mut self, at: impl Into<String>, what: DefectKind) {
        if self.defects.len() < MAX_DEFECTS {
            self.defects.push(Defect {
                at: at.into(),
                what,
            });
        }
    }

    /// A text field; one of another type is a defect.
    pub fn text(&mut self, key: &str) -> Option<String> {
        match self.fields.get(key).map(|field| field.shown.clone()) {
            Some(Scalar::Text(text)) => Some(text),
            Some(_) => self.wrong_type(key),
            None => None,
        }
    }

    /// A number; another type is a defect.
    pub fn int(&mut self, key: &str) -> Option<i64> {
        match self.fields.get(key).map(|field| field.shown.clone()) {
            Some(Scalar::Int(number)) => Some(number),
            Some(_) => self.wrong_type(key),
            None => None,
        }
    }

    /// A record in CBOR; one that cannot be read is a defect.
    pub fn record<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        match self.fields.get(key).map(|field| &field.shown) {
            Some(Scalar::Bytes(bytes)) => match codec::decode(bytes) {
                Ok(value) => Some(value),
                Err(_malformed) => {
                    self.defect(key, DefectKind::Malformed);
                    None
                }
            },
            Some(_) => self.wrong_type(key),
            None => None,
        }
    }

    /// Decodes every event, in causal order; one that cannot be read is a defect.
    pub fn decode_events<T: DeserializeOwned>(&mut self) -> Vec<Decoded<T>> {
        let mut decoded = Vec::with_capacity(self.events.len());
        let mut unreadable = Vec::new();
        for event in &self.events {
            match codec::decode(&event.bytes) {
                Ok(value) => decoded.push(Decoded {
                    value,
                    by: event.id.clone(),
                    id: EventId::of(&event.bytes),
                }),
                Err(_malformed) => unreadable.push(format!("event {:?}", event.id)),
            }
        }
        for at in unreadable {
            self.defect(at, DefectKind::Malformed);
        }
        decoded
    }

    fn wrong_type<T>(&mut self, key: &str) -> Option<T> {
        self.defect(key, DefectKind::WrongType);
        None
    }
}
