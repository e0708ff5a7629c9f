//! Edits: the closed set of things a decision may do to a document.

use serde::Serialize;

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
