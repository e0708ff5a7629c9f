//! Entries set aside: written after their author's revocation, or on a losing branch. They count again as soon as a valid
//! entry builds on them.

use automerge::Change;
use lienquay_shared::log::DocKind;
use lienquay_shared::wire::Reason;
use lienquay_shared::{ChangeHash, DocId, LogId, schema};

use crate::docs::{Applied, change_of, our_hash};
use crate::engine::{Cx, Engine};
use crate::store::{EntryRef, EntryState, StoreResult};

impl Engine {
    /// Why an entry is set aside even though it is genuine; `None` for a valid one.
    pub(crate) fn withheld(&self, log: &LogId, seq: u64) -> Option<Reason> {
        if self.logs.get(log).is_some_and(|held| held.base.is_some()) {
            return Some(Reason::LosingBranch);
        }
        self.roster
            .cut_of(log)
            .filter(|cut| seq > cut.seq)
            .map(|_beyond| Reason::AfterRevocationCut)
    }

    /// Changes were set aside, but a valid entry builds on them: they count as its ancestry. All or none.
    pub(crate) fn release_ancestors(
        &mut self,
        cx: &mut Cx<'_>,
        doc: &DocId,
        kind: DocKind,
        missing: &[ChangeHash],
    ) -> StoreResult<bool> {
        let set_aside: Vec<EntryRef> = cx
            .store
            .entries_of(doc)?
            .into_iter()
            .filter(|entry| matches!(entry.state, EntryState::Withheld(_)))
            .collect();
        let mut wanted = missing.to_vec();
        let mut chosen: Vec<(EntryRef, Change)> = Vec::new();
        while let Some(hash) = wanted.pop() {
            if chosen
                .iter()
                .any(|(_, change)| our_hash(&change.hash()) == hash)
            {
                continue;
            }
            let Some(entry) = set_aside
                .iter()
                .find(|entry| entry.change_hash == Some(hash))
            else {
                return Ok(false);
            };
            let Some(change) = self.parsed_change(cx.store, doc, entry)? else {
                return Ok(false);
            };
            if let Applied::Missing(further) = self.docs.missing(cx.store, doc, kind, &change)? {
                wanted.extend(further);
            }
            chosen.push((*entry, change));
        }
        // Ancestors were found from the newest back; each pass applies those whose own ancestors are in.
        while !chosen.is_empty() {
            let before = chosen.len();
            let mut waiting = Vec::new();
            for (entry, change) in chosen.into_iter().rev() {
                match self.docs.apply(cx.store, doc, kind, &change)? {
                    Applied::Yes => {
                        cx.store
                            .set_entry_state(&entry.log, entry.seq, EntryState::Applied)?;
                    }
                    Applied::Missing(_) => waiting.push((entry, change)),
                    Applied::No(_) => return Ok(false),
                }
            }
            if waiting.len() == before {
                return Ok(false);
            }
            chosen = waiting;
        }
        Ok(true)
    }

    /// Builds a document anew from its entries, after some of them became valid or invalid.
    pub(crate) fn rebuild(&mut self, cx: &mut Cx<'_>, doc: DocId) -> StoreResult<()> {
        let Some(row) = cx.store.doc(&doc)?.filter(|row| !row.forgotten) else {
            return Ok(());
        };
        let refs = cx.store.entries_of(&doc)?;
        for entry in &refs {
            if let Some(bytes) = change_of(&mut self.docs, cx.store, &doc, entry)? {
                cx.store.put_change(&entry.log, entry.seq, &bytes)?;
            }
        }
        let Some(empty) = schema::new_document(row.kind) else {
            return Ok(());
        };
        self.docs.replace(doc, row.kind, empty);
        for entry in refs.iter().filter(|entry| entry.change_hash.is_some()) {
            let state = self
                .withheld(&entry.log, entry.seq)
                .map_or(EntryState::Pending, EntryState::Withheld);
            cx.store.set_entry_state(&entry.log, entry.seq, state)?;
        }
        // Whoever loads it anew meanwhile (a change was refused) must not find the old snapshot.
        self.docs.save_now(cx.store, &doc, row.kind)?;
        self.pending_docs.insert(doc);
        self.retry_pending(cx, doc, row.kind)?;
        self.docs.save_now(cx.store, &doc, row.kind)?;
        self.docs.mark_dirty(doc);
        Ok(())
    }
}
