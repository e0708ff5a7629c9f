//! Proving documents: each must contain exactly the changes that the headers name, or is completed or cleaned until it
//! does.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::log::EntryBatch;
use lienquay_shared::wire::bootstrap::MAX_DOCS;
use lienquay_shared::wire::link::Want;
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{ChangeHash, DocId, LogId, NodeId, codec};

use super::docs::{Copied, page_fact};
use super::{Asked, Next, snapshot};
use crate::engine::{Cx, Engine};
use crate::store::{EntryRef, EntryState, StoreResult};

/// Documents proven in one go: each is loaded, about a millisecond.
const PROVEN_AT_ONCE: usize = 32;
/// After the last snapshots, the sender's vector of that moment is known for certain: two beats and a grace.
const VECTOR_MILLIS: u64 = 5_000;

/// What is known of a document.
enum Proof {
    Proven,
    /// It has changes of entries that have not arrived yet.
    Ahead,
    /// The change of this entry is nowhere here.
    Lacking(LogId, u64),
}

impl Engine {
    /// Proves the next documents.
    pub(super) fn prove_some(&mut self, cx: &mut Cx<'_>) -> StoreResult<Next> {
        if self.boot.page.is_none() && !self.open_page(cx)? {
            return self.prove_rest(cx);
        }
        let Some((peer, docs)) = self.boot.page.clone() else {
            return Ok(Next::More);
        };
        let (mut is_ahead, mut n_read) = (false, 0);
        for (doc, copied) in docs {
            if n_read == PROVEN_AT_ONCE {
                return Ok(Next::More);
            }
            if self.prove_unread(cx, doc, &copied)? {
                if let Some((_, left)) = &mut self.boot.page {
                    left.remove(&doc);
                }
                continue;
            }
            n_read += 1;
            match self.prove_doc(cx, doc, Some(peer))? {
                Proof::Proven => {
                    if let Some((_, left)) = &mut self.boot.page {
                        left.remove(&doc);
                    }
                }
                Proof::Ahead => is_ahead = true,
                Proof::Lacking(log, seq) => return Ok(Next::Fill(log, seq)),
            }
        }
        if is_ahead {
            return Ok(Next::Wait);
        }
        self.close_page(cx)?;
        Ok(Next::More)
    }

    fn open_page(&mut self, cx: &mut Cx<'_>) -> StoreResult<bool> {
        let Some(copy) = &self.boot.copy else {
            return Ok(false);
        };
        if copy.n_proven_pages >= copy.n_pages {
            return Ok(false);
        }
        let stored = cx.store.meta(&page_fact(copy.n_proven_pages))?;
        let page = stored.map(|bytes| codec::decode::<(NodeId, BTreeMap<DocId, Copied>)>(&bytes));
        self.boot.page = page.transpose()?;
        if self.boot.page.is_none() {
            self.close_page(cx)?;
        }
        Ok(true)
    }

    fn close_page(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.boot.page = None;
        if let Some(copy) = &mut self.boot.copy {
            cx.store.set_meta(&page_fact(copy.n_proven_pages), &[])?;
            copy.n_proven_pages += 1;
        }
        self.boot_store(cx)
    }

    /// All pages are proven; what headers name and no page brought is asked for by name once, then entry by entry.
    fn prove_rest(&mut self, cx: &mut Cx<'_>) -> StoreResult<Next> {
        let left = cx.store.docs_with(&[EntryState::Unproven], MAX_DOCS)?;
        if left.is_empty() {
            return Ok(Next::Done);
        }
        let unasked: Vec<DocId> = left
            .iter()
            .filter(|doc| !self.boot.named.contains(doc))
            .copied()
            .collect();
        if !unasked.is_empty() {
            return Ok(Next::Name(unasked));
        }
        for doc in left {
            match self.prove_doc(cx, doc, None)? {
                Proof::Proven => {}
                Proof::Ahead => return Ok(Next::Wait),
                Proof::Lacking(log, seq) => return Ok(Next::Fill(log, seq)),
            }
        }
        Ok(Next::More)
    }

