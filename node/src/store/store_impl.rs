//! [`Store`] for SQLite: each method one line, to where it is done.

use lienquay_core::files::{FileRank, FileRow, FileTotals, FileUse, Naming};
use lienquay_core::store::{
    DocRow, EntryRef, EntryState, GrantRow, LogRow, NumberRow, ProjectionRow, SignedPoint, Store,
    StoreResult, StoredEntry, TicketFilter,
};
use lienquay_shared::log::DocKind;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{DocId, FileHash, Hlc, LogId, RequestId, StatementHash};

use crate::store::{SqliteStore, docs, entries, facts, files, keeper, logs, projections};

impl SqliteStore {
    /// Files by what is to be done about them.
    pub(crate) fn file_counts(&self) -> StoreResult<files::FileCounts> {
        self.read(files::counts)
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, durable: bool) -> StoreResult<()> {
        self.commit_transaction(durable)
    }

    fn rollback(&mut self) {
        self.roll_back();
    }

    fn meta(&self, key: &str) -> StoreResult<Option<Vec<u8>>> {
        self.read(|conn| facts::meta(conn, key))
    }

    fn set_meta(&mut self, key: &str, value: &[u8]) -> StoreResult<()> {
        self.write(|conn| facts::set_meta(conn, key, value))
    }

    fn statements(&self) -> StoreResult<Vec<SignedBytes>> {
        self.read(facts::statements)
    }

    fn add_statement(&mut self, hash: &StatementHash, statement: &SignedBytes) -> StoreResult<()> {
        self.write(|conn| facts::add_statement(conn, hash, statement))
    }

    fn logs(&self) -> StoreResult<Vec<LogRow>> {
        self.read(logs::all)
    }

    fn put_log(&mut self, row: &LogRow) -> StoreResult<()> {
        self.write(|conn| logs::put(conn, row))
    }

    fn put_entry(&mut self, entry: &StoredEntry) -> StoreResult<()> {
        self.write(|conn| entries::put(conn, entry))
    }

    fn set_entry_state(&mut self, log: &LogId, seq: u64, state: EntryState) -> StoreResult<()> {
        self.write(|conn| entries::set_state(conn, log, seq, state))
    }

    fn apply_unproven(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write(|conn| entries::apply_unproven(conn, doc))
    }

    fn drop_change(&mut self, log: &LogId, seq: u64) -> StoreResult<()> {
        self.write(|conn| entries::drop_change(conn, log, seq))
    }

    fn put_change(&mut self, log: &LogId, seq: u64, change: &[u8]) -> StoreResult<()> {
        self.write(|conn| entries::put_change(conn, log, seq, change))
    }

    fn entry(&self, log: &LogId, seq: u64) -> StoreResult<Option<StoredEntry>> {
        self.read(|conn| entries::get(conn, log, seq))
    }

