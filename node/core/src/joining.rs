//! Founding and joining.

use std::collections::BTreeMap;

use lienquay_shared::NodeId;
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::link::RosterChunk;

use crate::engine::{Cx, Engine};
use crate::event::{Control, Token};
use crate::store::StoreResult;

/// Joins under way.
#[derive(Debug, Default)]
pub(crate) struct Joining {
    _sides: BTreeMap<NodeId, ()>,
}

impl Engine {
    pub(crate) fn present_for_joining(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}
    pub(crate) fn on_join(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _step: JoinStep,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn join_roster(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _chunk: RosterChunk,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_join_timeout(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}
    pub(crate) fn join_link_down(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}
    pub(crate) fn on_control(
        &mut self,
        _cx: &mut Cx<'_>,
        _token: Token,
        _control: Control,
    ) -> StoreResult<()> {
        Ok(())
    }
}
