//! What steps make true.

use lienquay_shared::domain::dossier::Status;
use lienquay_shared::domain::ticket::TicketState;

use crate::crash::given::Acknowledged;
use crate::crash::life::note_bytes;
use crate::crash::script::{Script, Step};

/// Something a step makes true, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Note(&'static str, Option<Vec<u8>>),
    Request(usize, String),
    Status(usize, Status),
    Ticket(usize, TicketState),
}

impl Fact {
    /// Facts of one subject replace each other.
    pub(super) fn subject(&self, known: &Acknowledged) -> String {
        match self {
            Self::Note(name, _) => (*name).to_owned(),
            Self::Request(at, _) => format!("request of {at}"),
            Self::Status(at, _) => format!("status of {at}"),
            // A call and an issue speak of one ticket.
            Self::Ticket(at, _) => format!("ticket {:?}", known.doc(*at)),
        }
    }
}

/// What a step makes true; nothing of a step that is not.
pub(super) fn fact(script: &Script, at: usize) -> Vec<Fact> {
    let Some(step) = script.steps.get(at) else {
        return Vec::new();
    };
    match step {
        Step::Keep(name, len) => vec![Fact::Note(name, Some(note_bytes(at, *len)))],
        Step::Erase(name) => vec![Fact::Note(name, None)],
        Step::Receive(words) => vec![
            Fact::Request(at, words.clone()),
            Fact::Status(at, Status::Received),
        ],
        Step::Edit(of, words) => vec![Fact::Request(*of, words.clone())],
        Step::Process(of) => vec![Fact::Status(*of, Status::Processing)],
        Step::Finish(of) => vec![Fact::Status(*of, Status::Finished)],
        Step::Return(of) => vec![Fact::Status(*of, Status::Returned)],
        Step::Issue => vec![Fact::Ticket(at, TicketState::Waiting)],
        Step::Call => vec![Fact::Ticket(at, TicketState::Granted)],
        Step::Announce(of) => vec![Fact::Ticket(*of, TicketState::Announced)],
        Step::Start(of) => vec![Fact::Ticket(*of, TicketState::Serving)],
        Step::Served(of) => vec![Fact::Ticket(*of, TicketState::Finished)],
        Step::NoShow(of) => vec![Fact::Ticket(*of, TicketState::NoShow)],
        Step::Park(of) => vec![Fact::Ticket(*of, TicketState::Parked)],
        _ => Vec::new(),
    }
}
