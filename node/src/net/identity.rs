//! The only place that turns libp2p's names into ours: `PeerId` ↔ [`NodeId`], `Multiaddr` ↔ `SocketAddr`.

use std::net::{IpAddr, SocketAddr};

use libp2p::{
    Multiaddr, PeerId,
    identity::{Keypair, PublicKey, ed25519},
    multiaddr::Protocol,
};
use zeroize::Zeroizing;

use super::{NetError, NodeId};

/// The id of the node with this Ed25519 seed.
///
/// # Errors
/// [`NetError::SecretKey`].
pub fn node_id_of_secret(secret_key: &Zeroizing<[u8; 32]>) -> Result<NodeId, NetError> {
    node_id(&keypair(secret_key)?.public().to_peer_id()).ok_or(NetError::SecretKey)
}

pub(super) fn keypair(secret_key: &Zeroizing<[u8; 32]>) -> Result<Keypair, NetError> {
    // libp2p wipes the copy it is given.
    Keypair::ed25519_from_bytes(**secret_key).map_err(|_not_a_seed| NetError::SecretKey)
}

/// The key inside a peer id. `None` for peers whose key is not Ed25519: such a peer is refused.
pub(super) fn node_id(peer: &PeerId) -> Option<NodeId> {
    const IDENTITY_MULTIHASH: u64 = 0;
    let multihash = peer.as_ref();
    if multihash.code() != IDENTITY_MULTIHASH {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(multihash.digest()).ok()?;
    Some(NodeId(key.try_into_ed25519().ok()?.to_bytes()))
}

/// `None` when the bytes are no point of the curve, so nobody can hold that key.
pub(super) fn peer_id(node: &NodeId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(&node.0).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

pub(super) fn multiaddr(addr: SocketAddr) -> Multiaddr {
    Multiaddr::from(addr.ip()).with(Protocol::Tcp(addr.port()))
}

/// The address of a `/ip4|ip6/…/tcp/…` multiaddress, whatever follows. `None` for any other kind.
pub(super) fn socket_addr(addr: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = addr.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_and_peer_ids_are_the_same_key() {
        // Public key of RFC 8032, section 7.1, test 1.
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let bytes = |hex: &str| -> [u8; 32] {
            std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        };
        let node = node_id_of_secret(&Zeroizing::new(bytes(secret))).unwrap();
        assert_eq!(node.0, bytes(public));
        assert_eq!(node_id(&peer_id(&node).unwrap()), Some(node));
    }

    #[test]
    fn a_hashed_peer_id_is_refused() {
        // A sha2-256 multihash hides an RSA or similar key.
        let hashed = [&[0x12, 0x20][..], &[7; 32]].concat();
        assert_eq!(node_id(&PeerId::from_bytes(&hashed).unwrap()), None);
    }

    #[test]
    fn addresses_survive_the_round_trip() {
        for text in ["192.168.1.20:4001", "[fe80::1]:9"] {
            let addr: SocketAddr = text.parse().unwrap();
            assert_eq!(socket_addr(&multiaddr(addr)), Some(addr));
        }
        assert_eq!(socket_addr(&"/dns/example.vn/tcp/1".parse().unwrap()), None);
    }
}
