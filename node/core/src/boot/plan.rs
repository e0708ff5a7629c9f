//! The plan: how far each log goes in the first copy, and from whom it can be had.

use lienquay_shared::log::bounds::MAX_SEQ;
use lienquay_shared::log::chain::verify_entry_signature;
use lienquay_shared::wire::bootstrap::{Plan, PlanRow};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{NodeId, SiteId};

use super::{Asked, Copy, LOST_SOURCE_MILLIS, Row};
use crate::engine::{Cx, Engine};
use crate::store::{SignedPoint, StoreResult};

impl Engine {
    /// A plan came: the first one is adopted, a later one lowers what nobody reachable holds.
    pub(super) fn on_plan(&mut self, cx: &mut Cx<'_>, peer: NodeId, plan: Plan) -> StoreResult<()> {
        let Some(site) = self.site else { return Ok(()) };
        let is_signed =
            |row: &PlanRow| verify_entry_signature(&row.log.node, &row.hash, &row.signature);
        let is_position = |row: &PlanRow| row.seq <= MAX_SEQ;
        if plan.rows.is_empty()
            || !plan
                .rows
                .iter()
                .all(|row| is_position(row) && is_signed(row))
        {
            self.boot_blame(cx, peer, Reason::BadSignature);
            return Ok(());
        }
        self.boot.planner = None;
        if self.boot.copy.is_some() {
            self.lower_plan(cx, &site, &plan)?;
        } else {
            self.adopt_plan(cx, &site, peer, plan)?;
        }
        self.boot_store(cx)
    }

    /// Rows of authors not known yet are left out: those logs are pulled later, as any other.
    fn adopt_plan(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        peer: NodeId,
        plan: Plan,
    ) -> StoreResult<()> {
        let mut copy = Copy {
            n_docs: plan.n_docs,
            ..Copy::default()
        };
        for plan in plan.rows.into_vec() {
            let (at, hash) = self.logs.head(site, &plan.log);
            if !self.roster.is_author(&plan.log.node) {
                self.reasons.count(Some(peer), Reason::UnknownAuthor);
            } else if !self.has_room_for(&plan.log) {
                self.reasons.count(Some(peer), Reason::TooMany);
            } else if plan.seq > at && self.own != Some(plan.log) {
                let from = (at, hash);
                copy.rows.push(Row {
                    plan,
                    from,
                    at,
                    hash,
                });
                self.set_planned_head(cx, site, &plan)?;
            }
        }
        self.boot.docs_at = cx.now.mono_millis;
        self.boot.copy = Some(copy);
        Ok(())
    }

    /// Live entries behind the plan chain on from here; the signature stays, or no range could end here.
    fn set_planned_head(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        row: &PlanRow,
    ) -> StoreResult<()> {
        let to = (row.seq, row.hash);
        self.logs.advance(cx.store, site, &row.log, None, to)?;
        let point = SignedPoint {
            seq: row.seq,
            hash: row.hash,
            signature: row.signature,
        };
        cx.store.put_signature(&row.log, &point)
    }

    /// Nobody reachable holds all of the plan: logs end where others hold them, and one of which more is here already is
    /// given up. What a snapshot contained beyond is taken out again when the document is proven.
    fn lower_plan(&mut self, cx: &mut Cx<'_>, site: &SiteId, plan: &Plan) -> StoreResult<()> {
        let Some(mut copy) = self.boot.copy.take() else {
            return Ok(());
        };
        let mut rows = Vec::with_capacity(copy.rows.len());
        for mut row in std::mem::take(&mut copy.rows) {
            let held = plan.rows.iter().find(|held| held.log == row.plan.log);
            let seq = held.map_or(0, |held| held.seq);
            let is_live = self.logs.head(site, &row.plan.log).0 > row.plan.seq;
            if seq >= row.plan.seq {
                rows.push(row);
                continue;
            }
            let Some(held) = held.filter(|_| row.at <= seq && !is_live) else {
                self.give_up(cx, site, &mut copy, &row)?;
                continue;
            };
            // The planned end is no place of the log any more.
            cx.store.drop_entries(&row.plan.log, seq)?;
            row.plan = *held;
            self.set_planned_head(cx, site, held)?;
            rows.push(row);
        }
        copy.rows = rows;
        self.boot.copy = Some(copy);
        Ok(())
    }

    /// A member that holds all of the plan: the present one while it does.
    pub(super) fn boot_source(&mut self, cx: &mut Cx<'_>) -> Option<NodeId> {
        let able: Vec<NodeId> = self
            .member_links()
            .into_iter()
            .filter(|peer| self.holds_plan(peer))
            .collect();
        if able.is_empty() {
            self.source_lost(cx);
            return None;
        }
        if able.iter().all(|peer| self.boot.avoided.contains(peer)) {
            // Nobody who says that it holds the plan gives it. They are tried again, but not at once and not for ever.
            if !self.source_lost(cx) {
                self.boot.avoided.clear();
            }
            return None;
        }
        let usable = |peer: &&NodeId| !self.boot.avoided.contains(*peer);
        let present = able
            .iter()
            .filter(usable)
            .find(|peer| self.boot.source == Some(**peer));
        present.or_else(|| able.iter().find(usable)).copied()
    }

    pub(super) fn holds_plan(&self, peer: &NodeId) -> bool {
        let (Some(site), Some(copy), Some(link)) =
            (self.site, &self.boot.copy, self.links.get(peer))
        else {
            return false;
        };
        !self.is_loading_itself(peer)
            && copy.rows.iter().all(|row| {
                link.theirs
                    .get(&row.plan.log.tag(&site))
                    .is_some_and(|held| held.received >= row.plan.seq)
            })
    }

    /// Whoever made the plan may never come back: after a while it is lowered to what another member holds.
    /// Returns whether one was asked.
    fn source_lost(&mut self, cx: &mut Cx<'_>) -> bool {
        let now = cx.now.mono_millis;
        let since = *self.boot.lost_since.get_or_insert(now);
        if now < since + LOST_SOURCE_MILLIS {
            return false;
        }
        let best = self
            .member_links()
            .into_iter()
            .filter(|peer| !self.is_loading_itself(peer))
            .max_by_key(|peer| {
                let n_rows = self.links.get(peer).map(|link| link.theirs.len());
                (!self.boot.avoided.contains(peer), n_rows)
            });
        if let Some(peer) = best {
            self.boot.lost_since = None;
            self.reasons.count(Some(peer), Reason::Loading);
            self.boot_ask(cx, peer, Asked::Plan, Message::PlanAsk(()));
        }
        best.is_some()
    }
}
