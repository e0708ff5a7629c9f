//! What an officer asks for in a step.

use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, Submission, TicketRef};
use lienquay_shared::domain::dossier::{DossierField, HandedTo};
use lienquay_shared::{DocId, RequestId};

use crate::crash::given::Acknowledged;
use crate::crash::script::Step;
use crate::sim::officer::papers;
use crate::sim::procedure;

/// A step's request: the same one whenever it is tried again.
pub(super) fn submission(at: usize, step: &Step, known: &Acknowledged) -> Option<Submission> {
    let mut request = [0xC5; 16];
    request[8..].copy_from_slice(&(at as u64).to_be_bytes());
    Some(Submission {
        request: RequestId(request),
        command: command(step, &|step| known.doc(step))?,
    })
}

fn command(step: &Step, doc: &dyn Fn(usize) -> Option<DocId>) -> Option<Command> {
    let ticket = |at: &usize| doc(*at).map(TicketRef::Id);
    let dossier = |at: &usize| doc(*at).map(DossierRef::Id);
    Some(match step {
        Step::Import => Command::ImportProcedure {
            record: procedure::record(),
            effective_from: None,
        },
        Step::Issue => Command::IssueTicket {
            lane: Text::truncated("A"),
            priority: None,
            papers: List::default(),
        },
        Step::Call => Command::CallNext {
            lanes: List::default(),
        },
        Step::Announce(call) => Command::Announce {
            ticket: ticket(call)?,
        },
        Step::Start(call) => Command::Start {
            ticket: ticket(call)?,
        },
        Step::Served(call) => Command::FinishTicket {
            ticket: ticket(call)?,
            dossiers: List::default(),
        },
        Step::NoShow(call) => Command::NoShow {
            ticket: ticket(call)?,
        },
        Step::Park(issued) => Command::Park {
            ticket: ticket(issued)?,
        },
        Step::Receive(words) => {
            let mut ask = papers::receive("Trần Văn Sớm");
            ask.request = Text::truncated(words);
            Command::ReceiveDossier(Box::new(ask))
        }
        Step::Edit(of, words) => Command::EditDossier {
            dossier: dossier(of)?,
            field: DossierField::Request,
            value: Text::truncated(words),
        },
        Step::Note(of) => Command::Note {
            dossier: dossier(of)?,
            text: Text::truncated("Đã gọi điện cho công dân"),
        },
        Step::Process(of) => Command::StartProcessing {
            dossier: dossier(of)?,
        },
        Step::Finish(of) => Command::FinishDossier {
            dossier: dossier(of)?,
            result: Text::truncated("Đã cấp giấy"),
        },
        Step::Return(of) => Command::ReturnResult {
            dossier: dossier(of)?,
            to: HandedTo {
                name: Text::truncated("Trần Văn Nhận"),
                ..HandedTo::default()
            },
        },
        _ => return None,
    })
}
