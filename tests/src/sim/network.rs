//! Links between simulated nodes, as the network shell shows them: ordered and reliable within a priority, told up
//! before their first message and down after their last, at different moments on the two sides.
//!
//! A message is lost only with its link: a cut drops what is under way and both sides notice later. Priorities overtake
//! one another, as frames of an urgent message overtake those of a long one. A link may be replaced by a newer one while
//! it is still up. Nothing here knows what a message means; it is counted by size.

mod loss;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use lienquay_core::event::LinkNo;
use lienquay_shared::wire::Priority;

use crate::sim::chance::Chance;
use crate::sim::clock::SimTime;
use wire::{End, Wire};

/// A node's place in the world.
pub type NodeIndex = usize;

/// Names one connection between two nodes; both ends have their own [`LinkNo`] of it.
pub type WireNo = u64;

/// Something that reaches a node.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where.
    pub node: NodeIndex,
    /// From which other node.
    pub peer: NodeIndex,
    /// Over which connection.
    pub wire: WireNo,
    /// The receiver's name of it.
    pub link: LinkNo,
    /// What.
    pub what: Arriving,
}

/// What reaches a node.
#[derive(Debug, Clone)]
pub enum Arriving {
    /// The link is open.
    Up,
    /// The link is gone.
    Down,
    /// A message.
    Bytes(Vec<u8>),
}

/// Messages and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// How many messages.
    pub n_messages: u64,
    /// Their bytes.
    pub n_bytes: u64,
}

/// How the network behaves now.
#[derive(Debug, Clone)]
pub struct Weather {
    /// Microseconds a message takes.
    pub latency_micros: RangeInclusive<u64>,
    /// Milliseconds until a side notices that its link is dead.
    pub notice_millis: RangeInclusive<u64>,
    /// How often of a hundred a replaced link is told down only after the new one is told up.
    pub overlap_percent: u64,
    /// How often of a thousand messages a link is lost with the message.
    pub lost_per_mille: u64,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            latency_micros: 150..=2_000,
            notice_millis: 1..=6_000,
            overlap_percent: 20,
            lost_per_mille: 0,
        }
    }
}

/// Every link there is.
#[derive(Debug)]
pub struct Network {
    /// How it behaves now.
    pub weather: Weather,
    chance: Chance,
    wires: BTreeMap<WireNo, Wire>,
    by_link: BTreeMap<(NodeIndex, LinkNo), WireNo>,
    cuts: BTreeSet<(NodeIndex, NodeIndex)>,
    next_number: u64,
    traffic: BTreeMap<(NodeIndex, NodeIndex), Traffic>,
    /// Nodes that present the key of another: its live clone. A peer has at most one link to one key.
    keys: BTreeMap<NodeIndex, NodeIndex>,
}

