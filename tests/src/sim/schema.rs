//! What the documents of a simulated site are made of.

use lienquay_shared::schema::{AutomergeDocuments, Documents};

/// The format of every document of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schema {
    /// Real automerge documents.
    #[default]
    Automerge,
}

impl Schema {
    /// The documents of this format.
    pub fn documents(self) -> &'static dyn Documents {
        match self {
            Self::Automerge => &AutomergeDocuments,
        }
    }
}
