//! The behaviours of the swarm put together, with every limit and interval of libp2p that we set.

use std::time::Duration;

use libp2p::{
    PeerId, allow_block_list, mdns, ping,
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
};
use tracing::warn;

use super::{NodeId, door::Door, handler::LinkStreams};

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
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    // The first three may refuse a connection, so they come before what would count it.
    pub(super) door: Door,
    pub(super) blocked: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    pub(super) streams: LinkStreams,
    pub(super) ping: ping::Behaviour,
    pub(super) mdns: Toggle<mdns::tokio::Behaviour>,
}

impl Behaviour {
    pub(super) fn new(local: NodeId, local_peer: PeerId, max_peers: usize, use_mdns: bool) -> Self {
        Self {
            door: Door::new(max_peers),
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
