//! The libp2p behaviour that opens or accepts the one `/lienquay/1` stream of a connection.
//!
//! Our own handler instead of `libp2p-stream`: there, one asks for a stream to a *peer* and gets it on any of its
//! connections, while keeping one link per peer needs to choose the connection; and its zero-capacity channels drop
//! inbound streams that are not polled at once.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    task::{Context, Poll},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, transport::PortUse, upgrade::ReadyUpgrade},
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
        NetworkBehaviour, NotifyHandler, SubstreamProtocol, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm,
        handler::{
            ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
        },
    },
};
use thiserror::Error;

use super::{NodeId, identity};

const PROTOCOL: StreamProtocol = StreamProtocol::new("/lienquay/1");
/// A LAN peer negotiates in milliseconds; one that needs longer is not usable.
const NEGOTIATION_TIMEOUT: Duration = Duration::from_secs(5);

/// Which side opens the stream on whichever connection it prefers. The rule needs no exchange, so two nodes that dial
/// each other at the same moment agree: the smaller id decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Opens,
    Waits,
}

impl Role {
    pub(super) fn of(local: NodeId, peer: NodeId) -> Self {
        if local < peer {
            Self::Opens
        } else {
            Self::Waits
        }
    }
}

/// A connection is refused before it counts.
#[derive(Debug, Error)]
#[error("the peer's key is not Ed25519")]
struct ForeignKey;

/// What became of the stream of a connection.
#[derive(Debug)]
pub(super) struct StreamEvent {
    pub(super) peer: NodeId,
    pub(super) connection: ConnectionId,
    pub(super) outcome: StreamOutcome,
}

pub(super) enum StreamOutcome {
    Open(Stream),
    Failed(String),
}

impl fmt::Debug for StreamOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(_) => f.write_str("Open"),
            Self::Failed(why) => f.debug_tuple("Failed").field(why).finish(),
        }
    }
}

/// One for the whole swarm.
pub(super) struct LinkStreams {
    local: NodeId,
    // Drained by the poll that follows; at most one entry per connection.
    to_swarm: VecDeque<ToSwarm<StreamEvent, OpenStream>>,
}

impl LinkStreams {
    pub(super) fn new(local: NodeId) -> Self {
        Self {
            local,
            to_swarm: VecDeque::new(),
        }
    }

    /// Opens the stream on this connection. The caller polls the swarm right after, so no waker is kept.
    pub(super) fn open(&mut self, peer: PeerId, connection: ConnectionId) {
        self.to_swarm.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: OpenStream,
        });
    }

    fn handler(&self, peer: &PeerId) -> Result<StreamHandler, ConnectionDenied> {
        let peer = identity::node_id(peer).ok_or_else(|| ConnectionDenied::new(ForeignKey))?;
        Ok(StreamHandler {
            role: Role::of(self.local, peer),
            is_stream_taken: false,
            wants_open: false,
            outcome: None,
        })
    }
}

impl NetworkBehaviour for LinkStreams {
    type ConnectionHandler = StreamHandler;
    type ToSwarm = StreamEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(&peer)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(&peer)
    }

    fn on_swarm_event(&mut self, _: FromSwarm) {}

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        outcome: THandlerOutEvent<Self>,
    ) {
        // Always Some: connections with other keys got no handler.
        if let Some(peer) = identity::node_id(&peer) {
            self.to_swarm.push_back(ToSwarm::GenerateEvent(StreamEvent {
                peer,
                connection,
                outcome,
            }));
        }
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.to_swarm.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// Asks a handler for its stream.
#[derive(Debug)]
pub(super) struct OpenStream;

/// One per connection. A connection carries one stream in its life: when the stream ends, the connection is closed.
pub(super) struct StreamHandler {
    role: Role,
    is_stream_taken: bool,
    wants_open: bool,
    outcome: Option<StreamOutcome>,
}

impl StreamHandler {
    fn accept(&mut self, stream: Stream) {
        // The opener accepts none, and nobody a second one: dropping resets the stream.
        if self.role == Role::Waits && !self.is_stream_taken {
            self.is_stream_taken = true;
            self.outcome = Some(StreamOutcome::Open(stream));
        }
    }
}

impl ConnectionHandler for StreamHandler {
    type FromBehaviour = OpenStream;
    type ToBehaviour = StreamOutcome;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ()).with_timeout(NEGOTIATION_TIMEOUT)
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Self::ToBehaviour>> {
        if let Some(outcome) = self.outcome.take() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(outcome));
        }
        if std::mem::take(&mut self.wants_open) {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
                .with_timeout(NEGOTIATION_TIMEOUT);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        // Wakes on: the connection task polls again after every event it hands us.
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, OpenStream: OpenStream) {
        self.wants_open = !std::mem::replace(&mut self.is_stream_taken, true);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>,
    ) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: stream,
                ..
            }) => {
                self.accept(stream);
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: stream,
                ..
            }) => {
                self.outcome = Some(StreamOutcome::Open(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => {
                let error = error.map_upgrade_err(|never: Infallible| match never {});
                self.outcome = Some(StreamOutcome::Failed(error.to_string()));
            }
            _ => {}
        }
    }
}
