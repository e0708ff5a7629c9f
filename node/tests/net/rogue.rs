//! A peer that speaks the wire format by hand, to break it. Built on `libp2p-stream`, so that it shares no code with
//! the shell under test.

#![allow(
    clippy::unwrap_used,
    reason = "test code, though not inside #[test] functions"
)]

use std::net::SocketAddr;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    multiaddr::Protocol,
    noise, ping,
    swarm::{NetworkBehaviour, SwarmEvent},
    tcp, yamux,
};
use lienquay_node::net::NodeId;
use tokio::task::JoinHandle;

const PROTOCOL: StreamProtocol = StreamProtocol::new("/lienquay/1");

/// Answers pings like any good peer.
#[derive(NetworkBehaviour)]
struct Behaviour {
    streams: libp2p_stream::Behaviour,
    ping: ping::Behaviour,
}

pub(crate) struct Rogue {
    keypair: Keypair,
    opens: bool,
}

pub(crate) struct RogueLink {
    stream: Stream,
    swarm: JoinHandle<()>,
}

fn id_of(keypair: &Keypair) -> NodeId {
    let key = keypair.public().try_into_ed25519().unwrap();
    NodeId(key.to_bytes())
}

impl Rogue {
    /// A node whose id is smaller or larger than the other's, so that it opens the stream or waits for it.
    pub(crate) fn start(other: NodeId, is_smaller: bool) -> Self {
        let keypair = (0..=u8::MAX)
            .map(|seed| Keypair::ed25519_from_bytes([seed; 32]).unwrap())
            .find(|keypair| id_of(keypair) != other && (id_of(keypair) < other) == is_smaller)
            .unwrap();
        Self {
            keypair,
            opens: is_smaller,
        }
    }

    pub(crate) fn id(&self) -> NodeId {
        id_of(&self.keypair)
    }

    /// Dials, opens or accepts the stream, and says hello.
    pub(crate) async fn link(&self, addr: SocketAddr, service_tag: &str) -> RogueLink {
        let mut swarm = SwarmBuilder::with_existing_identity(self.keypair.clone())
            .with_tokio()
            .with_tcp(
                tcp::Config::default(),
                noise::Config::new,
                yamux::Config::default,
            )
            .unwrap()
            .with_behaviour(|_| Behaviour {
                streams: libp2p_stream::Behaviour::new(),
                ping: ping::Behaviour::default(),
            })
            .unwrap()
            .build();
        let mut control = swarm.behaviour().streams.new_control();
        let mut incoming = control.accept(PROTOCOL).unwrap();
        swarm
            .dial(Multiaddr::from(addr.ip()).with(Protocol::Tcp(addr.port())))
            .unwrap();
        let peer = established(&mut swarm).await;
        let swarm = tokio::spawn(async move {
            loop {
                swarm.next().await;
            }
        });
        let mut stream = if self.opens {
            control.open_stream(peer, PROTOCOL).await.unwrap()
        } else {
            incoming.next().await.unwrap().1
        };
        let mut hello = b"lienquay".to_vec();
        hello.extend_from_slice(&blake3::hash(service_tag.as_bytes()).as_bytes()[..16]);
        stream.write_all(&hello).await.unwrap();
        stream.flush().await.unwrap();
        stream.read_exact(&mut [0; 24]).await.unwrap();
        RogueLink { stream, swarm }
    }
}

async fn established(swarm: &mut Swarm<Behaviour>) -> PeerId {
    loop {
        if let SwarmEvent::ConnectionEstablished { peer_id, .. } = swarm.select_next_some().await {
            return peer_id;
        }
    }
}

impl RogueLink {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Whether the other side ends the stream.
    pub(crate) async fn ended(mut self) -> bool {
        let ended = matches!(self.stream.read(&mut [0]).await, Ok(0) | Err(_));
        self.swarm.abort();
        ended
    }
}
