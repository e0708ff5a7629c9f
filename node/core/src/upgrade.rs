//! After an upgrade: what an earlier version of the program did not understand is tried once more.

use std::collections::BTreeSet;

use lienquay_shared::DocId;
use lienquay_shared::wire::Reason;

use crate::engine::{Cx, Engine, fact, fact_of};
use crate::store::{EntryRef, EntryState, Store, StoreResult};

/// The state of an entry whose content only a newer version understands.
const NOT_UNDERSTOOD: EntryState = EntryState::Quarantined(Reason::NeedsNewerVersion);
/// Documents with such entries that are looked up when a node starts.
const MAX_NOT_UNDERSTOOD: usize = 100_000;
/// Documents tried again in one beat: each is loaded, about a millisecond.
const RETRIED_AT_ONCE: usize = 64;

impl Engine {
    /// Another version of the program had this store open last: it may have set aside what this one understands.
    pub(crate) fn note_upgrade(&mut self, store: &mut dyn Store) -> StoreResult<()> {
        let before: Option<String> = fact_of(store, fact::VERSION)?;
        if before.as_ref() == Some(&self.settings.version) {
            return Ok(());
        }
        let docs = store.docs_with(&[NOT_UNDERSTOOD], MAX_NOT_UNDERSTOOD)?;
        self.not_understood = docs.into_iter().collect();
        self.note_version_if_done(store)
    }

    fn note_version_if_done(&self, store: &mut dyn Store) -> StoreResult<()> {
        if self.not_understood.is_empty() {
            let version = lienquay_shared::codec::encode(&self.settings.version);
            store.set_meta(fact::VERSION, &version)?;
        }
        Ok(())
    }

    /// Tries the next of them. What is still not understood is set aside again, for the version after this.
    pub(crate) fn retry_not_understood(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.not_understood.is_empty() || self.boot.is_loading() {
            return Ok(());
        }
        let docs: BTreeSet<DocId> = self
            .not_understood
            .iter()
            .take(RETRIED_AT_ONCE)
            .copied()
            .collect();
        for doc in docs {
            self.not_understood.remove(&doc);
            let waiting: Vec<EntryRef> = cx
                .store
                .entries_of(&doc)?
                .into_iter()
                .filter(|entry| entry.state == NOT_UNDERSTOOD)
                .collect();
            for entry in &waiting {
                cx.store
                    .set_entry_state(&entry.log, entry.seq, EntryState::Pending)?;
            }
            if let Some(row) = cx.store.doc(&doc)? {
                self.pending_docs.insert(doc);
                self.retry_pending(cx, doc, row.kind)?;
            }
        }
        self.note_version_if_done(cx.store)?;
        self.wrote_others(cx.now);
        Ok(())
    }
}
