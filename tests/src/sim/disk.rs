//! A simulated disk with the contract of the real store: one open transaction, commits that a crash may lose until one of
//! them was durable, and faults at any write.
//!
//! As in a write-ahead log, commits are lost from the end only: a crash keeps every durable commit and everything before
//! it, and of the commits after it any number of the first.

mod blobs;
mod entries;
mod files;
mod projections;
mod store;
mod table;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use lienquay_core::files::{FileEvent, FileOrder, FileRow};
use lienquay_core::store::{EntryState, ProjectionRow, StoreFault, StoreResult};
use lienquay_shared::view::DossierRow;
use lienquay_shared::{DocId, FileHash, LogId};

use crate::sim::chance::Chance;
pub use blobs::SimBlobs;
use tables::Tables;

/// One node's disk.
#[derive(Debug, Clone, Default)]
pub struct SimStore {
    tables: Tables,
    faults: Faults,
    n_unsynced: usize,
    n_durable_commits: u64,
    dirty: bool,
    blobs: SimBlobs,
}

/// What is wrong with a disk.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// No space: every write fails.
    pub full: bool,
    /// After so many more writes the disk is full.
    pub full_after: Option<u64>,
    /// So many of the next commits fail, and what they held is lost.
    pub commits_fail: u64,
    /// After so many more writes or commits the power is gone: everything fails, and the world notices.
    pub dies_after: Option<u64>,
    dead: bool,
}

impl SimStore {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is wrong with it, to change.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// The bytes of files.
    pub fn blobs(&self) -> &SimBlobs {
        &self.blobs
    }

    /// The bytes of files, to change.
    pub fn blobs_mut(&mut self) -> &mut SimBlobs {
        &mut self.blobs
    }

    /// Does what an engine asks of the bytes of files.
    pub fn carry_out(&mut self, order: FileOrder) -> FileEvent {
        let is_full = self.faults.full || self.blobs.is_full;
        self.blobs.carry_out(order, is_full)
    }

    /// What is known of files.
    pub fn file_rows(&self) -> BTreeMap<FileHash, FileRow> {
        let rows = self.tables.files.iter();
        rows.map(|(hash, row)| (*hash, *row)).collect()
    }

    /// What differs between the bytes that are here and what the store says of them: what a process finds when it starts.
    pub fn files_found(&self) -> Vec<FileEvent> {
        let rows = self.tables.files.iter().map(|(_, row)| row);
        let said: BTreeSet<FileHash> = rows.filter(|row| row.is_held).map(|row| row.hash).collect();
        let whole = self.blobs.whole();
        let kept = whole.iter().filter(|(hash, _)| !said.contains(hash));
        let kept = kept.map(|(hash, size)| FileEvent::Kept {
            hash: *hash,
            size: *size,
        });
        let gone = said.iter().filter(|hash| !whole.contains_key(hash));
        let gone = gone.map(|hash| FileEvent::Gone { hash: *hash });
        kept.chain(gone).collect()
    }

    /// Whether the power went away under a write (see [`Faults::dies_after`]).
    pub fn is_dead(&self) -> bool {
        self.faults.dead
    }

    /// How often everything was fsynced.
    pub fn n_durable_commits(&self) -> u64 {
        self.n_durable_commits
    }

    /// The process is killed or the power fails: what was not durable is lost from the end, all of it with `all_unsynced`,
    /// any part of it otherwise. Leaves a disk to start from.
    pub fn crash(&mut self, chance: &mut Chance, all_unsynced: bool) {
        let kept = if all_unsynced {
            0
        } else {
            chance.index(self.n_unsynced + 1)
        };
        self.tables.rewind(kept);
        self.tables.settle();
        self.blobs.crash();
        self.n_unsynced = 0;
        self.dirty = false;
        self.faults = Faults::default();
    }

    /// What a copy of the folder, taken now and started elsewhere, would hold.
    pub fn clone_disk(&self) -> Self {
        let mut copy = self.clone();
        copy.tables.rewind(copy.n_unsynced);
        copy.tables.settle();
        Self {
            tables: copy.tables,
            blobs: copy.blobs,
            ..Self::default()
        }
    }

    /// Whether an entry is here, under the log's name or that of a branch of it, and would survive a loss of power. What
    /// only a first copy has a header of does not count.
    pub fn keeps(&self, log: &LogId, seq: u64, header_bytes: &[u8]) -> bool {
        let is_here = |log: &LogId| {
            let text = self.tables.entries.permanent(&(*log, seq));
            let state = self.tables.states.permanent(&(*log, seq));
            text.is_some_and(|text| text.header_bytes == header_bytes)
                && state.is_some_and(|state| *state != EntryState::Unproven)
        };
        is_here(log)
            || self
                .tables
                .logs
                .iter()
                .any(|(other, _)| other.node == log.node && is_here(other))
    }

    /// Whether an entry is here that can be given to others: with everything before it in its log, all of it proven.
    pub fn can_give(&self, log: &LogId, seq: u64, header_bytes: &[u8]) -> bool {
        let is_whole = |log: &LogId| {
            let before = self.tables.entries.range((*log, 0)..=(*log, seq));
            let (mut last, mut first) = (seq, None);
            for (at, (key, _)) in before.enumerate() {
                let expected = *first.get_or_insert(key.1) + at as u64;
                let state = self.tables.states.permanent(key);
                if key.1 != expected || state.is_none_or(|state| *state == EntryState::Unproven) {
                    return false;
                }
                last = key.1;
            }
            let base = self.tables.logs.get(log).and_then(|row| row.base);
            last == seq && first == Some(base.map_or(0, |base| base.at) + 1)
        };
        let of_node = self.tables.logs.iter().map(|(log, _)| log);
        self.keeps(log, seq, header_bytes)
            && of_node.filter(|other| other.node == log.node).any(is_whole)
    }

