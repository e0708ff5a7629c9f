//! The behaviours of the swarm put together, with every limit and interval of libp2p that we set.

use std::time::Duration;

use libp2p::{
    PeerId, allow_block_list,
    connection_limits::{self, ConnectionLimits},
    mdns, ping,
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
};
use tracing::warn;

use super::{NodeId, handler::LinkStreams};

/// Between an answered ping and the next.
const PING_INTERVAL: Duration = Duration::from_secs(2);
/// How long libp2p waits for one answer. It forgives the first failure and reports the second after ten more seconds,
/// so our own [`LIVENESS`] decides, from the answers.
const PING_TIMEOUT: Duration = Duration::from_secs(4);
/// A connection without an answered ping for this long is dead: one interval, one timeout and a little scheduling.
pub(super) const LIVENESS: Duration = Duration::from_millis(6_500);
/// How often we ask who is there. libp2p starts at 0.5 s and doubles up to this.
const MDNS_QUERY_INTERVAL: Duration = Duration::from_secs(4);
/// Three lost answers, then a peer is forgotten and *seen* anew when it comes back.
const MDNS_TTL: Duration = Duration::from_secs(15);
/// Handshakes under way, each way. A scan of the LAN must not take memory.
const MAX_PENDING: u32 = 32;
/// A peer has one link and, after a simultaneous dial, one spare. More only while dead connections still close:
/// closing waits for the system's buffers, minutes after a cable was pulled.
const MAX_CONNECTIONS_PER_PEER: u32 = 6;

#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    // The first three may refuse a connection, so they come before what would count it.
    pub(super) limits: connection_limits::Behaviour,
    pub(super) blocked: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    pub(super) streams: LinkStreams,
    pub(super) ping: ping::Behaviour,
    pub(super) mdns: Toggle<mdns::tokio::Behaviour>,
}

impl Behaviour {
    pub(super) fn new(local: NodeId, local_peer: PeerId, max_peers: usize, use_mdns: bool) -> Self {
        Self {
            limits: connection_limits::Behaviour::new(limits(max_peers)),
            blocked: allow_block_list::Behaviour::default(),
            streams: LinkStreams::new(local),
            ping: ping::Behaviour::new(
                ping::Config::new()
                    .with_interval(PING_INTERVAL)
                    .with_timeout(PING_TIMEOUT),
            ),
            mdns: Toggle::from(use_mdns.then(|| mdns(local_peer)).flatten()),
        }
    }
}

fn limits(max_peers: usize) -> ConnectionLimits {
    let max_peers = u32::try_from(max_peers).unwrap_or(u32::MAX);
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(MAX_PENDING))
        .with_max_pending_outgoing(Some(MAX_PENDING))
        .with_max_established_per_peer(Some(MAX_CONNECTIONS_PER_PEER))
        // Every peer with its spare, and room for strangers that are about to be refused.
        .with_max_established(Some(
            max_peers.saturating_mul(2).saturating_add(MAX_PENDING),
        ))
}

/// A PC without multicast still works with remembered and typed-in addresses.
fn mdns(local: PeerId) -> Option<mdns::tokio::Behaviour> {
    let config = mdns::Config {
        ttl: MDNS_TTL,
        query_interval: MDNS_QUERY_INTERVAL,
        enable_ipv6: false,
    };
    mdns::tokio::Behaviour::new(config, local)
        .inspect_err(
            |error| warn!(%error, "mDNS is not available; peers are found by address only"),
        )
        .ok()
}
