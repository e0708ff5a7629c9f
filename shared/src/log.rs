//! The replicated signed log: what an entry is, how entries chain, and how nodes say what they hold.
//!
//! Every change anybody makes is one entry in a log of the node that made it. Entries are numbered 1, 2, 3 …, chained
//! by hash and signed, so that a range of them is verified with one signature and nobody can drop, reorder or forge an
//! entry of another node.

pub mod action;
pub mod batch;
pub mod chain;
pub mod header;
pub mod vector;

pub use action::{ActionKind, DocKind};
pub use batch::{BatchError, EntryBatch, VerifiedEntry, WireEntry};
pub use chain::{NodeKey, entry_hash, log_root, verify_entry_signature};
pub use header::{Header, LogPoint};
pub use vector::{HashHalf, Mark, MarkRow, VersionVector};

/// Hard bounds of version 1 of the wire and of the store. They are part of the format: an entry within them is never
/// refused for its size, by any later version either.
pub mod bounds {
    /// Encoded header. A header of today is about 110 bytes.
    pub const MAX_HEADER_BYTES: usize = 512;
    /// One automerge change. The largest real procedure is a text of about 120 KB before compression.
    pub const MAX_CHANGE_BYTES: usize = 256 * 1024;
    /// Operations of one change. The largest a person makes are the fields of a procedure, about fifty.
    pub const MAX_CHANGE_OPS: u64 = 8 * 1024;
    /// Operations of a document that travels whole; a longer history travels entry by entry.
    pub const MAX_SNAPSHOT_OPS: u64 = 64 * 1024;
    /// Entries in one batch, and the longest stretch of a log without a signature.
    pub const MAX_BATCH_ENTRIES: usize = 64;
    /// Positions in a log. A PC that writes a thousand entries a second for ever reaches it in 285,000 years.
    pub const MAX_SEQ: u64 = 1 << 53;
    /// Headers and changes in one batch; keeps a message under 1 MiB.
    pub const MAX_BATCH_BYTES: usize = 600 * 1024;
    /// Bytes of a log without a signature: with one more entry of the largest size it still fits a batch.
    pub const MAX_STRETCH_BYTES: usize = 256 * 1024;
}