    /// Every document that an entry here names, applied or not.
    pub fn documents_named(&self) -> Vec<DocId> {
        let mut docs: Vec<DocId> = self
            .tables
            .by_doc
            .iter()
            .map(|((doc, _), _)| *doc)
            .collect();
        docs.dedup();
        docs
    }

    /// The row shown of a dossier.
    pub fn dossier_row(&self, doc: &DocId) -> Option<&DossierRow> {
        match self.tables.projections.get(doc)? {
            ProjectionRow::Dossier(row, _) => Some(row),
            ProjectionRow::Ticket(_) | ProjectionRow::Procedure(_) => None,
        }
    }

    /// The first projection that another disk shows otherwise, for people.
    pub fn shown_otherwise(&self, other: &Self) -> Option<String> {
        let (ours, theirs) = (&self.tables.projections, &other.tables.projections);
        let all = ours.iter().chain(theirs.iter()).map(|(doc, _)| doc);
        let told = |row: Option<&ProjectionRow>| {
            row.map_or("nothing".to_owned(), |row| format!("{row:?}"))
        };
        let mut differing = all.filter(|doc| told(ours.get(doc)) != told(theirs.get(doc)));
        let doc = differing.next()?;
        let (one, other) = (told(ours.get(doc)), told(theirs.get(doc)));
        Some(format!("{doc:?}\n{one}\n{other}"))
    }

    /// Days of which there are tickets.
    pub fn ticket_days(&self) -> BTreeSet<i32> {
        self.tables
            .ticket_days
            .iter()
            .map(|((day, _), ())| *day)
            .collect()
    }

    fn write(&mut self) -> StoreResult<()> {
        self.step()?;
        self.dirty = true;
        if let Some(left) = &mut self.faults.full_after {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => self.faults.full = true,
            }
        }
        if self.faults.full {
            Err(StoreFault::Full("simulated".to_owned()))
        } else {
            Ok(())
        }
    }

    fn step(&mut self) -> StoreResult<()> {
        if let Some(left) = &mut self.faults.dies_after {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => self.faults.dead = true,
            }
        }
        if self.faults.dead {
            Err(StoreFault::Failed("no power".to_owned()))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use lienquay_core::store::Store as _;

    use super::*;

    fn named(store: &SimStore) -> Vec<u8> {
        (0..10_u8)
            .filter(|name| store.meta(&name.to_string()).unwrap().is_some())
            .collect()
    }

    fn five_commits_of_which_two_are_durable() -> SimStore {
        let mut store = SimStore::new();
        for name in 0..5_u8 {
            store.set_meta(&name.to_string(), b"1").unwrap();
            store.commit(name == 1).unwrap();
        }
        store.set_meta("7", b"1").unwrap();
        store
    }

    #[test]
    fn a_crash_keeps_the_durable_and_a_prefix_of_the_rest() {
        let mut lengths = BTreeSet::new();
        for seed in 0..40 {
            let mut store = five_commits_of_which_two_are_durable();
            store.crash(&mut Chance::new(seed, "disk"), false);
            let kept = named(&store);
            assert_eq!(
                kept,
                (0..u8::try_from(kept.len()).unwrap()).collect::<Vec<_>>()
            );
            lengths.insert(kept.len());
        }
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
    }

    #[test]
    fn a_power_cut_keeps_the_durable_only() {
        let mut store = five_commits_of_which_two_are_durable();
        store.crash(&mut Chance::new(1, "disk"), true);
        assert_eq!(named(&store), [0, 1]);
    }

    #[test]
    fn a_copy_holds_what_was_committed() {
        let store = five_commits_of_which_two_are_durable();
        assert_eq!(named(&store.clone_disk()), [0, 1, 2, 3, 4]);
        assert_eq!(named(&store), [0, 1, 2, 3, 4, 7]);
    }

    #[test]
    fn a_full_disk_refuses_and_keeps_what_was_committed() {
        let mut store = five_commits_of_which_two_are_durable();
        store.faults().full_after = Some(1);
        store.set_meta("8", b"1").unwrap();
        assert!(matches!(
            store.set_meta("9", b"1"),
            Err(StoreFault::Full(_))
        ));
        store.rollback();
        assert_eq!(named(&store), [0, 1, 2, 3, 4]);
        store.faults().full = false;
        store.faults().full_after = None;
        store.set_meta("9", b"1").unwrap();
        store.commit(true).unwrap();
        assert_eq!(named(&store), [0, 1, 2, 3, 4, 9]);
    }

    #[test]
    fn power_can_go_at_any_write_and_at_the_commit() {
        for writes in 0..3 {
            let mut store = SimStore::new();
            store.faults().dies_after = Some(writes);
            let result = store
                .set_meta("1", b"1")
                .and_then(|()| store.set_meta("2", b"1"))
                .and_then(|()| store.commit(true));
            assert!(result.is_err() && store.is_dead());
            store.crash(&mut Chance::new(1, "disk"), false);
            assert!(named(&store).is_empty());
        }
    }
}
