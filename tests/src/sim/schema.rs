//! What the documents of a simulated site are made of.

use std::fmt;
use std::str::FromStr;

use lienquay_shared::schema::{AutomergeDocuments, Documents};

use crate::sim::opaque::OpaqueDocuments;

/// One seed of so many runs on automerge, unless the environment says otherwise; the rest are opaque.
const AUTOMERGE_EVERY: u64 = 8;

/// The format of every document of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schema {
    /// Real automerge documents.
    #[default]
    Automerge,
    /// Changes that only the simulation knows: the same merging, much faster.
    Opaque,
}

impl Schema {
    /// What a seed runs on: `LIENQUAY_SCHEMA=opaque` or `automerge`, or a mix that depends on the seed alone.
    ///
    /// # Panics
    /// For any other word.
    pub fn of_seed(seed: u64) -> Self {
        match std::env::var("LIENQUAY_SCHEMA").as_deref() {
            Ok(word) => match word.parse() {
                Ok(schema) => schema,
                Err(NoSchema) => panic!("LIENQUAY_SCHEMA={word}: neither opaque nor automerge"),
            },
            Err(_) if seed.is_multiple_of(AUTOMERGE_EVERY) => Self::Automerge,
            Err(_) => Self::Opaque,
        }
    }

    /// The documents of this format.
    pub fn documents(self) -> &'static dyn Documents {
        match self {
            Self::Automerge => &AutomergeDocuments,
            Self::Opaque => &OpaqueDocuments,
        }
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Automerge => "automerge",
            Self::Opaque => "opaque",
        })
    }
}

/// A word that names no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSchema;

impl FromStr for Schema {
    type Err = NoSchema;

    fn from_str(word: &str) -> Result<Self, NoSchema> {
        match word {
            "automerge" => Ok(Self::Automerge),
            "opaque" => Ok(Self::Opaque),
            _ => Err(NoSchema),
        }
    }
}
