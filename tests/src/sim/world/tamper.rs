//! A member whose program lies: what it sends is changed on the way out.

use std::fmt;
use std::mem;

use lienquay_core::event::Send;
use lienquay_shared::codec::List;
use lienquay_shared::wire::Message;
use lienquay_shared::wire::bootstrap::{DocSnapshot, Docs};

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
        if let Message::Docs(docs) = &mut send.message
            && let Some(left) = self.nodes[node].lies.checked_sub(1)
            && mix_up(docs)
        {
            self.nodes[node].lies = left;
            self.note(format!("{} lies", self.name(node)));
        }
        let to = self.network.peer_over(node, send.link);
        if let Some(tamper) = &mut self.tamper
            && tamper.from == node
            && to == Some(tamper.to)
        {
            (tamper.change)(&mut send.message);
        }
    }
}

/// Gives two documents of a page each other's content: what the headers name is not in them. False without two of a kind.
fn mix_up(page: &mut Docs) -> bool {
    let mut docs = page.docs.to_vec();
    for one in 0..docs.len() {
        let (before, rest) = docs.split_at_mut(one + 1);
        let is_like = |doc: &&mut _| like(&before[one], doc);
        if let Some(other) = rest.iter_mut().find(is_like) {
            mem::swap(&mut before[one].bytes, &mut other.bytes);
            page.docs = List::truncated(docs);
            return true;
        }
    }
    false
}

fn like(one: &DocSnapshot, other: &DocSnapshot) -> bool {
    one.kind == other.kind && one.bytes != other.bytes
}
