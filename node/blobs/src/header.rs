//! The head of a blob's file: its key, name and size, wrapped under the store's key. Without it nobody reads the rest.

use lienquay_shared::FileHash;
use zeroize::Zeroizing;

use crate::BlobResult;
use crate::geometry::TAG_LEN;
use crate::keys::{StoreKeys, WRAP_NONCE_LEN, random};

/// The last byte is the format.
const MAGIC: &[u8; 8] = b"LQBLOB\0\x01";
/// Key, hash, size.
const CONTENT_LEN: usize = 32 + 32 + 8;
/// Length of a header in bytes.
pub(crate) const HEADER_BYTES: usize = MAGIC.len() + WRAP_NONCE_LEN + CONTENT_LEN + TAG_LEN;
/// What a removed blob's header is overwritten with.
pub(crate) const ERASED: [u8; HEADER_BYTES] = [0; HEADER_BYTES];

/// What a header says once it is opened.
pub(crate) struct Header {
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) hash: FileHash,
    pub(crate) size: u64,
}

/// What was found where a header belongs.
pub(crate) enum Opened {
    Header(Header),
    /// Its removal was begun and not finished.
    Erased,
    Damaged(&'static str),
}

impl Header {
    pub(crate) fn seal(&self, keys: &StoreKeys) -> BlobResult<[u8; HEADER_BYTES]> {
        let nonce = random::<WRAP_NONCE_LEN>()?;
        let mut content = Zeroizing::new([0; CONTENT_LEN]);
        content[..32].copy_from_slice(&*self.key);
        content[32..64].copy_from_slice(self.hash.as_bytes());
        content[64..].copy_from_slice(&self.size.to_be_bytes());
        let tag = keys.wrap(&nonce, MAGIC, &mut *content);
        let mut header = ERASED;
        let (magic, rest) = header.split_at_mut(MAGIC.len());
        let (nonce_at, rest) = rest.split_at_mut(WRAP_NONCE_LEN);
        let (content_at, tag_at) = rest.split_at_mut(CONTENT_LEN);
        magic.copy_from_slice(MAGIC);
        nonce_at.copy_from_slice(&*nonce);
        content_at.copy_from_slice(&*content);
        tag_at.copy_from_slice(&tag);
        Ok(header)
    }

    pub(crate) fn open(header: &[u8; HEADER_BYTES], keys: &StoreKeys) -> Opened {
        // A power cut may have torn the overwriting; nothing else begins like this.
        if header.starts_with(&ERASED[..MAGIC.len()]) {
            return Opened::Erased;
        }
        let Some(rest) = header.strip_prefix(MAGIC) else {
            return Opened::Damaged("its header was altered, or a newer version wrote it");
        };
        match Self::open_content(rest, keys) {
            Some(header) => Opened::Header(header),
            None => Opened::Damaged("its header was altered, or another store wrote it"),
        }
    }

    fn open_content(sealed: &[u8], keys: &StoreKeys) -> Option<Self> {
        let (nonce, rest) = sealed.split_first_chunk::<WRAP_NONCE_LEN>()?;
        let (content, tag) = rest.split_first_chunk::<CONTENT_LEN>()?;
        let mut content = Zeroizing::new(*content);
        if !keys.unwrap(nonce, MAGIC, &mut *content, tag.first_chunk()?) {
            return None;
        }
        Some(Self {
            key: Zeroizing::new(*content.first_chunk()?),
            hash: FileHash::from_slice(&content[32..64])?,
            size: u64::from_be_bytes(*content[64..].first_chunk()?),
        })
    }
}
