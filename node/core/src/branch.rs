//! Forks: two branches of one log, because a PC was cloned or its disk was rolled back.
//!
//! The branch whose first entry has the lower hash stays the log, on every node alike. The other becomes a log of its own
//! (its id derived from where it left), so that it travels, is counted and is never lost; its changes are set aside
//! unless a valid entry builds on them, and the node that wrote them writes them again in its next incarnation.

pub(crate) mod again;
mod parting;

use lienquay_shared::log::bounds::MAX_BATCH_ENTRIES;
use lienquay_shared::log::{EntryBatch, VerifiedEntry};
use lienquay_shared::wire::link::Want;
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, EntryHash, LogId, NodeId, SiteId};

use crate::accept::{crosses_border, n_bytes_of};
use crate::docs::change_of;
use crate::engine::{Cx, Engine};
use crate::event::Notice;
use crate::store::{Base, EntryRef, SignedPoint, StoreResult, StoredEntry};

/// First step back while tracing where two branches part; doubled each time.
const TRACE_STEP: u64 = 64;
/// Entries of one log read at once while a branch is moved.
const PAGE: usize = 256;

/// Entries of a branch that lost, verified up to where it left its log.
struct BranchPart<'a> {
    /// The branch, named by where it left.
    branch: LogId,
    /// Where it left.
    base: Base,
    entries: Vec<VerifiedEntry>,
    /// What brought them; carries their signature.
    batch: &'a EntryBatch,
}

impl Engine {
    /// A peer holds another entry than ours at `seq`: asks back until the branches meet.
    pub(crate) fn trace_fork(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        log: &LogId,
        seq: u64,
    ) {
        self.reasons.count(Some(peer), Reason::Forked);
        self.ask_trace(cx, site, peer, log, seq.saturating_sub(TRACE_STEP), seq);
    }

    fn ask_trace(
        &self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        log: &LogId,
        after: u64,
        upto: u64,
    ) {
        self.send(
            cx,
            peer,
            Message::Want(Want {
                tag: log.tag(site),
                after,
                upto,
                trace: true,
            }),
        );
    }

    /// A batch does not continue what we hold: forged, or of another branch.
    pub(crate) fn on_unchained(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
    ) -> StoreResult<()> {
        self.reasons.count(Some(peer), Reason::BadSignature);
        if batch.previous.is_none() {
            self.trace_fork(cx, site, peer, &batch.log, batch.after);
        }
        Ok(())
    }

    /// The answer to a trace: tells the hash before its first entry.
    pub(crate) fn on_traced(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
        previous: EntryHash,
    ) -> StoreResult<()> {
        let log = batch.log;
        let Some(ours) = self.logs.hash_at(cx.store, site, &log, batch.after)? else {
            return Ok(());
        };
        // Whoever answers what its author never signed is not asked further back.
        let is_signed = batch.verify(&previous).is_ok();
        if !is_signed || (batch.after == 0 && ours != previous) {
            self.reasons.count(Some(peer), Reason::BadSignature);
            return Ok(());
        }
        if ours != previous {
            let step = TRACE_STEP.max((self.logs.head(site, &log).0 - batch.after) * 2);
            self.ask_trace(
                cx,
                site,
                peer,
                &log,
                batch.after.saturating_sub(step),
                batch.after,
            );
            return Ok(());
        }
        let Ok(entries) = batch.verify(&ours) else {
            self.reasons.count(Some(peer), Reason::BadSignature);
            return Ok(());
        };
        if let Some(theirs) = self.unlike_ours(cx, site, &log, &entries)? {
            return self.fork_found(cx, site, peer, batch, theirs);
        }
        let received = self.logs.head(site, &log).0;
        if batch.last_seq() < received {
            self.ask_trace(cx, site, peer, &log, batch.last_seq(), received);
        }
        Ok(())
    }

    /// Of entries that leave our copy of a log at a place both hold: those from the first that is another than ours.
    pub(crate) fn unlike_ours(
        &self,
        cx: &Cx<'_>,
        site: &SiteId,
        log: &LogId,
        entries: &[VerifiedEntry],
    ) -> StoreResult<Option<Vec<VerifiedEntry>>> {
        let received = self.logs.head(site, log).0;
        let n_shared = entries
            .iter()
            .take_while(|entry| entry.header.seq <= received)
            .count();
        let is_unlike = |entry: &VerifiedEntry| -> StoreResult<bool> {
            let ours = self.logs.hash_at(cx.store, site, log, entry.header.seq)?;
            Ok(ours.is_some_and(|ours| ours != entry.hash))
        };
        // Entries are chained: if the last that both hold is the same, all before it are.
        match entries[..n_shared].last() {
            Some(last) if is_unlike(last)? => {}
            Some(_) | None => return Ok(None),
        }
        for (place, entry) in entries[..n_shared].iter().enumerate() {
            if is_unlike(entry)? {
                return Ok(Some(entries[place..].to_vec()));
            }
        }
        Ok(None)
    }

