//! How a new PC joins: a commit–reveal exchange after which both screens show the same six digits.
//!
//! The newcomer commits to its nonce before it sees the administrator's; the administrator's nonce is out before the
//! newcomer reveals. Somebody in the middle has to commit towards the administrator before it knows either nonce, and
//! to challenge the newcomer before it knows the newcomer's: one guess in a million per comparison by a person. Site and
//! both node keys are part of the code, so the two codes only agree when both ends speak to each other.

mod host;
mod newcomer;

use std::fmt;

use crate::ids::{NodeId, SiteId};
use crate::roster::set::Refused;
use crate::wire::join::JoinStep;

pub use host::{Host, HostNext};
pub use newcomer::{Newcomer, NewcomerNext};

/// The random half of one side. Neither `Clone` nor `Copy`: a nonce that serves twice lets a listener of the first
/// exchange choose the code of the second.
pub struct JoinNonce([u8; 32]);

impl JoinNonce {
    /// From 32 fresh random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }
}

impl fmt::Debug for JoinNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinNonce")
    }
}

/// The six digits a person compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinCode(u32);

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// What the newcomer says first: binds it to its nonce without telling it.
pub fn commitment(newcomer: NodeId, nonce: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 join commitment");
    hasher.update(newcomer.as_bytes()).update(nonce);
    hasher.finalize().into()
}

/// The code of one exchange.
pub fn code(
    site: SiteId,
    admin: NodeId,
    newcomer: NodeId,
    admin_nonce: &[u8; 32],
    newcomer_nonce: &[u8; 32],
) -> JoinCode {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 join code");
    hasher
        .update(site.as_bytes())
        .update(admin.as_bytes())
        .update(newcomer.as_bytes())
        .update(admin_nonce)
        .update(newcomer_nonce);
    let mut wide = [0; 8];
    hasher.finalize_xof().fill(&mut wide);
    // 64 bits over a million: the bias is below 10⁻¹³.
    let digits = u64::from_be_bytes(wide) % 1_000_000;
    JoinCode(u32::try_from(digits).unwrap_or_default())
}

/// Why joining failed. After any of these the exchange is over; a new one starts with new nonces.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// A step that does not belong here.
    #[error("the step {0} does not belong here")]
    OutOfOrder(&'static str),
    /// The revealed nonce is not the committed one: somebody tries to choose the code.
    #[error("the revealed nonce is not the committed one")]
    CommitmentBroken,
    /// A statement of the roster is forged, of another site, or unreadable.
    #[error("the roster is not this site's: {0}")]
    Roster(Refused),
    /// The whole roster came, and it does not admit the newcomer.
    #[error("the roster does not admit the newcomer")]
    NotAdmitted,
}

fn step_name(step: &JoinStep) -> &'static str {
    match step {
        JoinStep::Ask { .. } => "ask",
        JoinStep::Challenge { .. } => "challenge",
        JoinStep::Reveal { .. } => "reveal",
        JoinStep::Welcome { .. } => "welcome",
        JoinStep::Abort => "abort",
    }
}
