//! The first copy of a new node: documents newest first, then headers, all proven before it counts.

use lienquay_shared::NodeId;
use lienquay_shared::wire::{Message, Reason};

use crate::engine::{Cx, Engine};
use crate::event::Now;
use crate::rng::Rng;
use crate::store::{Store, StoreResult};

/// The state of a first copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boot {}

impl Boot {
    pub(crate) fn load(
        &mut self,
        _now: Now,
        _rng: &mut Rng,
        _store: &mut dyn Store,
    ) -> StoreResult<()> {
        Ok(())
    }

    /// Whether this node is loading and counts for nobody.
    pub(crate) fn is_loading(&self) -> bool {
        false
    }

    /// Whether no log can be pulled yet, because the plan is not here.
    pub(crate) fn is_loading_plan(&self) -> bool {
        false
    }

    /// Documents stored, of documents known.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        None
    }
}

impl Engine {
    /// Starts a first copy when a peer holds much more; returns whether one runs.
    pub(crate) fn boot_if_far_behind(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
    ) -> StoreResult<bool> {
        Ok(false)
    }

    pub(crate) fn boot_link_down(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}

    pub(crate) fn on_boot_timer(&mut self, _cx: &mut Cx<'_>) -> StoreResult<()> {
        Ok(())
    }

    pub(crate) fn on_boot_message(
        &mut self,
        _cx: &mut Cx<'_>,
        peer: NodeId,
        _message: Message,
    ) -> StoreResult<()> {
        self.reasons.count(Some(peer), Reason::UnexpectedMessage);
        Ok(())
    }
}
