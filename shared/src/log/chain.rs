//! Hash chain and signatures of a log.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::ids::{EntryHash, LogId, NodeId, Signature, SiteId};

/// Prefix of every signed entry hash, so that a log signature can never be mistaken for a signature of another protocol
/// that uses the same key (the Noise handshake, roster statements).
const ENTRY_CONTEXT: &[u8] = b"lienquay entry 1\0";

/// The hash "before" the first entry: binds the chain to the site and to the log.
pub fn log_root(site: &SiteId, log: &LogId) -> EntryHash {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 log root");
    hasher
        .update(site.as_bytes())
        .update(log.node.as_bytes())
        .update(&log.incarnation.to_be_bytes());
    EntryHash(hasher.finalize().into())
}

/// BLAKE3(previous entry hash ‖ header bytes).
pub fn entry_hash(previous: &EntryHash, header: &[u8]) -> EntryHash {
    EntryHash(
        blake3::Hasher::new()
            .update(previous.as_bytes())
            .update(header)
            .finalize()
            .into(),
    )
}

/// Whether `signature` is `node`'s signature of the log up to `hash`.
pub fn verify_entry_signature(node: &NodeId, hash: &EntryHash, signature: &Signature) -> bool {
    verify(
        &node.0,
        &[ENTRY_CONTEXT, hash.as_bytes()].concat(),
        signature,
    )
}

/// Whether `signature` over `message` was made with the secret half of `public`. Strict: no small-order keys.
pub fn verify(public: &[u8; 32], message: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0))
            .is_ok()
    })
}

/// A signing key: a node's, or the site's recovery key.
#[derive(Clone)]
pub struct NodeKey(SigningKey);

impl NodeKey {
    /// From 32 secret bytes.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The secret bytes; they belong into the sealed store only.
    pub fn to_secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half as a node's identity.
    pub fn node(&self) -> NodeId {
        NodeId(self.0.verifying_key().to_bytes())
    }

    /// The public half as a site's identity (the key made at founding).
    pub fn site(&self) -> SiteId {
        SiteId(self.0.verifying_key().to_bytes())
    }

    /// Signs a log up to `hash`.
    pub fn sign_entry(&self, hash: &EntryHash) -> Signature {
        self.sign(&[ENTRY_CONTEXT, hash.as_bytes()].concat())
    }

    /// Signs any message; the caller puts a context in front of it.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeKey(of {})", self.node().short())
    }
}
