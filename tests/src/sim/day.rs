//! Running a script: each step finds its PC and does what it says; then everything is repaired and checked.

mod choose;
mod copies;
mod faults;
mod files;
mod newer;
mod people;
mod quiesce;

use std::collections::BTreeMap;

use lienquay_core::event::{Control, Token};
use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Submission};

use crate::sim::chance::Chance;
use crate::sim::clock::SimTime;
use crate::sim::disk::SimStore;
use crate::sim::invariants;
use crate::sim::network::NodeIndex;
use crate::sim::script::{Script, Step, Verb};
use crate::sim::world::{PowerLoss, Prepared, World};

/// How long a PC that is told to shut down may take to hand over before it is switched off.
const CLOSING_MILLIS: u64 = 20_000;

/// A day under way.
#[derive(Debug)]
pub struct Day {
    /// The site.
    pub world: World,
    backups: BTreeMap<NodeIndex, SimStore>,
    /// Live copies beside their originals.
    copies: Vec<copies::Pair>,
    newcomers: Vec<people::Newcomer>,
    /// PCs that hand over before they are switched off.
    closings: Vec<(NodeIndex, Token, SimTime)>,
    /// The last request of each PC, to press the same button again.
    last: BTreeMap<NodeIndex, Submission>,
    n_removed: usize,
    newer: BTreeMap<NodeIndex, newer::NewerLog>,
}

impl Day {
    /// The morning of a script on a prepared site.
    pub fn begin(script: &Script, site: &Prepared) -> Self {
        let mut world = World::from_prepared(script.seed, site);
        world.first_copy_from = script.first_copy_from;
        world.dies_before_telling_per_mille = u64::from(script.deaths_per_mille);
        Self {
            world,
            backups: BTreeMap::new(),
            copies: Vec::new(),
            newcomers: Vec::new(),
            closings: Vec::new(),
            last: BTreeMap::new(),
            n_removed: 0,
            newer: BTreeMap::new(),
        }
    }

    /// The whole day, with everything repaired and checked at its end.
    #[track_caller]
    pub fn run(script: &Script, site: &Prepared) -> World {
        let mut day = Self::begin(script, site);
        for step in &script.steps {
            day.step(step);
        }
        day.quiesce();
        day.world
    }

    /// One step, and what follows from earlier ones by itself.
    #[track_caller]
    pub fn step(&mut self, step: &Step) {
        self.world.run_for(u64::from(step.wait_millis));
        self.attend();
        let mut die = Chance::new(u64::from(step.die), step.verb.word());
        self.world.note(format!("— {step}"));
        if let Some(pc) = self.pc(step.pc) {
            self.act(step.verb, pc, &mut die);
        }
        invariants::check_running(&mut self.world);
    }

    /// The PC a step names: counted around those that exist, copies and removed ones included.
    fn pc(&self, pc: u16) -> Option<NodeIndex> {
        let all = self.pcs();
        (!all.is_empty()).then(|| all[usize::from(pc) % all.len()])
    }

    /// Every PC with an engine that was not scrapped.
    fn pcs(&self) -> Vec<NodeIndex> {
        (0..self.world.nodes.len())
            .filter(|node| self.world.nodes[*node].is_simulated())
            .filter(|node| !self.world.nodes[*node].is_scrapped)
            .collect()
    }

    fn another(&self, than: NodeIndex, die: &mut Chance) -> Option<NodeIndex> {
        let others: Vec<_> = self.pcs().into_iter().filter(|pc| *pc != than).collect();
        die.pick(&others).copied()
    }

    fn act(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        match verb {
            Verb::Quiesce => self.quiesce(),
            Verb::Again => self.again(pc),
            Verb::Close => self.close(pc),
            Verb::EditBothSides => self.edit_both_sides(pc, die),
            Verb::Backup | Verb::Restore | Verb::RollBack | Verb::Clone | Verb::CloneOff => {
                self.copy(verb, pc, die);
            }
            Verb::Move | Verb::Burn => self.copy(verb, pc, die),
            Verb::Revoke => self.revoke(pc, die),
            Verb::Retire => self.retire(pc, die),
            Verb::Join => self.join(die),
            Verb::Seat => self.seat(pc),
            Verb::Rogue => self.rogue(),
            Verb::Lie => self.world.nodes[pc].lies += 1,
            Verb::Scan
            | Verb::ScanOnly
            | Verb::FilesQuota
            | Verb::FilesFull
            | Verb::SpoilFile
            | Verb::LieInParts => self.file(verb, pc, die),
            Verb::Newer => self.newer_entries(pc, die),
            Verb::NewerWords => self.newer_words(pc, die),
            _ if faults::is_fault(verb) => self.fault(verb, pc, die),
            _ => {
                if let Some(command) = choose::command(&self.world, pc, verb, die) {
                    self.order(pc, command, die);
                }
            }
        }
    }

    /// An officer asks for something; the answer is not waited for.
    fn order(&mut self, pc: NodeIndex, command: Command, die: &mut Chance) {
        // Dice repeat; a button pressed anew is a new request all the same.
        let n_orders = self.world.n_orders();
        let mut request: [u8; 16] = die.bytes();
        request[..8].copy_from_slice(&n_orders.to_be_bytes());
        let submission = Submission {
            request: RequestId(request),
            command,
        };
        if self.world.nodes[pc].is_running() {
            self.last.insert(pc, submission.clone());
            self.world.order(pc, submission);
        }
    }

    fn again(&mut self, pc: NodeIndex) {
        let last = self.last.get(&pc).cloned();
        if let Some(submission) = last.filter(|_| self.world.nodes[pc].is_running()) {
            self.world.order(pc, submission);
        }
    }

    fn edit_both_sides(&mut self, pc: NodeIndex, die: &mut Chance) {
        let others: Vec<NodeIndex> = self
            .pcs()
            .into_iter()
            .filter(|other| *other != pc && self.world.nodes[*other].is_running())
            .collect();
        let apart: Vec<NodeIndex> = others
            .iter()
            .copied()
            .filter(|other| !self.world.network.is_linked(pc, *other))
            .collect();
        let other = die
            .pick(if apart.is_empty() { &others } else { &apart })
            .copied();
        let first = choose::command(&self.world, pc, Verb::Edit, die);
        let (Some(other), Some(first)) = (other, first) else {
            return;
        };
        let second = choose::same_field(&self.world, &first, die);
        self.order(pc, first, die);
        self.order(other, second, die);
    }

    fn close(&mut self, pc: NodeIndex) {
        let is_closing = self.closings.iter().any(|(closing, ..)| *closing == pc);
        if self.world.nodes[pc].is_running() && !is_closing {
            let token = self.world.order_control(pc, Control::Leave);
            let end = self.world.now().plus_millis(CLOSING_MILLIS);
            self.closings.push((pc, token, end));
        }
    }

    /// What people and machines do by themselves: shut down once handed over, compare codes of newcomers.
    fn attend(&mut self) {
        let now = self.world.now();
        let closings = std::mem::take(&mut self.closings);
        for (pc, token, end) in closings {
            let is_done = self.world.answer(token).is_some() || now >= end;
            if !self.world.nodes[pc].is_running() {
                continue;
            }
            if is_done {
                self.world.crash(pc, PowerLoss::InOrder);
            } else {
                self.closings.push((pc, token, end));
            }
        }
        self.watch_copies();
        self.confirm_codes();
    }
}
