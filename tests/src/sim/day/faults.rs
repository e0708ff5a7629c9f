//! Power, disks, network and clocks.

use crate::sim::chance::Chance;
use crate::sim::clock::DAY_MILLIS;
use crate::sim::network::NodeIndex;
use crate::sim::script::Verb;
use crate::sim::world::PowerLoss;

use super::Day;

pub(super) fn is_fault(verb: Verb) -> bool {
    (Verb::Crash..=Verb::Clocks).contains(&verb)
}

impl Day {
    pub(super) fn fault(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        match verb {
            Verb::Crash
            | Verb::CrashAll
            | Verb::CrashAtWrite
            | Verb::DieTelling
            | Verb::Start
            | Verb::DiskFull
            | Verb::DiskFree
            | Verb::CommitFails
            | Verb::DiskSlow
            | Verb::DiskFast => self.machine(verb, pc, die),
            Verb::Skew | Verb::JumpBack | Verb::Clocks => self.clock(verb, pc, die),
            _ => self.network(verb, pc, die),
        }
    }

    fn machine(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        let world = &mut self.world;
        match verb {
            Verb::Crash => world.crash(pc, PowerLoss::AnyUnsynced),
            Verb::CrashAll => world.crash(pc, PowerLoss::AllUnsynced),
            Verb::CrashAtWrite if world.nodes[pc].is_running() => {
                world.crash_at_write(pc, die.below(60));
            }
            Verb::DieTelling => world.nodes[pc].dies_telling = world.nodes[pc].is_running(),
            Verb::Start => world.restart(pc),
            Verb::DiskFull if world.nodes[pc].is_running() => {
                world.nodes[pc].store_mut().faults().full_after = Some(die.below(30));
            }
            Verb::CommitFails if world.nodes[pc].is_running() => {
                world.nodes[pc].store_mut().faults().commits_fail = die.within(1..=3);
            }
            Verb::DiskFree => self.free_disk(pc),
            Verb::DiskSlow => world.nodes[pc].fsync_millis = [15, 120, 1_500][die.index(3)],
            Verb::DiskFast => world.nodes[pc].fsync_millis = 0,
            _ => {}
        }
    }

    pub(super) fn free_disk(&mut self, pc: NodeIndex) {
        let faults = self.world.nodes[pc].store_mut().faults();
        faults.full = false;
        faults.full_after = None;
        faults.commits_fail = 0;
    }

    fn network(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        let pcs = self.pcs();
        let other = self.another(pc, die);
        match (verb, other) {
            (Verb::Partition, _) => {
                let side: Vec<_> = pcs.iter().copied().filter(|_| die.percent(50)).collect();
                let rest: Vec<_> = pcs.into_iter().filter(|pc| !side.contains(pc)).collect();
                self.world.partition(&[&side, &rest]);
            }
            (Verb::Split, Some(other)) => self.world.cut_pair(pc, other),
            (Verb::OneWay, Some(other)) => self.world.cut_one_way(pc, other),
            (Verb::Mend, Some(other)) => self.world.network.mend(pc, other),
            (Verb::Reconnect, Some(other)) => self.world.connect(pc, other),
            (Verb::Heal, _) => self.world.heal(),
            (Verb::Storm, _) => {
                self.world.network.weather.latency_micros = 20_000..=900_000;
                self.world.network.weather.overlap_percent = 50;
            }
            (Verb::Lossy, _) => self.world.network.weather.lost_per_mille = die.within(5..=60),
            (Verb::Calm, _) => self.world.network.weather = Default::default(),
            (Verb::Repeat, _) => self.repeat(pc, die),
            _ => {}
        }
    }

    /// A message that one side sent some time ago arrives once more.
    fn repeat(&mut self, pc: NodeIndex, die: &mut Chance) {
        let repeatable = [
            "Entries",
            "KeeperAsk",
            "KeeperAnswer",
            "NumberAsk",
            "NumberAnswer",
        ];
        let old: Vec<_> = self
            .world
            .recorded()
            .iter()
            .filter(|message| message.to == pc && repeatable.contains(&message.name))
            .collect();
        if let Some(message) = die.pick(&old) {
            let (from, bytes) = (message.from, message.bytes.clone());
            self.world.inject(from, pc, bytes);
        }
    }

    fn clock(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        match verb {
            Verb::Skew => self.set_skew(pc, any_skew_millis(die)),
            Verb::JumpBack => {
                let before = self.world.nodes[pc].clock.skew_millis();
                let back = i64::try_from(die.within(1..=900_000)).unwrap_or(0);
                self.set_skew(pc, before - back);
            }
            _ => {
                for pc in self.pcs() {
                    self.set_skew(pc, any_skew_millis(die));
                    let drift = i64::try_from(die.below(400)).unwrap_or(0) - 200;
                    self.world.nodes[pc].clock.set_drift_ppm(drift);
                }
            }
        }
    }

    fn set_skew(&mut self, pc: NodeIndex, skew: i64) {
        let line = format!("the clock of {} is {skew} ms off", self.world.name(pc));
        self.world.note(line);
        self.world.nodes[pc].clock.set_skew_millis(skew);
    }
}

/// Mostly a little off, sometimes years.
fn any_skew_millis(die: &mut Chance) -> i64 {
    let day = i64::try_from(DAY_MILLIS).unwrap_or(i64::MAX);
    match die.below(10) {
        0..=5 => i64::try_from(die.below(4_000)).unwrap_or(0) - 2_000,
        6 | 7 => i64::try_from(die.below(1_200_000)).unwrap_or(0) - 600_000,
        8 => -day * i64::try_from(die.within(200..=2_500)).unwrap_or(1),
        _ => day * i64::try_from(die.within(1..=400)).unwrap_or(1),
    }
}
