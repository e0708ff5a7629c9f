//! Calls this counter has asked its keeper to take back.
//!
//! Between the question and the entry that answers it the counter does not know whether the keeper has called the citizen
//! elsewhere already; going on would be a second call. So it notes, durably and before the question leaves, that the call
//! is no longer its own, and takes no step with it until the ticket itself says what became of it.

use std::collections::BTreeMap;

use lienquay_shared::domain::ticket::Ticket;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{KeeperOp, KeeperRefusal};
use lienquay_shared::{DocId, RequestId, codec};

use crate::engine::{Cx, Engine, fact, fact_of};
use crate::store::{Store, StoreResult};

/// Calls in doubt at once. A counter has one citizen before it; more are in doubt only while keepers cannot be reached.
const MAX_IN_DOUBT: usize = 64;

/// Tickets with the request of the call that was given back.
pub(super) type GivenBack = BTreeMap<DocId, RequestId>;

pub(super) fn load(store: &dyn Store) -> StoreResult<GivenBack> {
    Ok(fact_of(store, fact::GIVEN_BACK)?.unwrap_or_default())
}

impl Engine {
    /// Whether the ticket's present call is in doubt.
    pub(super) fn is_given_back(&self, doc: &DocId, call: &RequestId) -> bool {
        self.asks.given_back.get(doc) == Some(call)
    }

    /// Notes that a step about to be asked for takes this counter's call away, if it does.
    pub(super) fn note_given_back(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        ticket: &Ticket,
        op: &KeeperOp,
    ) -> StoreResult<Result<(), KeeperRefusal>> {
        let takes_away = matches!(op, KeeperOp::Decline | KeeperOp::Transfer(_));
        let mine = ticket
            .call
            .as_ref()
            .filter(|call| ticket.state.is_at_counter() && call.node == self.me);
        let Some(call) = mine.filter(|_| takes_away) else {
            return Ok(Ok(()));
        };
        if self.is_given_back(&doc, &call.request) {
            return Ok(Ok(()));
        }
        if self.asks.given_back.len() >= MAX_IN_DOUBT {
            return Ok(Err(KeeperRefusal::NotNow));
        }
        self.asks.given_back.insert(doc, call.request);
        self.save_given_back(cx)?;
        self.wrote_own();
        Ok(Ok(()))
    }

    /// The keeper says that the call stands: it was never taken back.
    pub(super) fn is_mine_again(&mut self, cx: &mut Cx<'_>, doc: &DocId) -> StoreResult<()> {
        if self.asks.given_back.remove(doc).is_some() {
            self.save_given_back(cx)?;
            self.wrote_own();
        }
        Ok(())
    }

    /// The ticket shows that the call is over: nothing is in doubt any more.
    pub(super) fn settle_given_back(
        &mut self,
        cx: &mut Cx<'_>,
        row: &TicketRow,
    ) -> StoreResult<()> {
        let Some(given_back) = self.asks.given_back.get(&row.doc) else {
            return Ok(());
        };
        let stands = row
            .call
            .as_ref()
            .is_some_and(|call| row.state.is_at_counter() && call.request == *given_back);
        if !stands {
            self.asks.given_back.remove(&row.doc);
            self.save_given_back(cx)?;
            self.wrote_others(cx.now);
        }
        Ok(())
    }

    fn save_given_back(&self, cx: &mut Cx<'_>) -> StoreResult<()> {
        cx.store
            .set_meta(fact::GIVEN_BACK, &codec::encode(&self.asks.given_back))
    }
}
