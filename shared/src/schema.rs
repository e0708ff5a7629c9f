//! What a document of each kind holds, how edits are written and how models are read back. Documents are automerge's, but
//! only one room knows it.
//!
//! Every document has one shape, so that no two nodes ever create a container at the same time:
//!
//! ```text
//! root ─ kind   u64     DocKind, from the genesis change
//!      ─ salt   bytes   16 random bytes, new in every change: its hash confirms nothing about its content
//!      ─ f      map     fields: flat key → scalar; concurrent edits of one key are a conflict to settle
//!      ─ e      list    events: each one CBOR byte string, written once; concurrent appends all survive
//! ```
//!
//! The author of a field or event is the actor of the operation that wrote it, never a claim inside it. Events are ordered by
//! their operation ids, which never contradict causality and need no clock.

pub mod document;
pub mod dossier;
pub mod edit;
pub mod event;
mod on_automerge;
pub mod procedure;
pub mod raw;
pub mod series;
pub mod site;
pub mod ticket;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use document::{Change, Contained, Document, DocumentError, Documents};
pub use edit::{Edit, Scalar};
pub use on_automerge::{
    AutomergeDocuments, admission, edits_of, genesis_hash, is_genesis, new_document, write,
};
pub use raw::{
    Authors, Conflict, Decoded, Defect, OpId, RawDoc, RawEvent, RawField, StandingValue,
};

/// Bounds of what is read from a document. Beyond them reading stops with a [`Defect`]; nothing is refused.
pub mod bounds {
    /// Fields of one document. The largest site has about 12 counters, 20 lanes and 60 officers.
    pub const MAX_FIELDS: usize = 2_000;
    /// Events of one document. A series document holds at most the 2,999 numbers of its keeper.
    pub const MAX_EVENTS: usize = 4_000;
    /// Bytes of a field's key.
    pub const MAX_KEY_BYTES: usize = 96;
    /// Bytes of a text field; the largest procedure is about 120 KB.
    pub const MAX_TEXT_BYTES: usize = 200 * 1024;
    /// Bytes of one event.
    pub const MAX_EVENT_BYTES: usize = 16 * 1024;
    /// Values kept of one field in conflict.
    pub const MAX_CONFLICT_VALUES: usize = 16;
    /// Defects told of one document.
    pub const MAX_DEFECTS: usize = 100;
}

pub(crate) const KIND: &str = "kind";
pub(crate) const SALT: &str = "salt";
pub(crate) const FIELDS: &str = "f";
pub(crate) const EVENTS: &str = "e";
