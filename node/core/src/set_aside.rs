//! Entries set aside: written after their author's revocation, or on a losing branch. They count again as soon as a valid
//! entry builds on them.

use std::collections::BTreeSet;

use lienquay_shared::log::DocKind;
use lienquay_shared::schema::Change;
use lienquay_shared::wire::Reason;
use lienquay_shared::{ChangeHash, DocId, LogId};

use crate::apply::Ancestry;
use crate::docs::{Applied, change_of};
use crate::engine::{Cx, Engine};
use crate::store::{EntryRef, EntryState, StoreResult, StoredEntry};

/// The state of a valid entry that builds on a change whose place another took.
pub(crate) const LOST_GROUND: EntryState = EntryState::Quarantined(Reason::LosingBranch);

/// Whether what a change builds on could be let in from among the entries set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Released {
    /// All of it is in the document now.
    All,
    /// Some of it is not here yet.
    Absent,
    /// Some of it never fits: its place in its actor's sequence is taken.
    Clash,
}

impl Engine {
    /// Why an entry is set aside even though it is genuine; `None` for a valid one.
    pub(crate) fn withheld(&self, log: &LogId, seq: u64) -> Option<Reason> {
        if self.is_of_branch(log) {
            return Some(Reason::LosingBranch);
        }
        self.roster
            .cut_of(log)
            .filter(|cut| seq > cut.seq)
            .map(|_beyond| Reason::AfterRevocationCut)
    }

    /// Whether a log is a branch that lost.
    pub(crate) fn is_of_branch(&self, log: &LogId) -> bool {
        self.logs.get(log).is_some_and(|held| held.base.is_some())
    }

    /// Whether a log may be begun here: anybody's but so many, our own always.
    pub(crate) fn has_room_for(&self, log: &LogId) -> bool {
        log.node == self.me || self.logs.has_room(log)
    }

    /// Whether anything can be set aside at all: mostly nobody is gone and no log has two branches.
    pub(crate) fn may_hold_set_aside(&self) -> bool {
        !self.roster.gone.is_empty()
            || !self.roster.unadmitted.is_empty()
            || self.logs.has_branches()
    }

    /// Changes were set aside, but a valid entry builds on them: they count as its ancestry. All or none.
    pub(crate) fn release_ancestors(
        &mut self,
        cx: &mut Cx<'_>,
        doc: &DocId,
        kind: DocKind,
        missing: &[ChangeHash],
    ) -> StoreResult<Released> {
        let set_aside: Vec<EntryRef> = cx
            .store
            .entries_of(doc)?
            .into_iter()
            .filter(|entry| {
                matches!(entry.state, EntryState::Withheld(_)) || entry.state == LOST_GROUND
            })
            .collect();
        let mut wanted = missing.to_vec();
        let mut chosen: Vec<(EntryRef, Box<dyn Change>)> = Vec::new();
        while let Some(hash) = wanted.pop() {
            if chosen.iter().any(|(_, change)| change.hash() == hash) {
                continue;
            }
            let Some(entry) = set_aside
                .iter()
                .find(|entry| entry.change_hash == Some(hash))
            else {
                return Ok(Released::Absent);
            };
            if entry.state == LOST_GROUND {
                return Ok(Released::Clash);
            }
            let Some(change) = self.parsed_change(cx.store, doc, entry)? else {
                return Ok(Released::Absent);
            };
            if let Applied::Missing(further) =
                self.docs.missing(cx.store, doc, kind, change.as_ref())?
            {
                wanted.extend(further);
            }
            chosen.push((*entry, change));
        }
        // Ancestors were found from the newest back; each pass applies those whose own ancestors are in.
        while !chosen.is_empty() {
            let before = chosen.len();
            let mut waiting = Vec::new();
            for (entry, change) in chosen.into_iter().rev() {
                match self.docs.apply(cx.store, doc, kind, change.as_ref())? {
                    Applied::Yes => {
                        cx.store
                            .set_entry_state(&entry.log, entry.seq, EntryState::Applied)?;
                    }
                    Applied::Missing(_) => waiting.push((entry, change)),
                    Applied::No(_) => return Ok(Released::Clash),
                }
            }
            if waiting.len() == before {
                return Ok(Released::Absent);
            }
            chosen = waiting;
        }
        Ok(Released::All)
    }

