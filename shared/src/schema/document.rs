//! What a document can do, whatever its changes are made of: the boundary between the engine and automerge.
//!
//! The engine keeps documents, applies changes and writes new ones only through these traits. Production stands on
//! [`super::AutomergeDocuments`]; a simulation may stand on something cheaper that merges the same way.

use std::any::Any;
use std::fmt;

use super::{Edit, RawDoc};
use crate::ids::ChangeHash;
use crate::log::DocKind;

/// A document or a change that cannot be used, with the reason for a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DocumentError(pub String);

/// One change of one document, readable in itself.
pub trait Change: Any + fmt::Debug + Send {
    /// The hash of its bytes.
    fn hash(&self) -> ChangeHash;
    /// The actor that made it.
    fn actor(&self) -> &[u8];
    /// The changes it builds on.
    fn deps(&self) -> Vec<ChangeHash>;
    /// Its bytes, uncompressed, as entries carry them.
    fn bytes(&self) -> &[u8];
    /// The edits inside, to write them again under another actor: what a node does with its losing branch. What is not an
    /// edit (the salt, another version's operations) is left out.
    fn edits(&self) -> Vec<Edit>;
}

/// A change that a document contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contained {
    /// Its hash.
    pub hash: ChangeHash,
    /// The actor that made it.
    pub actor: Vec<u8>,
}

/// One document: a genesis and changes, of which each comes after all it builds on. Equal sets of changes read alike.
pub trait Document: fmt::Debug + Send {
    /// Its fields and events as they stand. Never fails.
    fn read(&self) -> RawDoc;
    /// The changes nothing builds on, in the order of their hashes.
    fn heads(&self) -> Vec<ChangeHash>;
    /// Every change, the genesis too, each after all it builds on.
    fn history(&self) -> Vec<Contained>;
    /// Whether it contains a change.
    fn contains(&self, change: &ChangeHash) -> bool;
    /// Those of the changes that it does not contain.
    fn missing(&self, changes: &[ChangeHash]) -> Vec<ChangeHash>;
    /// One of its changes.
    fn change(&self, hash: &ChangeHash) -> Option<Box<dyn Change>>;
    /// Takes in a change whose dependencies it contains; orphans are never handed to it. After an error it must be loaded
    /// anew: another change has this one's place in its actor's sequence.
    fn apply(&mut self, change: &dyn Change) -> Result<(), DocumentError>;
    /// Writes edits and a salt, new in every change, as one change of `actor`, and contains it. With `beside` it is written
    /// as if nothing after those changes were known, so that what others wrote since stands beside it; on top of everything
    /// when `beside` is empty, or when the actor itself wrote since, because no actor's sequence may part, or when so much
    /// was written since that nobody would take it in. After an error it must be loaded anew.
    fn write(
        &mut self,
        actor: [u8; 16],
        beside: &[ChangeHash],
        edits: &[Edit],
        salt: [u8; 16],
    ) -> Result<Box<dyn Change>, DocumentError>;
    /// All of it as bytes, for the disk and for a new PC.
    fn save(&self) -> Vec<u8>;
}

/// Makes and reads documents of one format.
pub trait Documents: fmt::Debug + Send + Sync {
    /// The hash of the first change of every document of a kind; `None` for a kind without documents.
    fn genesis(&self, kind: DocKind) -> Option<ChangeHash>;
    /// Whether a change is a genesis: part of every document, but of no log.
    fn is_genesis(&self, change: &ChangeHash) -> bool;
    /// A document as kept on this disk: what [`Document::save`] gave, or only the genesis when that is empty, and the
    /// changes after it. `None` for a new document of a kind without documents.
    fn load(
        &self,
        kind: DocKind,
        saved: &[u8],
        changes: Vec<Vec<u8>>,
    ) -> Result<Option<Box<dyn Document>>, DocumentError>;
    /// Whether a saved document is one that every peer receives: some are too large for that when expanded.
    fn may_be_sent(&self, _saved: &[u8]) -> bool {
        true
    }
    /// A document that a peer saved with [`Document::save`]. However small, it may not expand without bound.
    /// Beside it, the bytes to keep of it, which [`Self::replay`] may trust.
    fn receive(&self, bytes: &[u8]) -> Result<(Box<dyn Document>, Vec<u8>), DocumentError>;
    /// A change from its uncompressed bytes; a compressed one could expand without bound, and is never written by us.
    fn change(&self, bytes: Vec<u8>) -> Result<Box<dyn Change>, DocumentError>;
}
