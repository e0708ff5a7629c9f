//! One signed statement: what it says, its bytes, its name.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::codec::{self, Blob, DecodeError, List};
use crate::hlc::Hlc;
use crate::ids::{NodeId, SiteId, StatementHash};
use crate::log::NodeKey;
use crate::log::chain::verify;
use crate::roster::kind::{BodyDecoder, BodyEncoder, Kind};
use crate::wire::link::{MAX_STATEMENT_BYTES, SignedBytes};

/// Statements one statement cites directly. Heads are as many as administrators that acted apart from each other.
pub const MAX_PARENTS: usize = 16;

/// Prefix of every signed statement, so that its signature can never pass for one of another protocol with the same
/// key.
const STATEMENT_CONTEXT: &[u8] = b"lienquay roster 1\0";

/// Who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// The site key, from the recovery sheet.
    Site,
    /// A node.
    Node(NodeId),
}

/// A statement about who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The site it is about.
    pub site: SiteId,
    /// What it says.
    pub kind: Kind,
    /// Who says it.
    pub by: Signer,
    /// The newest statements its signer knew.
    pub parents: List<StatementHash, MAX_PARENTS>,
    /// When, by its signer's hybrid clock; for display, never for judgement.
    pub hlc: Hlc,
}

/// The encoding. The body stands for itself so that a kind can be read before its body.
#[derive(Serialize, Deserialize)]
struct Outer<B> {
    #[serde(rename = "s")]
    site: SiteId,
    #[serde(rename = "k")]
    code: u16,
    #[serde(rename = "b")]
    body: B,
    /// None for the site key.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    by: Option<NodeId>,
    #[serde(rename = "p", default, skip_serializing_if = "<[_]>::is_empty")]
    parents: List<StatementHash, MAX_PARENTS>,
    #[serde(rename = "t")]
    hlc: Hlc,
}

/// Why bytes are not a statement, or a statement could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Longer than a statement may be.
    #[error("a statement of {0} bytes; at most {MAX_STATEMENT_BYTES} are allowed")]
    TooLong(usize),
    /// Not readable.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// The signature is not its signer's.
    #[error("the signature is not its signer's")]
    BadSignature,
    /// The key at hand is not that of the signer the statement names.
    #[error("this key is not the one the statement names as its signer")]
    NotTheSignersKey,
}

impl Statement {
    /// Signs it; `key` must belong to the signer it names.
    pub fn sign(&self, key: &NodeKey) -> Result<SignedBytes, StatementError> {
        if key.node().0 != self.signer_key() {
            return Err(StatementError::NotTheSignersKey);
        }
        let bytes =
            Blob::new(self.encode()).map_err(|too_long| StatementError::TooLong(too_long.len()))?;
        let signature = key.sign(&signed_message(&bytes));
        Ok(SignedBytes { bytes, signature })
    }

    fn signer_key(&self) -> [u8; 32] {
        match self.by {
            Signer::Site => self.site.0,
            Signer::Node(node) => node.0,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.kind.encode_with(self)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let outer: Outer<IgnoredAny> = codec::decode(bytes)?;
        Ok(Self {
            site: outer.site,
            kind: Kind::decode_with(outer.code, &StatementBytes(bytes)),
            by: outer.by.map_or(Signer::Site, Signer::Node),
            parents: outer.parents,
            hlc: outer.hlc,
        })
    }
}

impl BodyEncoder for Statement {
    fn encode<B: Serialize>(&self, body: &B) -> Vec<u8> {
        codec::encode(&Outer {
            site: self.site,
            code: self.kind.code(),
            body,
            by: match self.by {
                Signer::Site => None,
                Signer::Node(node) => Some(node),
            },
            parents: self.parents.clone(),
            hlc: self.hlc,
        })
    }
}

struct StatementBytes<'a>(&'a [u8]);

impl BodyDecoder for StatementBytes<'_> {
    fn decode<B: DeserializeOwned>(&self) -> Option<B> {
        codec::decode::<Outer<B>>(self.0)
            .ok()
            .map(|outer| outer.body)
    }
}

/// A statement whose signature was checked, with the bytes it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    statement: Statement,
    signed: SignedBytes,
    hash: StatementHash,
}

impl SignedStatement {
    /// Reads and checks a statement. Whether its signer may say it is for the fold to judge.
    pub fn verify(signed: SignedBytes) -> Result<Self, StatementError> {
        let statement = Statement::decode(&signed.bytes)?;
        let message = signed_message(&signed.bytes);
        if !verify(&statement.signer_key(), &message, &signed.signature) {
            return Err(StatementError::BadSignature);
        }
        let hash = statement_hash(&signed.bytes);
        Ok(Self {
            statement,
            signed,
            hash,
        })
    }

    /// What it says.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The bytes and signature, as received.
    pub fn signed(&self) -> &SignedBytes {
        &self.signed
    }

    /// Its name.
    pub fn hash(&self) -> StatementHash {
        self.hash
    }
}

fn signed_message(bytes: &[u8]) -> Vec<u8> {
    [STATEMENT_CONTEXT, bytes].concat()
}

/// The name of the statement with these bytes.
pub fn statement_hash(bytes: &[u8]) -> StatementHash {
    StatementHash(blake3::derive_key("lienquay 2026 roster statement", bytes))
}
