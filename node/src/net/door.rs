//! Who may come in: the limits of connections, member or stranger.
//!
//! A PC of the site always finds room, whoever else knocks: strangers share their own, and one address gets only a part of
//! it, so that one hostile PC keeps neither members nor newcomers out.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    net::IpAddr,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionId, DialFailure, FromSwarm, ListenFailure,
        NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        behaviour::ConnectionEstablished, dummy,
    },
};
use thiserror::Error;

use super::{NodeId, identity};

/// Handshakes of callers under way. A scan of the LAN must not take memory.
const MAX_PENDING_INBOUND: usize = 64;
/// Of one address. A handshake that stands still is given up after five seconds.
const MAX_PENDING_OF_ONE_ADDRESS: usize = 16;
/// Our own dials under way.
const MAX_PENDING_OUTBOUND: usize = 32;
/// A peer has one link and, after a simultaneous dial, one spare. More only while dead connections still close:
/// closing waits for the system's buffers, minutes after a cable was pulled.
const MAX_CONNECTIONS_PER_PEER: usize = 6;
/// Connections of strangers from one address.
const MAX_STRANGERS_OF_ONE_ADDRESS: usize = 16;

/// Why a connection was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Full {
    #[error("too many handshakes")]
    Handshakes,
    #[error("too many handshakes from one address")]
    HandshakesOfOne,
    #[error("too many dials")]
    Dials,
    #[error("too many connections of one peer")]
    OfPeer,
    #[error("too many strangers from one address")]
    StrangersOfOne,
    #[error("too many strangers")]
    Strangers,
}

/// One for the whole swarm.
#[derive(Debug)]
pub(super) struct Door {
    max_strangers: usize,
    members: BTreeSet<NodeId>,
    inbound: BTreeMap<ConnectionId, Option<IpAddr>>,
    outbound: BTreeSet<ConnectionId>,
    /// By connection: whose, and from where.
    open: BTreeMap<ConnectionId, (PeerId, Option<IpAddr>)>,
}

impl Door {
    /// `max_peers` strangers may have links; each with a spare connection, and some that are about to be refused.
    pub(super) fn new(max_peers: usize) -> Self {
        Self {
            max_strangers: max_peers.saturating_mul(2).saturating_add(32),
            members: BTreeSet::new(),
            inbound: BTreeMap::new(),
            outbound: BTreeSet::new(),
            open: BTreeMap::new(),
        }
    }

    /// Who belongs to the site, from now on.
    pub(super) fn set_members(&mut self, members: BTreeSet<NodeId>) {
        self.members = members;
    }

    fn is_member(&self, peer: &PeerId) -> bool {
        identity::node_id(peer).is_some_and(|node| self.members.contains(&node))
    }

    fn knock(&mut self, id: ConnectionId, from: Option<IpAddr>) -> Result<(), Full> {
        let n_of_one = self.inbound.values().filter(|ip| **ip == from).count();
        if self.inbound.len() >= MAX_PENDING_INBOUND {
            return Err(Full::Handshakes);
        }
        if n_of_one >= MAX_PENDING_OF_ONE_ADDRESS {
            return Err(Full::HandshakesOfOne);
        }
        self.inbound.insert(id, from);
        Ok(())
    }

    fn enter(&self, peer: &PeerId, from: Option<IpAddr>) -> Result<(), Full> {
        let n_of_peer = self.open.values().filter(|(who, _)| who == peer).count();
        if n_of_peer >= MAX_CONNECTIONS_PER_PEER {
            return Err(Full::OfPeer);
        }
        if self.is_member(peer) {
            return Ok(());
        }
        let strangers = || self.open.values().filter(|(who, _)| !self.is_member(who));
        let n_of_one = strangers().filter(|(_, ip)| *ip == from).count();
        if n_of_one >= MAX_STRANGERS_OF_ONE_ADDRESS {
            return Err(Full::StrangersOfOne);
        }
        if strangers().count() >= self.max_strangers {
            return Err(Full::Strangers);
        }
        Ok(())
    }
}

fn ip_of(addr: &Multiaddr) -> Option<IpAddr> {
    identity::socket_addr(addr).map(|addr| addr.ip())
}

impl NetworkBehaviour for Door {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.knock(id, ip_of(remote)).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inbound.remove(&id);
        self.enter(&peer, ip_of(remote))
            .map(|()| dummy::ConnectionHandler)
            .map_err(ConnectionDenied::new)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        _: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.outbound.len() >= MAX_PENDING_OUTBOUND {
            return Err(ConnectionDenied::new(Full::Dials));
        }
        self.outbound.insert(id);
        Ok(Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        remote: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.outbound.remove(&id);
        self.enter(&peer, ip_of(remote))
            .map(|()| dummy::ConnectionHandler)
            .map_err(ConnectionDenied::new)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            }) => {
                let from = ip_of(endpoint.get_remote_address());
                self.open.insert(connection_id, (peer_id, from));
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. }) => {
                self.open.remove(&connection_id);
            }
            FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.inbound.remove(&connection_id);
            }
            FromSwarm::DialFailure(DialFailure { connection_id, .. }) => {
                self.outbound.remove(&connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        never: THandlerOutEvent<Self>,
    ) {
        match never {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Wakes on: nothing; it only answers.
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        libp2p::identity::Keypair::ed25519_from_bytes([n; 32])
            .unwrap()
            .public()
            .to_peer_id()
    }

    fn ip(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 168, 1, n]))
    }

    fn open(door: &mut Door, who: PeerId, from: Option<IpAddr>) -> Result<(), Full> {
        door.enter(&who, from)?;
        let id = ConnectionId::new_unchecked(door.open.len());
        door.open.insert(id, (who, from));
        Ok(())
    }

    #[test]
    fn strangers_never_take_a_members_place() {
        let mut door = Door::new(8);
        let member = peer(200);
        door.set_members(identity::node_id(&member).into_iter().collect());
        let outcomes: Vec<_> = (0..100)
            .map(|n| open(&mut door, peer(n), ip(n / 20)))
            .collect();
        assert!(outcomes.contains(&Err(Full::StrangersOfOne)));
        assert!(outcomes.contains(&Err(Full::Strangers)));
        assert_eq!(door.open.len(), 48);
        assert_eq!(open(&mut door, member, ip(1)), Ok(()));
    }

    #[test]
    fn not_even_a_member_opens_connections_without_end() {
        let mut door = Door::new(8);
        let member = peer(200);
        door.set_members(identity::node_id(&member).into_iter().collect());
        let n_open = (0..50)
            .filter(|_| open(&mut door, member, ip(1)).is_ok())
            .count();
        assert_eq!(n_open, MAX_CONNECTIONS_PER_PEER);
    }

    #[test]
    fn handshakes_that_stand_still_at_one_address_leave_room_for_others() {
        let mut door = Door::new(8);
        let knock = |door: &mut Door, n: usize, from| {
            door.knock(ConnectionId::new_unchecked(n), from).is_ok()
        };
        let n_in = (0..100).filter(|n| knock(&mut door, *n, ip(1))).count();
        assert_eq!(n_in, MAX_PENDING_OF_ONE_ADDRESS);
        assert!(knock(&mut door, 1_000, ip(2)));
    }
}
