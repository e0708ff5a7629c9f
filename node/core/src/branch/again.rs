//! What this node wrote on a branch that lost, written again in its next incarnation: each beside what it was written
//! beside, so that what others did meanwhile is not overwritten but stands in conflict with it.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::decide::Write;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::Document;
use lienquay_shared::wire::Reason;
use lienquay_shared::{ChangeHash, DocId};

use crate::engine::{Cx, Engine, MAX_PENDING_DOCS};
use crate::set_aside::LOST_GROUND;
use crate::store::{EntryRef, EntryState, Store, StoreResult, StoredEntry};

/// Own changes to be written again, by document and change: the entry of one may move to another log meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Again {
    /// At the end of this group of events, if nothing let them in again by then.
    due: BTreeSet<(DocId, ChangeHash)>,
    /// By the change they build on that is not here yet. Not stored: [`Engine::waiting_for_ground`] finds them again.
    waiting: BTreeMap<ChangeHash, BTreeSet<(DocId, ChangeHash)>>,
}

impl Again {
    /// A change is here now.
    pub(crate) fn came(&mut self, change: Option<&ChangeHash>) {
        if let Some(waiting) = change.and_then(|hash| self.waiting.remove(hash)) {
            self.due.extend(waiting);
        }
    }
}

/// What changes of a document build on, themselves only where one builds on another.
fn below(document: &dyn Document, changes: &BTreeSet<ChangeHash>) -> BTreeSet<ChangeHash> {
    let mut below = BTreeSet::new();
    let mut open: Vec<ChangeHash> = changes.iter().copied().collect();
    while let Some(hash) = open.pop() {
        let deps = document.change(&hash).map(|change| change.deps());
        open.extend(
            deps.unwrap_or_default()
                .into_iter()
                .filter(|dep| below.insert(*dep)),
        );
    }
    below
}

impl Engine {
    /// Entries of this node that do not count, written again. One whose ground is not all here waits for it: put on top of
    /// what is here it would hide what its officer never saw.
    pub(crate) fn write_again(
        &mut self,
        cx: &mut Cx<'_>,
        entries: Vec<StoredEntry>,
    ) -> StoreResult<()> {
        let mut rewritten: BTreeMap<ChangeHash, ChangeHash> = BTreeMap::new();
        for entry in entries {
            let header = entry.header;
            let Some(hash) = header.change_hash else {
                self.author_bare(cx, header.action, header.kind, header.doc, header.officer)?;
                continue;
            };
            self.again.due.remove(&(header.doc, hash));
            // Also of a document of which nothing else is here: it began on the branch. None of a forgotten one, or of a kind that
            // only a newer version knows.
            let Some(document) = self.docs.for_change(cx.store, &header.doc, header.kind)? else {
                continue;
            };
            if document.contains(&hash) {
                continue;
            }
            let change = entry
                .change
                .and_then(|bytes| self.settings.documents.change(bytes).ok());
            let Some(change) = change else {
                self.reasons
                    .count(Some(self.me), Reason::ChangeDoesNotApply);
                continue;
            };
            let refs = cx.store.entries_of(&header.doc)?;
            if let Some(absent) =
                self.absent_ground(cx.store, &header.doc, header.kind, &refs, change.deps())?
            {
                let waits = (header.doc, hash);
                self.again.waiting.entry(absent).or_default().insert(waits);
                continue;
            }
            let beside = self.held_ground(
                cx,
                &header.doc,
                header.kind,
                &refs,
                change.deps(),
                &rewritten,
            )?;
            if self.own_wrote_beyond(cx, &header.doc, header.kind, &beside)? {
                // A log's changes build on each other; only those of another log can stand beside them.
                self.own_log_overtaken(cx)?;
            }
            let write = Write {
                doc: header.doc,
                kind: header.kind,
                action: header.action,
                edits: change.edits(),
            };
            let (_, again) = self.author_beside(cx, &write, header.officer, &beside)?;
            rewritten.insert(hash, again);
        }
        Ok(())
    }

    /// Entries of this node on a branch that lost are not written again while something valid builds on them. Notes those on which
    /// nothing builds any more, because its log lost in its turn or its author was shut out. `before`: a document's entries
    /// before it was built anew.
    pub(crate) fn note_let_go(
        &mut self,
        cx: &Cx<'_>,
        doc: DocId,
        before: &[EntryRef],
    ) -> StoreResult<()> {
        for entry in before {
            let is_own = entry.log.node == self.me && self.is_of_branch(&entry.log);
            let Some(hash) = entry.change_hash else {
                continue;
            };
            if is_own && entry.state == EntryState::Applied {
                let now = cx.store.entry(&entry.log, entry.seq)?;
                if now.is_some_and(|now| matches!(now.state, EntryState::Withheld(_))) {
                    self.again.due.insert((doc, hash));
                }
            }
        }
        Ok(())
    }

