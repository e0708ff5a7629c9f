//! Founding a site, joining it, and a site that is ready to work.

use lienquay_core::event::{Control, Found, Notice};
use lienquay_shared::OfficerId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::domain::site::{Counter, Lane, Officer, Role};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{CounterNo, LaneId};
use lienquay_shared::wire::link::NodeMode;

use crate::sim::clock::SimTime;
use crate::sim::disk::SimStore;
use crate::sim::network::NodeIndex;
use crate::sim::procedure;
use crate::sim::schema::Schema;
use crate::sim::world::World;

/// How long a person and the machines may take over one join.
const MAX_JOIN_MILLIS: u64 = 60_000;

/// A site ready to work, to start any number of runs from.
#[derive(Debug, Clone)]
pub struct Prepared {
    schema: Schema,
    at: SimTime,
    nodes: Vec<(String, [u8; 32], SimStore)>,
}

/// A lane's letters.
///
/// # Panics
/// For more than four letters.
pub fn lane(letters: &str) -> LaneId {
    Text::new(letters).expect("up to four letters")
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::truncated(text)
}

impl World {
    /// Founds a site with this PC.
    #[track_caller]
    pub fn found(&mut self, node: NodeIndex) {
        let found = Found {
            site_secret: self.draw_secret(),
            site_name: "Điểm phục vụ hành chính công xã Thử".to_owned(),
            unit: "H26.15".to_owned(),
            officer_name: "Nguyễn Thị Sáng".to_owned(),
            node_name: self.name(node).to_owned(),
        };
        match self.control(node, Control::Found(found)) {
            Ok(_) => {}
            Err(refusal) => self.fail(&format!("founding is refused: {refusal:?}")),
        }
    }

    /// Lets a new PC join: it waits, both screens show the same code, both people confirm.
    #[track_caller]
    pub fn join(&mut self, node: NodeIndex, by: NodeIndex, mode: NodeMode, admin: bool) {
        let name = self.name(node).to_owned();
        self.must(node, Control::Seek { name, mode });
        let codes = |world: &Self| (world.code_shown(node, by), world.code_shown(by, node));
        if !self.run_until(MAX_JOIN_MILLIS, |world| {
            matches!(codes(world), (Some(_), Some(_)))
        }) {
            self.fail("no code is shown on both screens");
        }
        let (newcomer, member) = codes(self);
        if newcomer != member {
            self.fail(&format!("the codes differ: {newcomer:?} and {member:?}"));
        }
        let (newcomer, member) = (self.nodes[node].id, self.nodes[by].id);
        self.must(
            node,
            Control::ConfirmCode {
                peer: member,
                admin: false,
            },
        );
        self.must(
            by,
            Control::ConfirmCode {
                peer: newcomer,
                admin,
            },
        );
        if !self.run_until(MAX_JOIN_MILLIS, |world| {
            world.nodes[node].heard(|notice| *notice == Notice::Joined)
        }) {
            self.fail(&format!("{} is not admitted", self.name(node)));
        }
    }

    #[track_caller]
    fn must(&mut self, node: NodeIndex, control: Control) {
        let what = format!("{control:?}");
        if let Err(refusal) = self.control(node, control) {
            self.fail(&format!("{} refuses {what}: {refusal:?}", self.name(node)));
        }
    }

    /// The code that `node` shows about `other`, the newest.
    pub fn code_shown(&self, node: NodeIndex, other: NodeIndex) -> Option<String> {
        let about = self.nodes[other].id;
        self.nodes[node]
            .notices
            .iter()
            .rev()
            .find_map(|(_, notice)| match notice {
                Notice::JoinCode { peer, code, .. } if *peer == about => Some(code.to_string()),
                _ => None,
            })
    }

    /// Does what must succeed.
    #[track_caller]
    pub fn done(&mut self, node: NodeIndex, command: Command) -> Outcome {
        let what = format!("{command:?}");
        match self.submit(node, command) {
            Ok(outcome) => outcome,
            Err(refusal) => self.fail(&format!("{} refuses {what}: {refusal:?}", self.name(node))),
        }
    }

    /// A site of `n_desks` counters, each serving lanes A and B, with one procedure. Node 0 founded it and is used by its
    /// manager; nodes 0 and 1 are administrators.
    #[track_caller]
    pub fn build_site(&mut self, n_desks: usize) {
        for number in 1..=n_desks {
            self.add_node(&format!("quay{number}"));
        }
        self.found(0);
        for node in 1..n_desks {
            self.join(node, 0, NodeMode::Desk, node == 1);
        }
        for (letters, name) in [("A", "Hộ tịch"), ("B", "Đất đai")] {
            let lane = Lane {
                id: lane(letters),
                name: text(name),
                fields: List::default(),
                active: true,
            };
            self.settled_done(Command::SetLane(lane));
        }
        for node in 0..n_desks {
            self.seat_desk(node);
        }
        let record = procedure::record();
        self.settled_done(Command::ImportProcedure {
            record,
            effective_from: None,
        });
        self.run_until_quiescent();
    }

    /// Done by the manager, or already so.
    #[track_caller]
    fn settled_done(&mut self, command: Command) {
        let what = format!("{command:?}");
        match self.submit(0, command) {
            Ok(_) | Err(Refusal::NoChange) => {}
            Err(refusal) => self.fail(&format!("{} refuses {what}: {refusal:?}", self.name(0))),
        }
    }

    /// Gives a desk a counter and, beside the manager's own, an officer.
    #[track_caller]
    pub fn seat_desk(&mut self, node: NodeIndex) {
        let no = CounterNo::try_from(node + 1).unwrap_or(CounterNo::MAX);
        let lanes = if node.is_multiple_of(2) {
            ["A", "B"]
        } else {
            ["B", "A"]
        };
        self.settled_done(Command::SetCounter(Counter {
            no,
            name: text(&format!("Quầy {no}")),
            lanes: List::truncated(lanes.into_iter().map(lane).collect()),
            active: true,
        }));
        if node == 0 {
            return;
        }
        let officer = OfficerId([no.to_be_bytes()[1], 1, 2, 3, 4, 5, 6, 7]);
        let name = text(&format!("Cán bộ {no}"));
        self.settled_done(Command::SetOfficer(Officer {
            id: officer,
            name,
            role: role_at(node),
            active: true,
        }));
        let node = self.nodes[node].id;
        self.settled_done(Command::Seat {
            node,
            counter: Some(no),
            officer: Some(officer),
        });
    }

    /// Keeps a site as it is now, to start runs from.
    pub fn prepare(&self) -> Prepared {
        let nodes = self
            .nodes
            .iter()
            .map(|node| (node.name.clone(), node.secret(), node.store().clone_disk()))
            .collect();
        Prepared {
            schema: self.schema(),
            at: self.now(),
            nodes,
        }
    }

    /// A run of its own seed from a prepared site: every PC is switched on at the same moment.
    pub fn from_prepared(seed: u64, prepared: &Prepared) -> Self {
        let mut world = Self::of(seed, prepared.schema);
        world.start_at(prepared.at);
        for (name, secret, disk) in &prepared.nodes {
            world.add_node_with(name, *secret, disk.clone_disk(), false);
        }
        world
    }
}

/// The administrators' officers run the site; who may do what is tested where it is decided.
fn role_at(node: NodeIndex) -> Role {
    match node {
        0 | 1 => Role::Manager,
        even if even.is_multiple_of(2) => Role::Reception,
        _ => Role::CaseOfficer,
    }
}
