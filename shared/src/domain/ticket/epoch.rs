//! Epochs: who keeps a ticket, and which of two claims stands.

use serde::{Deserialize, Serialize};

use crate::ids::NodeId;

/// A keepership of a ticket: how often it changed, and the node. The highest stands; of two at once, the higher node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch {
    /// 0 for the keeper named at issue, one more for every handover or takeover.
    #[serde(rename = "n")]
    pub n: u32,
    /// The keeper.
    #[serde(rename = "k")]
    pub node: NodeId,
}

impl Epoch {
    /// The keeper named at issue.
    pub const fn first(node: NodeId) -> Self {
        Self { n: 0, node }
    }

    /// The keepership of `node` after this one.
    pub const fn next(self, node: NodeId) -> Self {
        Self {
            n: self.n.saturating_add(1),
            node,
        }
    }
}
