//! Calling and serving citizens.

use lienquay_core::event::Notice;
use lienquay_core::store::{Store, TicketFilter};
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, TicketRef};
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::TransferTarget;

use super::Officers;
use crate::sim::network::NodeIndex;
use crate::sim::world::{World, lane};

/// Tickets an officer looks at.
const SCREEN: usize = 60;

impl Officers {
    pub(super) fn at_the_desk(&mut self, world: &World, node: NodeIndex) -> Option<Command> {
        let rows = tickets(world, node);
        let me = world.nodes[node].id;
        let mine = rows.iter().find(|row| {
            row.state.is_at_counter() && row.call.as_ref().is_some_and(|call| call.node == me)
        });
        if let Some(row) = mine.filter(|_| self.chance.percent(85)) {
            return Some(self.next_step(row));
        }
        if let Some(silent) = silent_keeper(world, node).filter(|_| self.chance.percent(30)) {
            return Some(Command::TakeOverTickets { keeper: silent });
        }
        match self.chance.below(100) {
            0..=69 => Some(Command::CallNext {
                lanes: List::default(),
            }),
            70..=73 => Some(Command::EnterPaperNumber {
                lane: lane("A"),
                number: u32::try_from(self.chance.within(1..=20)).unwrap_or(1),
            }),
            _ => self.move_one(&rows),
        }
    }

    fn next_step(&mut self, row: &TicketRow) -> Command {
        let ticket = TicketRef::Id(row.doc);
        match (row.state, self.chance.below(100)) {
            (TicketState::Granted, 0..=79) => Command::Announce { ticket },
            (TicketState::Granted, _) => Command::Decline { ticket },
            (TicketState::Announced, 0..=64) => Command::Start { ticket },
            (TicketState::Announced, 65..=84) => Command::NoShow { ticket },
            (TicketState::Announced, _) => Command::Recall { ticket },
            (_, 0..=79) => Command::FinishTicket {
                ticket,
                dossiers: List::default(),
            },
            (_, 80..=89) => Command::Transfer {
                ticket,
                to: TransferTarget::Lane(lane("B")),
            },
            _ => Command::Rate { ticket, mark: 5 },
        }
    }

    fn move_one(&mut self, rows: &[TicketRow]) -> Option<Command> {
        let row = self.chance.pick(rows)?;
        let ticket = TicketRef::Id(row.doc);
        let command = match (row.state, self.chance.below(6)) {
            (TicketState::Parked | TicketState::NoShow, _) => Command::Unpark { ticket },
            (_, 0) => Command::Park { ticket },
            (_, 1) => Command::Transfer {
                ticket,
                to: TransferTarget::Lane(lane("A")),
            },
            (_, 2) => Command::Transfer {
                ticket,
                to: TransferTarget::Counter(2),
            },
            (_, 3) => Command::Prioritise {
                ticket,
                reason: None,
            },
            (_, 4) => Command::CallTicket {
                ticket,
                reason: Text::truncated("Có hẹn trước"),
            },
            _ => Command::Announce { ticket },
        };
        Some(command)
    }
}

/// Today's tickets as a PC shows them, of both lanes, unfinished.
fn tickets(world: &World, node: NodeIndex) -> Vec<TicketRow> {
    let store = world.nodes[node].store();
    let days = store.ticket_days();
    let of_lane = |letters: &str| {
        let filters = days.iter().map(|day| TicketFilter::OfDay {
            day: *day,
            lane: letters.to_owned(),
        });
        filters
            .flat_map(|filter| store.tickets(&filter, SCREEN).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    let mut rows = [of_lane("A"), of_lane("B")].concat();
    rows.retain(|row| row.state != TicketState::Finished);
    rows
}

fn silent_keeper(world: &World, node: NodeIndex) -> Option<lienquay_shared::NodeId> {
    world.nodes[node]
        .notices
        .iter()
        .rev()
        .find_map(|(_, notice)| match notice {
            Notice::KeeperSilent { keeper, .. } => Some(*keeper),
            _ => None,
        })
}
