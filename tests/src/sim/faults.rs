//! What goes wrong on a simulated day, and when it is repaired.

use crate::sim::chance::Chance;
use crate::sim::clock::{DAY_MILLIS, SimTime};
use crate::sim::network::NodeIndex;
use crate::sim::world::{PowerLoss, World};

/// What may go wrong in a run.
#[derive(Debug, Clone, Copy)]
pub struct Knobs {
    /// How often of a thousand steps a PC loses its power.
    pub crashes_per_mille: u64,
    /// How often of a thousand steps the network is cut.
    pub cuts_per_mille: u64,
    /// How often of a thousand steps a disk is full for a while.
    pub full_disks_per_mille: u64,
    /// How often of a thousand steps a clock jumps.
    pub jumps_per_mille: u64,
    /// How often of a thousand steps two PCs connect anew although they are connected.
    pub reconnects_per_mille: u64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            crashes_per_mille: 20,
            cuts_per_mille: 20,
            full_disks_per_mille: 8,
            jumps_per_mille: 8,
            reconnects_per_mille: 20,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repair {
    Restart(NodeIndex),
    FreeDisk(NodeIndex),
    Heal,
    CalmWeather,
}

/// Whoever breaks things.
#[derive(Debug)]
pub struct Gremlin {
    chance: Chance,
    knobs: Knobs,
    repairs: Vec<(SimTime, Repair)>,
}

impl Gremlin {
    /// The gremlin of run `seed`.
    pub fn new(seed: u64, knobs: Knobs) -> Self {
        Self {
            chance: Chance::new(seed, "gremlin"),
            knobs,
            repairs: Vec::new(),
        }
    }

    /// Sets the clocks as they are found in the morning: some right, some a little off, some years.
    pub fn set_clocks(&mut self, world: &mut World) {
        for node in 0..world.nodes.len() {
            let skew = self.skew_millis();
            world.note(format!("{} is {skew} ms off", world.name(node)));
            world.nodes[node].clock.set_skew_millis(skew);
            let drift = i64::try_from(self.chance.below(400)).unwrap_or(0) - 200;
            world.nodes[node].clock.set_drift_ppm(drift);
        }
    }

    fn skew_millis(&mut self) -> i64 {
        let day = i64::try_from(DAY_MILLIS).unwrap_or(i64::MAX);
        match self.chance.below(10) {
            0..=5 => i64::try_from(self.chance.below(4_000)).unwrap_or(0) - 2_000,
            6 | 7 => i64::try_from(self.chance.below(1_200_000)).unwrap_or(0) - 600_000,
            8 => -day * i64::try_from(self.chance.within(200..=2_500)).unwrap_or(1),
            _ => day * i64::try_from(self.chance.within(1..=400)).unwrap_or(1),
        }
    }

    /// Perhaps breaks something; repairs what is due.
    pub fn act(&mut self, world: &mut World) {
        let (due, later) = self.repairs.iter().partition(|(at, _)| *at <= world.now());
        self.repairs = later;
        for (_, repair) in due {
            self.repair(world, repair);
        }
        let mut happens = |per_mille: u64| self.chance.below(1_000) < per_mille;
        let knobs = self.knobs;
        let crash = happens(knobs.crashes_per_mille);
        let cut = happens(knobs.cuts_per_mille);
        let full = happens(knobs.full_disks_per_mille);
        let jump = happens(knobs.jumps_per_mille);
        let reconnect = happens(knobs.reconnects_per_mille);
        let node = self.chance.index(world.nodes.len());
        if crash {
            self.crash(world, node);
        }
        if cut {
            self.cut(world);
        }
        if full && world.nodes[node].is_running() {
            world.note(format!("the disk of {} fills up", world.name(node)));
            world.nodes[node].store_mut().faults().full_after = Some(self.chance.below(30));
            self.later(world, 10_000, Repair::FreeDisk(node));
        }
        if jump {
            let skew = self.skew_millis();
            world.note(format!(
                "the clock of {} jumps to {skew} ms off",
                world.name(node)
            ));
            world.nodes[node].clock.set_skew_millis(skew);
        }
        if reconnect {
            let other = self.chance.index(world.nodes.len());
            if other != node {
                world.connect(node, other);
            }
        }
    }

    fn crash(&mut self, world: &mut World, node: NodeIndex) {
        match self.chance.below(3) {
            0 => world.crash(node, PowerLoss::AnyUnsynced),
            1 => world.crash(node, PowerLoss::AllUnsynced),
            _ => world.crash_at_write(node, self.chance.below(60)),
        }
        self.later(world, 20_000, Repair::Restart(node));
    }

    fn cut(&mut self, world: &mut World) {
        let n_nodes = world.nodes.len();
        match self.chance.below(4) {
            0 => {
                let (from, to) = (self.chance.index(n_nodes), self.chance.index(n_nodes));
                if from != to {
                    world.note(format!(
                        "nothing gets from {} to {}",
                        world.name(from),
                        world.name(to)
                    ));
                    world.cut_one_way(from, to);
                }
                self.later(world, 20_000, Repair::Heal);
            }
            1 => {
                world.network.weather.latency_micros = 20_000..=900_000;
                self.later(world, 8_000, Repair::CalmWeather);
            }
            _ => {
                let side: Vec<NodeIndex> =
                    (0..n_nodes).filter(|_| self.chance.percent(50)).collect();
                let rest: Vec<NodeIndex> =
                    (0..n_nodes).filter(|node| !side.contains(node)).collect();
                world.partition(&[&side, &rest]);
                self.later(world, 40_000, Repair::Heal);
            }
        }
    }

    fn later(&mut self, world: &World, within_millis: u64, repair: Repair) {
        let at = world
            .now()
            .plus_millis(self.chance.within(500..=within_millis));
        self.repairs.push((at, repair));
    }

    fn repair(&mut self, world: &mut World, repair: Repair) {
        match repair {
            Repair::Restart(node) => {
                // A power loss that was set for a write that never came is off the table.
                world.nodes[node].store_mut().faults().dies_after = None;
                world.restart(node);
            }
            Repair::FreeDisk(node) => {
                let faults = world.nodes[node].store_mut().faults();
                faults.full = false;
                faults.full_after = None;
            }
            Repair::Heal => world.heal(),
            Repair::CalmWeather => world.network.weather = Default::default(),
        }
    }

    /// Everything is repaired at once: the end of a run.
    pub fn repair_all(&mut self, world: &mut World) {
        self.repairs.clear();
        world.dies_before_telling_percent = 0;
        for node in 0..world.nodes.len() {
            self.repair(world, Repair::FreeDisk(node));
            self.repair(world, Repair::Restart(node));
        }
        self.repair(world, Repair::Heal);
        self.repair(world, Repair::CalmWeather);
    }
}
