//! Logs that leave the plan: nobody in reach can complete them, or their chain is another one than the plan said.
//!
//! Such a log goes back to where it was before the first copy, and is pulled entry by entry like any other; two branches
//! of it are found there. Documents that held more of it are proven again.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::wire::bootstrap::MAX_DOCS;
use lienquay_shared::{DocId, LogId, NodeId, SiteId};

use super::docs::Copied;
use super::{Copy, Row};
use crate::engine::{Cx, Engine};
use crate::store::StoreResult;

/// Entries read at once.
const PAGE: usize = 256;

impl Engine {
    /// Headers of a peer do not continue what is here. When that is so with everybody who has them, the plan is wrong.
    pub(super) fn headers_unchained(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        log: LogId,
    ) -> StoreResult<()> {
        let said = self.boot.unchained.entry(log).or_default();
        said.insert(peer);
        let said = said.clone();
        let has_others = self
            .member_links()
            .iter()
            .any(|other| !said.contains(other) && self.holds_plan(other));
        let (Some(site), Some(mut copy)) = (self.site, self.boot.copy.take()) else {
            return Ok(());
        };
        let place = copy.rows.iter().position(|row| row.plan.log == log);
        if let Some(place) = place.filter(|_| !has_others) {
            let row = copy.rows.remove(place);
            self.boot.unchained.remove(&log);
            self.give_up(cx, &site, &mut copy, &row)?;
        }
        self.boot.copy = Some(copy);
        self.boot_store(cx)
    }

    /// Takes back what came of a log since the plan; its row is no part of the copy any more.
    pub(super) fn give_up(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        copy: &mut Copy,
        row: &Row,
    ) -> StoreResult<()> {
        let log = row.plan.log;
        tracing::warn!(%log, at = row.at, "taken out of the first copy");
        let docs = self.docs_of(cx, &log, row.from.0)?;
        for doc in &docs {
            if let Some(head) = cx.store.doc_head(doc)?.filter(|head| !head.forgotten) {
                // What was applied is in the saved document before its entry goes.
                self.docs.save_now(cx.store, doc, head.kind)?;
            }
            self.boot.named.remove(doc);
        }
        cx.store.drop_entries(&log, row.from.0)?;
        self.logs.advance(cx.store, site, &log, None, row.from)?;
        let docs: Vec<DocId> = docs.into_iter().collect();
        for page in docs.chunks(MAX_DOCS) {
            let page: BTreeMap<DocId, Copied> =
                page.iter().map(|doc| (*doc, Copied::changed())).collect();
            copy.add_page(cx.store, self.me, &page)?;
        }
        Ok(())
    }

    /// The documents that entries of a log after a position belong to.
    fn docs_of(&self, cx: &Cx<'_>, log: &LogId, mut after: u64) -> StoreResult<BTreeSet<DocId>> {
        let mut docs = BTreeSet::new();
        loop {
            let page = cx.store.entries(log, after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(docs);
            };
            after = last.header.seq;
            let changes = page
                .iter()
                .filter(|entry| entry.header.change_hash.is_some());
            docs.extend(changes.map(|entry| entry.header.doc));
        }
    }
}
