//! Taking in entries of other nodes: proven, stored, counted, then applied if they can be.
//!
//! Whatever is chained and validly signed is stored, even when its content is not understood; otherwise one strange entry
//! would stall its log for ever. Refused are only a wrong chain or signature, a change that is not the one its header
//! names, and a change made under the actor of another log.

use lienquay_shared::log::bounds::{MAX_BATCH_ENTRIES, MAX_SEQ};
use lienquay_shared::log::{ActionKind, BatchError, EntryBatch, VerifiedEntry};
use lienquay_shared::schema::{Change, Documents};
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, LogId, NodeId, SiteId, schema};

use crate::apply::Ancestry;
use crate::engine::{Cx, Engine};
use crate::store::{EntryState, SignedPoint, StoreResult, StoredEntry};

impl Engine {
    /// Entries arrived, pushed or pulled.
    pub(crate) fn on_entries(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        batch: EntryBatch,
    ) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        if !self.roster.is_author(&batch.log.node) {
            self.reasons.count(Some(peer), Reason::UnknownAuthor);
            return Ok(());
        }
        if batch.last_seq() > MAX_SEQ {
            self.reasons.count(Some(peer), Reason::MalformedEntry);
            return Ok(());
        }
        if !self.has_room_for(&batch.log) {
            self.reasons.count(Some(peer), Reason::TooMany);
            return Ok(());
        }
        if batch.branch_of.is_some() {
            return self.on_branch_entries(cx, &site, peer, &batch);
        }
        if let Some(previous) = batch.previous {
            return self.on_traced(cx, &site, peer, &batch, previous);
        }
        if crosses_border(&batch) {
            self.reasons.count(Some(peer), Reason::MalformedEntry);
            return Ok(());
        }
        if self.boot_filled(cx, peer, &batch)? {
            return Ok(());
        }
        let (received, head) = self.logs.head(&site, &batch.log);
        if batch.last_seq() <= received {
            self.reasons.count(Some(peer), Reason::Duplicate);
            return Ok(());
        }
        if batch.after > received {
            self.reasons.count(Some(peer), Reason::Gap);
            self.pull(cx, peer, batch.log.tag(&site), batch.last_seq());
            return Ok(());
        }
        let previous = if batch.after == received {
            Some(head)
        } else {
            self.logs
                .hash_at(cx.store, &site, &batch.log, batch.after)?
        };
        let Some(previous) = previous else {
            return Ok(());
        };
        match batch.verify(&previous) {
            Ok(mut entries) => {
                // It may overlap with what is held, and be of another branch there.
                if let Some(theirs) = self.unlike_ours(cx, &site, &batch.log, &entries)? {
                    return self.fork_found(cx, &site, peer, &batch, theirs);
                }
                entries.retain(|entry| entry.header.seq > received);
                match self.checked_changes(peer, &batch.log.actor_bytes(&site), &entries) {
                    Some(changes) => self.accept_run(cx, &site, peer, &batch, entries, changes),
                    None => Ok(()),
                }
            }
            Err(BatchError::ChainOrSignature) => self.on_unchained(cx, &site, peer, &batch),
            Err(BatchError::Empty | BatchError::Header { .. }) => {
                self.reasons.count(Some(peer), Reason::MalformedEntry);
                Ok(())
            }
        }
    }

    /// Takes in a run that continues what is held, and passes it on.
    pub(crate) fn accept_run(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
        entries: Vec<VerifiedEntry>,
        changes: Vec<Option<Box<dyn Change>>>,
    ) -> StoreResult<()> {
        let log = batch.log;
        let Some(last) = entries.last().map(|entry| (entry.header.seq, entry.hash)) else {
            return Ok(());
        };
        if self.own == Some(log) {
            // Written by a copy of this folder: what is never continued from a copy is not continued from here either.
            self.doubt_proven();
            self.own_log_overtaken(cx)?;
        }
        let n_bytes = n_bytes_of(&entries);
        self.logs.advance(cx.store, site, &log, None, last)?;
        for (entry, change) in entries.into_iter().zip(changes) {
            self.take_in(cx, log, entry, change)?;
        }
        self.keep_signature(
            cx,
            &log,
            SignedPoint {
                seq: last.0,
                hash: last.1,
                signature: batch.signature,
            },
            n_bytes,
        )?;
        self.wrote_others(cx.now);
        self.relay(cx, peer, batch);
        self.pull_progressed(cx, site, &log);
        self.compare_branches(cx, site, &log)
    }

    /// Parses the changes of proven entries; `None` when one is not what its header says or borrows an actor, which
    /// refuses the whole run.
    pub(crate) fn checked_changes(
        &mut self,
        peer: NodeId,
        actor: &[u8; 16],
        entries: &[VerifiedEntry],
    ) -> Option<Vec<Option<Box<dyn Change>>>> {
        let mut changes = Vec::with_capacity(entries.len());
        for entry in entries {
            match check_change(self.settings.documents, actor, entry) {
                Ok(change) => changes.push(change),
                Err(reason) => {
                    self.reasons.count(Some(peer), reason);
                    return None;
                }
            }
        }
        Some(changes)
    }

    /// Stores one proven entry and applies its change if that is possible now.
    pub(crate) fn take_in(
        &mut self,
        cx: &mut Cx<'_>,
        log: LogId,
        entry: VerifiedEntry,
        change: Option<Box<dyn Change>>,
    ) -> StoreResult<()> {
        let header = entry.header;
        self.clock.observe(header.hlc, cx.now.wall_millis);
        self.again.came(header.change_hash.as_ref());
        if let Some(ended) = header.closes
            && ended.log.node == log.node
        {
            self.logs.close(cx.store, &ended.log)?;
        }
        let head = cx.store.doc_head(&header.doc)?;
        let forgotten = head.is_some_and(|row| row.forgotten);
        let state = match (&change, self.withheld(&log, header.seq)) {
            (_, _) if forgotten && header.change_hash.is_some() => EntryState::Forgotten,
            (None, None) if header.change_hash.is_some() => {
                EntryState::Quarantined(Reason::Forgotten)
            }
            // Without a change there is no ancestry to wait for: a document forgotten anywhere is forgotten everywhere.
            (None, _) if header.change_hash.is_none() => EntryState::Applied,
            (_, Some(reason)) => EntryState::Withheld(reason),
            (_, None) => EntryState::Pending,
        };
        let bytes = (state != EntryState::Forgotten && header.change_hash.is_some())
            .then_some(entry.change);
        let stored = StoredEntry {
            log,
            header,
            header_bytes: entry.header_bytes,
            change: bytes,
            state,
        };
        if let (EntryState::Pending, Some(change)) = (state, &change)
            && self.apply_at_once(cx, &stored, change.as_ref())?
        {
            return self.retry_pending(cx, stored.header.doc, stored.header.kind);
        }
        cx.store.put_entry(&stored)?;
        match (state, change) {
            (EntryState::Pending, Some(change)) => {
                // Only something applied lets others go on; trying them all for one that waits itself would cost more with
                // each that waits.
                if self.try_apply(cx, &stored, change.as_ref(), Ancestry::Release)? {
                    self.retry_pending(cx, stored.header.doc, stored.header.kind)?;
                }
                if self.was_refused(cx, &stored)? {
                    self.rebuild_if_crowded(cx, stored.header.doc)?;
                }
                Ok(())
            }
            // A valid entry that builds on this one may have come first, and was waiting for it.
            (EntryState::Withheld(_), Some(_)) => {
                self.retry_pending(cx, stored.header.doc, stored.header.kind)
            }
            (EntryState::Applied, _) => self.apply_log_action(cx, &stored),
            (EntryState::Quarantined(reason), _) => {
                cx.store
                    .flag_doc(&stored.header.doc, stored.header.kind, Some(reason))
            }
            _ => Ok(()),
        }
    }

    /// An entry about the log or the existence of a document, without a change.
    pub(crate) fn apply_log_action(
        &mut self,
        cx: &mut Cx<'_>,
        entry: &StoredEntry,
    ) -> StoreResult<()> {
        match entry.header.action {
            ActionKind::DocForgotten if self.is_site_doc(&entry.header.doc) => {
                self.reasons
                    .count(Some(entry.log.node), Reason::ChangeDoesNotApply);
                Ok(())
            }
            ActionKind::DocForgotten => {
                cx.store.forget_doc(&entry.header.doc)?;
                cx.store.unproject(&entry.header.doc)?;
                self.unname_files(cx, entry.header.doc, true)?;
                self.docs.drop_loaded(&entry.header.doc);
                self.pending_docs.remove(&entry.header.doc);
                cx.fx.changed.push(entry.header.doc);
                Ok(())
            }
            ActionKind::LogClosed => self.logs.close(cx.store, &entry.log),
            _ => Ok(()),
        }
    }

    /// Whether a document is the site's own, which no entry can forget: nobody could work any more.
    fn is_site_doc(&self, doc: &DocId) -> bool {
        self.site
            .is_some_and(|site| schema::site::site_doc(&site) == *doc)
    }

    /// Keeps the signature at a log's new head, after entries of `n_bytes`, and lets go of the one it makes unnecessary: a
    /// range may end at any multiple of 64, where the stretch since the last kept signature grew large, or at the head.
    pub(crate) fn keep_signature(
        &mut self,
        cx: &mut Cx<'_>,
        log: &LogId,
        point: SignedPoint,
        n_bytes: usize,
    ) -> StoreResult<()> {
        cx.store.put_signature(log, &point)?;
        match self.logs.signed(log, point.seq, n_bytes) {
            Some(needless) => cx.store.drop_signatures(log, needless - 1, needless + 1),
            None => Ok(()),
        }
    }
}

