//! What an officer asks for, from what the own PC's screen shows: something that makes sense there, mostly.

use lienquay_core::event::Notice;
use lienquay_core::store::{Store, TicketFilter};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, SettleChoice, TicketRef};
use lienquay_shared::domain::dossier::{DossierField, HandedTo, Status};
use lienquay_shared::domain::person::{PersonField, Who};
use lienquay_shared::domain::site::Lane;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::log::DocKind;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{PriorityReason, SeriesKey, TransferTarget};

use crate::sim::chance::Chance;
use crate::sim::network::NodeIndex;
use crate::sim::officer::papers::receive;
use crate::sim::script::Verb;
use crate::sim::world::{World, lane};

/// Rows an officer looks at.
const SCREEN: usize = 60;
/// The newest documents among which dossiers are looked for.
const NEWEST: usize = 40;

/// The command for a verb; none where the screen shows nothing to do it to.
pub(super) fn command(
    world: &World,
    pc: NodeIndex,
    verb: Verb,
    die: &mut Chance,
) -> Option<Command> {
    match verb {
        Verb::Receive => {
            let number = world.n_orders();
            Some(Command::ReceiveDossier(Box::new(receive(&format!(
                "Trần Văn {number}"
            )))))
        }
        Verb::Edit | Verb::Advance | Verb::Return | Verb::Note | Verb::Settle | Verb::Forget => {
            with_papers(world, pc, verb, die)
        }
        Verb::Issue => Some(issue(die)),
        Verb::Call => Some(Command::CallNext {
            lanes: List::default(),
        }),
        Verb::TypeNumber => Some(Command::EnterPaperNumber {
            lane: lane("A"),
            number: u32::try_from(die.within(1..=20)).unwrap_or(1),
        }),
        Verb::TakeOver => Some(Command::TakeOverTickets {
            keeper: silent_keeper(world, pc)?,
        }),
        Verb::GoMobile => Some(Command::GoMobile),
        Verb::ComeBack => Some(Command::ComeBack),
        Verb::Lane | Verb::ConfirmDate | Verb::SeriesKeeper | Verb::TakeOverSeries => {
            Some(of_the_site(world, verb, die))
        }
        _ => with_ticket(world, pc, verb, die),
    }
}

/// A citizen takes a ticket.
fn issue(die: &mut Chance) -> Command {
    let reasons = [
        PriorityReason::Elderly,
        PriorityReason::Pregnant,
        PriorityReason::Other,
    ];
    Command::IssueTicket {
        lane: lane(if die.percent(60) { "A" } else { "B" }),
        priority: die.pick(&reasons).copied().filter(|_| die.percent(15)),
        papers: List::default(),
    }
}

fn of_the_site(world: &World, verb: Verb, die: &mut Chance) -> Command {
    let series = match die.below(3) {
        0 => SeriesKey::Dossier,
        1 => SeriesKey::Lane(lane("A")),
        _ => SeriesKey::Lane(lane("B")),
    };
    match verb {
        Verb::Lane => Command::SetLane(Lane {
            id: lane(if die.percent(50) { "A" } else { "B" }),
            name: Text::truncated(&format!("Lĩnh vực {}", die.below(100))),
            fields: List::default(),
            active: true,
        }),
        Verb::SeriesKeeper => Command::SetSeriesKeeper {
            series,
            node: world.nodes[die.index(world.nodes.len())].id,
        },
        Verb::TakeOverSeries => Command::TakeOverSeries { series },
        _ => {
            let day = i64::try_from(world.now().millis() / crate::sim::clock::DAY_MILLIS);
            let span = jiff::Span::new().days(day.unwrap_or(0));
            let morning = jiff::civil::date(2026, 11, 23);
            Command::ConfirmDate {
                date: morning.checked_add(span).unwrap_or(morning),
            }
        }
    }
}

fn with_ticket(world: &World, pc: NodeIndex, verb: Verb, die: &mut Chance) -> Option<Command> {
    let rows = tickets(world, pc);
    let me = world.nodes[pc].id;
    let is_mine = |row: &TicketRow| {
        row.state.is_at_counter() && row.call.as_ref().is_some_and(|call| call.node == me)
    };
    let mine = rows.iter().filter(|row| is_mine(row));
    let in_state = |state: TicketState| mine.clone().find(|row| row.state == state);
    let at_counter = match verb {
        Verb::Announce | Verb::Decline => in_state(TicketState::Granted),
        Verb::Recall | Verb::NoShow | Verb::Serve => in_state(TicketState::Announced),
        Verb::FinishTicket | Verb::Rate => in_state(TicketState::Serving),
        _ => None,
    };
    let at_counter = at_counter.or_else(|| mine.clone().next());
    let moved = match verb {
        Verb::Unpark => rows
            .iter()
            .find(|row| matches!(row.state, TicketState::Parked | TicketState::NoShow)),
        _ => None,
    };
    let any = die.pick(&rows);
    let row = match verb {
        Verb::Park | Verb::Transfer | Verb::Prioritise | Verb::CallOne | Verb::Unpark => {
            moved.or(any)
        }
        // Sometimes a button is pressed where it makes no sense.
        _ if die.percent(5) => any,
        _ => at_counter,
    }?;
    Some(ticket_command(verb, TicketRef::Id(row.doc), die))
}

