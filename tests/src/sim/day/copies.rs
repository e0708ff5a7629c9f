//! Backups, rolled-back disks, copies of a folder, PCs that burn.

use lienquay_core::store::Store;

use crate::sim::chance::Chance;
use crate::sim::disk::SimStore;
use crate::sim::network::NodeIndex;
use crate::sim::script::Verb;
use crate::sim::world::PowerLoss;

use super::Day;

/// Live copies at a time; more would only wait for their turn on the network.
const MAX_COPIES: usize = 2;

/// A folder and its live copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) original: NodeIndex,
    pub(super) copy: NodeIndex,
    /// Whether both were seen to have continued one log.
    pub(super) have_parted: bool,
}

impl Pair {
    fn has(&self, pc: NodeIndex) -> bool {
        self.original == pc || self.copy == pc
    }
}

impl Day {
    pub(super) fn copy(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        // A PC that has not joined yet, or stands beside a copy of itself, is left alone.
        let is_plain = !self.is_newcomer(pc) && !self.copies.iter().any(|pair| pair.has(pc));
        match verb {
            Verb::Backup if is_plain => {
                let backup = self.world.backup(pc);
                self.backups.insert(pc, backup);
            }
            Verb::Restore if is_plain => self.restore(pc, true),
            Verb::RollBack if is_plain => self.restore(pc, false),
            Verb::Clone if is_plain => self.copied(pc),
            Verb::CloneOff => self.switch_one_off(die),
            Verb::Move if is_plain => self.moved(pc),
            Verb::Burn if is_plain => self.burn(pc),
            _ => {}
        }
    }

    fn restore(&mut self, pc: NodeIndex, by_our_tool: bool) {
        let Some(backup) = self.backups.get(&pc).cloned() else {
            return;
        };
        self.world.lenience.restored.insert(self.world.nodes[pc].id);
        if !by_our_tool {
            self.world.lenience.doubled.insert(self.world.nodes[pc].id);
        }
        self.world.crash(pc, PowerLoss::AnyUnsynced);
        self.world.disk_goes(pc, Some(&backup));
        self.world.restore(pc, backup, by_our_tool);
    }

    /// A copy of the folder is started beside the original.
    fn copied(&mut self, pc: NodeIndex) {
        if self.world.nodes[pc].is_running() && self.copies.len() < MAX_COPIES {
            self.world.lenience.doubled.insert(self.world.nodes[pc].id);
            let copy = self.world.clone_node(pc, false);
            self.copies.push(Pair {
                original: pc,
                copy,
                have_parted: false,
            });
        }
    }

    /// The folder is carried to another machine; the old one stays off.
    fn moved(&mut self, pc: NodeIndex) {
        if self.world.nodes[pc].is_running() {
            self.world.crash(pc, PowerLoss::InOrder);
            let disk = self.world.backup(pc);
            self.world.restore(pc, disk, true);
        }
    }

    /// The PC is gone with its disk; whoever stays must be enough to go on.
    fn burn(&mut self, pc: NodeIndex) {
        if !self.may_remove_one() {
            return;
        }
        self.world.disk_goes(pc, None);
        self.world.crash(pc, PowerLoss::AllUnsynced);
        self.world.files_burn(pc);
        self.world.nodes[pc].is_scrapped = true;
    }

    /// Of two live copies one is switched off for good, with what only it held.
    fn switch_one_off(&mut self, die: &mut Chance) {
        let Some(pair) = die.pick(&self.copies).copied() else {
            return;
        };
        let off = if die.percent(50) {
            pair.original
        } else {
            pair.copy
        };
        self.scrap_copy(off);
    }

    pub(super) fn scrap_copy(&mut self, off: NodeIndex) {
        self.copies.retain(|pair| !pair.has(off));
        self.world.disk_goes(off, None);
        self.world.crash(off, PowerLoss::AnyUnsynced);
        self.world.files_burn(off);
        self.world.nodes[off].is_scrapped = true;
    }

    /// Looks whether copies hold different entries in one place of a log.
    pub(super) fn watch_copies(&mut self) {
        for pair in &mut self.copies {
            let [one, other] = [pair.original, pair.copy].map(|pc| self.world.nodes[pc].store());
            let id = self.world.nodes[pair.original].id;
            let rows = one.logs().unwrap_or_default();
            for row in rows.iter().filter(|row| row.log.node == id) {
                let theirs = other.logs().unwrap_or_default();
                let Some(their) = theirs.iter().find(|their| their.log == row.log) else {
                    continue;
                };
                let at = row.received.min(their.received);
                let entry = |disk: &SimStore| disk.entry(&row.log, at).ok().flatten();
                if let (Some(ours), Some(theirs)) = (entry(one), entry(other)) {
                    pair.have_parted |= ours.header_bytes != theirs.header_bytes;
                }
            }
        }
    }
}
