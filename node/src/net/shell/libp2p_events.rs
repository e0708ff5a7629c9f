//! What the shell does about what libp2p reports.

use libp2p::{
    PeerId,
    core::ConnectedPoint,
    mdns, ping,
    swarm::{ConnectionId, SwarmEvent},
};
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::{
    super::{
        LinkDownReason, NetEvent,
        behaviour::BehaviourEvent,
        handler::{StreamEvent, StreamOutcome},
        identity,
        peers::Connection,
    },
    Shell,
};

impl Shell {
    pub(super) fn handle_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.handle_behaviour(event),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => self.handle_established(peer_id, connection_id, &endpoint),
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                cause,
                ..
            } => {
                let cause = cause.map_or_else(|| "closed".to_owned(), |cause| cause.to_string());
                self.handle_closed(peer_id, connection_id, cause);
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                if let Some(addr) = self.dials.remove(&connection_id) {
                    self.tell_dial_failed(addr, error.to_string());
                }
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                debug!(%error, "inbound connection failed");
                self.counters.refused.add(1);
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                if let Some(addr) = identity::socket_addr(&address) {
                    info!(%addr, "listening");
                    self.tell(NetEvent::Listening { addr });
                }
            }
            SwarmEvent::ListenerError { error, .. } => warn!(%error, "listener failed"),
            SwarmEvent::ListenerClosed { reason, .. } => info!(?reason, "listener closed"),
            _ => {}
        }
    }

    fn handle_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Streams(StreamEvent {
                peer,
                connection,
                outcome,
            }) => match outcome {
                StreamOutcome::Open(stream) => self.start_link(peer, connection, stream),
                StreamOutcome::Failed(why) => {
                    debug!(?peer, why, "no link stream");
                    self.peers.fail_open(peer, connection, why);
                    self.swarm.close_connection(connection);
                    self.open_next(peer);
                }
            },
            BehaviourEvent::Ping(ping::Event {
                peer,
                connection,
                result,
            }) => {
                if let (Some(peer), Ok(_)) = (identity::node_id(&peer), result) {
                    self.peers.mark_alive(peer, connection, Instant::now());
                }
            }
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer_id, address) in found {
                    if let (Some(peer), Some(addr)) =
                        (identity::node_id(&peer_id), identity::socket_addr(&address))
                        && self.sightings.add(peer, addr)
                        && !self.peers.is_linked(peer)
                    {
                        self.tell(NetEvent::Seen { peer, addr });
                    }
                }
            }
            BehaviourEvent::Mdns(mdns::Event::Expired(gone)) => {
                for (peer_id, address) in gone {
                    if let (Some(peer), Some(addr)) =
                        (identity::node_id(&peer_id), identity::socket_addr(&address))
                    {
                        self.sightings.remove(peer, addr);
                    }
                }
            }
            BehaviourEvent::Door(never) | BehaviourEvent::Blocked(never) => match never {},
        }
    }

    fn handle_established(&mut self, peer_id: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let dialled = self.dials.remove(&id);
        let addr = dialled.or_else(|| identity::socket_addr(endpoint.get_remote_address()));
        let (Some(peer), Some(addr)) = (identity::node_id(&peer_id), addr) else {
            // Unreachable: other keys got no handler, and there is only TCP.
            self.swarm.close_connection(id);
            return;
        };
        let connection = Connection {
            addr,
            outbound: endpoint.is_dialer(),
            alive_at: Instant::now(),
            was_up: false,
            failure: None,
            is_closing: false,
        };
        if let Err(why) = self.peers.add(peer, id, connection) {
            info!(?peer, %addr, %why, "connection refused");
            self.counters.refused.add(1);
            self.swarm.close_connection(id);
            return;
        }
        self.open_next(peer);
    }

    fn handle_closed(&mut self, peer_id: PeerId, id: ConnectionId, cause: String) {
        let Some(peer) = identity::node_id(&peer_id) else {
            return;
        };
        let why = LinkDownReason::ConnectionLost(cause.clone());
        let connection = self.peers.remove(peer, id, why);
        self.open_next(peer);
        // A dial that never became a link failed, unless it was a spare beside one.
        if let Some(connection) = connection
            && connection.outbound
            && !connection.was_up
            && !self.peers.is_linked(peer)
        {
            let why = connection
                .failure
                .unwrap_or_else(|| format!("no link: {cause}"));
            self.tell_dial_failed(connection.addr, why);
        }
    }
}
