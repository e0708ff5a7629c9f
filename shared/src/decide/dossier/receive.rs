//! Receiving a dossier, in two phases: everything is decided and explained before a number is taken.

use super::check::{check, general_problems};
use super::{Context, Write, dossier_write, event};
use crate::codec::Text;
use crate::command::{ReceiveDossier, ReceivedDossier};
use crate::domain::dossier::{
    CodeKind, Components, DossierField, DossierStep, DueDate, Finance, ProcedureRef,
};
use crate::domain::person::{Person, PersonField, Who};
use crate::domain::procedure::Procedure;
use crate::domain::series::DossierCode;
use crate::domain::site::{Numbering, Site};
use crate::domain::site_time::Day;
use crate::ids::DocId;
use crate::log::ActionKind;
use crate::refusal::Refusal;
use crate::schema::Edit;
use crate::schema::dossier::{CASE, CHANNEL, COMPONENTS, N_SETS, PROCEDURE, SUBJECT_KIND, TICKET};

/// A dossier that lacks only its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedReceive {
    ctx: Context,
    unit_code: String,
    numbering: Numbering,
    edits: Vec<Edit>,
    due: DueDate,
}

impl PreparedReceive {
    /// The day whose series numbers it.
    pub fn day(&self) -> Day {
        self.ctx.day()
    }

    /// When it will be due, and why.
    pub fn due(&self) -> &DueDate {
        &self.due
    }

    /// Completes it with a number of the day's series; without one it gets a provisional code made from `doc`.
    pub fn finish(mut self, doc: DocId, number: Option<u32>) -> (Write, ReceivedDossier) {
        let (code, code_kind) = match (number, self.numbering) {
            (Some(number), Numbering::Site) => (self.official(number), CodeKind::Official),
            (Some(number), Numbering::Province) => (self.official(number), CodeKind::Alias),
            (None, _) => (
                DossierCode::provisional(&self.unit_code, self.day(), &doc),
                CodeKind::Provisional,
            ),
        };
        let numbered = DossierStep::Numbered {
            code: code.clone(),
            kind: code_kind,
        };
        self.edits.push(event(&self.ctx, numbered));
        let received = ReceivedDossier {
            doc,
            code,
            code_kind,
            due: Some(self.due),
        };
        (
            dossier_write(doc, ActionKind::DossierReceived, self.edits),
            received,
        )
    }

    fn official(&self, number: u32) -> DossierCode {
        DossierCode::official(&self.unit_code, self.day(), number)
    }
}

/// Checks and completes what the reception page gathered: the procedure version, the papers, the people, the due date.
pub fn prepare_receive(
    ctx: &Context,
    site: &Site,
    procedure_doc: DocId,
    procedure: &Procedure,
    ask: &ReceiveDossier,
) -> Result<PreparedReceive, Refusal> {
    if let Some(first) = general_problems(ctx, site, ask).into_iter().next() {
        return Err(first);
    }
    let checked = check(ctx, site, procedure, ask);
    let components = checked.components?;
    let (term, due) = checked.due?;
    let mut edits = field_edits(procedure_doc, procedure, ask, &components);
    let received = DossierStep::Received {
        at: ctx.now,
        due: Some(due.clone()),
        term: Some(term),
    };
    edits.push(event(ctx, received));
    Ok(PreparedReceive {
        ctx: *ctx,
        unit_code: site.unit_code.clone(),
        numbering: site.numbering.on(ctx.day()),
        edits,
        due,
    })
}

fn field_edits(
    procedure_doc: DocId,
    procedure: &Procedure,
    ask: &ReceiveDossier,
    components: &Components,
) -> Vec<Edit> {
    let reference = ProcedureRef {
        doc: procedure_doc,
        code: Text::truncated(procedure.code.as_str()),
        name: Text::truncated(&procedure.name),
    };
    let mut edits = vec![
        Edit::record(PROCEDURE, &reference),
        Edit::record(CHANNEL, &ask.channel),
        Edit::record(SUBJECT_KIND, &ask.subject_kind),
        Edit::record(COMPONENTS, components),
        Edit::int(N_SETS, i64::from(ask.n_sets)),
    ];
    edits.extend(ask.case.as_ref().map(|case| Edit::text(CASE, &**case)));
    edits.extend(
        ask.ticket
            .as_ref()
            .map(|ticket| Edit::record(TICKET, ticket)),
    );
    edits.extend(person_edits(Who::Transacting, &ask.transacting));
    edits.extend(person_edits(
        Who::Subject,
        ask.subject.as_ref().unwrap_or(&ask.transacting),
    ));
    let texts = [
        (DossierField::BasisKind, &*ask.basis.kind),
        (DossierField::BasisDocument, &*ask.basis.document),
        (DossierField::Request, &*ask.request),
    ];
    edits.extend(
        texts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(field, text)| Edit::text(field.key(), text)),
    );
    if ask.finance != Finance::Unknown {
        edits.push(Edit::text(DossierField::Finance.key(), ask.finance.key()));
    }
    edits
}

fn person_edits(who: Who, person: &Person) -> impl Iterator<Item = Edit> {
    let filled = PersonField::ALL
        .into_iter()
        .map(move |field| (field, person.get(field)))
        .filter(|(_, text)| !text.is_empty());
    filled.map(move |(field, text)| Edit::text(DossierField::Person(who, field).key(), text))
}
