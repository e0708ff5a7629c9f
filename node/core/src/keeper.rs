//! Tickets and their keepers.

use lienquay_shared::codec::Text;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{KeeperAnswer, KeeperAsk, NumberAnswer, NumberAsk};
use lienquay_shared::{NodeId, RequestId};

use crate::engine::{Cx, Engine};
use crate::store::{Store, StoreResult};

/// Questions to keepers that wait for an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks {}

impl Asks {
    pub(crate) fn load(&mut self, _store: &mut dyn Store) -> StoreResult<()> {
        Ok(())
    }

    pub(crate) fn forget_all(&mut self) {}
}

impl Engine {
    pub(crate) fn asks_link_down(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}
    pub(crate) fn asks_marks_heard(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_ask_timeout(
        &mut self,
        _cx: &mut Cx<'_>,
        _request: RequestId,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_leave_timer(&mut self, _cx: &mut Cx<'_>) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn keepers_on_beat(&mut self, _cx: &mut Cx<'_>) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn seat_and_lanes(&mut self, _cx: &mut Cx<'_>) -> StoreResult<(u16, Vec<Text<4>>)> {
        Ok((0, Vec::new()))
    }
    pub(crate) fn ticket_projected(
        &mut self,
        _cx: &mut Cx<'_>,
        _row: &TicketRow,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_keeper_ask(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _ask: KeeperAsk,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_keeper_answer(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _answer: &KeeperAnswer,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_number_ask(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _ask: &NumberAsk,
    ) -> StoreResult<()> {
        Ok(())
    }
    pub(crate) fn on_number_answer(
        &mut self,
        _cx: &mut Cx<'_>,
        _peer: NodeId,
        _answer: &NumberAnswer,
    ) -> StoreResult<()> {
        Ok(())
    }
}
