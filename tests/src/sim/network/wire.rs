//! One connection between two nodes, and what each end has been told of it.

use lienquay_core::event::LinkNo;

use super::NodeIndex;
use crate::sim::clock::SimTime;

#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) node: NodeIndex,
    pub(super) link: LinkNo,
    /// Whether the node was told up and not yet down.
    pub(super) told_up: bool,
    /// Whether the node will be told down, or was.
    pub(super) down_due: bool,
    /// Earliest arrival of the next message of each priority.
    pub(super) next_arrival: [SimTime; 5],
}

#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) ends: [End; 2],
    /// Whether messages towards end 0 and end 1 still arrive.
    pub(super) flows: [bool; 2],
}

impl Wire {
    pub(super) fn joins(&self, a: NodeIndex, b: NodeIndex) -> bool {
        let nodes = [self.ends[0].node, self.ends[1].node];
        nodes == [a, b] || nodes == [b, a]
    }

    pub(super) fn side_of(&self, node: NodeIndex) -> usize {
        usize::from(self.ends[0].node != node)
    }

    pub(super) fn last_arrival(&self, side: usize) -> SimTime {
        self.ends[side]
            .next_arrival
            .into_iter()
            .max()
            .unwrap_or_default()
    }
}
