//! [`Store`] on the tables of the simulated disk.

use std::ops::Bound;

use lienquay_core::files::{FileRank, FileRow, FileTotals, FileUse, Naming};
use lienquay_core::store::{
    DocRow, EntryRef, EntryState, GrantRow, LogRow, NumberRow, ProjectionRow, SignedPoint, Store,
    StoreFault, StoreResult, StoredEntry, TicketFilter,
};
use lienquay_shared::log::DocKind;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{DocId, FileHash, Hlc, LogId, RequestId, StatementHash};

use super::SimStore;
use super::entries::{Counter, new_row};
use super::files;
use super::projections;
use super::tables::EntryText;

impl Store for SimStore {
    fn commit(&mut self, durable: bool) -> StoreResult<()> {
        self.step()?;
        if let Some(fewer) = self.faults.commits_fail.checked_sub(1) {
            self.faults.commits_fail = fewer;
            self.rollback();
            return Err(StoreFault::Failed("simulated".to_owned()));
        }
        if durable {
            self.tables.settle();
            self.n_unsynced = 0;
            self.n_durable_commits += 1;
        } else {
            self.tables.mark();
            self.n_unsynced += 1;
        }
        self.dirty = false;
        Ok(())
    }

    fn rollback(&mut self) {
        self.tables.rewind(self.n_unsynced);
        self.dirty = false;
    }

    fn meta(&self, key: &str) -> StoreResult<Option<Vec<u8>>> {
        Ok(self.tables.meta.get(key).cloned())
    }

