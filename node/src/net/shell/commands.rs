//! What the shell does for its caller.

use std::net::SocketAddr;

use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use tracing::debug;

use super::{
    super::{LinkDownReason, NetCommand, NodeId, identity},
    Shell,
};

/// Dials under way. A caller that wants more waits for its `DialFailed`.
const MAX_DIALS: usize = 32;

impl Shell {
    pub(super) fn handle_command(&mut self, command: NetCommand) {
        match command {
            NetCommand::Dial { addr, expect } => self.dial(addr, expect),
            NetCommand::Send {
                peer,
                link,
                priority,
                bytes,
            } => self
                .queues
                .send(&self.counters, (peer, link), priority, bytes),
            NetCommand::Disconnect { peer } => self.close_peer(peer, &LinkDownReason::Disconnected),
            NetCommand::Block { peer } => {
                if let Some(peer_id) = identity::peer_id(&peer) {
                    self.swarm.behaviour_mut().blocked.block_peer(peer_id);
                }
                self.close_peer(peer, &LinkDownReason::Blocked);
            }
            NetCommand::Unblock { peer } => {
                if let Some(peer_id) = identity::peer_id(&peer) {
                    self.swarm.behaviour_mut().blocked.unblock_peer(peer_id);
                }
            }
            NetCommand::Members { nodes } => {
                self.peers.set_members(nodes.clone());
                self.swarm.behaviour_mut().door.set_members(nodes);
            }
            NetCommand::Shutdown => {} // `run` left the loop
        }
    }

    fn dial(&mut self, addr: SocketAddr, expect: Option<NodeId>) {
        if expect.is_some_and(|peer| self.peers.is_linked(peer))
            || self.dials.values().any(|dialled| *dialled == addr)
        {
            debug!(%addr, "already linked or dialling");
            return;
        }
        if self.dials.len() >= MAX_DIALS {
            return self.tell_dial_failed(addr, "too many dials at once".to_owned());
        }
        // A port of its own for each dial: two nodes that dial from their listening ports at the same moment would
        // meet in one TCP connection, both believing to be its client.
        let multiaddr = identity::multiaddr(addr);
        let options = match expect.map(|peer| identity::peer_id(&peer)) {
            None => DialOpts::unknown_peer_id()
                .address(multiaddr)
                .allocate_new_port()
                .build(),
            Some(Some(peer)) => DialOpts::peer_id(peer)
                .condition(PeerCondition::Always)
                .addresses(vec![multiaddr])
                .allocate_new_port()
                .build(),
            Some(None) => {
                return self.tell_dial_failed(addr, "the expected id is no key".to_owned());
            }
        };
        let connection = options.connection_id();
        match self.swarm.dial(options) {
            Ok(()) => {
                self.dials.insert(connection, addr);
            }
            Err(error) => self.tell_dial_failed(addr, error.to_string()),
        }
    }

    fn close_peer(&mut self, peer: NodeId, why: &LinkDownReason) {
        for connection in self.peers.close_peer(peer, why) {
            self.swarm.close_connection(connection);
        }
    }
}
