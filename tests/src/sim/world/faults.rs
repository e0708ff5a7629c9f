//! What goes wrong: cuts, crashes, copies of a folder, restored backups.

use lienquay_core::event::Event;

use crate::sim::chance::Chance;
use crate::sim::disk::SimStore;
use crate::sim::network::NodeIndex;
use crate::sim::world::{PowerLoss, SimNode, World};

impl World {
    /// Adds a PC with an empty disk and starts its process.
    pub fn add_node(&mut self, name: &str) -> NodeIndex {
        let secret = self.draw_secret();
        self.add_node_with(name, secret, SimStore::new(), false)
    }

    pub(super) fn add_node_with(
        &mut self,
        name: &str,
        secret: [u8; 32],
        disk: SimStore,
        new_incarnation: bool,
    ) -> NodeIndex {
        let chance = self.split_chance(name);
        self.nodes.push(SimNode::new(
            name.to_owned(),
            secret,
            chance,
            disk,
            self.now(),
            self.schema(),
        ));
        let node = self.nodes.len() - 1;
        self.start(node, new_incarnation);
        node
    }

    fn start(&mut self, node: NodeIndex, new_incarnation: bool) {
        let now = self.now();
        if let Err(fault) = self.nodes[node].start(now, new_incarnation, self.first_copy_from) {
            self.fail(&format!("{} does not start: {fault}", self.name(node)));
        }
        self.note(format!("{} starts", self.name(node)));
        for found in self.nodes[node].store().files_found() {
            self.deliver(node, Event::File(found));
        }
        self.schedule_wake(node);
    }

    /// Nothing passes between nodes of different groups; nodes in no group are alone. Links die without a word.
    pub fn partition(&mut self, groups: &[&[NodeIndex]]) {
        self.note(format!("partition {groups:?}"));
        let group_of = |node: NodeIndex| {
            groups
                .iter()
                .position(|group| group.contains(&node))
                .unwrap_or(100 + node)
        };
        for a in 0..self.nodes.len() {
            for b in a + 1..self.nodes.len() {
                if group_of(a) != group_of(b) {
                    self.cut_pair(a, b);
                }
            }
        }
    }

    /// Nothing passes between two nodes any more.
    pub fn cut_pair(&mut self, a: NodeIndex, b: NodeIndex) {
        self.cut_one_way(a, b);
        self.cut_one_way(b, a);
    }

    /// Nothing passes from one node to another any more; what the other sent before still arrives.
    pub fn cut_one_way(&mut self, from: NodeIndex, to: NodeIndex) {
        let downs = self.network.cut(self.now, from, to);
        self.enqueue_arrivals(downs);
    }

    /// Everything passes again; links come back as nodes find each other.
    pub fn heal(&mut self) {
        self.note("heal");
        self.network.mend_all();
    }

    /// The power of a node goes now.
    pub fn crash(&mut self, node: NodeIndex, loss: PowerLoss) {
        self.note(format!("{} crashes ({loss:?})", self.name(node)));
        self.crash_now(node, loss);
    }

    pub(super) fn crash_now(&mut self, node: NodeIndex, loss: PowerLoss) {
        if !self.nodes[node].is_running() || self.nodes[node].rogue.is_some() {
            return;
        }
        self.note(format!("{} is gone", self.name(node)));
        self.nodes[node].stop(loss);
        self.reach.stops(node);
        let downs = self.network.vanish(self.now, node, true);
        self.enqueue_arrivals(downs);
    }

    /// The power goes at the `n_writes`-th write or commit from now.
    pub fn crash_at_write(&mut self, node: NodeIndex, n_writes: u64) {
        self.nodes[node].store_mut().faults().dies_after = Some(n_writes);
    }

    /// Starts a node that is down.
    pub fn restart(&mut self, node: NodeIndex) {
        if !self.nodes[node].is_running() {
            self.start(node, false);
        }
    }

    /// Starts every node that is down.
    pub fn restart_all(&mut self) {
        for node in 0..self.nodes.len() {
            self.restart(node);
        }
    }

    /// What a backup taken now would hold.
    pub fn backup(&self, node: NodeIndex) -> SimStore {
        self.nodes[node].store().clone_disk()
    }

    /// Replaces a node's disk by a backup and starts it; `by_our_tool` tells the engine so, a rolled-back disk does not.
    pub fn restore(&mut self, node: NodeIndex, backup: SimStore, by_our_tool: bool) {
        self.note(format!(
            "{} is restored (by our tool: {by_our_tool})",
            self.name(node)
        ));
        self.crash_now(node, PowerLoss::AnyUnsynced);
        self.files_burn(node);
        self.nodes[node].replace_disk(backup.clone_disk());
        self.start(node, by_our_tool);
    }

    /// Starts a second PC from a copy of a node's folder, with the same key; `noticed` when the machine marker tells the
    /// copy that it is one.
    pub fn clone_node(&mut self, node: NodeIndex, noticed: bool) -> NodeIndex {
        let disk = self.backup(node);
        let secret = self.nodes[node].secret();
        let name = format!("{}′", self.name(node));
        let index = self.nodes.len();
        self.network.set_same_key(index, node);
        self.add_node_with(&name, secret, disk, noticed)
    }

    pub(super) fn draw_secret(&mut self) -> [u8; 32] {
        self.chance.bytes()
    }

    pub(super) fn split_chance(&mut self, name: &str) -> Chance {
        Chance::new(self.seed ^ ((self.nodes.len() as u64 + 1) << 48), name)
    }
}
