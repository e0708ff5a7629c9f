//! Joining: a commit-reveal exchange over the encrypted link that ends in the same six digits on both screens, which
//! nobody in the middle can choose.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::ids::SiteId;
use crate::wire::link::{NodeMode, RosterChunk};

/// 32 random or hashed bytes.
pub type Bytes32 = serde_bytes::ByteArray<32>;

/// One step of joining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinStep {
    /// Newcomer → member: I wait; here is my name and the commitment to my nonce.
    Ask {
        /// What the PC calls itself.
        name: Text<64>,
        /// What it will be used for.
        mode: NodeMode,
        /// BLAKE3 commitment to the newcomer's nonce.
        commitment: Bytes32,
    },
    /// Administrator → newcomer: the site's name and my nonce.
    Challenge {
        /// The site.
        site: SiteId,
        /// The site's name.
        site_name: Text<200>,
        /// The administrator's nonce.
        nonce: Bytes32,
    },
    /// Newcomer → administrator: my nonce. Both can show the code now.
    Reveal {
        /// The newcomer's nonce.
        nonce: Bytes32,
    },
    /// Administrator → newcomer: compared and confirmed; here is the roster that admits you.
    Welcome {
        /// Every statement, parents first.
        roster: RosterChunk,
    },
    /// Either side: the codes differ, or the person said no.
    Abort,
}
