//! Taking a PC out: in good order, or shutting it out.

use lienquay_shared::refusal::Refusal;
use lienquay_shared::{NodeId, RequestId};

use crate::engine::{Cx, Engine};
use crate::event::Token;
use crate::store::StoreResult;

impl Engine {
    pub(crate) fn revoke(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        _request: &RequestId,
        _node: NodeId,
        _reason: &str,
    ) -> StoreResult<()> {
        self.refuse(cx, token, Refusal::NotAdmin)
    }

    pub(crate) fn retire(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        _request: &RequestId,
        _node: NodeId,
    ) -> StoreResult<()> {
        self.refuse(cx, token, Refusal::NotAdmin)
    }
}
