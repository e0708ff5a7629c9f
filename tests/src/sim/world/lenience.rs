//! What no program can keep: entries whose every copy was destroyed, and what two live copies of one folder give out twice.

use std::collections::BTreeSet;

use lienquay_core::store::Store as _;
use lienquay_shared::NodeId;
use lienquay_shared::command::Outcome;

use crate::sim::disk::SimStore;
use crate::sim::invariants::was_called_to;
use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::{SimNode, World};

/// What the disks that were lost or copied today excuse.
#[derive(Debug, Clone, Default)]
pub struct Lenience {
    /// Keys of which two PCs wrote without knowing of each other, or whose disk was silently rolled back: until they
    /// notice, both give out the same numbers and call the same tickets.
    pub doubled: BTreeSet<NodeId>,
    /// Keys whose folder was restored from a backup: what was given back since may be announced from it.
    pub restored: BTreeSet<NodeId>,
    /// Whether a disk was lost or rolled back: what it held alone may be missing for ever.
    pub lost_disks: bool,
}

impl World {
    /// Whether a number or code may have been given out by two copies that knew nothing of each other: the last part of
    /// it says out of whose range it came.
    pub fn may_be_doubled(&self, code: &str) -> bool {
        // A keeper's range or a slot: which of the two, and whose, no reader of the code alone can tell.
        !self.lenience.doubled.is_empty() && !code.is_empty()
    }

    /// A PC's disk is about to be replaced by `instead`, or lost. What it acknowledged and nobody else holds durably is
    /// excused; what it showed as safe (✓✓) must be held by somebody else.
    #[track_caller]
    pub fn disk_goes(&mut self, node: NodeIndex, instead: Option<&SimStore>) {
        if !std::mem::replace(&mut self.lenience.lost_disks, true) {
            // Two disks may have been all there was; one may not.
            self.check_safe(node);
        }
        for at in 0..self.acknowledged.len() {
            let done = &self.acknowledged[at];
            let Some(point) = done.point.as_ref().filter(|_| !done.is_excused) else {
                continue;
            };
            let keeps = |disk: &SimStore| disk.keeps(&point.log, point.seq, &point.header_bytes);
            // Behind a gap that nobody may ever fill, as during a first copy, it is no use to anybody.
            let gives = |disk: &SimStore| disk.can_give(&point.log, point.seq, &point.header_bytes);
            let elsewhere = (0..self.nodes.len()).any(|other| {
                other != node && !self.nodes[other].is_scrapped && gives(self.nodes[other].store())
            });
            let is_here = instead.is_some_and(keeps);
            let is_home = done.node == node;
            // A call is written by the ticket's keeper, not by the counter to which it is answered.
            let is_call_gone = || {
                let shows = |disk: &SimStore| self.shows_call(disk, &done.outcome);
                let mut others = (0..self.nodes.len())
                    .filter(|other| *other != node && !self.nodes[*other].is_scrapped);
                !instead.is_some_and(shows) && !others.any(|other| shows(self.nodes[other].store()))
            };
            let is_call_gone = is_call_gone();
            self.acknowledged[at].is_lost_at_home |= is_home && !is_here;
            self.acknowledged[at].is_excused |= !elsewhere && !is_here;
            self.acknowledged[at].is_call_gone |= is_call_gone;
        }
    }

    /// Whether a disk shows the call that was answered; true for any other answer.
    fn shows_call(&self, disk: &SimStore, outcome: &Outcome) -> bool {
        let Outcome::TicketCalled(called) = outcome else {
            return true;
        };
        let mut hosts = self.nodes.iter().filter_map(SimNode::host);
        let Some(site) = hosts.find_map(|host| host.engine().site()) else {
            return true;
        };
        let ticket = Disk::new(disk, site, self.schema.documents()).ticket(&called.doc);
        ticket.is_some_and(|ticket| was_called_to(&ticket, called.counter))
    }

    /// What a member wrote, lost with its disk, and only PCs that were shut out hold, nobody can be asked for: they speak to
    /// nobody any more.
    pub fn excuse_what_only_removed_hold(&mut self) {
        for at in 0..self.acknowledged.len() {
            let done = &self.acknowledged[at];
            let Some(point) = done.point.as_ref().filter(|_| done.is_lost_at_home) else {
                continue;
            };
            let keeps = |node: &&SimNode| {
                let disk = node.store();
                !node.is_scrapped && disk.keeps(&point.log, point.seq, &point.header_bytes)
            };
            let mut holders = self.nodes.iter().filter(keeps).peekable();
            let is_held = holders.peek().is_some();
            if is_held && holders.all(|node| node.is_outside) {
                self.acknowledged[at].is_excused = true;
            }
        }
    }

    /// What a PC shows as safe is durable on another disk.
    #[track_caller]
    pub fn check_safe(&self, node: NodeIndex) {
        if self.nodes[node].is_writing() {
            return;
        }
        let Some(host) = self.nodes[node].host() else {
            return;
        };
        let marks = host.engine().safe_marks();
        for done in self.acknowledged.iter().filter(|done| !done.is_excused) {
            let Some(point) = done.point.as_ref().filter(|_| done.node == node) else {
                continue;
            };
            // On a branch that lost it stands under another name, with a mark of its own.
            let here = self.nodes[node].store().entry(&point.log, point.seq);
            let is_there =
                matches!(here, Ok(Some(entry)) if entry.header_bytes == point.header_bytes);
            let is_shown = is_there && marks.get(&point.log).is_some_and(|safe| *safe >= point.seq);
            let is_so = (0..self.nodes.len()).any(|other| {
                other != node
                    && !self.nodes[other].is_scrapped
                    && self.nodes[other]
                        .store()
                        .keeps(&point.log, point.seq, &point.header_bytes)
            });
            if is_shown && !is_so {
                let what = format!(
                    "{} shows {:?} as safe, but no other disk holds entry {} of {}",
                    self.name(node),
                    done.command,
                    point.seq,
                    point.log
                );
                self.broken("safe-is-elsewhere", &what);
            }
        }
    }
}