    pub(crate) fn fork_found(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
        theirs: Vec<VerifiedEntry>,
    ) -> StoreResult<()> {
        let log = batch.log;
        let Some(first) = theirs.first() else {
            return Ok(());
        };
        let fork_at = first.header.seq - 1;
        if !self.has_room_for(&log.branch(fork_at, &first.hash)) {
            self.reasons.count(Some(peer), Reason::TooMany);
            return Ok(());
        }
        let (Some(shared), Some(ours)) = (
            self.logs.hash_at(cx.store, site, &log, fork_at)?,
            self.logs.hash_at(cx.store, site, &log, fork_at + 1)?,
        ) else {
            return Ok(());
        };
        let base = Base {
            of: log.incarnation,
            at: fork_at,
            hash: shared,
        };
        tracing::warn!(%log, fork_at, "a log has two branches");
        cx.fx.notices.push(Notice::Forked { log });
        let Some(changes) = self.checked_changes(peer, &log.actor_bytes(site), &theirs) else {
            return Ok(());
        };
        self.own_log_ended_by_fork(cx, &log)?;
        if ours < first.hash {
            let part = BranchPart {
                branch: log.branch(fork_at, &first.hash),
                base,
                entries: theirs,
                batch,
            };
            return self.take_or_part(cx, site, peer, part);
        }
        let moved = self.demote(cx, site, &log, base, &ours)?;
        self.accept_run(cx, site, peer, batch, theirs, changes)?;
        let mut docs: Vec<DocId> = moved.iter().map(|entry| entry.header.doc).collect();
        docs.sort_unstable();
        docs.dedup();
        for doc in docs {
            self.rebuild(cx, doc)?;
        }
        if log.node == self.me {
            self.write_again(cx, moved)
        } else {
            Ok(())
        }
    }

    /// Our branch lost: it becomes a log of its own. Returns its entries.
    fn demote(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        log: &LogId,
        base: Base,
        first: &EntryHash,
    ) -> StoreResult<Vec<StoredEntry>> {
        let mut moved = Vec::new();
        let mut after = base.at;
        loop {
            let page = cx.store.entries(log, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.header.seq;
            moved.extend(page);
        }
        for entry in &mut moved {
            let found = EntryRef {
                log: entry.log,
                seq: entry.header.seq,
                change_hash: entry.header.change_hash,
                state: entry.state,
            };
            entry.change = change_of(&mut self.docs, cx.store, &entry.header.doc, &found)?;
        }
        self.move_off(cx, site, log, base, first)?;
        self.wrote_others(cx.now);
        Ok(moved)
    }

    /// Entries of a branch that lost, named as such by the sender.
    pub(crate) fn on_branch_entries(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
    ) -> StoreResult<()> {
        let (Some(of), Some(previous)) = (batch.branch_of, batch.previous) else {
            return Ok(());
        };
        let parent = LogId {
            node: batch.log.node,
            incarnation: of,
        };
        if crosses_border(batch) {
            self.reasons.count(Some(peer), Reason::MalformedEntry);
            return Ok(());
        }
        if let Some(base) = self.logs.get(&batch.log).and_then(|held| held.base) {
            return self.on_known_branch(cx, site, peer, batch, base, previous);
        }
        if self.logs.get(&batch.log).is_some() {
            self.reasons.count(Some(peer), Reason::Gap);
            return Ok(());
        }
        // The author's signature covers the hash the branch left at, so its place needs no other proof: our copy of the log
        // may itself have been cut back below it.
        let base = Base {
            of,
            at: batch.after,
            hash: previous,
        };
        let Ok(entries) = batch.verify(&previous) else {
            self.reasons.count(Some(peer), Reason::BadSignature);
            return Ok(());
        };
        let ours = self
            .logs
            .hash_at(cx.store, site, &parent, batch.after.saturating_add(1))?;
        match entries.first() {
            // Not a branch: these are the log's own entries under another name.
            Some(first) if ours == Some(first.hash) => {
                self.reasons.count(Some(peer), Reason::Duplicate);
                Ok(())
            }
            Some(first) if parent.branch(base.at, &first.hash) == batch.log => {
                let part = BranchPart {
                    branch: batch.log,
                    base,
                    entries,
                    batch,
                };
                self.take_branch(cx, site, peer, part)
            }
            Some(_) | None => {
                self.reasons.count(Some(peer), Reason::BadSignature);
                Ok(())
            }
        }
    }

    fn take_branch(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        part: BranchPart<'_>,
    ) -> StoreResult<()> {
        let BranchPart {
            branch,
            base,
            entries,
            batch,
        } = part;
        let parent = base.left(branch.node);
        let received = self
            .logs
            .get(&branch)
            .map_or(base.at, |held| held.mark.received);
        let fresh: Vec<VerifiedEntry> = entries
            .into_iter()
            .filter(|entry| entry.header.seq > received)
            .collect();
        let Some(changes) = self.checked_changes(peer, &parent.actor_bytes(site), &fresh) else {
            return Ok(());
        };
        let Some(last) = fresh.last().map(|entry| (entry.header.seq, entry.hash)) else {
            return Ok(());
        };
        let n_bytes = n_bytes_of(&fresh);
        if self.logs.get(&branch).is_none() {
            // Whoever hears of the fork from others is told as well, above all the PC whose log it is.
            cx.fx.notices.push(Notice::Forked { log: parent });
        }
        self.logs
            .advance(cx.store, site, &branch, Some(base), last)?;
        for (entry, change) in fresh.into_iter().zip(changes) {
            let (doc, kind) = (entry.header.doc, entry.header.kind);
            self.take_in(cx, branch, entry, change)?;
            self.retry_pending(cx, doc, kind)?;
        }
        self.keep_signature(
            cx,
            &branch,
            SignedPoint {
                seq: last.0,
                hash: last.1,
                signature: batch.signature,
            },
            n_bytes,
        )?;
        self.wrote_others(cx.now);
        self.pull_progressed(cx, site, &branch);
        if branch.node == self.me {
            // This PC wrote it before its disk was rolled back, or its clone did; nobody else may write it again.
            // A log that somebody else continued is not continued here either.
            self.own_log_ended_by_fork(cx, &parent)?;
            let lost = cx.store.entries(&branch, received, MAX_BATCH_ENTRIES)?;
            return self.write_again(cx, lost);
        }
        Ok(())
    }
}
