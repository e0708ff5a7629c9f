//! The keys: two derived from the store's secret, and a random one a blob that seals its parts and nodes.

use std::fmt;

use chacha20poly1305::aead::{AeadInPlace as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag, XChaCha20Poly1305, XNonce};
use lienquay_shared::FileHash;
use zeroize::Zeroizing;

use crate::geometry::{Node, TAG_LEN};

/// Bytes of XChaCha20's nonce, long enough to be drawn at random.
pub(crate) const WRAP_NONCE_LEN: usize = 24;

/// What follows from the secret given at open.
pub(crate) struct StoreKeys {
    /// Wraps the keys of blobs in their headers.
    wrap: Zeroizing<[u8; 32]>,
    /// Makes file names of content hashes, so that a listing does not tell which known forms are here.
    names: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for StoreKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKeys")
    }
}

impl StoreKeys {
    pub(crate) fn derive(secret: &[u8; 32]) -> Self {
        let key = |context| Zeroizing::new(blake3::derive_key(context, secret));
        Self {
            wrap: key("lienquay 2026 blob key wrapping"),
            names: key("lienquay 2026 blob file names"),
        }
    }

    /// The name of the file that holds `hash`: 64 hex digits.
    pub(crate) fn file_name(&self, hash: &FileHash) -> String {
        blake3::keyed_hash(&self.names, hash.as_bytes())
            .to_hex()
            .to_string()
    }

    /// Seals `content` in place under a nonce drawn at random.
    pub(crate) fn wrap(
        &self,
        nonce: &[u8; WRAP_NONCE_LEN],
        context: &[u8],
        content: &mut [u8],
    ) -> [u8; TAG_LEN] {
        let sealed = XChaCha20Poly1305::new(Key::from_slice(&*self.wrap))
            .encrypt_in_place_detached(XNonce::from_slice(nonce), context, content);
        // Sealing fails for gigabytes only; if it ever did, nothing plain may leave.
        sealed.map_or_else(
            |_too_long| {
                content.fill(0);
                [0; TAG_LEN]
            },
            Into::into,
        )
    }

    /// Opens what [`Self::wrap`] sealed; `false` if it is anything else.
    pub(crate) fn unwrap(
        &self,
        nonce: &[u8; WRAP_NONCE_LEN],
        context: &[u8],
        content: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> bool {
        XChaCha20Poly1305::new(Key::from_slice(&*self.wrap))
            .decrypt_in_place_detached(
                XNonce::from_slice(nonce),
                context,
                content,
                Tag::from_slice(tag),
            )
            .is_ok()
    }
}

/// One record of a blob. Its nonce is its place, so none can stand in for another.
///
/// A nonce seals one content only: the blob's key is drawn when its file is made, an ingested file is written once from
/// front to back, and a fetched part or node is proven against the blob's name before it is sealed, so that writing it
/// again writes the same.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record {
    Part(u64),
    Node(Node),
}

impl Record {
    /// Kind, level, 0, 0, then the number of the (first) part.
    fn nonce(self) -> [u8; 12] {
        let (kind, level, part) = match self {
            Self::Part(part) => (0, 0, part),
            Self::Node(node) => (1, u8::try_from(node.level()).unwrap_or(u8::MAX), node.start),
        };
        let mut nonce = [kind, level, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        nonce[4..].copy_from_slice(&part.to_be_bytes());
        nonce
    }
}

/// What seals the records of one blob.
pub(crate) struct BlobCipher(ChaCha20Poly1305);

impl fmt::Debug for BlobCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlobCipher")
    }
}

impl BlobCipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(Key::from_slice(key)))
    }

    /// Seals `content` in place and appends the tag.
    pub(crate) fn seal(&self, record: Record, content: &mut Vec<u8>) {
        let nonce = record.nonce();
        let nonce = Nonce::from_slice(&nonce);
        match self.0.encrypt_in_place_detached(nonce, &[], content) {
            Ok(tag) => content.extend_from_slice(&tag),
            // As in `wrap`: a record that does not open, rather than a plain one.
            Err(_too_long) => content.clear(),
        }
    }

    /// Opens what [`Self::seal`] gave and drops the tag; `false`, and nothing usable in `sealed`, if it is anything else.
    pub(crate) fn open(&self, record: Record, sealed: &mut Vec<u8>) -> bool {
        let Some(at) = sealed.len().checked_sub(TAG_LEN) else {
            return false;
        };
        let nonce = record.nonce();
        let (content, tag) = sealed.split_at_mut(at);
        let opened = self.0.decrypt_in_place_detached(
            Nonce::from_slice(&nonce),
            &[],
            content,
            Tag::from_slice(tag),
        );
        sealed.truncate(at);
        opened.is_ok()
    }
}

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, crate::BlobError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(crate::BlobError::no_randomness)?;
    Ok(bytes)
}
