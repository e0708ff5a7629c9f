//! Letting files go to make room: only what two others have just said they keep.
//!
//! Whoever says yes has no question of its own about that file open, and forgets one that it had. So among all who ever
//! let a file go, the one that asked last got its two answers from members that had not let go and never asked again: two
//! copies are left, however many let go at the same time.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::codec::List;
use lienquay_shared::wire::files::{MAX_SPARED, SpareAnswer, SpareAsk};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{FileHash, NodeId, RequestId};

use crate::engine::{Cx, Engine};
use crate::files::{Class, FileRank, MAX_LETTING_GO};
use crate::store::StoreResult;

/// Others that must keep a file that is let go here.
const KEEPERS: usize = 2;
/// How long answers are awaited.
const ANSWER_MILLIS: u64 = 10_000;
/// Between two questions, so that a full PC does not ask all the time.
const PAUSE_MILLIS: u64 = 5_000;
/// Rows looked at for files to let go.
const PAGE: usize = 64;
const MAX_LOOKED_AT: usize = 512;

/// A question under way.
#[derive(Debug)]
pub(crate) struct Spare {
    request: RequestId,
    asked_at: u64,
    /// Files still wanted to be let go, and who keeps them.
    files: BTreeMap<FileHash, BTreeSet<NodeId>>,
    /// Whom it was sent to.
    asked: BTreeSet<NodeId>,
}

impl Engine {
    /// Asks whether files that are wanted less than `wanted` may be let go, until `size` bytes fit.
    pub(super) fn spare_for(
        &mut self,
        cx: &mut Cx<'_>,
        wanted: &FileRank,
        size: u64,
    ) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        if self.files.spare.is_some() || self.files.letting_go.len() >= MAX_LETTING_GO {
            return Ok(());
        }
        let mut files: BTreeMap<FileHash, BTreeSet<NodeId>> = BTreeMap::new();
        let mut asks: BTreeMap<NodeId, Vec<FileHash>> = BTreeMap::new();
        let (mut found_bytes, mut n_looked_at) = (0_u64, 0);
        let mut cursor: Option<FileRank> = None;
        while found_bytes < size && files.len() < MAX_SPARED && n_looked_at < MAX_LOOKED_AT {
            let page = cx.store.files_kept(cursor.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            cursor = Some(last.rank);
            n_looked_at += page.len();
            let is_past = last.rank <= *wanted;
            for row in page {
                if found_bytes >= size || files.len() >= MAX_SPARED {
                    break;
                }
                let is_less_wanted =
                    row.rank > *wanted && !matches!(row.rank.class, Class::Unnamed | Class::AtRisk);
                if !is_less_wanted || self.files.is_erasing(&row.hash) {
                    continue;
                }
                let keepers: Vec<NodeId> = self
                    .member_links()
                    .into_iter()
                    .filter(|peer| row.holders & self.files.holders.bit(peer) != 0)
                    .collect();
                if keepers.len() < KEEPERS {
                    continue;
                }
                found_bytes = found_bytes.saturating_add(row.size);
                files.insert(row.hash, BTreeSet::new());
                for peer in keepers {
                    asks.entry(peer).or_default().push(row.hash);
                }
            }
            if is_past {
                break;
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        let request = cx.rng.request();
        self.files.spare = Some(Spare {
            request,
            asked_at: now,
            files,
            asked: asks.keys().copied().collect(),
        });
        for (peer, files) in asks {
            let files = List::truncated(files);
            self.send(cx, peer, Message::SpareAsk(SpareAsk { request, files }));
        }
        Ok(())
    }

    /// Old questions end; what was scanned here beyond the quota makes room for itself.
    pub(super) fn spare_on_beat(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        let is_over = |spare: &Spare| {
            let age = now.saturating_sub(spare.asked_at);
            age > ANSWER_MILLIS || (spare.files.is_empty() && age > PAUSE_MILLIS)
        };
        if self.files.spare.as_ref().is_some_and(is_over) {
            self.files.spare = None;
        }
        let quota = self.files.policy.quota_bytes.unwrap_or(u64::MAX);
        let beyond = self.files.totals.held_bytes.saturating_sub(quota);
        if beyond == 0 || self.site.is_none() {
            return Ok(());
        }
        let first = FileRank {
            class: Class::AtRisk,
            touched: u64::MAX,
            hash: FileHash([0; FileHash::LEN]),
        };
        self.spare_for(cx, &first, beyond)
    }

    /// Another member wants to let files go: says which of them stay here.
    pub(crate) fn on_spare_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: SpareAsk,
    ) -> StoreResult<()> {
        if !self.may_have_file_answer(cx, peer) {
            return Ok(());
        }
        let mut kept = Vec::new();
        for hash in ask.files.iter() {
            let stays = cx
                .store
                .file(hash)?
                .is_some_and(|row| self.files.stays(&row) && row.rank.class != Class::Unnamed);
            if !stays {
                continue;
            }
            if let Some(spare) = &mut self.files.spare
                && spare.files.contains_key(hash)
            {
                // Both ask: the lower key gives way to nobody.
                if self.me < peer {
                    continue;
                }
                spare.files.remove(hash);
            }
            kept.push(*hash);
        }
        let answer = SpareAnswer {
            request: ask.request,
            kept: List::truncated(kept),
        };
        self.send(cx, peer, Message::SpareAnswer(answer));
        Ok(())
    }

    pub(crate) fn on_spare_answer(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        answer: SpareAnswer,
    ) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        let asked = self.files.spare.as_mut().filter(|spare| {
            spare.request == answer.request
                && spare.asked.contains(&peer)
                && now.saturating_sub(spare.asked_at) <= ANSWER_MILLIS
        });
        let Some(spare) = asked else {
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return Ok(());
        };
        let mut free = Vec::new();
        for hash in answer.kept.iter() {
            let Some(keepers) = spare.files.get_mut(hash) else {
                continue;
            };
            keepers.insert(peer);
            if keepers.len() >= KEEPERS {
                spare.files.remove(hash);
                free.push(*hash);
            }
        }
        for hash in free {
            self.erase(cx, hash);
        }
        Ok(())
    }
}
