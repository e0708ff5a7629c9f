//! What the engine needs of a disk: one open transaction that sees its own writes, committed by the host.
//!
//! Every write between two commits lands together or not at all: an entry, the document it changes and the projections of
//! both can never be apart. The engine never commits; [`crate::host::Host`] does, once for a whole group of events, and
//! releases what they owe (answers, messages) only afterwards.

use lienquay_shared::codec::DecodeError;
use lienquay_shared::log::{DocKind, Header};
use lienquay_shared::view::{ConflictRow, DossierRow, ProcedureRow, TicketRow};
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{
    ChangeHash, DocId, EntryHash, FileHash, Hlc, LogId, NodeId, RequestId, Signature, StatementHash,
};

use crate::files::{FileRank, FileRow, FileTotals, FileUse, Naming};

/// Why the store did not do what it was asked. Whatever the kind, nothing since the last commit was kept, and everything
/// before it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// No space left.
    #[error("the disk is full: {0}")]
    Full(String),
    /// A file is not what it must be: damaged, or not ours.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Any other failure of the disk or the system.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl From<DecodeError> for StoreFault {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Result of a store operation.
pub type StoreResult<T> = Result<T, StoreFault>;

/// What became of a stored entry's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryState {
    /// In its document (or an entry about the log itself).
    Applied,
    /// Waiting for changes it builds on.
    Pending,
    /// Not applicable, now or ever, or of a newer version; kept and relayed.
    Quarantined(Reason),
    /// Valid in itself but set aside: after its author's revocation, or on a losing branch.
    Withheld(Reason),
    /// Its document was forgotten; only the header remains.
    Forgotten,
    /// Header of a first copy whose document has not been proven yet.
    Unproven,
}

/// One entry as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Whose log.
    pub log: LogId,
    /// The header, decoded.
    pub header: Header,
    /// The header bytes as received; what is hashed and relayed.
    pub header_bytes: Vec<u8>,
    /// The change; `None` when only the document's snapshot holds it (extract it there by hash), or never had one.
    pub change: Option<Vec<u8>>,
    /// What became of it.
    pub state: EntryState,
}

/// Where an entry of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef {
    /// Whose log.
    pub log: LogId,
    /// Its position.
    pub seq: u64,
    /// Its change's hash.
    pub change_hash: Option<ChangeHash>,
    /// What became of it.
    pub state: EntryState,
}

/// How far one log is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRow {
    /// Which log.
    pub log: LogId,
    /// Highest contiguous entry stored.
    pub received: u64,
    /// The entry hash there.
    pub hash: EntryHash,
    /// Whether the log is known to have ended: its node opened a later incarnation, retired or was revoked.
    pub closed: bool,
    /// Where it starts, when not at its root: the fork point of a losing branch kept as a log of its own.
    pub base: Option<Base>,
}

/// Where a losing branch left its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The incarnation of the log it left.
    pub of: u64,
    /// The last position both branches share.
    pub at: u64,
    /// The entry hash there.
    pub hash: EntryHash,
}

impl Base {
    /// The log of this node that the branch left.
    pub fn left(&self, node: NodeId) -> LogId {
        LogId {
            node,
            incarnation: self.of,
        }
    }
}

/// A place in a log where the author signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedPoint {
    /// Position.
    pub seq: u64,
    /// The entry hash there.
    pub hash: EntryHash,
    /// The author's signature of it.
    pub signature: Signature,
}

/// One document as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocRow {
    /// Which document.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// The automerge document as last saved; empty before the first save.
    pub snapshot: Vec<u8>,
    /// Applied entries since the snapshot.
    pub n_since: u32,
    /// The highest timestamp of its applied entries: orders first copies, newest first.
    pub touched: Hlc,
    /// Why it is not shown whole, if so.
    pub flag: Option<Reason>,
    /// Whether it was forgotten.
    pub forgotten: bool,
}

