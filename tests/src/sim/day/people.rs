//! Who takes part: joining, leaving, being shut out, and somebody who does not belong.

use lienquay_core::event::Control;
use lienquay_shared::OfficerId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::domain::site::{Counter, Officer, Role};
use lienquay_shared::wire::Message;
use lienquay_shared::wire::keeper::CounterNo;
use lienquay_shared::wire::link::{Hello, NodeMode};

use crate::sim::chance::Chance;
use crate::sim::network::NodeIndex;
use crate::sim::world::lane;

use super::Day;

/// A site has number slots for fourteen.
const MAX_PCS: usize = 13;

/// A PC that joins, or tries to.
#[derive(Debug, Clone)]
pub(super) struct Newcomer {
    pub(super) node: NodeIndex,
    mode: NodeMode,
    /// The process that was told to look for a site.
    sought_in: Option<u64>,
    /// Codes that were compared: by whom, and what they said.
    confirmed: Vec<(NodeIndex, String)>,
}

impl Day {
    pub(super) fn is_newcomer(&self, pc: NodeIndex) -> bool {
        self.newcomers.iter().any(|newcomer| newcomer.node == pc)
    }

    pub(super) fn n_of_the_morning(&self) -> usize {
        let is_plain = |pc: &NodeIndex| !self.is_newcomer(*pc);
        let n_copies = self.copies.len();
        self.world
            .nodes
            .iter()
            .filter(|node| node.is_simulated())
            .count()
            - n_copies
            - (0..self.world.nodes.len())
                .filter(|pc| !is_plain(pc))
                .count()
    }

    /// Whether one more may be taken out; two must stay.
    pub(super) fn may_remove_one(&mut self) -> bool {
        let may = self.n_removed + 2 < self.n_of_the_morning();
        self.n_removed += usize::from(may);
        may
    }

    pub(super) fn join(&mut self, die: &mut Chance) {
        if self.pcs().len() >= MAX_PCS {
            return;
        }
        let mode = [
            NodeMode::Desk,
            NodeMode::Desk,
            NodeMode::Laptop,
            NodeMode::Kiosk,
        ][die.index(4)];
        let name = format!("quay{}", self.world.nodes.len() + 1);
        let node = self.world.add_node(&name);
        self.world.nodes[node].is_outside = true;
        self.newcomers.push(Newcomer {
            node,
            mode,
            sought_in: None,
            confirmed: Vec::new(),
        });
        self.confirm_codes();
    }

    /// Newcomers look for a site; where the same code stands on two screens, both people press the button.
    pub(super) fn confirm_codes(&mut self) {
        for at in 0..self.newcomers.len() {
            let newcomer = self.newcomers[at].clone();
            let node = newcomer.node;
            let Some(host) = self.world.nodes[node].host() else {
                continue;
            };
            if host.engine().site().is_some() {
                continue;
            }
            let life = Some(self.world.nodes[node].life());
            if newcomer.sought_in != life {
                self.newcomers[at].sought_in = life;
                let name = self.world.name(node).to_owned();
                let mode = newcomer.mode;
                self.world.order_control(node, Control::Seek { name, mode });
            }
            self.compare_codes(at);
        }
        let is_joined = |newcomer: &Newcomer| {
            let host = self.world.nodes[newcomer.node].host();
            host.is_some_and(|host| host.engine().site().is_some() && !host.engine().is_loading())
        };
        self.newcomers.retain(|newcomer| !is_joined(newcomer));
    }

    fn compare_codes(&mut self, at: usize) {
        let node = self.newcomers[at].node;
        for by in self.pcs() {
            let (here, there) = (
                self.world.code_shown(node, by),
                self.world.code_shown(by, node),
            );
            let (Some(code), Some(other)) = (here, there) else {
                continue;
            };
            let known = (by, code.clone());
            if code != other || self.newcomers[at].confirmed.contains(&known) {
                continue;
            }
            self.newcomers[at].confirmed.push(known);
            for (on, about) in [(node, by), (by, node)] {
                let peer = self.world.nodes[about].id;
                let control = Control::ConfirmCode { peer, admin: false };
                self.world.order_control(on, control);
            }
        }
    }

    pub(super) fn revoke(&mut self, by: NodeIndex, die: &mut Chance) {
        let Some(whom) = self.another(by, die) else {
            return;
        };
        let node = self.world.nodes[whom].id;
        let is_other = node != self.world.nodes[by].id;
        if self.world.nodes[by].is_running() && is_other && self.may_remove_one() {
            let reason = Text::truncated("Máy bị mất");
            self.order(by, Command::Revoke { node, reason }, die);
        }
    }

    pub(super) fn retire(&mut self, pc: NodeIndex, die: &mut Chance) {
        let by = if die.percent(50) {
            Some(pc)
        } else {
            self.another(pc, die)
        };
        if let Some(by) = by.filter(|by| self.world.nodes[*by].is_running())
            && self.may_remove_one()
        {
            let node = self.world.nodes[pc].id;
            self.order(by, Command::Retire { node }, die);
        }
    }

    /// The manager gives a PC a counter and an officer of its own.
    pub(super) fn seat(&mut self, pc: NodeIndex) {
        let mut die = Chance::new(pc as u64, "seat");
        let Some(manager) = [0, 1]
            .into_iter()
            .find(|pc| self.world.nodes[*pc].is_running())
        else {
            return;
        };
        let no = CounterNo::try_from(pc + 1).unwrap_or(CounterNo::MAX);
        let id = OfficerId([no.to_be_bytes()[1], 1, 2, 3, 4, 5, 6, 7]);
        let commands = [
            Command::SetCounter(Counter {
                no,
                name: Text::truncated(&format!("Quầy {no}")),
                lanes: List::truncated(vec![lane("A"), lane("B")]),
                active: true,
            }),
            Command::SetOfficer(Officer {
                id,
                name: Text::truncated(&format!("Cán bộ {no}")),
                role: Role::Reception,
                active: true,
            }),
            Command::Seat {
                node: self.world.nodes[pc].id,
                counter: Some(no),
                officer: Some(id),
            },
        ];
        for command in commands {
            self.order(manager, command, &mut die);
        }
    }

    /// A PC on no roster greets everybody and says again what it overheard.
    pub(super) fn rogue(&mut self) {
        let is_rogue = |pc: &NodeIndex| !self.world.nodes[*pc].is_simulated();
        let Some(rogue) = (0..self.world.nodes.len()).find(is_rogue) else {
            self.world.add_rogue();
            return;
        };
        let site = self.world.nodes[0]
            .host()
            .and_then(|host| host.engine().site());
        let hello = Message::Hello(Hello { site, roster: None }).encode();
        let overheard: Vec<_> = self
            .world
            .recorded()
            .iter()
            .rev()
            .take(40)
            .cloned()
            .collect();
        for pc in self.pcs() {
            self.world.inject(rogue, pc, hello.clone());
            for message in overheard.iter().filter(|message| message.to == pc) {
                self.world.inject(rogue, pc, message.bytes.clone());
            }
        }
    }
}
