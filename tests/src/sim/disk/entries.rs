//! How entries and documents hang together on the simulated disk: states, places, what a snapshot does not contain yet.

use lienquay_core::store::{DocRow, EntryState, StoreResult, StoredEntry};
use lienquay_shared::log::DocKind;
use lienquay_shared::{DocId, Hlc, LogId};

use super::SimStore;

/// Recorded answers kept.
const MAX_OUTCOMES: usize = 20_000;

/// What is numbered in order of arrival.
#[derive(Clone, Copy)]
pub(super) enum Counter {
    Statement,
    Entry,
    Applied,
    Outcome,
}

impl SimStore {
    pub(super) fn next(&mut self, counter: Counter) -> u64 {
        let number = self
            .tables
            .counters
            .get(&(counter as u8))
            .copied()
            .unwrap_or(0)
            + 1;
        self.tables.counters.put(counter as u8, number);
        number
    }

    pub(super) fn stored(&self, log: &LogId, seq: u64) -> Option<StoredEntry> {
        let text = self.tables.entries.get(&(*log, seq))?;
        Some(StoredEntry {
            log: *log,
            header: text.header.clone(),
            header_bytes: text.header_bytes.clone(),
            change: self.tables.changes.get(&(*log, seq)).cloned().flatten(),
            state: *self.tables.states.get(&(*log, seq))?,
        })
    }

    pub(super) fn note_state(&mut self, doc: DocId, log: LogId, seq: u64, state: EntryState) {
        let before = self.tables.states.get(&(log, seq)).copied();
        if before == Some(state) {
            return;
        }
        self.tables.states.put((log, seq), state);
        match state {
            EntryState::Applied | EntryState::Forgotten => {
                self.tables.set_aside.remove(&(doc, log, seq));
            }
            _ => self.tables.set_aside.put((doc, log, seq), state),
        }
        if before == Some(EntryState::Applied) {
            self.drop_since(doc, |place| *place == (log, seq));
        }
        if state == EntryState::Applied {
            let order = self.next(Counter::Applied);
            self.tables.since.put((doc, order), (log, seq));
        }
    }

    pub(super) fn move_entry(&mut self, from: (LogId, u64), to: (LogId, u64), doc: DocId) {
        let tables = &mut self.tables;
        if let Some(order) = tables.places.get(&to).copied() {
            // The same entry came under its new name before.
            tables.by_doc.remove(&(doc, order));
            tables.set_aside.remove(&(doc, to.0, to.1));
        }
        if let Some(text) = tables.entries.get(&from).cloned() {
            tables.entries.remove(&from);
            tables.entries.put(to, text);
        }
        if let Some(change) = tables.changes.get(&from).cloned() {
            tables.changes.remove(&from);
            tables.changes.put(to, change);
        }
        if let Some(state) = tables.states.get(&from).copied() {
            tables.states.remove(&from);
            tables.states.put(to, state);
        }
        if let Some(state) = tables.set_aside.get(&(doc, from.0, from.1)).copied() {
            tables.set_aside.remove(&(doc, from.0, from.1));
            tables.set_aside.put((doc, to.0, to.1), state);
        }
        if let Some(order) = tables.places.get(&from).copied() {
            tables.places.remove(&from);
            tables.places.put(to, order);
            tables.by_doc.put((doc, order), to);
        }
        let since = tables.since.range((doc, 0)..=(doc, u64::MAX));
        let place = since
            .filter(|(_, place)| **place == from)
            .map(|(key, _)| *key)
            .next();
        if let Some(key) = place {
            tables.since.put(key, to);
        }
    }

    pub(super) fn drop_entry(&mut self, place: (LogId, u64), doc: DocId) {
        let tables = &mut self.tables;
        tables.entries.remove(&place);
        tables.changes.remove(&place);
        tables.states.remove(&place);
        tables.set_aside.remove(&(doc, place.0, place.1));
        if let Some(order) = tables.places.get(&place).copied() {
            tables.places.remove(&place);
            tables.by_doc.remove(&(doc, order));
        }
        self.drop_since(doc, |since| *since == place);
    }

    pub(super) fn drop_since(&mut self, doc: DocId, which: impl Fn(&(LogId, u64)) -> bool) {
        let rows = self.tables.since.range((doc, 0)..=(doc, u64::MAX));
        let gone: Vec<_> = rows
            .filter(|(_, place)| which(place))
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            self.tables.since.remove(&key);
        }
    }

    pub(super) fn put_doc_head(&mut self, row: DocRow) {
        if let Some(before) = self.tables.docs.get(&row.doc) {
            let key = (before.touched, row.doc);
            self.tables.touched.remove(&key);
        }
        self.tables.touched.put((row.touched, row.doc), ());
        self.tables.docs.put(
            row.doc,
            DocRow {
                snapshot: Vec::new(),
                ..row
            },
        );
    }

    pub(super) fn docs_set_aside(
        &self,
        states: &[EntryState],
        limit: usize,
    ) -> StoreResult<Vec<DocId>> {
        let mut docs: Vec<DocId> = Vec::new();
        for ((doc, ..), state) in self.tables.set_aside.iter() {
            if docs.len() == limit {
                break;
            }
            if states.contains(state) && docs.last() != Some(doc) {
                docs.push(*doc);
            }
        }
        Ok(docs)
    }

    pub(super) fn count_set_aside(&self) -> StoreResult<(u64, u64)> {
        let mut counts = (0, 0);
        for (_, state) in self.tables.set_aside.iter() {
            match state {
                EntryState::Pending => counts.0 += 1,
                EntryState::Quarantined(_) | EntryState::Withheld(_) => counts.1 += 1,
                EntryState::Applied | EntryState::Forgotten | EntryState::Unproven => {}
            }
        }
        Ok(counts)
    }

    pub(super) fn trim_outcomes(&mut self) {
        if self.tables.outcome_order.len() > MAX_OUTCOMES {
            let oldest = self
                .tables
                .outcome_order
                .iter()
                .next()
                .map(|(key, row)| (*key, *row));
            if let Some((order, request)) = oldest {
                self.tables.outcome_order.remove(&order);
                self.tables.outcomes.remove(&request);
            }
        }
    }
}

pub(super) fn new_row(doc: DocId, kind: DocKind) -> DocRow {
    DocRow {
        doc,
        kind,
        snapshot: Vec::new(),
        n_since: 0,
        touched: Hlc(0),
        flag: None,
        forgotten: false,
    }
}
