//! Changes that the saved document contains are not kept twice.
//!
//! Some documents at every beat: each is read anew from what is stored, not from memory, and what that reading contains
//! need not be stored by itself any more. Whoever asks for such an entry gets its change extracted by its hash. Entries that
//! are pending, quarantined or set aside keep theirs.

use lienquay_shared::DocId;
use lienquay_shared::wire::Reason;

use crate::engine::{Cx, Engine};
use crate::store::{EntryState, StoreResult};

/// Documents looked at in one go: some milliseconds of work every two seconds.
const AT_ONCE: usize = 8;

impl Engine {
    /// Drops the change bytes of some documents that were saved since their entries came.
    pub(crate) fn slim_some(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.boot.is_loading() {
            return Ok(());
        }
        let docs = cx.store.docs_saved_over(AT_ONCE)?;
        for doc in &docs {
            self.slim(cx, doc)?;
        }
        if !docs.is_empty() {
            self.wrote_others(cx.now);
        }
        Ok(())
    }

    fn slim(&mut self, cx: &mut Cx<'_>, doc: &DocId) -> StoreResult<()> {
        let row = cx.store.doc(doc)?.filter(|row| !row.forgotten);
        let saved = row.filter(|row| !row.snapshot.is_empty());
        let documents = self.settings.documents;
        let read = saved.and_then(|row| documents.load(row.kind, &row.snapshot, Vec::new()).ok());
        match read.flatten() {
            Some(document) => {
                for entry in cx.store.entries_of(doc)? {
                    let is_contained = entry
                        .change_hash
                        .is_some_and(|hash| document.contains(&hash));
                    if entry.state == EntryState::Applied && is_contained {
                        cx.store.drop_change(&entry.log, entry.seq)?;
                    }
                }
            }
            // The changes stay; from them the document can be built again.
            None => self.reasons.count(None, Reason::SnapshotMismatch),
        }
        cx.store.slimmed(doc)
    }
}
