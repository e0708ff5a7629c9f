//! Who waits for a person to compare six digits, on either side of joining.

use std::collections::BTreeMap;

use lienquay_shared::NodeId;
use serde::{Deserialize, Serialize};

/// More than this many PCs never join at once; a hostile LAN cannot make the list longer.
const MAX_WAITING: usize = 32;

/// A PC that waits for its code to be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPeer {
    /// The other side.
    pub peer: NodeId,
    /// What it calls itself, or the site's name on the newcomer's side.
    pub name: String,
    /// The six digits, `123 456`; both screens must show the same.
    pub code: String,
}

/// The list.
#[derive(Debug, Default)]
pub(crate) struct Waiting(BTreeMap<NodeId, WaitingPeer>);

impl Waiting {
    /// Adds or replaces one; the newest exchange of a peer counts.
    pub(crate) fn put(&mut self, waiting: WaitingPeer) {
        if self.0.len() < MAX_WAITING || self.0.contains_key(&waiting.peer) {
            self.0.insert(waiting.peer, waiting);
        }
    }

    /// Removes one.
    pub(crate) fn remove(&mut self, peer: &NodeId) {
        self.0.remove(peer);
    }

    /// Removes those that were admitted.
    pub(crate) fn retain(&mut self, keep: impl Fn(&NodeId) -> bool) {
        self.0.retain(|peer, _| keep(peer));
    }

    /// Everybody.
    pub(crate) fn list(&self) -> Vec<WaitingPeer> {
        self.0.values().cloned().collect()
    }
}
