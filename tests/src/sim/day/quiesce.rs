//! The moments at which everything is repaired: whoever is to be heard is heard, and all that must hold is checked.

use crate::sim::invariants;
use crate::sim::network::NodeIndex;
use crate::sim::world::PowerLoss;

use super::Day;

/// How long two live copies stand side by side before somebody switches one off.
const SIDE_BY_SIDE_MILLIS: u64 = 30_000;
/// How long newcomers may take on a site where nothing goes wrong any more.
const JOINING_SECONDS: u64 = 90;
/// Long enough for everybody to have met everybody: two looks around, and links that die unnoticed for six seconds.
const MEETING_MILLIS: u64 = 10_000;

impl Day {
    /// Repairs everything, waits until nothing changes any more, and checks.
    #[track_caller]
    pub fn quiesce(&mut self) {
        self.repair_all();
        self.end_copies();
        self.end_joining();
        self.world.run_for(MEETING_MILLIS);
        self.count_members();
        self.world.run_until_quiescent();
        self.count_members();
        self.world.run_until_quiescent();
        invariants::check_settled(&self.world);
        invariants::check_files(&mut self.world);
        invariants::check_reconnect(&mut self.world);
    }

    fn repair_all(&mut self) {
        self.world.note("everything is repaired");
        self.world.dies_before_telling_per_mille = 0;
        self.closings.clear();
        for pc in self.pcs() {
            self.free_disk(pc);
            self.repair_files(pc);
            let node = &mut self.world.nodes[pc];
            // A power loss that was set for a write that never came is off the table.
            node.store_mut().faults().dies_after = None;
            node.dies_telling = false;
            node.lies = 0;
            node.fsync_millis = 0;
            self.world.restart(pc);
        }
        self.world.network.weather = Default::default();
        self.world.heal();
    }

    /// Live copies stand side by side for a while; then each is alone with the others, so that both are heard and both are
    /// told, and one is switched off.
    fn end_copies(&mut self) {
        while let Some(pair) = self.copies.first().copied() {
            self.watch_copies();
            self.world.run_for(SIDE_BY_SIDE_MILLIS);
            let (stays, goes) = match self.world.n_orders() % 2 {
                0 => (pair.original, pair.copy),
                _ => (pair.copy, pair.original),
            };
            for (off, on) in [(stays, goes), (goes, stays), (stays, goes)] {
                self.world.crash(off, PowerLoss::InOrder);
                self.world.restart(on);
                self.world.run_for(SIDE_BY_SIDE_MILLIS);
            }
            let have_parted = self.copies.first().is_some_and(|pair| pair.have_parted);
            if have_parted && self.has_others(stays) && self.is_member_for_all(stays) {
                invariants::check_copies_told(&self.world, stays, goes);
            }
            self.scrap_copy(goes);
            self.world.restart(stays);
        }
    }

    /// Whether anybody but copies of this PC is left: they hear of each other through others only.
    fn has_others(&self, pc: NodeIndex) -> bool {
        let id = self.world.nodes[pc].id;
        self.pcs()
            .into_iter()
            .any(|other| self.world.nodes[other].id != id && !self.is_newcomer(other))
    }

    /// Whoever was shut out is told nothing any more, and spoken to by nobody.
    fn is_member_for_all(&self, pc: NodeIndex) -> bool {
        let id = self.world.nodes[pc].id;
        let others = self
            .pcs()
            .into_iter()
            .filter(|other| self.world.nodes[*other].id != id && !self.is_newcomer(*other));
        others
            .filter_map(|other| self.world.nodes[other].host())
            .all(|host| host.engine().members_roster().is_member(&id))
    }

    fn end_joining(&mut self) {
        for _ in 0..JOINING_SECONDS {
            self.confirm_codes();
            if self.newcomers.is_empty() {
                return;
            }
            self.world.run_for(1_000);
        }
        if !self.can_admit() {
            return;
        }
        let left: Vec<NodeIndex> = self
            .newcomers
            .iter()
            .map(|newcomer| newcomer.node)
            .filter(|node| !self.is_shut_out(*node))
            .collect();
        invariants::check_joining(&self.world, &left);
    }

    /// Whether somebody shut it out, which it is not told.
    fn is_shut_out(&self, pc: NodeIndex) -> bool {
        let id = &self.world.nodes[pc].id;
        let others = self.pcs().into_iter().filter(|other| *other != pc);
        let mut rosters = others
            .filter_map(|other| self.world.nodes[other].host())
            .map(|host| host.engine().members_roster());
        rosters.any(|roster| roster.knows(id) && !roster.is_member(id))
    }

    /// Whether an administrator is left; without one only the recovery sheet lets anybody in.
    fn can_admit(&self) -> bool {
        let is_admin = |pc: &NodeIndex| {
            let node = &self.world.nodes[*pc];
            node.host()
                .is_some_and(|host| host.engine().members_roster().is_admin(&node.id))
        };
        let mut admins = self.pcs().into_iter().filter(is_admin);
        admins.any(|pc| self.is_member_for_all(pc))
    }

    /// Members are those who take each other for members: of all such groups that with most PCs that nobody shut out, and of
    /// two such the largest. (A retired administrator's PC that does not know it, cut off or restored from before, may
    /// gather a larger group of its own.)
    fn count_members(&mut self) {
        let pcs = self.pcs();
        let takes = |by: NodeIndex, whom: NodeIndex| {
            let host = self.world.nodes[by].host();
            let id = &self.world.nodes[whom].id;
            host.is_some_and(|host| host.engine().members_roster().is_member(id))
        };
        let group_of = |pc: NodeIndex| -> Vec<NodeIndex> {
            let mutual = |other: &NodeIndex| takes(pc, *other) && takes(*other, pc);
            pcs.iter().copied().filter(mutual).collect()
        };
        let groups: Vec<Vec<NodeIndex>> = pcs.iter().map(|pc| group_of(*pc)).collect();
        let group = groups
            .into_iter()
            .rev()
            .max_by_key(|group: &Vec<NodeIndex>| {
                let undisputed = group.iter().filter(|pc| self.is_member_for_all(**pc));
                (undisputed.count(), group.len())
            })
            .unwrap_or_default();
        let speaker = group.first().copied();
        let is_member = |node: NodeIndex| match self.world.nodes[node].is_scrapped {
            true => speaker.is_some_and(|speaker| takes(speaker, node)),
            false => group.contains(&node),
        };
        let members: Vec<bool> = (0..self.world.nodes.len()).map(is_member).collect();
        for (node, is_member) in self.world.nodes.iter_mut().zip(members) {
            node.is_outside = !is_member;
        }
        self.world.excuse_what_only_removed_hold();
    }
}
