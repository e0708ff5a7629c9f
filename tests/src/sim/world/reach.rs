//! Who was in whose reach when a citizen was called: two keepers of one ticket that hear each other never both call it.

use std::collections::BTreeMap;
use std::rc::Rc;

use lienquay_shared::{NodeId, RequestId};

use crate::sim::clock::SimTime;
use crate::sim::network::{Arrival, Arriving, NodeIndex};
use crate::sim::world::World;

/// How long two PCs must have been linked before a call: longer than a link that is cut goes unnoticed.
const SURELY_MILLIS: u64 = 10_000;

/// By PC and peer, since when the PC has its link to the peer.
type Links = BTreeMap<(NodeIndex, NodeIndex), SimTime>;

/// The links as they are, and as they were when calls were answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    links: Rc<Links>,
    calls: BTreeMap<RequestId, (SimTime, Rc<Links>)>,
}

impl Reach {
    pub(super) fn link_changes(&mut self, now: SimTime, arrival: &Arrival) {
        let pair = (arrival.node, arrival.peer);
        match arrival.what {
            Arriving::Up => {
                Rc::make_mut(&mut self.links).insert(pair, now);
            }
            Arriving::Down => {
                Rc::make_mut(&mut self.links).remove(&pair);
            }
            Arriving::Bytes(_) => {}
        }
    }

    /// What runs no more has no links, whatever its peers still believe.
    pub(super) fn stops(&mut self, node: NodeIndex) {
        Rc::make_mut(&mut self.links).retain(|(a, b), _| *a != node && *b != node);
    }

    pub(super) fn called(&mut self, now: SimTime, request: RequestId) {
        self.calls.insert(request, (now, Rc::clone(&self.links)));
    }
}

impl World {
    /// Whether two keepers were linked all the time from well before the earlier of two calls until the later.
    pub fn were_in_reach(&self, keepers: [NodeId; 2], calls: [RequestId; 2]) -> bool {
        let [Some(one), Some(other)] = keepers.map(|key| self.index_of(&key)) else {
            return false;
        };
        let [Some(first), Some(second)] = calls.map(|request| self.reach.calls.get(&request))
        else {
            return false;
        };
        let (earlier, later) = if first.0 <= second.0 {
            (first, second)
        } else {
            (second, first)
        };
        [(one, other), (other, one)].iter().all(|pair| {
            let since = later.1.get(pair);
            since.is_some_and(|since| since.plus_millis(SURELY_MILLIS) <= earlier.0)
        })
    }
}
