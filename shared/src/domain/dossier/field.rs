//! The fields of a dossier that may be corrected, by the keys under which they are stored and edited.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::Text;
use crate::domain::person::{PersonField, Who};

/// By what right the transacting person acts for the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Basis {
    /// What kind: `self`, `authorised`, `guardian`, `relative` or the officer's words.
    pub kind: Text<40>,
    /// The document it rests on.
    pub document: Text<300>,
}

/// One correctable field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DossierField {
    /// A field of one of the people.
    Person(Who, PersonField),
    /// What kind of representation.
    BasisKind,
    /// The document it rests on.
    BasisDocument,
    /// What is asked for.
    Request,
    /// Where the paper lies.
    PaperAt,
    /// Money due: `unknown`, `none_due`, `due`, `paid`.
    Finance,
}

/// No field of a dossier that may be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no field of a dossier that may be corrected")]
pub struct FieldError;

impl DossierField {
    /// Every field.
    pub fn all() -> impl Iterator<Item = Self> {
        let people = Who::ALL
            .into_iter()
            .flat_map(|who| PersonField::ALL.map(|field| Self::Person(who, field)));
        people.chain([
            Self::BasisKind,
            Self::BasisDocument,
            Self::Request,
            Self::PaperAt,
            Self::Finance,
        ])
    }

    /// The key under which it is stored.
    pub fn key(self) -> String {
        match self {
            Self::Person(who, field) => format!("{}/{}", who.key(), field.key()),
            Self::BasisKind => "basis/kind".to_owned(),
            Self::BasisDocument => "basis/document".to_owned(),
            Self::Request => "request".to_owned(),
            Self::PaperAt => "paper_at".to_owned(),
            Self::Finance => "finance".to_owned(),
        }
    }

    /// Its longest value in bytes.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Person(_, field) => field.max_bytes(),
            Self::BasisKind => 40,
            Self::BasisDocument | Self::PaperAt => 300,
            Self::Request => 1000,
            Self::Finance => 10,
        }
    }
}

impl fmt::Display for DossierField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

impl FromStr for DossierField {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::all()
            .find(|field| field.key() == text)
            .ok_or(FieldError)
    }
}

impl Serialize for DossierField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.key())
    }
}

impl<'de> Deserialize<'de> for DossierField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::<64>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