/// Whether a batch goes past a multiple of 64 without a signature there. No author writes so, and nobody could serve the
/// log from that place on.
pub(crate) fn crosses_border(batch: &EntryBatch) -> bool {
    let stretch = MAX_BATCH_ENTRIES as u64;
    batch.last_seq().saturating_sub(1) / stretch > batch.after / stretch
}

/// Bytes that entries take in a batch.
pub(crate) fn n_bytes_of(entries: &[VerifiedEntry]) -> usize {
    entries
        .iter()
        .map(|entry| entry.header_bytes.len() + entry.change.len())
        .sum()
}

/// Checks a change against its header and its log's actor. `Ok(None)` for entries without one (or whose document the
/// sender has forgotten).
fn check_change(
    documents: &dyn Documents,
    actor: &[u8; 16],
    entry: &VerifiedEntry,
) -> Result<Option<Box<dyn Change>>, Reason> {
    let bytes = &entry.change;
    let Some(named) = entry.header.change_hash else {
        return if bytes.is_empty() {
            Ok(None)
        } else {
            Err(Reason::WrongChangeHash)
        };
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    let change = documents
        .change(bytes.clone())
        .map_err(|_unreadable| Reason::WrongChangeHash)?;
    if change.hash() != named {
        return Err(Reason::WrongChangeHash);
    }
    if change.actor() != actor {
        return Err(Reason::BorrowedActor);
    }
    Ok(Some(change))
}
