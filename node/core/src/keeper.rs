//! Tickets and their keepers.

use lienquay_shared::codec::Text;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{KeeperAnswer, KeeperAsk};
use lienquay_shared::{NodeId, RequestId};

use crate::engine::{Cx, Engine};
use crate::event::Token;
use crate::store::{Store, StoreResult};
use lienquay_shared::command::Submission;
use lienquay_shared::refusal::Refusal;

/// A ticket that waits for its number.
#[derive(Debug, Clone)]
pub(crate) struct PendingIssue {
    pub(crate) token: Token,
    pub(crate) request: RequestId,
    pub(crate) lane: lienquay_shared::wire::keeper::LaneId,
    pub(crate) priority: Option<lienquay_shared::wire::keeper::PriorityReason>,
    pub(crate) papers: lienquay_shared::domain::ticket::Papers,
    pub(crate) officer: lienquay_shared::OfficerId,
    pub(crate) day: lienquay_shared::domain::site_time::Day,
}

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
    /// A ticket command of an officer.
    pub(crate) fn on_ticket_command(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        submission: Submission,
    ) -> StoreResult<()> {
        self.refuse(cx, token, Refusal::TooBusy)
    }

    /// A ticket that was to be given out has its number.
    pub(crate) fn issue_numbered(
        &mut self,
        cx: &mut Cx<'_>,
        issue: PendingIssue,
        number: u32,
    ) -> StoreResult<()> {
        self.refuse(cx, issue.token, Refusal::TooBusy)
    }

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
}
