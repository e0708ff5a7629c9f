//! What a disk holds, table by table.

use lienquay_core::files::{FileRow, FileUse};
use lienquay_core::store::{
    DocRow, EntryState, GrantRow, LogRow, NumberRow, ProjectionRow, SignedPoint,
};
use lienquay_shared::log::Header;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{DocId, FileHash, Hlc, LogId, RequestId, StatementHash};

use super::table::{Rewind, Table};

/// The part of an entry that does not change.
#[derive(Debug, Clone)]
pub(super) struct EntryText {
    pub(super) header: Header,
    pub(super) header_bytes: Vec<u8>,
}

/// An entry's change; emptied when its document is forgotten.
pub(super) type Change = Option<Vec<u8>>;

/// A document without its snapshot, which is large and changes less often.
pub(super) type DocHead = DocRow;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $row:ty,)*) => {
        /// Every table of a disk.
        #[derive(Debug, Clone, Default)]
        pub(super) struct Tables { $($(#[$doc])* pub(super) $name: Table<$key, $row>,)* }

        impl Tables {
            /// Notes a commit that a crash may still lose.
            pub(super) fn mark(&mut self) { $(self.$name.mark();)* }
            /// Makes everything so far permanent.
            pub(super) fn settle(&mut self) { $(self.$name.settle();)* }
            /// Goes back to the `kept`-th commit that is not permanent.
            pub(super) fn rewind(&mut self, kept: usize) { $(self.$name.rewind(kept);)* }
        }
    };
}

tables! {
    meta: String => Vec<u8>,
    statements: u64 => SignedBytes,
    statement_hashes: StatementHash => (),
    logs: LogId => LogRow,
    entries: (LogId, u64) => EntryText,
    changes: (LogId, u64) => Change,
    states: (LogId, u64) => EntryState,
    /// Every entry of a document in the order they were stored.
    by_doc: (DocId, u64) => (LogId, u64),
    /// Where an entry stands in `by_doc`.
    places: (LogId, u64) => u64,
    /// Applied entries of a document that its snapshot does not contain, in the order they were applied.
    since: (DocId, u64) => (LogId, u64),
    /// Entries in a state other than applied or forgotten, by document.
    set_aside: (DocId, LogId, u64) => EntryState,
    signatures: (LogId, u64) => SignedPoint,
    docs: DocId => DocHead,
    snapshots: DocId => Vec<u8>,
    /// Documents saved over applied entries that may still have their change bytes.
    saved_over: DocId => (),
    /// Documents by when they were last touched.
    touched: (Hlc, DocId) => (),
    grants: DocId => GrantRow,
    numbers: (String, u32) => NumberRow,
    numbered: RequestId => (String, u32),
    outcomes: RequestId => Vec<u8>,
    /// Requests with an outcome, in the order they were recorded.
    outcome_order: u64 => RequestId,
    files: FileHash => FileRow,
    /// The files that documents name, by hash.
    file_uses: DocId => Vec<FileUse>,
    projections: DocId => ProjectionRow,
    /// Tickets by day.
    ticket_days: (i32, DocId) => (),
    /// What a dossier has or had as its code, and a procedure's code.
    coded: (String, DocId) => (),
    /// Numbers the rows that are kept in order of arrival.
    counters: u8 => u64,
}
