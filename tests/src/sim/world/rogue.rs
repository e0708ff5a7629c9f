//! A PC that speaks the transport with a key of its own and says what it likes.

use lienquay_core::event::{Event, LinkNo};
use lienquay_shared::NodeId;
use lienquay_shared::wire::{Message, Priority};

use crate::sim::disk::SimStore;
use crate::sim::network::NodeIndex;
use crate::sim::world::{SimNode, World};

/// What a rogue knows.
#[derive(Debug, Default)]
pub(super) struct Rogue {
    /// Links open now.
    pub(super) links: Vec<(NodeId, LinkNo)>,
    /// Everything anybody said to it.
    pub(super) heard: Vec<(NodeId, Vec<u8>)>,
}

impl Rogue {
    pub(super) fn take_in(&mut self, event: Event) {
        match event {
            Event::LinkUp { peer, link } => self.links.push((peer, link)),
            Event::LinkDown { peer, link } => self.links.retain(|open| *open != (peer, link)),
            Event::Message { peer, bytes, .. } => self.heard.push((peer, bytes)),
            Event::Submit { .. }
            | Event::Control { .. }
            | Event::Tick
            | Event::Noted { .. }
            | Event::File(_)
            | Event::Machine { .. } => {}
        }
    }
}

impl World {
    /// Adds a rogue; it gets links as any node does.
    pub fn add_rogue(&mut self) -> NodeIndex {
        let chance = self.split_chance("rogue");
        let secret = self.draw_secret();
        let mut node = SimNode::new(
            format!("rogue{}", self.nodes.len()),
            secret,
            chance,
            SimStore::new(),
            self.now(),
            self.schema(),
        );
        node.rogue = Some(Rogue::default());
        node.is_outside = true;
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// What a rogue heard so far; nothing for an honest node.
    pub fn heard_by(&self, rogue: NodeIndex) -> Vec<Message> {
        let heard = self.nodes[rogue]
            .rogue
            .as_ref()
            .map(|rogue| rogue.heard.as_slice())
            .unwrap_or_default();
        heard
            .iter()
            .filter_map(|(_, bytes)| Message::decode(bytes).ok())
            .collect()
    }

    /// How many bytes a rogue heard so far.
    pub fn n_bytes_heard_by(&self, rogue: NodeIndex) -> usize {
        let heard = self.nodes[rogue]
            .rogue
            .as_ref()
            .map(|rogue| rogue.heard.as_slice())
            .unwrap_or_default();
        heard.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// Sends any bytes from one node to another over the link they have: what a rogue, or a member whose program is
    /// broken, might say. False without a link.
    pub fn inject(&mut self, from: NodeIndex, to: NodeIndex, bytes: Vec<u8>) -> bool {
        let Some(link) = self.network.link_at(from, to) else {
            return false;
        };
        let arrival = self
            .network
            .send(self.now, from, link, Priority::Live, bytes);
        let sent = arrival.is_some();
        self.enqueue_arrivals(arrival);
        sent
    }
}
