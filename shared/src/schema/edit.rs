//! Edits: the closed set of things a decision may do to a document, and how they are written.

use automerge::transaction::Transactable;
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use serde::Serialize;

use super::genesis::{EVENTS_COUNTER, FIELDS_COUNTER, container};
use super::{EVENTS, FIELDS, SALT};
use crate::codec;

/// A value of one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Bytes: identifiers and CBOR.
    Bytes(Vec<u8>),
}

impl Scalar {
    /// For people to read: text as it is, bytes in hex (at most the first 64).
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
            Self::Bytes(bytes) => bytes
                .iter()
                .take(64)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }
    }
}

/// One edit of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Sets a field. Overwrites every value it has in conflict, which is also how a conflict is settled.
    Put {
        /// The flat key.
        key: String,
        /// The value.
        value: Scalar,
    },
    /// Empties a field.
    Clear {
        /// The flat key.
        key: String,
    },
    /// Appends an event: CBOR, see [`super::event`].
    Append {
        /// Its bytes.
        event: Vec<u8>,
    },
}

impl Edit {
    /// Sets a text field.
    pub fn text(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Put {
            key: key.into(),
            value: Scalar::Text(value.into()),
        }
    }

    /// Sets a number.
    pub fn int(key: impl Into<String>, value: i64) -> Self {
        Self::Put {
            key: key.into(),
            value: Scalar::Int(value),
        }
    }

    /// Sets a byte field.
    pub fn bytes(key: impl Into<String>, value: &[u8]) -> Self {
        Self::Put {
            key: key.into(),
            value: Scalar::Bytes(value.to_vec()),
        }
    }

    /// Sets a field to a value in CBOR: a small record that is edited as a whole.
    pub fn record<T: Serialize>(key: impl Into<String>, value: &T) -> Self {
        Self::Put {
            key: key.into(),
            value: Scalar::Bytes(codec::encode(value)),
        }
    }

    /// Appends an event.
    pub fn event<T: Serialize>(event: &T) -> Self {
        Self::Append {
            event: codec::encode(event),
        }
    }
}

/// Writes edits and the change's salt into an open transaction of a document made by [`super::new_document`].
///
/// Fails with automerge's error when the document lacks its containers (it is not one of ours, or its genesis is missing).
pub fn write<T: Transactable + ReadDoc>(
    tx: &mut T,
    edits: &[Edit],
    salt: [u8; 16],
) -> Result<(), AutomergeError> {
    tx.put(ROOT, SALT, ScalarValue::Bytes(salt.to_vec()))?;
    let fields = known(container(tx, FIELDS_COUNTER, ObjType::Map), FIELDS)?;
    let events = known(container(tx, EVENTS_COUNTER, ObjType::List), EVENTS)?;
    for edit in edits {
        match edit {
            Edit::Put { key, value } => tx.put(&fields, key.as_str(), to_automerge(value))?,
            Edit::Clear { key } => tx.delete(&fields, key.as_str())?,
            Edit::Append { event } => {
                let end = tx.length(&events);
                tx.insert(&events, end, ScalarValue::Bytes(event.clone()))?;
            }
        }
    }
    Ok(())
}

fn known(container: Option<ObjId>, key: &str) -> Result<ObjId, AutomergeError> {
    container.ok_or_else(|| AutomergeError::InvalidObjId(key.to_owned()))
}

fn to_automerge(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Text(text) => ScalarValue::Str(text.as_str().into()),
        Scalar::Int(number) => ScalarValue::Int(*number),
        Scalar::Bool(flag) => ScalarValue::Boolean(*flag),
        Scalar::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}