    /// At the end of a group of events: writes again what was let go in it, or what waited for ground that came.
    pub(crate) fn write_due_again(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let mut due = std::mem::take(&mut self.again.due);
        let docs: BTreeSet<DocId> = due.iter().map(|(doc, _)| *doc).collect();
        let mut entries = Vec::new();
        for doc in docs {
            for entry in cx.store.entries_of(&doc)? {
                let is_due = entry
                    .change_hash
                    .is_some_and(|hash| due.remove(&(doc, hash)));
                if is_due {
                    entries.extend(cx.store.entry(&entry.log, entry.seq)?);
                }
            }
        }
        entries.sort_by_key(|entry| (entry.log, entry.header.seq));
        self.write_again(cx, entries)
    }

    /// Own entries that do not count and are not written again yet, because a change they build on is not here. Nothing on disk
    /// says so: what had its ground was written again in the same commit.
    pub(crate) fn waiting_for_ground(&mut self, store: &dyn Store) -> StoreResult<Again> {
        let states = [EntryState::Withheld(Reason::LosingBranch), LOST_GROUND];
        let mut again = Again::default();
        for doc in store.docs_with(&states, MAX_PENDING_DOCS)? {
            let refs = store.entries_of(&doc)?;
            for entry in &refs {
                let is_own = entry.log.node == self.me && states.contains(&entry.state);
                let Some(hash) = entry.change_hash.filter(|_| is_own) else {
                    continue;
                };
                let Some(stored) = store.entry(&entry.log, entry.seq)? else {
                    continue;
                };
                let kind = stored.header.kind;
                if let Some(absent) = self.absent_ground(store, &doc, kind, &refs, vec![hash])? {
                    again.waiting.entry(absent).or_default().insert((doc, hash));
                }
            }
        }
        Ok(again)
    }

    /// The first change found that changes build on, themselves included, and that is not here. `refs`: the document's entries.
    fn absent_ground(
        &mut self,
        store: &dyn Store,
        doc: &DocId,
        kind: DocKind,
        refs: &[EntryRef],
        changes: Vec<ChangeHash>,
    ) -> StoreResult<Option<ChangeHash>> {
        let mut looked_at = BTreeSet::new();
        let mut open = changes;
        while let Some(hash) = open.pop() {
            if !looked_at.insert(hash) {
                continue;
            }
            let Some(entry) = refs.iter().find(|entry| entry.change_hash == Some(hash)) else {
                // No entry brings what every document of its kind begins with.
                let document = self.docs.for_change(store, doc, kind)?;
                if document.is_some_and(|document| !document.contains(&hash)) {
                    return Ok(Some(hash));
                }
                continue;
            };
            // What a document took in has all that it builds on.
            if entry.state != EntryState::Applied {
                match self.parsed_change(store, doc, entry)? {
                    Some(change) => open.extend(change.deps()),
                    None => return Ok(Some(hash)),
                }
            }
        }
        Ok(None)
    }

    /// Whether this node's log wrote to a document what these changes do not build on.
    fn own_wrote_beyond(
        &mut self,
        cx: &Cx<'_>,
        doc: &DocId,
        kind: DocKind,
        changes: &[ChangeHash],
    ) -> StoreResult<bool> {
        let (Some(own), Some(site)) = (self.own, self.site) else {
            return Ok(false);
        };
        let Some(document) = self.docs.for_change(cx.store, doc, kind)? else {
            return Ok(false);
        };
        let actor = own.actor_bytes(&site);
        let newest = document
            .history()
            .into_iter()
            .rfind(|change| change.actor == actor);
        let Some(newest) = newest.filter(|_| !changes.is_empty()) else {
            return Ok(false);
        };
        let changes: BTreeSet<ChangeHash> = changes.iter().copied().collect();
        let is_below = below(document.as_ref(), &changes).contains(&newest.hash);
        Ok(!is_below && !changes.contains(&newest.hash))
    }

    /// What of a change's ground is in the document: instead of a change that is set aside what that was written on, so that what
    /// its officer never saw is not hidden. `rewritten`: what stands for changes written again just now.
    fn held_ground(
        &mut self,
        cx: &Cx<'_>,
        doc: &DocId,
        kind: DocKind,
        refs: &[EntryRef],
        deps: Vec<ChangeHash>,
        rewritten: &BTreeMap<ChangeHash, ChangeHash>,
    ) -> StoreResult<Vec<ChangeHash>> {
        let mut looked_at = BTreeSet::new();
        let mut ground = BTreeSet::new();
        let mut open = deps;
        while let Some(hash) = open.pop() {
            let hash = rewritten.get(&hash).copied().unwrap_or(hash);
            if !looked_at.insert(hash) {
                continue;
            }
            let document = self.docs.for_change(cx.store, doc, kind)?;
            if document.is_some_and(|document| document.contains(&hash)) {
                ground.insert(hash);
                continue;
            }
            let found = refs.iter().find(|entry| entry.change_hash == Some(hash));
            if let Some(entry) = found
                && let Some(change) = self.parsed_change(cx.store, doc, entry)?
            {
                open.extend(change.deps());
            }
        }
        let document = self.docs.for_change(cx.store, doc, kind)?;
        if let Some(document) = document.filter(|_| ground.len() > 1) {
            let below = below(document.as_ref(), &ground);
            ground.retain(|hash| !below.contains(hash));
        }
        Ok(ground.into_iter().collect())
    }
}
