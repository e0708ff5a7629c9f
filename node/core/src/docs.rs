//! Documents: loaded when touched, kept in a small cache, changed only by entries, projected when the group is sealed.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Change, Document, Documents};
use lienquay_shared::wire::Reason;
use lienquay_shared::{ChangeHash, DocId, Hlc};

use crate::store::{DocRow, EntryRef, EntryState, Store, StoreFault, StoreResult};

/// Documents kept loaded. A dossier of eight events takes about 22 KB of heap: 256 of them 6 MB.
const CACHE_CAPACITY: usize = 256;
/// Bytes of changes and snapshots behind the loaded documents: a procedure carries 100 KB of text, a dossier 2 KB.
const CACHE_BYTES: usize = 2 * 1024 * 1024;
/// Applied entries after which a document is saved whole again.
pub const SNAPSHOT_EVERY: u32 = 8;

/// A loaded document.
#[derive(Debug)]
struct Loaded {
    kind: DocKind,
    doc: Box<dyn Document>,
    used: u64,
    /// Bytes of the snapshot and changes it was made from.
    n_bytes: usize,
}

/// The loaded documents and what is still owed to those touched in this group of events.
#[derive(Debug)]
pub struct Docs {
    /// What the documents are made of.
    format: &'static dyn Documents,
    loaded: BTreeMap<DocId, Loaded>,
    uses: u64,
    n_bytes: usize,
    /// Documents to project when the group is sealed.
    dirty: BTreeSet<DocId>,
}

/// What became of an attempt to apply a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It is in the document now, or was before.
    Yes,
    /// These changes are missing.
    Missing(Vec<ChangeHash>),
    /// It cannot be applied.
    No(Reason),
}

impl Docs {
    /// Nothing loaded yet.
    pub fn new(format: &'static dyn Documents) -> Self {
        Self {
            format,
            loaded: BTreeMap::new(),
            uses: 0,
            n_bytes: 0,
            dirty: BTreeSet::new(),
        }
    }

    /// A document of nothing but its genesis; `None` when its kind is of a newer version.
    pub fn new_document(&self, kind: DocKind) -> StoreResult<Option<Box<dyn Document>>> {
        let made = self.format.load(kind, &[], Vec::new());
        made.map_err(|error| StoreFault::Failed(error.to_string()))
    }

    /// Forgets everything loaded (the store was rolled back).
    pub fn clear(&mut self) {
        self.loaded.clear();
        self.n_bytes = 0;
        self.dirty.clear();
    }

    /// Forgets one loaded document.
    pub fn drop_loaded(&mut self, doc: &DocId) {
        if let Some(gone) = self.loaded.remove(doc) {
            self.n_bytes = self.n_bytes.saturating_sub(gone.n_bytes);
        }
    }

    /// A loaded document grew by a change.
    pub fn grew(&mut self, doc: &DocId, n_bytes: usize) {
        if let Some(loaded) = self.loaded.get_mut(doc) {
            loaded.n_bytes += n_bytes;
            self.n_bytes += n_bytes;
        }
    }

    fn insert(&mut self, doc: DocId, kind: DocKind, document: Box<dyn Document>, n_bytes: usize) {
        self.drop_loaded(&doc);
        self.evict(n_bytes);
        let loaded = Loaded {
            kind,
            doc: document,
            used: self.uses,
            n_bytes,
        };
        self.loaded.insert(doc, loaded);
        self.n_bytes += n_bytes;
    }

    /// Documents touched since the last seal; clears the list.
    pub fn take_dirty(&mut self) -> Vec<DocId> {
        std::mem::take(&mut self.dirty).into_iter().collect()
    }

    /// Notes that a document must be projected again.
    pub fn mark_dirty(&mut self, doc: DocId) {
        self.dirty.insert(doc);
    }

    /// A document to read; `None` when nothing is known of it, it was forgotten, or its kind is of a newer version.
    pub fn read(&mut self, store: &dyn Store, doc: &DocId) -> StoreResult<Option<&dyn Document>> {
        let Some(row_kind) = self.known_kind(store, doc)? else {
            return Ok(None);
        };
        self.load(store, doc, row_kind)?;
        Ok(self.loaded.get(doc).map(|loaded| loaded.doc.as_ref()))
    }

    fn known_kind(&self, store: &dyn Store, doc: &DocId) -> StoreResult<Option<DocKind>> {
        if let Some(loaded) = self.loaded.get(doc) {
            return Ok(Some(loaded.kind));
        }
        Ok(store
            .doc_head(doc)?
            .filter(|row| !row.forgotten)
            .map(|row| row.kind))
    }

    /// A document to change, made from its genesis when it is new; `None` when its kind is of a newer version.
    pub fn for_change(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        kind: DocKind,
    ) -> StoreResult<Option<&mut Box<dyn Document>>> {
        self.load(store, doc, kind)?;
        Ok(self.loaded.get_mut(doc).map(|loaded| &mut loaded.doc))
    }

    fn load(&mut self, store: &dyn Store, doc: &DocId, kind: DocKind) -> StoreResult<()> {
        self.uses += 1;
        if let Some(loaded) = self.loaded.get_mut(doc) {
            loaded.used = self.uses;
            return Ok(());
        }
        if let Some((document, n_bytes)) = load_from(self.format, store, doc, kind)? {
            self.insert(*doc, kind, document, n_bytes);
        }
        Ok(())
    }

