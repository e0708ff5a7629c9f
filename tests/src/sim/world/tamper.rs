//! A member whose program lies: what it sends one other node is changed on the way out.

use std::fmt;

use lienquay_core::event::Send;
use lienquay_shared::wire::Message;

use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// Changes messages of one node to another.
pub(super) struct Tamper {
    pub(super) from: NodeIndex,
    pub(super) to: NodeIndex,
    pub(super) change: Box<dyn FnMut(&mut Message)>,
}

impl fmt::Debug for Tamper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tamper({} → {})", self.from, self.to)
    }
}

impl World {
    /// From now on `change` sees, and may alter, every message `from` sends to `to`.
    pub fn set_tamper(
        &mut self,
        from: NodeIndex,
        to: NodeIndex,
        change: impl FnMut(&mut Message) + 'static,
    ) {
        self.tamper = Some(Tamper {
            from,
            to,
            change: Box::new(change),
        });
    }

    pub(super) fn tamper_with(&mut self, node: NodeIndex, send: &mut Send) {
        let to = self.network.peer_over(node, send.link);
        if let Some(tamper) = &mut self.tamper
            && tamper.from == node
            && to == Some(tamper.to)
        {
            (tamper.change)(&mut send.message);
        }
    }
}
