//! Builds the swarm: TCP, Noise, Yamux, and our behaviours.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use libp2p::{
    Swarm, SwarmBuilder, core::transport::ListenerId, identity::Keypair, noise, tcp, yamux,
};

use super::{NetConfig, NetError, NodeId, behaviour::Behaviour, identity};

/// TCP connect, Noise and Yamux together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection without a link stream is a spare, or a peer that does not speak to us: it closes by itself. The stream
/// of a link keeps its connection for ever.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Yamux reserves 256 KiB of its receive windows (1 GiB for a connection, not to be changed through libp2p) for each
/// stream that may still be opened, and lets the open ones grow into the rest when data comes fast. So many reserved
/// streams leave 16 MiB to grow into; libp2p itself holds at most 256 inbound ones that nobody has taken.
const MAX_STREAMS_PER_CONNECTION: usize = 4_032;

pub(super) fn build(
    keypair: Keypair,
    local: NodeId,
    config: &NetConfig,
) -> Result<(Swarm<Behaviour>, Vec<ListenerId>), NetError> {
    let transport = |error: &dyn std::fmt::Display| NetError::Transport(error.to_string());
    let local_peer = keypair.public().to_peer_id();
    let behaviour = Behaviour::new(local, local_peer, config.max_peers, config.mdns);
    let mut swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux_config,
        )
        .map_err(|error| transport(&error))?
        .with_behaviour(|_keypair| behaviour)
        .map_err(|never| match never {})?
        .with_swarm_config(|config| {
            config
                .with_idle_connection_timeout(IDLE_TIMEOUT)
                .with_max_negotiating_inbound_streams(8)
        })
        .with_connection_timeout(CONNECT_TIMEOUT)
        .build();
    let listeners = config
        .listen
        .iter()
        .map(|addr| listen(&mut swarm, *addr))
        .collect::<Result<_, _>>()?;
    Ok((swarm, listeners))
}

fn listen(swarm: &mut Swarm<Behaviour>, addr: SocketAddr) -> Result<ListenerId, NetError> {
    let failed = |why: &dyn std::fmt::Display| NetError::Listen {
        addr,
        why: why.to_string(),
    };
    // libp2p listens with SO_REUSEPORT, which succeeds beside another copy of this program and then shares its
    // connections. The plain bind notices.
    drop(TcpListener::bind(addr).map_err(|error| failed(&error))?);
    swarm
        .listen_on(identity::multiaddr(addr))
        .map_err(|error| failed(&error))
}

fn yamux_config() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(MAX_STREAMS_PER_CONNECTION);
    config
}
