//! A branch that lost and has two ends itself: a PC whose disk was rolled back and that was copied then parts twice. Each end is
//! a branch of the one log, named by where it left; as in the log the one whose first entry has the lower hash stays.

use lienquay_shared::log::EntryBatch;
use lienquay_shared::wire::Reason;
use lienquay_shared::{EntryHash, LogId, NodeId, SiteId};

use super::BranchPart;
use crate::engine::{Cx, Engine};
use crate::store::{Base, StoreResult};

impl Engine {
    /// Entries of a branch that is held: they continue it, are held already, or leave it in their turn.
    pub(super) fn on_known_branch(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        batch: &EntryBatch,
        base: Base,
        previous: EntryHash,
    ) -> StoreResult<()> {
        let branch = batch.log;
        let received = self.logs.head(site, &branch).0;
        let Some(ours) = self.logs.hash_at(cx.store, site, &branch, batch.after)? else {
            self.reasons.count(Some(peer), Reason::Gap);
            return Ok(());
        };
        let Ok(entries) = batch.verify(&previous) else {
            self.reasons.count(Some(peer), Reason::BadSignature);
            return Ok(());
        };
        if ours != previous {
            // They part before: whoever answers what its author signed is asked further back, to where the branch begins.
            if batch.after > base.at {
                self.trace_fork(cx, site, peer, &branch, batch.after);
            } else {
                self.reasons.count(Some(peer), Reason::BadSignature);
            }
            return Ok(());
        }
        let part = BranchPart {
            branch,
            base,
            entries,
            batch,
        };
        if let Some(entries) = self.unlike_ours(cx, site, &branch, &part.entries)? {
            return self.part_branch(cx, site, peer, BranchPart { entries, ..part });
        }
        let is_traced = self.other_branches.contains(&(branch.tag(site), peer));
        if batch.last_seq() < received && is_traced {
            self.ask_trace(cx, site, peer, &branch, batch.last_seq(), received);
        }
        self.take_branch(cx, site, peer, part)
    }

    /// Entries of a branch that may be held already, and with another end.
    pub(super) fn take_or_part(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        part: BranchPart<'_>,
    ) -> StoreResult<()> {
        match self.unlike_ours(cx, site, &part.branch, &part.entries)? {
            Some(entries) => self.part_branch(cx, site, peer, BranchPart { entries, ..part }),
            None => self.take_branch(cx, site, peer, part),
        }
    }

    /// A peer's end of a branch is another than ours: the one that does not stay leaves it as a branch of the same log.
    fn part_branch(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        part: BranchPart<'_>,
    ) -> StoreResult<()> {
        let branch = part.branch;
        let root = part.base.left(branch.node);
        let Some(first) = part.entries.first() else {
            return Ok(());
        };
        let (first, at) = (first.hash, first.header.seq - 1);
        let (Some(shared), Some(ours)) = (
            self.logs.hash_at(cx.store, site, &branch, at)?,
            self.logs.hash_at(cx.store, site, &branch, at + 1)?,
        ) else {
            self.reasons.count(Some(peer), Reason::Gap);
            return Ok(());
        };
        let later = Base {
            of: part.base.of,
            at,
            hash: shared,
        };
        let (stays, leaves) = (ours.min(first), ours.max(first));
        if !self.has_room_for(&root.branch(at, &leaves)) {
            self.reasons.count(Some(peer), Reason::TooMany);
            return Ok(());
        }
        if stays == ours {
            let twig = BranchPart {
                branch: root.branch(at, &first),
                base: later,
                ..part
            };
            return self.take_or_part(cx, site, peer, twig);
        }
        if self
            .checked_changes(peer, &root.actor_bytes(site), &part.entries)
            .is_none()
        {
            return Ok(());
        }
        self.move_off(cx, site, &branch, later, &ours)?;
        self.take_branch(cx, site, peer, part)
    }

    /// What a log holds beyond the base becomes a branch that left it there, with `first` as its first entry. A peer that knew of
    /// the fork may have brought the branch before, and of that another end.
    pub(super) fn move_off(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        log: &LogId,
        base: Base,
        first: &EntryHash,
    ) -> StoreResult<()> {
        let root = base.left(log.node);
        let branch = root.branch(base.at, first);
        if let Some(at) = self.parts_after(cx, site, log, &branch, base.at)? {
            let hash_at = |log: &LogId, seq| self.logs.hash_at(cx.store, site, log, seq);
            let shared = hash_at(log, at)?;
            let (ours, theirs) = (hash_at(log, at + 1)?, hash_at(&branch, at + 1)?);
            if let (Some(hash), Some(ours), Some(theirs)) = (shared, ours, theirs) {
                let later = Base {
                    of: base.of,
                    at,
                    hash,
                };
                let (leaves, whose) = match ours < theirs {
                    true => (branch, theirs),
                    false => (*log, ours),
                };
                self.move_off(cx, site, &leaves, later, &whose)?;
            }
        }
        let known = self.logs.get(&branch).map(|held| held.mark);
        let head = self
            .logs
            .head(site, log)
            .max(known.map_or((0, base.hash), |mark| (mark.received, mark.hash)));
        cx.store.move_entries(log, base.at, &branch)?;
        self.logs
            .advance(cx.store, site, &branch, Some(base), head)?;
        self.logs
            .advance(cx.store, site, log, None, (base.at, base.hash))?;
        Ok(())
    }

    /// The last place at which two logs hold the same, if they differ at one behind it that both hold. They agree at `from`.
    fn parts_after(
        &self,
        cx: &Cx<'_>,
        site: &SiteId,
        one: &LogId,
        other: &LogId,
        from: u64,
    ) -> StoreResult<Option<u64>> {
        let differ_at = |seq| -> StoreResult<bool> {
            let hashes = (
                self.logs.hash_at(cx.store, site, one, seq)?,
                self.logs.hash_at(cx.store, site, other, seq)?,
            );
            Ok(matches!(hashes, (Some(one), Some(other)) if one != other))
        };
        let upto = self
            .logs
            .head(site, one)
            .0
            .min(self.logs.head(site, other).0);
        if self.logs.get(other).is_none() || upto <= from || !differ_at(upto)? {
            return Ok(None);
        }
        // Entries are chained: from the first difference on all differ.
        let (mut same, mut unlike) = (from, upto);
        while unlike - same > 1 {
            let middle = same + (unlike - same) / 2;
            match differ_at(middle)? {
                true => unlike = middle,
                false => same = middle,
            }
        }
        Ok(Some(same))
    }
}