    /// Proves a document that is still saved as it was received, without reading it: the changes that were in it then are
    /// exactly those its headers name.
    fn prove_unread(&mut self, cx: &mut Cx<'_>, doc: DocId, copied: &Copied) -> StoreResult<bool> {
        let named = self.named_changes(cx, &doc)?;
        let is_plain = |entry: &EntryRef| {
            entry.state == EntryState::Unproven && self.withheld(&entry.log, entry.seq).is_none()
        };
        let Some(row) = cx.store.doc(&doc)?.filter(|row| row.n_since == 0) else {
            return Ok(false);
        };
        let changes = named.iter().filter_map(|entry| entry.change_hash).collect();
        if !named.iter().all(is_plain) || Copied::of(&changes, &row.snapshot) != *copied {
            return Ok(false);
        }
        cx.store.apply_unproven(&doc)?;
        self.proven(cx, doc)?;
        Ok(true)
    }

    fn prove_doc(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        sender: Option<NodeId>,
    ) -> StoreResult<Proof> {
        let mut named = self.named_changes(cx, &doc)?;
        let mut held = self.held_changes(cx, &doc)?;
        if held
            .iter()
            .any(|hash| !named.iter().any(|entry| entry.change_hash == Some(*hash)))
        {
            if !self.has_caught_up(cx, sender) {
                return Ok(Proof::Ahead);
            }
            // Every change that a header names is genuine by its hash; the document is built from those alone.
            self.reasons.count(sender, Reason::SnapshotMismatch);
            self.rebuild(cx, doc)?;
            named = self.named_changes(cx, &doc)?;
            held = self.held_changes(cx, &doc)?;
        }
        for entry in &named {
            let is_held = entry.change_hash.is_some_and(|hash| held.contains(&hash));
            if !is_held && self.lacks_change(cx, entry)? {
                if sender.is_some() && self.withheld(&entry.log, entry.seq).is_none() {
                    self.reasons.count(sender, Reason::SnapshotMismatch);
                }
                return Ok(Proof::Lacking(entry.log, entry.seq));
            }
        }
        self.accept_proof(cx, doc, &named, &held)?;
        Ok(Proof::Proven)
    }

    fn named_changes(&self, cx: &Cx<'_>, doc: &DocId) -> StoreResult<Vec<EntryRef>> {
        let mut entries = cx.store.entries_of(doc)?;
        entries.retain(|entry| entry.change_hash.is_some() && entry.state != EntryState::Forgotten);
        Ok(entries)
    }

    fn held_changes(&mut self, cx: &mut Cx<'_>, doc: &DocId) -> StoreResult<BTreeSet<ChangeHash>> {
        let documents = self.settings.documents;
        let document = self.docs.read(cx.store, doc)?;
        Ok(document
            .map(|document| snapshot::changes_of(documents, document))
            .unwrap_or_default())
    }

    fn lacks_change(&self, cx: &Cx<'_>, entry: &EntryRef) -> StoreResult<bool> {
        let is_open = matches!(
            entry.state,
            EntryState::Unproven | EntryState::Pending | EntryState::Withheld(_)
        );
        let stored = cx.store.entry(&entry.log, entry.seq)?;
        Ok(is_open && stored.is_some_and(|stored| stored.change.is_none()))
    }

    /// The document is what its headers say. Changes beyond a cut stay in only as ancestors of valid ones.
    fn accept_proof(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        named: &[EntryRef],
        held: &BTreeSet<ChangeHash>,
    ) -> StoreResult<()> {
        for entry in named {
            self.again.came(entry.change_hash.as_ref());
        }
        let unproven = || {
            named
                .iter()
                .filter(|entry| entry.state == EntryState::Unproven)
        };
        // One that came as an entry is set aside already; the snapshot may have brought its change all the same.
        let is_in_too_much = |entry: &EntryRef| {
            entry.state != EntryState::Applied
                && self.withheld(&entry.log, entry.seq).is_some()
                && entry.change_hash.is_some_and(|hash| held.contains(&hash))
        };
        if unproven().any(|entry| self.withheld(&entry.log, entry.seq).is_some())
            || named.iter().any(is_in_too_much)
        {
            self.rebuild(cx, doc)?;
        } else {
            for entry in unproven() {
                let is_held = entry.change_hash.is_some_and(|hash| held.contains(&hash));
                let state = if is_held {
                    EntryState::Applied
                } else {
                    self.pending_docs.insert(doc);
                    EntryState::Pending
                };
                cx.store.set_entry_state(&entry.log, entry.seq, state)?;
            }
        }
        self.proven(cx, doc)
    }

