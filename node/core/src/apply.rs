//! Proven entries into their documents: at once where what they build on is there, else when it has come.

use lienquay_shared::DocId;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::Change;
use lienquay_shared::wire::Reason;

use crate::docs::{Applied, change_of};
use crate::engine::{Cx, Engine};
use crate::set_aside::Released;
use crate::store::{EntryRef, EntryState, Store, StoreResult, StoredEntry};

/// Whether an entry may bring in what it builds on from among those set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ancestry {
    /// Not yet: valid entries come first.
    Held,
    /// It may.
    Release,
}

impl Engine {
    /// Most entries find everything they build on: they are stored as applied, not first as waiting. False when this one
    /// does not, and nothing was done.
    pub(crate) fn apply_at_once(
        &mut self,
        cx: &mut Cx<'_>,
        entry: &StoredEntry,
        change: &dyn Change,
    ) -> StoreResult<bool> {
        let header = &entry.header;
        let outcome = self
            .docs
            .apply(cx.store, &header.doc, header.kind, change)?;
        if outcome != Applied::Yes {
            return Ok(false);
        }
        cx.store.put_entry(&StoredEntry {
            state: EntryState::Applied,
            ..entry.clone()
        })?;
        self.touch_applied(cx, entry)?;
        Ok(true)
    }

    /// Applies a valid change, or records why not. Returns whether the document changed.
    pub(crate) fn try_apply(
        &mut self,
        cx: &mut Cx<'_>,
        entry: &StoredEntry,
        change: &dyn Change,
        ancestry: Ancestry,
    ) -> StoreResult<bool> {
        let header = &entry.header;
        let mut outcome = self
            .docs
            .apply(cx.store, &header.doc, header.kind, change)?;
        if let Applied::Missing(missing) = &outcome
            && ancestry == Ancestry::Release
            && self.may_hold_set_aside()
        {
            match self.release_ancestors(cx, &header.doc, header.kind, missing)? {
                Released::All => {
                    outcome = self
                        .docs
                        .apply(cx.store, &header.doc, header.kind, change)?;
                }
                Released::Clash => return self.lose_ground(cx, entry),
                Released::Absent => {}
            }
        }
        match outcome {
            Applied::Yes => {
                cx.store
                    .set_entry_state(&entry.log, header.seq, EntryState::Applied)?;
                self.touch_applied(cx, entry)?;
                Ok(true)
            }
            Applied::Missing(_) => {
                self.reasons
                    .count(Some(entry.log.node), Reason::MissingDependencies);
                self.pending_docs.insert(header.doc);
                Ok(false)
            }
            Applied::No(reason) => {
                self.reasons.count(Some(entry.log.node), reason);
                cx.store.set_entry_state(
                    &entry.log,
                    header.seq,
                    EntryState::Quarantined(reason),
                )?;
                cx.store.flag_doc(&header.doc, header.kind, Some(reason))?;
                Ok(false)
            }
        }
    }

    /// Notes at its document that an entry was applied.
    fn touch_applied(&mut self, cx: &mut Cx<'_>, entry: &StoredEntry) -> StoreResult<()> {
        let header = &entry.header;
        cx.store
            .touch_doc(&header.doc, header.kind, header.hlc, self.flag_of(entry))?;
        self.docs.mark_dirty(header.doc);
        Ok(())
    }

    /// An action this version does not know is applied all the same, but the document says that it needs a newer one.
    fn flag_of(&self, entry: &StoredEntry) -> Option<Reason> {
        entry
            .header
            .action
            .name()
            .is_none()
            .then_some(Reason::NeedsNewerVersion)
    }

    pub(crate) fn parsed_change(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        entry: &EntryRef,
    ) -> StoreResult<Option<Box<dyn Change>>> {
        Ok(change_of(&mut self.docs, store, doc, entry)?
            .and_then(|bytes| self.settings.documents.change(bytes).ok()))
    }

    /// Something was applied to a document: what waited for it may go on.
    pub(crate) fn retry_pending(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        kind: DocKind,
    ) -> StoreResult<()> {
        let refused = self.retry_pending_with(cx, doc, kind, Ancestry::Release)?;
        if refused {
            self.rebuild_if_crowded(cx, doc)?;
        }
        Ok(())
    }

    /// The same, with or without entries set aside; in the order of their logs, which is the same on every node. Returns
    /// whether one of them was refused.
    pub(crate) fn retry_pending_with(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        kind: DocKind,
        ancestry: Ancestry,
    ) -> StoreResult<bool> {
        let mut refused = false;
        if !self.pending_docs.contains(&doc) {
            return Ok(refused);
        }
        loop {
            let mut pending: Vec<EntryRef> = cx
                .store
                .entries_of(&doc)?
                .into_iter()
                .filter(|entry| entry.state == EntryState::Pending)
                .collect();
            pending.sort_by_key(|entry| (entry.log, entry.seq));
            if pending.is_empty() {
                self.pending_docs.remove(&doc);
                return Ok(refused);
            }
            let mut progressed = false;
            for entry in pending {
                let stored = cx.store.entry(&entry.log, entry.seq)?;
                let change = self.parsed_change(cx.store, &doc, &entry)?;
                if let (Some(stored), Some(change)) = (stored, change) {
                    let is_applied = self.try_apply(cx, &stored, change.as_ref(), ancestry)?;
                    progressed |= is_applied;
                    refused |= !is_applied && self.was_refused(cx, &stored)?;
                }
            }
            if !progressed {
                return Ok(refused);
            }
            tracing::debug!(doc = %doc.short(), kind = kind.0, "pending entries applied");
        }
    }
}
