//! How links end: closed by a side, gone with a process, cut without a word.

use super::{Arrival, Network, NodeIndex, WireNo};
use crate::sim::clock::SimTime;

impl Network {
    /// One side closes its link: it is told down at once, the other side a little later.
    pub fn close(
        &mut self,
        now: SimTime,
        node: NodeIndex,
        peer: NodeIndex,
    ) -> Vec<(SimTime, Arrival)> {
        let numbers: Vec<WireNo> = self
            .wires
            .iter()
            .filter(|(_, wire)| wire.joins(node, peer))
            .map(|(number, _)| *number)
            .collect();
        let mut due = Vec::new();
        for number in numbers {
            let Some(side) = self.wires.get(&number).map(|wire| wire.side_of(node)) else {
                continue;
            };
            due.extend(self.take_down(number, side, now));
            // What the closing side had sent arrives first, as TCP delivers before its FIN.
            let later = now.plus_micros(self.latency());
            let last = self
                .wires
                .get(&number)
                .map(|wire| wire.last_arrival(side ^ 1))
                .unwrap_or_default();
            due.extend(self.take_down(number, side ^ 1, later.max(last)));
        }
        due
    }

    /// A node's process is gone: it is told nothing, its peers notice soon (the system closes its sockets) or late (the
    /// power is gone, with `power_cut`).
    pub fn vanish(
        &mut self,
        now: SimTime,
        node: NodeIndex,
        power_cut: bool,
    ) -> Vec<(SimTime, Arrival)> {
        let mut due = Vec::new();
        let touched: Vec<WireNo> = self.wires_of(node);
        for number in touched {
            let at = if power_cut {
                self.notice(now)
            } else {
                now.plus_micros(self.latency())
            };
            let Some(wire) = self.wires.get_mut(&number) else {
                continue;
            };
            let side = wire.side_of(node);
            wire.flows = [false, false];
            wire.ends[side].told_up = false;
            wire.ends[side].down_due = true;
            let key = (wire.ends[side].node, wire.ends[side].link);
            self.by_link.remove(&key);
            due.extend(self.take_down(number, side ^ 1, at));
            if self
                .wires
                .get(&number)
                .is_some_and(|wire| wire.ends.iter().all(|end| end.down_due && !end.told_up))
            {
                self.wires.remove(&number);
            }
        }
        due
    }

    /// Nothing gets from one node to the other any more; both sides notice some time later.
    pub fn cut(&mut self, now: SimTime, from: NodeIndex, to: NodeIndex) -> Vec<(SimTime, Arrival)> {
        self.cuts.insert((from, to));
        self.lose(now, from, to)
    }

    /// The links between two nodes are lost while one sends the other something; both sides notice some time later, and
    /// may connect anew at once.
    pub fn lose(
        &mut self,
        now: SimTime,
        from: NodeIndex,
        to: NodeIndex,
    ) -> Vec<(SimTime, Arrival)> {
        let mut due = Vec::new();
        let touched: Vec<WireNo> = self
            .wires
            .iter()
            .filter(|(_, wire)| wire.joins(from, to))
            .map(|(number, _)| *number)
            .collect();
        for number in touched {
            if let Some(wire) = self.wires.get_mut(&number) {
                let side = wire.side_of(to);
                wire.flows[side] = false;
            }
            for side in [0, 1] {
                let at = self.notice(now);
                due.extend(self.take_down(number, side, at));
            }
        }
        due
    }
}