impl Network {
    /// A network without links.
    pub fn new(seed: u64) -> Self {
        Self {
            weather: Weather::default(),
            chance: Chance::new(seed, "network"),
            wires: BTreeMap::new(),
            by_link: BTreeMap::new(),
            cuts: BTreeSet::new(),
            next_number: 1,
            traffic: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// Says that `clone` presents the same key as `node`.
    pub fn set_same_key(&mut self, clone: NodeIndex, node: NodeIndex) {
        let key = self.key_of(node);
        self.keys.insert(clone, key);
    }

    fn key_of(&self, node: NodeIndex) -> NodeIndex {
        self.keys.get(&node).copied().unwrap_or(node)
    }

    fn joins_keys(&self, wire: &Wire, a: NodeIndex, b: NodeIndex) -> bool {
        let at = |node: NodeIndex, other: NodeIndex| {
            wire.ends.iter().any(|end| end.node == node)
                && wire
                    .ends
                    .iter()
                    .any(|end| end.node != node && self.key_of(end.node) == self.key_of(other))
        };
        at(a, b) || at(b, a)
    }

    /// Whether a new connection between two nodes would succeed.
    pub fn can_connect(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.key_of(a) != self.key_of(b)
            && !self.cuts.contains(&(a, b))
            && !self.cuts.contains(&(b, a))
    }

    /// Whether a link between two nodes is up, or will be, on both sides and carries messages both ways.
    pub fn is_linked(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.wires.values().any(|wire| {
            wire.joins(a, b)
                && wire.flows == [true, true]
                && wire.ends.iter().all(|end| !end.down_due)
        })
    }

    /// Whether either side still believes in a link to the other.
    pub fn is_believed(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.wires.values().any(|wire| wire.joins(a, b))
    }

    /// What was sent from one node to another so far, whether it arrived or not.
    pub fn traffic(&self, from: NodeIndex, to: NodeIndex) -> Traffic {
        self.traffic.get(&(from, to)).copied().unwrap_or_default()
    }

    /// Everything sent so far.
    pub fn total(&self) -> Traffic {
        self.traffic
            .values()
            .fold(Traffic::default(), |sum, one| Traffic {
                n_messages: sum.n_messages + one.n_messages,
                n_bytes: sum.n_bytes + one.n_bytes,
            })
    }

    /// Opens a connection. Links the two had before are replaced: told down on both sides, mostly before the new one is
    /// told up there.
    pub fn connect(&mut self, now: SimTime, a: NodeIndex, b: NodeIndex) -> Vec<(SimTime, Arrival)> {
        let mut due = Vec::new();
        let older: Vec<WireNo> = self
            .wires
            .iter()
            .filter(|(_, wire)| self.joins_keys(wire, a, b))
            .map(|(number, _)| *number)
            .collect();
        let wire_no = self.number();
        let ups = [
            now.plus_micros(self.latency() * 2),
            now.plus_micros(self.latency() * 3),
        ];
        for number in older {
            due.extend(self.replace(number, [(a, ups[0]), (b, ups[1])]));
        }
        let ends = [(a, ups[0]), (b, ups[1])].map(|(node, up)| End {
            node,
            link: self.number(),
            told_up: false,
            down_due: false,
            next_arrival: [up; 5],
        });
        for (side, up) in ups.into_iter().enumerate() {
            let (end, peer) = (&ends[side], &ends[1 - side]);
            self.by_link.insert((end.node, end.link), wire_no);
            let (node, peer, link) = (end.node, peer.node, end.link);
            due.push((
                up,
                Arrival {
                    node,
                    peer,
                    wire: wire_no,
                    link,
                    what: Arriving::Up,
                },
            ));
        }
        self.wires.insert(
            wire_no,
            Wire {
                ends,
                flows: [true, true],
            },
        );
        due
    }

    /// Sends a message; `None` when it is lost (its link is gone, dying or cut).
    pub fn send(
        &mut self,
        now: SimTime,
        from: NodeIndex,
        link: LinkNo,
        priority: Priority,
        bytes: Vec<u8>,
    ) -> Option<(SimTime, Arrival)> {
        let latency = self.latency();
        let wire_no = *self.by_link.get(&(from, link))?;
        let wire = self.wires.get_mut(&wire_no)?;
        let to_side = wire.side_of(from) ^ 1;
        let flows = wire.flows[to_side];
        let end = &mut wire.ends[to_side];
        let (node, link) = (end.node, end.link);
        let traffic = self.traffic.entry((from, node)).or_default();
        traffic.n_messages += 1;
        traffic.n_bytes += bytes.len() as u64;
        if !flows {
            return None;
        }
        // 100 Mbit/s: twelve bytes take a microsecond, and what follows in the same priority waits behind them.
        let slot = &mut end.next_arrival[priority as usize];
        let at = now
            .plus_micros(latency + bytes.len() as u64 / 12)
            .max(*slot);
        *slot = at;
        Some((
            at,
            Arrival {
                node,
                peer: from,
                wire: wire_no,
                link,
                what: Arriving::Bytes(bytes),
            },
        ))
    }

    /// Whether something under way still arrives, now that its moment has come; keeps account of what the node knows.
    pub fn arrives(&mut self, arrival: &Arrival) -> bool {
        let Some(wire) = self.wires.get_mut(&arrival.wire) else {
            return false;
        };
        let side = wire.side_of(arrival.node);
        let flows = wire.flows[side];
        let end = &mut wire.ends[side];
        match arrival.what {
            Arriving::Up => {
                // A node that was told down, or started anew, before the link was told up never hears of it.
                let tell = !end.down_due;
                end.told_up = tell;
                tell
            }
            Arriving::Bytes(_) => end.told_up && flows,
            Arriving::Down => {
                let tell = end.told_up;
                end.told_up = false;
                let key = (end.node, end.link);
                self.by_link.remove(&key);
                if wire.ends.iter().all(|end| end.down_due && !end.told_up) {
                    self.wires.remove(&arrival.wire);
                }
                tell
            }
        }
    }

    /// Both ways open again; links that were noticed dead have to be opened anew.
    pub fn mend(&mut self, a: NodeIndex, b: NodeIndex) {
        self.cuts.remove(&(a, b));
        self.cuts.remove(&(b, a));
    }

    /// Every way open again.
    pub fn mend_all(&mut self) {
        self.cuts.clear();
    }

    /// The receiver's name of the newest link between two nodes that is up on the receiver's side.
    pub fn link_at(&self, node: NodeIndex, peer: NodeIndex) -> Option<LinkNo> {
        self.wires
            .values()
            .rev()
            .filter(|wire| wire.joins(node, peer))
            .find_map(|wire| {
                let end = &wire.ends[wire.side_of(node)];
                end.told_up.then_some(end.link)
            })
    }

    /// Who is at the other end of a link, as long as the node believes in it.
    pub fn peer_over(&self, node: NodeIndex, link: LinkNo) -> Option<NodeIndex> {
        let wire = self.wires.get(self.by_link.get(&(node, link))?)?;
        Some(wire.ends[wire.side_of(node) ^ 1].node)
    }

    /// The nodes a node is told to have a link to.
    pub fn peers_of(&self, node: NodeIndex) -> BTreeSet<NodeIndex> {
        let mut peers = BTreeSet::new();
        for wire in self.wires.values() {
            for side in [0, 1] {
                if wire.ends[side].node == node && wire.ends[side].told_up {
                    peers.insert(wire.ends[side ^ 1].node);
                }
            }
        }
        peers
    }

    fn wires_of(&self, node: NodeIndex) -> Vec<WireNo> {
        let touches = |wire: &Wire| wire.ends.iter().any(|end| end.node == node);
        self.wires
            .iter()
            .filter(|(_, wire)| touches(wire))
            .map(|(number, _)| *number)
            .collect()
    }

    /// Takes a link down on both sides because a newer one comes up at these moments.
    fn replace(
        &mut self,
        number: WireNo,
        ups: [(NodeIndex, SimTime); 2],
    ) -> Vec<(SimTime, Arrival)> {
        let Some(wire) = self.wires.get_mut(&number) else {
            return Vec::new();
        };
        wire.flows = [false, false];
        let nodes = [wire.ends[0].node, wire.ends[1].node];
        let mut due = Vec::new();
        for (side, node) in nodes.into_iter().enumerate() {
            let up = ups
                .iter()
                .find(|(at, _)| *at == node)
                .map_or(ups[0].1, |(_, up)| *up);
            let overlaps = self.chance.percent(self.weather.overlap_percent);
            let at = if overlaps {
                up.plus_micros(self.latency())
            } else {
                up
            };
            due.extend(self.take_down(number, side, at));
        }
        due
    }

    fn take_down(
        &mut self,
        number: WireNo,
        side: usize,
        at: SimTime,
    ) -> Option<(SimTime, Arrival)> {
        let wire = self.wires.get_mut(&number)?;
        if wire.ends[side].down_due {
            return None;
        }
        wire.ends[side].down_due = true;
        let (end, peer) = (&wire.ends[side], wire.ends[side ^ 1].node);
        Some((
            at,
            Arrival {
                node: end.node,
                peer,
                wire: number,
                link: end.link,
                what: Arriving::Down,
            },
        ))
    }

    fn latency(&mut self) -> u64 {
        self.chance.within(self.weather.latency_micros.clone())
    }

    fn notice(&mut self, now: SimTime) -> SimTime {
        now.plus_millis(self.chance.within(self.weather.notice_millis.clone()))
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }
}

#[cfg(test)]
mod tests;