    fn evict(&mut self, incoming: usize) {
        while !self.loaded.is_empty()
            && (self.loaded.len() >= CACHE_CAPACITY || self.n_bytes + incoming > CACHE_BYTES)
        {
            let oldest = self
                .loaded
                .iter()
                .min_by_key(|(_, loaded)| loaded.used)
                .map(|(doc, _)| *doc);
            match oldest {
                Some(doc) => self.drop_loaded(&doc),
                None => return,
            }
        }
    }

    /// Tries to apply a change of `doc`. The document never receives an orphan: a change whose dependencies are absent is
    /// left out and reported.
    pub fn apply(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        kind: DocKind,
        change: &dyn Change,
    ) -> StoreResult<Applied> {
        let Some(document) = self.for_change(store, doc, kind)? else {
            return Ok(Applied::No(Reason::NeedsNewerVersion));
        };
        if document.contains(&change.hash()) {
            return Ok(Applied::Yes);
        }
        let missing = document.missing(&change.deps());
        if !missing.is_empty() {
            return Ok(Applied::Missing(missing));
        }
        match document.apply(change) {
            Ok(()) => {
                self.grew(doc, change.bytes().len());
                Ok(Applied::Yes)
            }
            Err(_refused) => {
                // It may keep a partly queued change; the next reader loads the document anew.
                self.drop_loaded(doc);
                Ok(Applied::No(Reason::ChangeDoesNotApply))
            }
        }
    }

    /// Extracts one change from a document by its hash.
    pub fn change_by_hash(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        hash: &ChangeHash,
    ) -> StoreResult<Option<Vec<u8>>> {
        let document = self.read(store, doc)?;
        Ok(document
            .and_then(|document| document.change(hash))
            .map(|change| change.bytes().to_vec()))
    }

    /// Saves a document whole when enough entries were applied since the last time.
    pub fn save_if_due(&mut self, store: &mut dyn Store, doc: &DocId) -> StoreResult<()> {
        match store.doc_head(doc)? {
            Some(row) if row.n_since >= SNAPSHOT_EVERY && !row.forgotten => self.save(store, row),
            Some(_) | None => Ok(()),
        }
    }

    /// Saves a document whole now; after it was rebuilt, the old snapshot must not be read again.
    pub fn save_now(
        &mut self,
        store: &mut dyn Store,
        doc: &DocId,
        kind: DocKind,
    ) -> StoreResult<()> {
        match store.doc_head(doc)? {
            Some(row) => self.save(store, DocRow { kind, ..row }),
            None => Ok(()),
        }
    }

    /// The dependencies of a change that a document lacks, without applying it.
    pub fn missing(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        kind: DocKind,
        change: &dyn Change,
    ) -> StoreResult<Applied> {
        let Some(document) = self.for_change(store, doc, kind)? else {
            return Ok(Applied::No(Reason::NeedsNewerVersion));
        };
        let missing = document.missing(&change.deps());
        if missing.is_empty() {
            Ok(Applied::Yes)
        } else {
            Ok(Applied::Missing(missing))
        }
    }

    fn save(&mut self, store: &mut dyn Store, row: DocRow) -> StoreResult<()> {
        let Some(document) = self.read(store, &row.doc)? else {
            return Ok(());
        };
        let snapshot = document.save();
        store.put_snapshot(&DocRow {
            snapshot,
            n_since: 0,
            ..row
        })
    }

    /// Replaces a document by one rebuilt from its entries.
    pub fn replace(&mut self, doc: DocId, kind: DocKind, document: Box<dyn Document>) {
        self.uses += 1;
        self.insert(doc, kind, document, 0);
        self.dirty.insert(doc);
    }
}

/// The document as stored, and the bytes it was made from.
fn load_from(
    format: &dyn Documents,
    store: &dyn Store,
    doc: &DocId,
    kind: DocKind,
) -> StoreResult<Option<(Box<dyn Document>, usize)>> {
    let row = store.doc(doc)?;
    if row.as_ref().is_some_and(|row| row.forgotten) {
        return Ok(None);
    }
    let saved = row.map(|row| row.snapshot).unwrap_or_default();
    let changes = store.changes_since_snapshot(doc)?;
    let n_bytes = saved.len() + changes.iter().map(Vec::len).sum::<usize>();
    let loaded = format
        .load(kind, &saved, changes)
        .map_err(|error| StoreFault::Damaged(format!("document {}: {error}", doc.short())))?;
    Ok(loaded.map(|document| (document, n_bytes)))
}

/// The change of a stored entry: its own bytes, or extracted from the document that contains it.
pub fn change_of(
    docs: &mut Docs,
    store: &dyn Store,
    doc: &DocId,
    entry: &EntryRef,
) -> StoreResult<Option<Vec<u8>>> {
    let stored = store
        .entry(&entry.log, entry.seq)?
        .and_then(|stored| stored.change);
    match (stored, entry.change_hash) {
        (Some(bytes), _) => Ok(Some(bytes)),
        (None, Some(hash)) if entry.state != EntryState::Forgotten => {
            docs.change_by_hash(store, doc, &hash)
        }
        (None, _) => Ok(None),
    }
}

/// The later of two timestamps, for a document's `touched`.
pub fn later(row: Option<&DocRow>, hlc: Hlc) -> Hlc {
    row.map_or(hlc, |row| row.touched.max(hlc))
}
