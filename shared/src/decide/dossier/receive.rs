//! Receiving a dossier, in two phases: everything is decided and explained before a number is taken.

use super::super::role::{Right, allow};
use super::due::{choose_term, first_due};
use super::{Context, Write, dossier_write, event};
use crate::codec::Text;
use crate::command::{ReceiveDossier, ReceivedDossier};
use crate::domain::dossier::{
    CodeKind, Component, Components, DossierField, DossierStep, DueDate, Finance, ProcedureRef,
};
use crate::domain::person::{Person, PersonField, Who};
use crate::domain::procedure::Procedure;
use crate::domain::series::DossierCode;
use crate::domain::site::{Numbering, Site};
use crate::domain::site_time::{Day, TimeQuality};
use crate::domain::text::fold;
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
    allow(ctx, site, Right::Receive)?;
    if ctx.now.quality == TimeQuality::Doubtful {
        return Err(Refusal::ClockUnconfirmed);
    }
    if site.unit_code.is_empty() {
        return Err(Refusal::invalid(
            "unit_code",
            "Điểm chưa có mã đơn vị. Anh/chị nhờ quản trị nhập mã đơn vị.",
        ));
    }
    check_people(ask)?;
    let components = check_components(procedure, ask)?;
    let term = choose_term(procedure, ask)?;
    let due = first_due(ctx.now, term, &site.calendar())?;
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

fn check_people(ask: &ReceiveDossier) -> Result<(), Refusal> {
    let people = [
        (Who::Transacting, Some(&ask.transacting)),
        (Who::Subject, ask.subject.as_ref()),
    ];
    for (who, person) in people {
        if person.is_some_and(|person| person.name.trim().is_empty()) {
            let field = DossierField::Person(who, PersonField::Name).key();
            return Err(Refusal::invalid(
                field,
                "Chưa có họ tên. Anh/chị nhập họ tên hoặc quét thẻ căn cước.",
            ));
        }
    }
    let is_represented = ask
        .subject
        .as_ref()
        .is_some_and(|subject| *subject != ask.transacting);
    if is_represented && ask.basis.kind.is_empty() {
        let why =
            "Người nộp không phải chủ hồ sơ. Anh/chị ghi căn cứ: ủy quyền, giám hộ hoặc quan hệ.";
        return Err(Refusal::invalid(DossierField::BasisKind.key(), why));
    }
    if ask.n_sets == 0 {
        return Err(Refusal::invalid("n_sets", "Số bộ hồ sơ từ 1."));
    }
    Ok(())
}

/// The papers brought, and those of the procedure that are missing. Groups that read like a case and papers without a count are the
/// officer's business: the catalogue does not say whether they are required.
fn check_components(procedure: &Procedure, ask: &ReceiveDossier) -> Result<Components, Refusal> {
    let mut components: Vec<Component> = ask.components.to_vec();
    let groups = procedure
        .component_groups
        .iter()
        .filter(|group| !group.reads_like_a_case());
    for paper in groups
        .flat_map(|group| &group.items)
        .filter(|paper| !paper.is_uncounted())
    {
        let is_listed = |listed: &Component| {
            (!paper.code.is_empty() && *listed.code == *paper.code)
                || fold(&listed.name) == fold(&paper.name)
        };
        if !components.iter().any(is_listed) {
            components.push(Component {
                code: Text::truncated(&paper.code),
                name: Text::truncated(&paper.name),
                originals: 0,
                certified: 0,
                copies: 0,
                missing: true,
            });
        }
    }
    let names: Vec<String> = components
        .iter()
        .filter(|paper| paper.missing)
        .map(|paper| paper.name.to_string())
        .collect();
    if !names.is_empty() && !ask.accept_missing {
        return Err(Refusal::MissingComponents { names });
    }
    Components::new(components).map_err(|too_many| {
        Refusal::invalid(
            "components",
            format!(
                "Có {} giấy tờ, nhiều hơn mức cho phép. Anh/chị gộp bớt.",
                too_many.len()
            ),
        )
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