    fn entries(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<StoredEntry>> {
        self.read(|conn| entries::range(conn, log, after, limit))
    }

    fn headers(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<(u64, Vec<u8>)>> {
        self.read(|conn| entries::headers(conn, log, after, limit))
    }

    fn entries_of(&self, doc: &DocId) -> StoreResult<Vec<EntryRef>> {
        self.read(|conn| entries::of_doc(conn, doc))
    }

    fn docs_with(&self, states: &[EntryState], limit: usize) -> StoreResult<Vec<DocId>> {
        self.read(|conn| entries::docs_with(conn, states, limit))
    }

    fn n_set_aside(&self) -> StoreResult<(u64, u64)> {
        self.read(entries::n_set_aside)
    }

    fn move_entries(&mut self, from: &LogId, after: u64, to: &LogId) -> StoreResult<()> {
        self.write(|conn| logs::move_entries(conn, from, after, to))
    }

    fn drop_entries(&mut self, log: &LogId, after: u64) -> StoreResult<()> {
        self.write(|conn| logs::drop_entries(conn, log, after))
    }

    fn put_signature(&mut self, log: &LogId, point: &SignedPoint) -> StoreResult<()> {
        self.write(|conn| logs::put_signature(conn, log, point))
    }

    fn signature_before(&self, log: &LogId, upto: u64) -> StoreResult<Option<SignedPoint>> {
        self.read(|conn| logs::signature_before(conn, log, upto))
    }

    fn signature_after(&self, log: &LogId, from: u64) -> StoreResult<Option<SignedPoint>> {
        self.read(|conn| logs::signature_after(conn, log, from))
    }

    fn drop_signatures(&mut self, log: &LogId, after: u64, before: u64) -> StoreResult<()> {
        self.write(|conn| logs::drop_signatures(conn, log, after, before))
    }

    fn doc(&self, doc: &DocId) -> StoreResult<Option<DocRow>> {
        self.read(|conn| docs::get(conn, doc))
    }

    fn doc_head(&self, doc: &DocId) -> StoreResult<Option<DocRow>> {
        self.read(|conn| docs::head(conn, doc))
    }

    fn changes_since_snapshot(&self, doc: &DocId) -> StoreResult<Vec<Vec<u8>>> {
        self.read(|conn| docs::changes_since_snapshot(conn, doc))
    }

    fn put_snapshot(&mut self, row: &DocRow) -> StoreResult<()> {
        self.write(|conn| docs::put_snapshot(conn, row))
    }

    fn docs_saved_over(&self, limit: usize) -> StoreResult<Vec<DocId>> {
        self.read(|conn| docs::saved_over(conn, limit))
    }

    fn slimmed(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write(|conn| docs::slimmed(conn, doc))
    }

    fn touch_doc(
        &mut self,
        doc: &DocId,
        kind: DocKind,
        touched: Hlc,
        flag: Option<Reason>,
    ) -> StoreResult<()> {
        self.write(|conn| docs::touch(conn, doc, kind, touched, flag))
    }

    fn flag_doc(&mut self, doc: &DocId, kind: DocKind, flag: Option<Reason>) -> StoreResult<()> {
        self.write(|conn| docs::flag(conn, doc, kind, flag))
    }

    fn forget_doc(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write(|conn| docs::forget(conn, doc))
    }

    fn docs_newest(
        &self,
        cursor: Option<(Hlc, DocId)>,
        limit: usize,
    ) -> StoreResult<Vec<(Hlc, DocId, DocKind)>> {
        self.read(|conn| docs::newest(conn, cursor, limit))
    }

    fn n_docs(&self) -> StoreResult<u64> {
        self.read(docs::count)
    }

    fn grant(&self, ticket: &DocId) -> StoreResult<Option<GrantRow>> {
        self.read(|conn| keeper::grant(conn, ticket))
    }

    fn put_grant(&mut self, row: &GrantRow) -> StoreResult<()> {
        self.write(|conn| keeper::put_grant(conn, row))
    }

    fn release_grants(&mut self) -> StoreResult<()> {
        self.write(keeper::release_grants)
    }

    fn last_number(&self, series: &str, from: u32, upto: u32) -> StoreResult<Option<u32>> {
        self.read(|conn| keeper::last_number(conn, series, from, upto))
    }

    fn number_of(&self, request: &RequestId) -> StoreResult<Option<NumberRow>> {
        self.read(|conn| keeper::number_of(conn, request))
    }

    fn put_number(&mut self, row: &NumberRow) -> StoreResult<()> {
        self.write(|conn| keeper::put_number(conn, row))
    }

    fn outcome(&self, request: &RequestId) -> StoreResult<Option<Vec<u8>>> {
        self.read(|conn| keeper::outcome(conn, request))
    }

    fn put_outcome(&mut self, request: &RequestId, outcome: &[u8]) -> StoreResult<()> {
        self.write(|conn| keeper::put_outcome(conn, request, outcome))
    }

    fn file(&self, hash: &FileHash) -> StoreResult<Option<FileRow>> {
        self.read(|conn| files::file(conn, hash))
    }

    fn put_file(&mut self, row: &FileRow) -> StoreResult<()> {
        self.write(|conn| files::put_file(conn, row))
    }

    fn files_wanted(&self, after: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>> {
        self.read(|conn| files::wanted(conn, after, limit))
    }

    fn files_kept(&self, before: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>> {
        self.read(|conn| files::kept(conn, before, limit))
    }

    fn files_told(&self, after: u64, limit: usize) -> StoreResult<Vec<FileRow>> {
        self.read(|conn| files::told(conn, after, limit))
    }

    fn files_of(
        &self,
        holders: u64,
        after: Option<&FileHash>,
        limit: usize,
    ) -> StoreResult<Vec<FileRow>> {
        self.read(|conn| files::of(conn, holders, after, limit))
    }

    fn file_totals(&self) -> StoreResult<FileTotals> {
        self.read(files::totals)
    }

    fn files_named(&self, doc: &DocId) -> StoreResult<Vec<FileUse>> {
        self.read(|conn| files::named(conn, doc))
    }

    fn name_files(&mut self, doc: &DocId, uses: &[FileUse]) -> StoreResult<()> {
        self.write(|conn| files::name(conn, doc, uses))
    }

    fn naming(&self, hash: &FileHash) -> StoreResult<Naming> {
        self.read(|conn| files::naming(conn, hash))
    }

    fn project(&mut self, row: &ProjectionRow) -> StoreResult<()> {
        self.write_texts(|conn, texts| projections::project(conn, texts, row))
    }

    fn unproject(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write_texts(|conn, texts| projections::unproject(conn, texts, doc))
    }

    fn tickets(&self, filter: &TicketFilter, limit: usize) -> StoreResult<Vec<TicketRow>> {
        self.read(|conn| projections::tickets::filtered(conn, filter, limit))
    }

    fn tickets_numbered(&self, day: i32, number: &str) -> StoreResult<Vec<TicketRow>> {
        self.read(|conn| projections::tickets::numbered(conn, day, number))
    }

    fn dossiers_coded(&self, code: &str) -> StoreResult<Vec<DocId>> {
        self.read(|conn| projections::dossiers::coded(conn, code))
    }

    fn procedures_coded(&self, code: &str) -> StoreResult<Vec<DocId>> {
        self.read(|conn| projections::procedures::coded(conn, code))
    }

    fn projection_digest(&self) -> StoreResult<[u8; 32]> {
        self.read(projections::digest)
    }
}