    /// A valid entry builds on a change whose place another took. It stays quarantined, the same on every node, and its
    /// author writes it again on what stands now.
    pub(crate) fn lose_ground(
        &mut self,
        cx: &mut Cx<'_>,
        entry: &StoredEntry,
    ) -> StoreResult<bool> {
        let header = &entry.header;
        cx.store
            .set_entry_state(&entry.log, header.seq, LOST_GROUND)?;
        self.reasons
            .count(Some(entry.log.node), Reason::LosingBranch);
        if entry.log.node == self.me {
            self.write_again(cx, vec![entry.clone()])?;
        }
        Ok(true)
    }

    /// Whether a valid entry did not apply.
    pub(crate) fn was_refused(&self, cx: &Cx<'_>, entry: &StoredEntry) -> StoreResult<bool> {
        let now = cx.store.entry(&entry.log, entry.header.seq)?;
        let refused = EntryState::Quarantined(Reason::ChangeDoesNotApply);
        Ok(now.is_some_and(|now| now.state == refused))
    }

    /// A valid entry was refused, when it came or when what it waited for had come: if entries set aside were let in before,
    /// they may hold its place.
    pub(crate) fn rebuild_if_crowded(&mut self, cx: &mut Cx<'_>, doc: DocId) -> StoreResult<()> {
        let let_in = cx.store.entries_of(&doc)?.iter().any(|other| {
            other.state == EntryState::Applied && self.withheld(&other.log, other.seq).is_some()
        });
        if let_in {
            self.rebuild(cx, doc)
        } else {
            Ok(())
        }
    }

    /// Builds a document anew from its entries, after some of them became valid or invalid.
    pub(crate) fn rebuild(&mut self, cx: &mut Cx<'_>, doc: DocId) -> StoreResult<()> {
        let refs = cx.store.entries_of(&doc)?;
        let Some(kind) = self.kind_to_rebuild(cx, &doc, &refs)? else {
            return Ok(());
        };
        // Of a first copy the header may be here and its change not yet: proving the document sees to it.
        let mut to_come = BTreeSet::new();
        for entry in &refs {
            if let Some(bytes) = change_of(&mut self.docs, cx.store, &doc, entry)? {
                cx.store.put_change(&entry.log, entry.seq, &bytes)?;
            } else if entry.state == EntryState::Unproven {
                to_come.insert((entry.log, entry.seq));
            }
        }
        // Of a kind that only a newer version knows there is no document; its entries have their states all the same.
        if let Some(empty) = self.docs.new_document(kind)? {
            self.docs.replace(doc, kind, empty);
        }
        // What lost its ground was written again by its author; it must not come back beside that. If it does not count any more
        // anyhow, it is set aside like others: whoever heard of it only then never saw it lose its ground.
        let kept = |entry: &&EntryRef| {
            let is_lost =
                entry.state == LOST_GROUND && self.withheld(&entry.log, entry.seq).is_none();
            entry.change_hash.is_some() && !is_lost && !to_come.contains(&(entry.log, entry.seq))
        };
        for entry in refs.iter().filter(kept) {
            let state = self
                .withheld(&entry.log, entry.seq)
                .map_or(EntryState::Pending, EntryState::Withheld);
            cx.store.set_entry_state(&entry.log, entry.seq, state)?;
        }
        // Whoever loads it anew meanwhile (a change was refused) must not find the old snapshot.
        self.docs.save_now(cx.store, &doc, kind)?;
        self.pending_docs.insert(doc);
        // Valid entries first: a change of a losing branch and the one that won share a place in their actor's sequence,
        // and a document takes only the first.
        self.retry_pending_with(cx, doc, kind, Ancestry::Held)?;
        self.retry_pending_with(cx, doc, kind, Ancestry::Release)?;
        self.docs.save_now(cx.store, &doc, kind)?;
        self.docs.mark_dirty(doc);
        self.note_let_go(cx, doc, &refs)
    }

    /// The kind of a document that can be rebuilt: none of a forgotten one. Of a document of which nothing was applied yet
    /// there is no row, but its entries wait, and those of a losing branch must not.
    fn kind_to_rebuild(
        &self,
        cx: &Cx<'_>,
        doc: &DocId,
        refs: &[EntryRef],
    ) -> StoreResult<Option<DocKind>> {
        if let Some(row) = cx.store.doc_head(doc)? {
            return Ok(Some(row.kind).filter(|_| !row.forgotten));
        }
        let Some(first) = refs.iter().find(|entry| entry.change_hash.is_some()) else {
            return Ok(None);
        };
        let stored = cx.store.entry(&first.log, first.seq)?;
        Ok(stored.map(|stored| stored.header.kind))
    }
}
