//! Logs that leave the plan: nobody in reach can complete them, or their chain is another one than the plan said.
//!
//! Such a log goes back to where it was before the first copy, and is pulled entry by entry like any other; two branches
//! of it are found there. Documents that held more of it are proven again.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::log::ActionKind;
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
        let Some(site) = self.site else { return Ok(()) };
        self.boot.unchained.entry(log).or_default().insert(peer);
        let said = &self.boot.unchained[&log];
        let may_know_better = |other: &NodeId| !said.contains(other) && self.holds_plan(other);
        if self.member_links().iter().any(may_know_better) {
            return Ok(());
        }
        self.boot.unchained.remove(&log);
        let Some(mut copy) = self.boot.copy.take() else {
            return Ok(());
        };
        let place = copy.rows.iter().position(|row| row.plan.log == log);
        if let Some(row) = place.map(|place| copy.rows.remove(place)) {
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
        let Named { docs, ended } = named_after(cx, &log, row.from.0)?;
        for doc in &docs {
            if let Some(head) = cx.store.doc_head(doc)?.filter(|head| !head.forgotten) {
                // What was applied is in the saved document before its entry goes.
                self.docs.save_now(cx.store, doc, head.kind)?;
            }
            self.boot.named.remove(doc);
        }
        cx.store.drop_entries(&log, row.from.0)?;
        self.logs.advance(cx.store, site, &log, None, row.from)?;
        for log in ended {
            self.logs.reopen(cx.store, &log)?;
        }
        let docs: Vec<DocId> = docs.into_iter().collect();
        for page in docs.chunks(MAX_DOCS) {
            let page: BTreeMap<DocId, Copied> =
                page.iter().map(|doc| (*doc, Copied::changed())).collect();
            copy.add_page(cx.store, self.me, &page)?;
        }
        Ok(())
    }
}

/// What entries of a log speak of.
struct Named {
    /// Documents with changes of theirs.
    docs: BTreeSet<DocId>,
    /// Logs that they say have ended.
    ended: BTreeSet<LogId>,
}

fn named_after(cx: &Cx<'_>, log: &LogId, mut after: u64) -> StoreResult<Named> {
    let mut named = Named {
        docs: BTreeSet::new(),
        ended: BTreeSet::new(),
    };
    loop {
        let page = cx.store.entries(log, after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(named);
        };
        after = last.header.seq;
        for entry in page {
            let header = entry.header;
            if header.change_hash.is_some() {
                named.docs.insert(header.doc);
            }
            let closed = (header.action == ActionKind::LogClosed).then_some(*log);
            named.ended.extend(closed);
            named.ended.extend(header.closes.map(|ended| ended.log));
        }
    }
}