/// What this node, as keeper, decided about one ticket. The truth a keeper decides from; never the merged document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// The ticket.
    pub ticket: DocId,
    /// The epoch under which this node keeps it.
    pub epoch: u32,
    /// Position in this node's log of the takeover that made it keeper; 0 when it was not by takeover.
    pub fenced_by: u64,
    /// Whether the ticket is out of this node's hands (handed over, or superseded by a higher epoch).
    pub released: bool,
    /// The standing call: who asked, under which request, and to which counter.
    pub called: Option<(NodeId, RequestId, u16)>,
    /// The last request served and its answer (CBOR), to repeat it idempotently.
    pub last: Option<(RequestId, Vec<u8>)>,
}

/// A number this node gave out of a series it keeps or from its own slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    /// The series' text key (see `number.rs`): kind, lane, day.
    pub series: String,
    /// The number.
    pub number: u32,
    /// The request it was given for.
    pub request: RequestId,
    /// The document that was to carry it.
    pub doc: DocId,
}

/// What screens see of one document; replaces everything projected of it before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "built, stored and dropped one at a time"
)]
pub enum ProjectionRow {
    /// A dossier, with its conflicts.
    Dossier(DossierRow, Vec<ConflictRow>),
    /// A ticket.
    Ticket(TicketRow),
    /// A procedure version.
    Procedure(ProcedureRow),
}

/// Which tickets the engine asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketFilter {
    /// Of one day and lane, waiting or granted but not announced.
    Open {
        /// Days since 1970-01-01.
        day: i32,
        /// The lane.
        lane: String,
    },
    /// Not finished, and kept by this node.
    KeptBy(NodeId),
    /// Of one day and lane, in any state.
    OfDay {
        /// Days since 1970-01-01.
        day: i32,
        /// The lane.
        lane: String,
    },
}

/// The disk of one node. Implemented by SQLite in `lienquay-node` and by the simulated disk of the tests.
///
/// Reads see the writes of the open transaction. List methods return at most what their `limit` says, or lists bounded by
/// construction (statements, logs, entries of one document).
pub trait Store {
    // --- the transaction, used by the host only ---

    /// Makes everything written since the last commit permanent together; with `durable` also fsyncs it and every
    /// commit before it.
    fn commit(&mut self, durable: bool) -> StoreResult<()>;
    /// Drops everything written since the last commit.
    fn rollback(&mut self);

    // --- small facts ---

    /// A value by name.
    fn meta(&self, key: &str) -> StoreResult<Option<Vec<u8>>>;
    /// Sets a value by name.
    fn set_meta(&mut self, key: &str, value: &[u8]) -> StoreResult<()>;
    /// Every roster statement, in the order they were added.
    fn statements(&self) -> StoreResult<Vec<SignedBytes>>;
    /// Adds a roster statement; adding one twice changes nothing.
    fn add_statement(&mut self, hash: &StatementHash, statement: &SignedBytes) -> StoreResult<()>;

    // --- logs ---