    fn set_meta(&mut self, key: &str, value: &[u8]) -> StoreResult<()> {
        self.write()?;
        self.tables.meta.put(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn statements(&self) -> StoreResult<Vec<SignedBytes>> {
        Ok(self
            .tables
            .statements
            .iter()
            .map(|(_, statement)| statement.clone())
            .collect())
    }

    fn add_statement(&mut self, hash: &StatementHash, statement: &SignedBytes) -> StoreResult<()> {
        self.write()?;
        if self.tables.statement_hashes.get(hash).is_none() {
            let order = self.next(Counter::Statement);
            self.tables.statement_hashes.put(*hash, ());
            self.tables.statements.put(order, statement.clone());
        }
        Ok(())
    }

    fn logs(&self) -> StoreResult<Vec<LogRow>> {
        Ok(self.tables.logs.iter().map(|(_, row)| *row).collect())
    }

    fn put_log(&mut self, row: &LogRow) -> StoreResult<()> {
        self.write()?;
        self.tables.logs.put(row.log, *row);
        Ok(())
    }

    fn put_entry(&mut self, entry: &StoredEntry) -> StoreResult<()> {
        self.write()?;
        let key = (entry.log, entry.header.seq);
        if self.tables.entries.get(&key).is_some() {
            return Err(StoreFault::Failed(format!(
                "entry {} of {} exists",
                key.1, key.0
            )));
        }
        let text = EntryText {
            header: entry.header.clone(),
            header_bytes: entry.header_bytes.clone(),
        };
        self.tables.entries.put(key, text);
        self.tables.changes.put(key, entry.change.clone());
        let order = self.next(Counter::Entry);
        self.tables.by_doc.put((entry.header.doc, order), key);
        self.tables.places.put(key, order);
        self.note_state(entry.header.doc, key.0, key.1, entry.state);
        Ok(())
    }

    fn set_entry_state(&mut self, log: &LogId, seq: u64, state: EntryState) -> StoreResult<()> {
        self.write()?;
        match self.tables.entries.get(&(*log, seq)) {
            Some(text) => {
                let doc = text.header.doc;
                self.note_state(doc, *log, seq, state);
                Ok(())
            }
            None => Err(StoreFault::Failed(format!("no entry {seq} of {log}"))),
        }
    }

    fn entry(&self, log: &LogId, seq: u64) -> StoreResult<Option<StoredEntry>> {
        Ok(self.stored(log, seq))
    }

    fn entries(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<StoredEntry>> {
        let rows = self.tables.entries.range((
            Bound::Excluded((*log, after)),
            Bound::Included((*log, u64::MAX)),
        ));
        Ok(rows
            .take(limit)
            .filter_map(|((log, seq), _)| self.stored(log, *seq))
            .collect())
    }

    fn headers(&self, log: &LogId, after: u64, limit: usize) -> StoreResult<Vec<(u64, Vec<u8>)>> {
        let rows = self.tables.entries.range((
            Bound::Excluded((*log, after)),
            Bound::Included((*log, u64::MAX)),
        ));
        Ok(rows
            .take(limit)
            .map(|((_, seq), text)| (*seq, text.header_bytes.clone()))
            .collect())
    }

    fn entries_of(&self, doc: &DocId) -> StoreResult<Vec<EntryRef>> {
        let rows = self.tables.by_doc.range((*doc, 0)..=(*doc, u64::MAX));
        Ok(rows
            .filter_map(|(_, (log, seq))| {
                let text = self.tables.entries.get(&(*log, *seq))?;
                let state = *self.tables.states.get(&(*log, *seq))?;
                Some(EntryRef {
                    log: *log,
                    seq: *seq,
                    change_hash: text.header.change_hash,
                    state,
                })
            })
            .collect())
    }

    fn docs_with(&self, states: &[EntryState], limit: usize) -> StoreResult<Vec<DocId>> {
        self.docs_set_aside(states, limit)
    }

    fn n_set_aside(&self) -> StoreResult<(u64, u64)> {
        self.count_set_aside()
    }

    fn put_change(&mut self, log: &LogId, seq: u64, change: &[u8]) -> StoreResult<()> {
        self.write()?;
        self.tables.changes.put((*log, seq), Some(change.to_vec()));
        Ok(())
    }

    fn drop_change(&mut self, log: &LogId, seq: u64) -> StoreResult<()> {
        self.write()?;
        self.tables.changes.put((*log, seq), None);
        Ok(())
    }

    fn apply_unproven(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write()?;
        for entry in self.entries_of(doc)? {
            if entry.state == EntryState::Unproven {
                let place = (entry.log, entry.seq);
                self.note_state(*doc, place.0, place.1, EntryState::Applied);
                self.drop_since(*doc, |since| *since == place);
            }
        }
        Ok(())
    }

    fn move_entries(&mut self, from: &LogId, after: u64, to: &LogId) -> StoreResult<()> {
        self.write()?;
        let beyond = (
            Bound::Excluded((*from, after)),
            Bound::Included((*from, u64::MAX)),
        );
        let moved: Vec<_> = self
            .tables
            .entries
            .range(beyond)
            .map(|(key, text)| (key.1, text.header.doc))
            .collect();
        for (seq, doc) in moved {
            self.move_entry((*from, seq), (*to, seq), doc);
        }
        let points: Vec<_> = self
            .tables
            .signatures
            .range(beyond)
            .map(|(key, point)| (*key, *point))
            .collect();
        for (key, point) in points {
            self.tables.signatures.remove(&key);
            self.tables.signatures.put((*to, key.1), point);
        }
        Ok(())
    }

    fn drop_entries(&mut self, log: &LogId, after: u64) -> StoreResult<()> {
        self.write()?;
        let beyond = (
            Bound::Excluded((*log, after)),
            Bound::Included((*log, u64::MAX)),
        );
        let entries = self.tables.entries.range(beyond);
        let gone: Vec<_> = entries.map(|(key, text)| (*key, text.header.doc)).collect();
        for (place, doc) in gone {
            self.drop_entry(place, doc);
        }
        let points = self.tables.signatures.range(beyond);
        let gone: Vec<_> = points.map(|(key, _)| *key).collect();
        for key in gone {
            self.tables.signatures.remove(&key);
        }
        Ok(())
    }

    fn put_signature(&mut self, log: &LogId, point: &SignedPoint) -> StoreResult<()> {
        self.write()?;
        self.tables.signatures.put((*log, point.seq), *point);
        Ok(())
    }

    fn signature_before(&self, log: &LogId, upto: u64) -> StoreResult<Option<SignedPoint>> {
        Ok(self
            .tables
            .signatures
            .range((*log, 0)..=(*log, upto))
            .next_back()
            .map(|(_, point)| *point))
    }

    fn signature_after(&self, log: &LogId, from: u64) -> StoreResult<Option<SignedPoint>> {
        Ok(self
            .tables
            .signatures
            .range((*log, from)..=(*log, u64::MAX))
            .next()
            .map(|(_, point)| *point))
    }

    fn drop_signatures(&mut self, log: &LogId, after: u64, before: u64) -> StoreResult<()> {
        self.write()?;
        if before <= after {
            return Ok(());
        }
        let between = (
            Bound::Excluded((*log, after)),
            Bound::Excluded((*log, before)),
        );
        let gone: Vec<_> = self
            .tables
            .signatures
            .range(between)
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            self.tables.signatures.remove(&key);
        }
        Ok(())
    }

    fn doc(&self, doc: &DocId) -> StoreResult<Option<DocRow>> {
        Ok(self.tables.docs.get(doc).map(|row| DocRow {
            snapshot: self.tables.snapshots.get(doc).cloned().unwrap_or_default(),
            ..row.clone()
        }))
    }

    fn doc_head(&self, doc: &DocId) -> StoreResult<Option<DocRow>> {
        Ok(self.tables.docs.get(doc).cloned())
    }

    fn docs_saved_over(&self, limit: usize) -> StoreResult<Vec<DocId>> {
        let docs = self.tables.saved_over.iter().map(|(doc, ())| *doc);
        Ok(docs.take(limit).collect())
    }

    fn slimmed(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write()?;
        self.tables.saved_over.remove(doc);
        Ok(())
    }

    fn changes_since_snapshot(&self, doc: &DocId) -> StoreResult<Vec<Vec<u8>>> {
        let rows = self.tables.since.range((*doc, 0)..=(*doc, u64::MAX));
        Ok(rows
            .filter_map(|(_, key)| self.tables.changes.get(key).cloned().flatten())
            .collect())
    }

    fn put_snapshot(&mut self, row: &DocRow) -> StoreResult<()> {
        self.write()?;
        let since = (row.doc, 0)..=(row.doc, u64::MAX);
        if self.tables.since.range(since).next().is_some() {
            self.tables.saved_over.put(row.doc, ());
        }
        self.drop_since(row.doc, |_| true);
        self.tables.snapshots.put(row.doc, row.snapshot.clone());
        self.put_doc_head(DocRow {
            snapshot: Vec::new(),
            n_since: 0,
            ..row.clone()
        });
        Ok(())
    }

    fn touch_doc(
        &mut self,
        doc: &DocId,
        kind: DocKind,
        touched: Hlc,
        flag: Option<Reason>,
    ) -> StoreResult<()> {
        self.write()?;
        let row = match self.tables.docs.get(doc) {
            Some(row) => DocRow {
                touched: row.touched.max(touched),
                n_since: row.n_since + 1,
                flag,
                kind,
                ..row.clone()
            },
            None => DocRow {
                touched,
                n_since: 1,
                flag,
                ..new_row(*doc, kind)
            },
        };
        self.put_doc_head(row);
        Ok(())
    }

    fn flag_doc(&mut self, doc: &DocId, kind: DocKind, flag: Option<Reason>) -> StoreResult<()> {
        self.write()?;
        let row = match self.tables.docs.get(doc) {
            Some(row) => DocRow {
                flag,
                ..row.clone()
            },
            None => DocRow {
                flag,
                ..new_row(*doc, kind)
            },
        };
        self.put_doc_head(row);
        Ok(())
    }

    fn forget_doc(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write()?;
        let keys: Vec<_> = self
            .tables
            .by_doc
            .range((*doc, 0)..=(*doc, u64::MAX))
            .map(|(_, key)| *key)
            .collect();
        for (log, seq) in keys {
            self.tables.changes.put((log, seq), None);
            self.note_state(*doc, log, seq, EntryState::Forgotten);
        }
        self.drop_since(*doc, |_| true);
        self.tables.snapshots.remove(doc);
        self.tables.saved_over.remove(doc);
        // Also when nothing of it came yet: what comes later must find that it was forgotten.
        let known = self.tables.docs.get(doc).cloned();
        self.put_doc_head(DocRow {
            forgotten: true,
            n_since: 0,
            ..known.unwrap_or_else(|| new_row(*doc, DocKind::Log))
        });
        Ok(())
    }

    fn docs_newest(
        &self,
        cursor: Option<(Hlc, DocId)>,
        limit: usize,
    ) -> StoreResult<Vec<(Hlc, DocId, DocKind)>> {
        let before = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.touched.range((Bound::Unbounded, before)).rev();
        let known = rows
            .filter_map(|((touched, doc), ())| Some((*touched, *doc, self.tables.docs.get(doc)?)));
        let kept = known.filter(|(.., row)| !row.forgotten);
        Ok(kept
            .take(limit)
            .map(|(touched, doc, row)| (touched, doc, row.kind))
            .collect())
    }

    fn n_docs(&self) -> StoreResult<u64> {
        Ok(self
            .tables
            .docs
            .iter()
            .filter(|(_, row)| !row.forgotten)
            .count() as u64)
    }

    fn grant(&self, ticket: &DocId) -> StoreResult<Option<GrantRow>> {
        Ok(self.tables.grants.get(ticket).cloned())
    }

    fn put_grant(&mut self, row: &GrantRow) -> StoreResult<()> {
        self.write()?;
        self.tables.grants.put(row.ticket, row.clone());
        Ok(())
    }

    fn release_grants(&mut self) -> StoreResult<()> {
        self.write()?;
        let kept: Vec<GrantRow> = self
            .tables
            .grants
            .iter()
            .map(|(_, row)| row.clone())
            .filter(|row| !row.released)
            .collect();
        for row in kept {
            self.tables.grants.put(
                row.ticket,
                GrantRow {
                    released: true,
                    ..row
                },
            );
        }
        Ok(())
    }

    fn last_number(&self, series: &str, from: u32, upto: u32) -> StoreResult<Option<u32>> {
        if upto < from {
            return Ok(None);
        }
        let range = (series.to_owned(), from)..=(series.to_owned(), upto);
        Ok(self
            .tables
            .numbers
            .range(range)
            .next_back()
            .map(|((_, number), _)| *number))
    }

    fn number_of(&self, request: &RequestId) -> StoreResult<Option<NumberRow>> {
        Ok(self
            .tables
            .numbered
            .get(request)
            .and_then(|key| self.tables.numbers.get(key))
            .cloned())
    }

    fn put_number(&mut self, row: &NumberRow) -> StoreResult<()> {
        self.write()?;
        let key = (row.series.clone(), row.number);
        if self.tables.numbers.get(&key).is_some() {
            return Err(StoreFault::Failed(format!(
                "number {} of {} was given before",
                key.1, key.0
            )));
        }
        self.tables.numbered.put(row.request, key.clone());
        self.tables.numbers.put(key, row.clone());
        Ok(())
    }

    fn outcome(&self, request: &RequestId) -> StoreResult<Option<Vec<u8>>> {
        Ok(self.tables.outcomes.get(request).cloned())
    }

    fn put_outcome(&mut self, request: &RequestId, outcome: &[u8]) -> StoreResult<()> {
        self.write()?;
        let order = self.next(Counter::Outcome);
        self.tables.outcome_order.put(order, *request);
        self.tables.outcomes.put(*request, outcome.to_vec());
        self.trim_outcomes();
        Ok(())
    }

    fn file(&self, hash: &FileHash) -> StoreResult<Option<FileRow>> {
        Ok(self.tables.files.get(hash).copied())
    }

    fn put_file(&mut self, row: &FileRow) -> StoreResult<()> {
        self.write()?;
        self.tables.files.put(row.hash, *row);
        Ok(())
    }

    fn files_wanted(&self, after: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>> {
        Ok(files::wanted(&self.tables, after, limit))
    }

    fn files_kept(&self, before: Option<&FileRank>, limit: usize) -> StoreResult<Vec<FileRow>> {
        Ok(files::kept(&self.tables, before, limit))
    }

    fn files_told(&self, after: u64, limit: usize) -> StoreResult<Vec<FileRow>> {
        Ok(files::told(&self.tables, after, limit))
    }

    fn files_of(
        &self,
        holders: u64,
        after: Option<&FileHash>,
        limit: usize,
    ) -> StoreResult<Vec<FileRow>> {
        Ok(files::of(&self.tables, holders, after, limit))
    }

    fn file_totals(&self) -> StoreResult<FileTotals> {
        Ok(files::totals(&self.tables))
    }

    fn files_named(&self, doc: &DocId) -> StoreResult<Vec<FileUse>> {
        Ok(self.tables.file_uses.get(doc).cloned().unwrap_or_default())
    }

    fn name_files(&mut self, doc: &DocId, uses: &[FileUse]) -> StoreResult<()> {
        self.write()?;
        match uses {
            [] => self.tables.file_uses.remove(doc),
            uses => self.tables.file_uses.put(*doc, uses.to_vec()),
        }
        Ok(())
    }

    fn naming(&self, hash: &FileHash) -> StoreResult<Naming> {
        Ok(files::naming(&self.tables, hash))
    }

    fn project(&mut self, row: &ProjectionRow) -> StoreResult<()> {
        self.write()?;
        projections::put(&mut self.tables, row);
        Ok(())
    }

    fn unproject(&mut self, doc: &DocId) -> StoreResult<()> {
        self.write()?;
        projections::remove(&mut self.tables, doc);
        Ok(())
    }

    fn tickets(&self, filter: &TicketFilter, limit: usize) -> StoreResult<Vec<TicketRow>> {
        Ok(projections::tickets(&self.tables, filter, limit))
    }

    fn tickets_numbered(&self, day: i32, number: &str) -> StoreResult<Vec<TicketRow>> {
        Ok(projections::tickets_numbered(&self.tables, day, number))
    }

    fn dossiers_coded(&self, code: &str) -> StoreResult<Vec<DocId>> {
        Ok(projections::dossiers_coded(&self.tables, code))
    }

    fn procedures_coded(&self, code: &str) -> StoreResult<Vec<DocId>> {
        Ok(projections::procedures_coded(&self.tables, code))
    }

    fn projection_digest(&self) -> StoreResult<[u8; 32]> {
        Ok(projections::digest(&self.tables))
    }
}
