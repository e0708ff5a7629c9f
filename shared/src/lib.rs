//! Liên Quầy, words and rules: everything two counters must agree on, and nothing that touches a disk, a socket or a clock.
//!
//! Data flows one way: an officer's command is decided against the current documents, becomes typed edits of the
//! automerge schema, is sealed into an entry of the signed [`log`], travels in [`wire`] messages, and is read back as a
//! domain model on every other counter.
#![deny(missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod codec;
pub mod command;
pub mod decide;
pub mod domain;
pub mod hlc;
pub mod ids;
pub mod log;
pub mod query;
pub mod refusal;
pub mod roster;
pub mod schema;
pub mod view;
pub mod wire;

pub use command::{Command, Outcome, Submission};
pub use hlc::Hlc;
pub use ids::{
    ChangeHash, DocId, EntryHash, EventId, FileHash, LogId, LogTag, NodeId, OfficerId, RequestId,
    Signature, SiteId, StatementHash,
};
pub use query::{Answer, Query};
pub use refusal::Refusal;
