//! Answering pulls and passing on what arrives: any node relays any other's entries.

use lienquay_shared::codec::{Blob, List};
use lienquay_shared::log::bounds::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};
use lienquay_shared::log::{EntryBatch, WireEntry};
use lienquay_shared::wire::link::{Decline, Want};
use lienquay_shared::wire::{Message, Priority, Reason};
use lienquay_shared::{LogId, NodeId, SiteId};

use crate::docs::change_of;
use crate::engine::{Cx, Engine};
use crate::store::{EntryRef, EntryState, SignedPoint, StoreResult, StoredEntry};
use crate::sync::PULL_WINDOW;

/// Entries sent for one request: well under what a link queues. The rest is asked for again.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;
/// Entries sent for all requests of one group of events: they are in memory until it is committed.
const MAX_GROUP_BYTES: usize = 16 * 1024 * 1024;

impl Engine {
    /// Answers a pull with batches that each end where a signature is.
    pub(crate) fn on_want(&mut self, cx: &mut Cx<'_>, peer: NodeId, want: Want) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        let Some(log) = self.logs.by_tag(&want.tag) else {
            return Ok(());
        };
        if self.boot.covers(&log) {
            let (reason, log) = (Reason::Loading, Some(log));
            self.send(cx, peer, Message::Decline(Decline { reason, log }));
            return Ok(());
        }
        let (received, _) = self.logs.head(&site, &log);
        let base = self
            .logs
            .get(&log)
            .and_then(|held| held.base)
            .map_or(0, |base| base.at);
        let mut after = want.after.max(base);
        // Who does not know a branch cannot know where it starts, and asks for its beginning.
        let upto = if want.after < base {
            received
        } else {
            want.upto.min(received)
        };
        let upto = upto.min(after.saturating_add(PULL_WINDOW));
        let mut n_bytes = 0;
        while after < upto {
            if n_bytes > MAX_ANSWER_BYTES
                || self.n_answered_bytes > MAX_GROUP_BYTES
                || !self.shares.may_answer(peer)
            {
                self.reasons.count(Some(peer), Reason::TooMany);
                let decline = Decline {
                    reason: Reason::TooMany,
                    log: Some(log),
                };
                self.send_at(cx, peer, Priority::Range, Message::Decline(decline));
                return Ok(());
            }
            let Some(batch) = self.batch_from(cx, &site, &log, after, want.trace)? else {
                return Ok(());
            };
            after = batch.last_seq();
            let batch_bytes = batch
                .entries
                .iter()
                .map(|entry| entry.header.len() + entry.change.len())
                .sum::<usize>();
            n_bytes += batch_bytes;
            self.n_answered_bytes += batch_bytes;
            self.shares.answered(peer, batch_bytes);
            self.send_at(cx, peer, Priority::Range, Message::Entries(batch));
            if want.trace {
                // Each answer is answered by the next question: several would multiply at every step.
                return Ok(());
            }
        }
        Ok(())
    }

    /// The entries after `after` up to the next signature that keeps the batch within its bounds.
    pub(crate) fn batch_from(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        log: &LogId,
        after: u64,
        trace: bool,
    ) -> StoreResult<Option<EntryBatch>> {
        let mut stored = cx.store.entries(log, after, MAX_BATCH_ENTRIES)?.into_iter();
        // Never across a multiple of 64: whoever takes the batch in must get the signature that stays there.
        let stretch = MAX_BATCH_ENTRIES as u64;
        let border = (after / stretch + 1) * stretch;
        let (mut entries, mut n_bytes, mut fitting) = (Vec::new(), 0, after);
        for entry in stored.by_ref() {
            let is_last = entry.header.seq >= border;
            let seq = entry.header.seq;
            let Some(entry) = self.wire_entry(cx, entry)? else {
                return Ok(None);
            };
            n_bytes += entry.header.len() + entry.change.len();
            entries.push((seq, entry));
            if n_bytes > MAX_BATCH_BYTES {
                break;
            }
            fitting = seq;
            if is_last {
                break;
            }
        }
        let Some(end) = batch_end(cx, log, after, fitting)? else {
            return Ok(None);
        };
        entries.retain(|(seq, _)| *seq <= end.seq);
        for entry in stored.take_while(|entry| entry.header.seq <= end.seq) {
            let seq = entry.header.seq;
            match self.wire_entry(cx, entry)? {
                Some(entry) => entries.push((seq, entry)),
                None => return Ok(None),
            }
        }
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        let branch_of = self
            .logs
            .get(log)
            .and_then(|held| held.base)
            .map(|base| base.of);
        let previous = if trace || branch_of.is_some() {
            self.logs.hash_at(cx.store, site, log, after)?
        } else {
            None
        };
        Ok(Some(EntryBatch {
            log: *log,
            after,
            entries: List::truncated(entries),
            signature: end.signature,
            previous,
            branch_of,
        }))
    }

    /// An entry with its change, extracted from its document where it is not stored by itself.
    fn wire_entry(
        &mut self,
        cx: &mut Cx<'_>,
        entry: StoredEntry,
    ) -> StoreResult<Option<WireEntry>> {
        let Some(change) = self.change_to_send(cx, &entry)? else {
            // Sent empty it would be taken for forgotten; somebody else may have it.
            self.reasons.count(None, Reason::SnapshotMismatch);
            return Ok(None);
        };
        let blobs = (Blob::new(entry.header_bytes), Blob::new(change));
        Ok(match blobs {
            (Ok(header), Ok(change)) => Some(WireEntry { header, change }),
            _ => None,
        })
    }

    /// The change of an entry, empty where there is none to send; `None` when it should be here and is not.
    fn change_to_send(
        &mut self,
        cx: &mut Cx<'_>,
        entry: &StoredEntry,
    ) -> StoreResult<Option<Vec<u8>>> {
        if let Some(change) = &entry.change {
            return Ok(Some(change.clone()));
        }
        if entry.header.change_hash.is_none() || entry.state == EntryState::Forgotten {
            return Ok(Some(Vec::new()));
        }
        let entry_ref = EntryRef {
            log: entry.log,
            seq: entry.header.seq,
            change_hash: entry.header.change_hash,
            state: entry.state,
        };
        let change = change_of(&mut self.docs, cx.store, &entry.header.doc, &entry_ref)?;
        Ok(match entry.state {
            EntryState::Applied => change,
            _ => Some(change.unwrap_or_default()),
        })
    }

    /// Passes a batch on to members that its author and its bringer have no link to.
    pub(crate) fn relay(&mut self, cx: &mut Cx<'_>, from: NodeId, batch: &EntryBatch) {
        let Some(site) = self.site else { return };
        let tag = batch.log.tag(&site);
        for peer in self.member_links() {
            let Some(link) = self.links.get_mut(&peer) else {
                continue;
            };
            let reached = peer == from
                || peer == batch.log.node
                || link.their_links.contains(&from)
                || link.their_links.contains(&batch.log.node);
            let told = link.theirs.get(&tag).map_or(0, |row| row.received);
            let theirs = told.max(link.relayed.get(&tag).copied().unwrap_or(0));
            if !reached && (batch.after..batch.last_seq()).contains(&theirs) {
                link.relayed.insert(tag, batch.last_seq());
                self.send(cx, peer, Message::Entries(batch.clone()));
            }
        }
    }
}

/// The last signed point that keeps a batch under its byte bound, which the entries up to `fitting` do; at least the next
/// one, whose stretch is bounded by what its author may write unsigned.
fn batch_end(
    cx: &Cx<'_>,
    log: &LogId,
    after: u64,
    fitting: u64,
) -> StoreResult<Option<SignedPoint>> {
    match cx.store.signature_before(log, fitting)? {
        Some(point) if point.seq > after => Ok(Some(point)),
        Some(_) | None => cx.store.signature_after(log, after + 1),
    }
}
