//! What a reception must have: each rule once, for receiving and for the page on which it is still being typed.

use super::super::role::{Right, allow};
use super::Context;
use super::due::{choose_term, first_due};
use crate::codec::Text;
use crate::command::ReceiveDossier;
use crate::domain::deadline::Term;
use crate::domain::dossier::{Component, Components, DossierField, DueDate};
use crate::domain::person::{PersonField, Who};
use crate::domain::procedure::Procedure;
use crate::domain::site::Site;
use crate::domain::site_time::TimeQuality;
use crate::domain::text::fold;
use crate::refusal::Refusal;
use crate::view::ReceivePreview;

/// What the procedure says to what was gathered.
pub(super) struct Checked {
    /// The papers brought and those that are missing.
    pub(super) components: Result<Components, Refusal>,
    /// The time that holds, and when it ends.
    pub(super) due: Result<(Term, DueDate), Refusal>,
}

/// Everything that is still wrong with a reception, and when it would be due. `procedure` is none when there is no such.
pub fn preview_receive(
    ctx: &Context,
    site: &Site,
    procedure: Option<&Procedure>,
    ask: &ReceiveDossier,
) -> ReceivePreview {
    let mut problems = general_problems(ctx, site, ask);
    let Some(procedure) = procedure else {
        let code = ask.procedure.clone();
        problems.insert(0, Refusal::UnknownProcedure { code });
        return ReceivePreview {
            due: None,
            problems,
        };
    };
    let Checked { components, due } = check(ctx, site, procedure, ask);
    problems.extend(components.err());
    let due = match due {
        Ok((_, due)) => Some(due),
        Err(problem) => {
            // A doubtful clock is a problem of its own already.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
            None
        }
    };
    ReceivePreview { due, problems }
}

/// Problems that no procedure is needed to see, in the order in which they are told.
pub(super) fn general_problems(ctx: &Context, site: &Site, ask: &ReceiveDossier) -> Vec<Refusal> {
    let mut problems = Vec::new();
    problems.extend(allow(ctx, site, Right::Receive).err());
    if ctx.now.quality == TimeQuality::Doubtful {
        problems.push(Refusal::ClockUnconfirmed);
    }
    if site.unit_code.is_empty() {
        problems.push(Refusal::invalid(
            "unit_code",
            "Điểm chưa có mã đơn vị. Anh/chị nhờ quản trị nhập mã đơn vị.",
        ));
    }
    problems.extend(people_problems(ask));
    if ask.n_sets == 0 {
        problems.push(Refusal::invalid("n_sets", "Số bộ hồ sơ từ 1."));
    }
    problems
}

fn people_problems(ask: &ReceiveDossier) -> Vec<Refusal> {
    let people = [
        (Who::Transacting, Some(&ask.transacting)),
        (Who::Subject, ask.subject.as_ref()),
    ];
    let mut problems = Vec::new();
    for (who, person) in people {
        if person.is_some_and(|person| person.name.trim().is_empty()) {
            let field = DossierField::Person(who, PersonField::Name).key();
            problems.push(Refusal::invalid(
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
        problems.push(Refusal::invalid(DossierField::BasisKind.key(), why));
    }
    problems
}

/// What the procedure says: which papers, how long.
pub(super) fn check(
    ctx: &Context,
    site: &Site,
    procedure: &Procedure,
    ask: &ReceiveDossier,
) -> Checked {
    Checked {
        components: check_components(procedure, ask),
        due: check_due(ctx, site, procedure, ask),
    }
}

fn check_due(
    ctx: &Context,
    site: &Site,
    procedure: &Procedure,
    ask: &ReceiveDossier,
) -> Result<(Term, DueDate), Refusal> {
    let term = choose_term(procedure, ask)?;
    if ctx.now.quality == TimeQuality::Doubtful {
        // A date counted from a wrong day would be believed.
        return Err(Refusal::ClockUnconfirmed);
    }
    let due = first_due(ctx.now, term, &site.calendar())?;
    Ok((term, due))
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