fn ticket_command(verb: Verb, ticket: TicketRef, die: &mut Chance) -> Command {
    match verb {
        Verb::Announce => Command::Announce { ticket },
        Verb::Recall => Command::Recall { ticket },
        Verb::Serve => Command::Start { ticket },
        Verb::NoShow => Command::NoShow { ticket },
        Verb::Decline => Command::Decline { ticket },
        Verb::Park => Command::Park { ticket },
        Verb::Unpark => Command::Unpark { ticket },
        Verb::Prioritise => Command::Prioritise {
            ticket,
            reason: Some(PriorityReason::Elderly).filter(|_| die.percent(50)),
        },
        Verb::CallOne => Command::CallTicket {
            ticket,
            reason: Text::truncated("Có hẹn trước"),
        },
        Verb::Rate => Command::Rate { ticket, mark: 5 },
        Verb::Transfer => Command::Transfer {
            ticket,
            to: match die.below(3) {
                0 => TransferTarget::Lane(lane("A")),
                1 => TransferTarget::Lane(lane("B")),
                _ => TransferTarget::Counter(u16::try_from(die.within(1..=4)).unwrap_or(1)),
            },
        },
        _ => Command::FinishTicket {
            ticket,
            dossiers: List::default(),
        },
    }
}

/// One of the newest dossiers.
pub(super) fn newest_dossier(world: &World, pc: NodeIndex, die: &mut Chance) -> Option<DocId> {
    die.pick(&newest_dossiers(world, pc)).copied()
}

fn newest_dossiers(world: &World, pc: NodeIndex) -> Vec<DocId> {
    let store = world.nodes[pc].store();
    let newest = store.docs_newest(None, NEWEST).unwrap_or_default();
    newest
        .into_iter()
        .filter(|(.., kind)| *kind == DocKind::Dossier)
        .map(|(_, doc, _)| doc)
        .take(6)
        .collect()
}

fn with_papers(world: &World, pc: NodeIndex, verb: Verb, die: &mut Chance) -> Option<Command> {
    let store = world.nodes[pc].store();
    let known = newest_dossiers(world, pc);
    let in_conflict = || {
        let is_so = |doc: &&DocId| {
            store
                .dossier_row(doc)
                .is_some_and(|row| row.n_conflicts > 0)
        };
        known.iter().find(is_so).copied()
    };
    let doc = match verb {
        Verb::Settle => in_conflict(),
        _ => die.pick(&known).copied(),
    }?;
    let dossier = DossierRef::Id(doc);
    let status = store.dossier_row(&doc).map(|row| row.status);
    Some(match verb {
        Verb::Edit => edit(world, dossier, die),
        Verb::Forget => Command::Forget { doc },
        Verb::Settle => settle(world, pc, doc)?,
        Verb::Advance => advance(dossier, status, die),
        Verb::Return if die.percent(70) => Command::ReturnResult {
            dossier,
            to: HandedTo {
                name: Text::truncated("Trần Văn Nhận"),
                ..HandedTo::default()
            },
        },
        Verb::Return => Command::Withdraw {
            dossier,
            reason: Text::truncated("Theo yêu cầu"),
        },
        _ => Command::Note {
            dossier,
            text: Text::truncated("Đã gọi điện cho công dân"),
        },
    })
}

fn advance(dossier: DossierRef, status: Option<Status>, die: &mut Chance) -> Command {
    match status {
        Some(Status::Received) => Command::StartProcessing { dossier },
        Some(Status::Processing) if die.percent(40) => Command::RequestSupplement {
            dossier,
            missing: List::truncated(vec![Text::truncated("Bản sao giấy khai sinh")]),
            reason: Text::truncated("Theo quy định"),
        },
        Some(Status::Processing) => Command::FinishDossier {
            dossier,
            result: Text::truncated("Đã cấp giấy"),
        },
        _ => Command::Supplement { dossier },
    }
}

/// The same few fields, so that two sides of a cut edit the same one; a value that nobody else writes.
fn edit(world: &World, dossier: DossierRef, die: &mut Chance) -> Command {
    let fields = [
        DossierField::Person(Who::Transacting, PersonField::Phone),
        DossierField::Person(Who::Transacting, PersonField::Address),
        DossierField::Request,
    ];
    Command::EditDossier {
        dossier,
        field: fields[die.index(fields.len())],
        value: phone(world, die),
    }
}

/// Another officer's edit of the same field.
pub(super) fn same_field(world: &World, first: &Command, die: &mut Chance) -> Command {
    match first.clone() {
        Command::EditDossier { dossier, field, .. } => Command::EditDossier {
            dossier,
            field,
            value: phone(world, die),
        },
        other => other,
    }
}

fn phone(world: &World, die: &mut Chance) -> Text<1000> {
    Text::truncated(&format!("0{:05}{:04}", world.n_orders(), die.below(10_000)))
}

fn settle(world: &World, pc: NodeIndex, doc: DocId) -> Option<Command> {
    let model = world.disk(pc)?.dossier(&doc)?;
    let field = model
        .conflicts
        .first()?
        .field
        .parse::<DossierField>()
        .ok()?;
    let value = Text::truncated(&model.get(field));
    Some(Command::SettleConflict {
        dossier: DossierRef::Id(doc),
        choice: SettleChoice::Field { field, value },
    })
}

/// Today's tickets as a PC shows them, of both lanes, unfinished.
fn tickets(world: &World, pc: NodeIndex) -> Vec<TicketRow> {
    let store = world.nodes[pc].store();
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

fn silent_keeper(world: &World, pc: NodeIndex) -> Option<lienquay_shared::NodeId> {
    let notices = world.nodes[pc].notices.iter().rev();
    notices
        .filter_map(|(_, notice)| match notice {
            Notice::KeeperSilent { keeper, .. } => Some(*keeper),
            _ => None,
        })
        .next()
}
