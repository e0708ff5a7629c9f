//! Who announces itself through mDNS, so that `Seen` can be repeated: libp2p tells a new address once.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use super::NodeId;

/// Announcements are unauthenticated; a liar must not fill our memory. A site has a few dozen PCs.
const MAX_PEERS: usize = 256;
/// Interfaces of one PC.
const MAX_ADDRS_PER_PEER: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Sightings {
    peers: BTreeMap<NodeId, BTreeSet<SocketAddr>>,
}

impl Sightings {
    /// Whether this is news to be told.
    pub(super) fn add(&mut self, peer: NodeId, addr: SocketAddr) -> bool {
        if self.peers.len() >= MAX_PEERS && !self.peers.contains_key(&peer) {
            return false;
        }
        let addrs = self.peers.entry(peer).or_default();
        addrs.len() < MAX_ADDRS_PER_PEER && addrs.insert(addr)
    }

    pub(super) fn remove(&mut self, peer: NodeId, addr: SocketAddr) {
        if let Some(addrs) = self.peers.get_mut(&peer) {
            addrs.remove(&addr);
            if addrs.is_empty() {
                self.peers.remove(&peer);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (NodeId, SocketAddr)> + '_ {
        self.peers
            .iter()
            .flat_map(|(peer, addrs)| addrs.iter().map(|addr| (*peer, *addr)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_liar_cannot_fill_the_memory() {
        let mut sightings = Sightings::default();
        let addr = |port: u16| SocketAddr::from(([10, 0, 0, 1], port));
        let node = |i: u16| {
            let mut key = [0; 32];
            key[..2].copy_from_slice(&i.to_be_bytes());
            NodeId(key)
        };
        for i in 0..1000 {
            for port in 0..20 {
                sightings.add(node(i), addr(port));
            }
        }
        assert_eq!(sightings.iter().count(), MAX_PEERS * MAX_ADDRS_PER_PEER);
        assert!(!sightings.add(node(0), addr(0)));
        sightings.remove(node(0), addr(0));
        assert!(sightings.add(node(0), addr(0)));
    }
}