    /// Every log.
    fn logs(&self) -> StoreResult<Vec<LogRow>>;
    /// Inserts or replaces one log's row.
    fn put_log(&mut self, row: &LogRow) -> StoreResult<()>;
    /// Inserts an entry at (log, header.seq); it must not exist.
    fn put_entry(&mut self, entry: &StoredEntry) -> StoreResult<()>;
    /// Changes what became of an entry.
    fn set_entry_state(&mut self, log: &LogId, seq: u64, state: EntryState) -> StoreResult<()>;
    /// Every unproven entry of a document becomes applied: its snapshot contains their changes.
    fn apply_unproven(&mut self, doc: &DocId) -> StoreResult<()>;
    /// Gives an entry its change bytes back, after its document was rebuilt without them.
    fn put_change(&mut self, log: &LogId, seq: u64, change: &[u8]) -> StoreResult<()>;
    /// Drops an entry's change bytes: the document's snapshot contains the change.
    fn drop_change(&mut self, log: &LogId, seq: u64) -> StoreResult<()>;
    /// One entry.
    fn entry(&self, log: &LogId, seq: u64) -> StoreResult<Option<StoredEntry>>;
    /// Entries with `after < seq`, rising, at most `limit`.
    fn entries(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<StoredEntry>>;
    /// The bytes of headers with `after < seq`, rising, at most `limit`.
    fn headers(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<(u64, Vec<u8>)>>;
    /// Every entry of a document, in the order they were stored.
    fn entries_of(&self, doc: &DocId) -> StoreResult<Vec<EntryRef>>;
    /// Documents that have entries in one of these states, at most `limit`, in any fixed order.
    fn docs_with(&self, states: &[EntryState], limit: usize) -> StoreResult<Vec<DocId>>;
    /// How many entries are pending, and how many quarantined or withheld.
    fn n_set_aside(&self) -> StoreResult<(u64, u64)>;
    /// Gives the entries and signed points of a log with `seq > after` to another log: a branch that lost becomes a log
    /// of its own. What that log holds at such a place already is the same and replaced.
    fn move_entries(&mut self, from: &LogId, after: u64, to: &LogId) -> StoreResult<()>;
    /// Removes the entries and signed points of a log with `seq > after`: of a first copy that nobody can complete.
    fn drop_entries(&mut self, log: &LogId, after: u64) -> StoreResult<()>;

    /// Adds a signed point.
    fn put_signature(&mut self, log: &LogId, point: &SignedPoint) -> StoreResult<()>;
    /// The nearest signed point with `seq <= upto`.
    fn signature_before(&self, log: &LogId, upto: u64) -> StoreResult<Option<SignedPoint>>;
    /// The nearest signed point with `seq >= from`.
    fn signature_after(&self, log: &LogId, from: u64) -> StoreResult<Option<SignedPoint>>;
    /// Removes the signed points with `after < seq < before`.
    fn drop_signatures(&mut self, log: &LogId, after: u64, before: u64) -> StoreResult<()>;

    // --- documents ---

    /// One document.
    fn doc(&self, doc: &DocId) -> StoreResult<Option<DocRow>>;
    /// One document without its snapshot, which is left empty: most questions about a document do not read it.
    fn doc_head(&self, doc: &DocId) -> StoreResult<Option<DocRow>>;
    /// The changes of applied entries that the snapshot does not contain, in the order they were applied.
    fn changes_since_snapshot(&self, doc: &DocId) -> StoreResult<Vec<Vec<u8>>>;
    /// Saves a document whole: resets `n_since`, remembers that every applied entry so far is contained.
    fn put_snapshot(&mut self, row: &DocRow) -> StoreResult<()>;
    /// Documents saved since applied entries whose change bytes may be dropped, at most `limit`, in any fixed order.
    fn docs_saved_over(&self, limit: usize) -> StoreResult<Vec<DocId>>;
    /// Takes a document off that list until it is saved over further entries.
    fn slimmed(&mut self, doc: &DocId) -> StoreResult<()>;
    /// Notes that one more entry was applied (creating the row if need be): kind, `touched`, `n_since + 1`, flag.
    fn touch_doc(
        &mut self,
        doc: &DocId,
        kind: DocKind,
        touched: Hlc,
        flag: Option<Reason>,
    ) -> StoreResult<()>;
    /// Sets or clears why a document is not shown whole, creating its row if need be.
    fn flag_doc(&mut self, doc: &DocId, kind: DocKind, flag: Option<Reason>) -> StoreResult<()>;
    /// Erases a document's snapshot and the changes of its entries (states become `Forgotten`), keeps the headers and a
    /// row that says so.
    fn forget_doc(&mut self, doc: &DocId) -> StoreResult<()>;
    /// Documents strictly after the cursor in falling (touched, doc) order.
    fn docs_newest(
        &self,
        cursor: Option<(Hlc, DocId)>,
        limit: usize,
    ) -> StoreResult<Vec<(Hlc, DocId, DocKind)>>;
    /// How many documents there are.
    fn n_docs(&self) -> StoreResult<u64>;

    // --- what this node decided as keeper ---

    /// This node's decision about a ticket.
    fn grant(&self, ticket: &DocId) -> StoreResult<Option<GrantRow>>;
    /// Inserts or replaces it.
    fn put_grant(&mut self, row: &GrantRow) -> StoreResult<()>;
    /// Marks every such decision as released: a log that must not be continued keeps nothing any more.
    fn release_grants(&mut self) -> StoreResult<()>;
    /// The highest number of a series within `from..=upto` that this node gave out.
    fn last_number(&self, series: &str, from: u32, upto: u32) -> StoreResult<Option<u32>>;
    /// The number given for a request.
    fn number_of(&self, request: &RequestId) -> StoreResult<Option<NumberRow>>;
    /// Records a number given out; fails (`Failed`) if the series already has it.
    fn put_number(&mut self, row: &NumberRow) -> StoreResult<()>;
    /// The recorded answer to an officer's submission.
    fn outcome(&self, request: &RequestId) -> StoreResult<Option<Vec<u8>>>;
    /// Records it. Only the newest 20,000 are kept.
    fn put_outcome(&mut self, request: &RequestId, outcome: &[u8]) -> StoreResult<()>;

    // --- files, whose bytes lie outside ---

    /// What is known of a file.
    fn file(&self, hash: &FileHash) -> StoreResult<Option<FileRow>>;
    /// Inserts or replaces it.
    fn put_file(&mut self, row: &FileRow) -> StoreResult<()>;
    /// Files whose bytes are not here and that have one of the classes that are wanted, strictly after the cursor in the
    /// order of [`FileRank`], at most `limit`.
    fn files_wanted(&self, after: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>>;
    /// Files whose bytes are here, strictly before the cursor in the order of [`FileRank`], the last first, at most `limit`.
    fn files_kept(&self, before: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>>;
    /// Files of which a change of this node's own is told, with `own_seq > after`, rising, at most `limit`.
    fn files_told(&self, after: u64, limit: usize) -> StoreResult<Vec<FileRow>>;
    /// Files that one of these members is known to hold, with a hash after this one, rising, at most `limit`.
    fn files_of(
        &self,
        holders: u64,
        after: Option<&FileHash>,
        limit: usize,
    ) -> StoreResult<Vec<FileRow>>;
    /// How many files are here and their bytes in all; and the highest `own_seq`.
    fn file_totals(&self) -> StoreResult<FileTotals>;
    /// The files that a document names.
    fn files_named(&self, doc: &DocId) -> StoreResult<Vec<FileUse>>;
    /// Replaces them.
    fn name_files(&mut self, doc: &DocId, uses: &[FileUse]) -> StoreResult<()>;
    /// Whether and how a file is named: how many documents name it, how many of these are open, and its newest time.
    fn naming(&self, hash: &FileHash) -> StoreResult<Naming>;

    // --- projections ---

    /// Inserts or replaces a document's projection.
    fn project(&mut self, row: &ProjectionRow) -> StoreResult<()>;
    /// Removes a document's projection.
    fn unproject(&mut self, doc: &DocId) -> StoreResult<()>;
    /// Tickets, at most `limit`, by (lane, issuer, number).
    fn tickets(&self, filter: &TicketFilter, limit: usize) -> StoreResult<Vec<TicketRow>>;
    /// Tickets of a day with this printed number.
    fn tickets_numbered(&self, day: i32, number: &str) -> StoreResult<Vec<TicketRow>>;
    /// Documents of dossiers that have or had this code.
    fn dossiers_coded(&self, code: &str) -> StoreResult<Vec<DocId>>;
    /// Documents of procedure versions with this code, newest effective date first.
    fn procedures_coded(&self, code: &str) -> StoreResult<Vec<DocId>>;
    /// Every projection as canonical bytes, in document order, for comparing two nodes.
    fn projection_digest(&self) -> StoreResult<[u8; 32]>;
}