    fn proven(&mut self, cx: &mut Cx<'_>, doc: DocId) -> StoreResult<()> {
        if let Some(row) = cx.store.doc_head(&doc)? {
            self.retry_pending(cx, doc, row.kind)?;
            if row.flag == Some(Reason::Loading) {
                cx.store.flag_doc(&doc, row.kind, None)?;
            }
        }
        self.wrote_others(cx.now);
        Ok(())
    }

    /// Whether every entry is here that the sender of a snapshot held when it made it.
    fn has_caught_up(&self, cx: &Cx<'_>, sender: Option<NodeId>) -> bool {
        let waited = cx.now.mono_millis.saturating_sub(self.boot.docs_at) >= VECTOR_MILLIS;
        let linked = sender.filter(|peer| self.is_member_link(peer));
        let is_behind = match linked {
            Some(peer) => self.behind(&peer) > 0,
            None => self.member_links().iter().any(|peer| self.behind(peer) > 0),
        };
        waited && !is_behind
    }

    pub(super) fn ask_fill(&mut self, cx: &mut Cx<'_>, peer: NodeId, log: LogId, seq: u64) {
        let Some(site) = self.site else { return };
        let want = Want {
            tag: log.tag(&site),
            after: seq - 1,
            upto: seq,
            trace: false,
        };
        self.boot_ask(cx, peer, Asked::Fill(log, seq), Message::Want(want));
    }

    /// Entries whose headers are here already: their changes complete documents. Returns whether they were asked for.
    pub(crate) fn boot_filled(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        batch: &EntryBatch,
    ) -> StoreResult<bool> {
        let asked = Asked::Fill(batch.log, batch.after + 1);
        let Some(site) = self.site.filter(|_| self.boot.is_asked(&asked, peer)) else {
            return Ok(false);
        };
        self.boot.asked = None;
        let previous = self
            .logs
            .hash_at(cx.store, &site, &batch.log, batch.after)?;
        let entries = previous.and_then(|previous| batch.verify(&previous).ok());
        let Some(entries) = entries else {
            self.boot_blame(cx, peer, Reason::BadSignature);
            return Ok(true);
        };
        let actor = batch.log.actor_bytes(&site);
        let Some(changes) = self.checked_changes(peer, &actor, &entries) else {
            self.boot_avoid(cx, peer);
            return Ok(true);
        };
        if changes.first().is_none_or(Option::is_none) {
            // It has no change for this entry either, or it was forgotten there: somebody else, or that news, will tell.
            self.boot_blame(cx, peer, Reason::SnapshotMismatch);
            return Ok(true);
        }
        for (entry, change) in entries.iter().zip(changes) {
            if change.is_some() {
                self.fill_entry(cx, batch.log, entry.header.seq, &entry.change)?;
            }
        }
        self.boot_go_on(cx)?;
        Ok(true)
    }

    fn fill_entry(
        &mut self,
        cx: &mut Cx<'_>,
        log: LogId,
        seq: u64,
        change: &[u8],
    ) -> StoreResult<()> {
        let Some(stored) = cx.store.entry(&log, seq)? else {
            return Ok(());
        };
        let is_open = matches!(
            stored.state,
            EntryState::Unproven | EntryState::Pending | EntryState::Withheld(_)
        );
        if stored.change.is_some() || !is_open {
            return Ok(());
        }
        cx.store.put_change(&log, seq, change)?;
        self.again.came(stored.header.change_hash.as_ref());
        let state = self
            .withheld(&log, seq)
            .map_or(EntryState::Pending, EntryState::Withheld);
        cx.store.set_entry_state(&log, seq, state)?;
        let (doc, kind) = (stored.header.doc, stored.header.kind);
        self.pending_docs.insert(doc);
        self.retry_pending(cx, doc, kind)?;
        self.wrote_others(cx.now);
        Ok(())
    }
}
