//! Liên Quầy, words and rules: everything two counters must agree on, and nothing that touches a disk, a socket or a clock.
//!
//! Data flows one way: an officer's command is decided against the current documents, becomes typed edits of the
//! automerge schema, is sealed into an entry of the signed [`log`], travels in [`wire`] messages, and is read back as a
//! domain model on every other counter.
#![deny(missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod codec;
pub mod domain;
pub mod hlc;
pub mod ids;
pub mod log;
pub mod roster;
pub mod wire;

pub use hlc::Hlc;
pub use ids::{
    ChangeHash, DocId, EntryHash, LogId, LogTag, NodeId, OfficerId, RequestId, Signature, SiteId,
    StatementHash,
};
