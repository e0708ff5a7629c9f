//! What officers do on a simulated day: each looks at what its own PC shows and does something that makes sense there,
//! mostly.

mod desk;
pub mod papers;

use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Submission};
use lienquay_shared::domain::site::Role;
use lienquay_shared::wire::keeper::PriorityReason;

use crate::sim::chance::Chance;
use crate::sim::network::NodeIndex;
use crate::sim::world::{World, lane};

/// Officers of a site, one a PC.
#[derive(Debug)]
pub struct Officers {
    chance: Chance,
    /// The last request of each PC, to press the same button again.
    last: Vec<Option<Submission>>,
}

/// How often of a hundred an officer presses a button again.
const REPEATS_PERCENT: u64 = 4;

impl Officers {
    /// The officers of run `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed, "officers"),
            last: Vec::new(),
        }
    }

    /// One officer does one thing; the answer is not waited for.
    pub fn act(&mut self, world: &mut World, node: NodeIndex) {
        self.last.resize(world.nodes.len(), None);
        if !world.nodes[node].is_running() {
            return;
        }
        let again = self.last[node]
            .clone()
            .filter(|_| self.chance.percent(REPEATS_PERCENT));
        let submission = again.or_else(|| {
            let command = self.choose(world, node)?;
            Some(Submission {
                request: RequestId(self.chance.bytes()),
                command,
            })
        });
        if let Some(submission) = submission {
            self.last[node] = Some(submission.clone());
            world.order(node, submission);
        }
    }

    fn choose(&mut self, world: &World, node: NodeIndex) -> Option<Command> {
        let disk = world.disk(node)?;
        let model = disk.site();
        let seat = model.seats.get(&world.nodes[node].id).copied();
        let role = seat
            .and_then(|seat| seat.officer)
            .and_then(|officer| model.role_of(&officer));
        // The manager does what is there to be done.
        let role = match role {
            Some(Role::Manager) if self.chance.percent(50) => Some(Role::Reception),
            Some(Role::Manager) => Some(Role::CaseOfficer),
            other => other,
        };
        if seat.and_then(|seat| seat.counter).is_none() {
            return Some(self.at_the_entrance());
        }
        match (role, self.chance.below(100)) {
            (_, 0..=44) => self.at_the_desk(world, node),
            (Some(Role::Reception), 45..=64) => Some(self.at_the_entrance()),
            (Some(Role::Reception), 65..=79) => Some(self.reception(world)),
            (Some(Role::Reception | Role::CaseOfficer), _) => self.with_papers(&disk, role),
            _ => Some(self.at_the_entrance()),
        }
    }

    /// A citizen takes a ticket.
    fn at_the_entrance(&mut self) -> Command {
        let letters = if self.chance.percent(60) { "A" } else { "B" };
        let reasons = [
            PriorityReason::Elderly,
            PriorityReason::Pregnant,
            PriorityReason::Other,
        ];
        let priority = if self.chance.percent(15) {
            self.chance.pick(&reasons).copied()
        } else {
            None
        };
        Command::IssueTicket {
            lane: lane(letters),
            priority,
            papers: Default::default(),
        }
    }
}
