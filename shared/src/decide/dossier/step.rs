//! Every step after reception: which status allows it, who may take it, what is written.

use super::super::role::{Right, allow};
use super::allowed::{StepKind, allows};
use super::due::due_after;
use super::file::{add_file, remove_file};
use super::settle::{settle_field, settle_status};
use super::{Context, Write, dossier_write, event};
use crate::codec::Text;
use crate::command::{Command, Outcome, SettleChoice};
use crate::domain::deadline::SupplementPolicy;
use crate::domain::dossier::{CodeKind, Dossier, DossierField, DossierStep, Finance};
use crate::domain::person::Person;
use crate::domain::series::DossierCode;
use crate::domain::site::Site;
use crate::domain::site_time::TimeQuality;
use crate::ids::DocId;
use crate::log::ActionKind;
use crate::refusal::Refusal;
use crate::schema::Edit;

/// What a step leads to: what to write, and what to tell the officer.
pub type Decided = Result<(Write, Outcome), Refusal>;

/// Decides a command about one dossier that is already there; `None` for any other command.
pub fn command(
    ctx: &Context,
    site: &Site,
    doc: DocId,
    dossier: &Dossier,
    command: &Command,
) -> Option<Decided> {
    let right = right_for(command)?;
    let decided = allow(ctx, site, right).and_then(|()| edits_of(ctx, site, doc, dossier, command));
    Some(decided.map(|(action, edits, outcome)| (dossier_write(doc, action, edits), outcome)))
}

type Edits = Result<(ActionKind, Vec<Edit>, Outcome), Refusal>;

fn right_for(command: &Command) -> Option<Right> {
    if let Some(step) = StepKind::of(command) {
        return Some(step.right());
    }
    Some(match command {
        Command::EditDossier {
            field: DossierField::Finance,
            ..
        } => Right::Collect,
        Command::EditDossier { .. } | Command::SettleConflict { .. } => Right::Correct,
        Command::Note { .. } => Right::Note,
        Command::NumberDossier { .. } => Right::Number,
        Command::AddFile { .. } | Command::RemoveFile { .. } => Right::Attach,
        _ => return None,
    })
}

fn edits_of(ctx: &Context, site: &Site, doc: DocId, dossier: &Dossier, command: &Command) -> Edits {
    match command {
        Command::Supplement { .. } => supplement(ctx, site, doc, dossier),
        Command::EditDossier { field, value, .. } => edit(ctx, dossier, *field, value),
        Command::SettleConflict {
            choice: SettleChoice::Field { field, value },
            ..
        } => settle_field(ctx, dossier, *field, value),
        Command::SettleConflict {
            choice: SettleChoice::Status { keep },
            ..
        } => settle_status(ctx, dossier, keep),
        Command::Note { text, .. } => {
            if text.trim().is_empty() {
                return Err(Refusal::invalid("text", "Ghi chú đang trống."));
            }
            done(
                ActionKind::DossierNoted,
                vec![event(ctx, DossierStep::Noted { text: text.clone() })],
            )
        }
        Command::NumberDossier { code, official, .. } => number(ctx, dossier, code, *official),
        Command::AddFile { file, replaces, .. } => {
            let step = add_file(dossier, file, *replaces)?;
            done(ActionKind::DossierFileAdded, vec![event(ctx, step)])
        }
        Command::RemoveFile { file, reason, .. } => {
            let step = remove_file(dossier, *file, reason)?;
            done(ActionKind::DossierFileRemoved, vec![event(ctx, step)])
        }
        _ => {
            let kind = StepKind::of(command).ok_or(Refusal::UnknownDossier)?;
            let (action, step) = status_step(command).ok_or(Refusal::UnknownDossier)?;
            check_words(&step)?;
            allows(dossier, kind)?;
            check_clock(ctx)?;
            done(action, vec![event(ctx, step)])
        }
    }
}

fn done(action: ActionKind, edits: Vec<Edit>) -> Edits {
    Ok((action, edits, Outcome::Done))
}

/// Commands that are one step and nothing else.
fn status_step(command: &Command) -> Option<(ActionKind, DossierStep)> {
    Some(match command {
        Command::StartProcessing { .. } => (
            ActionKind::DossierProcessingStarted,
            DossierStep::ProcessingStarted,
        ),
        Command::RequestSupplement {
            missing, reason, ..
        } => (
            ActionKind::DossierSupplementRequested,
            DossierStep::SupplementRequested {
                missing: missing.clone(),
                reason: reason.clone(),
            },
        ),
        Command::FinishDossier { result, .. } => (
            ActionKind::DossierFinished,
            DossierStep::Finished {
                result: result.clone(),
            },
        ),
        Command::ReturnResult { to, .. } => (
            ActionKind::DossierReturned,
            DossierStep::Returned { to: to.clone() },
        ),
        Command::RefuseDossier {
            reason,
            legal_basis,
            ..
        } => (
            ActionKind::DossierRefused,
            DossierStep::Refused {
                reason: reason.clone(),
                legal_basis: legal_basis.clone(),
            },
        ),
        Command::Withdraw { reason, .. } => (
            ActionKind::DossierWithdrawn,
            DossierStep::Withdrawn {
                reason: reason.clone(),
            },
        ),
        _ => return None,
    })
}

/// What a slip cannot do without.
fn check_words(step: &DossierStep) -> Result<(), Refusal> {
    match step {
        DossierStep::SupplementRequested { missing, .. } if missing.is_empty() => {
            Err(Refusal::invalid(
                "missing",
                "Chưa ghi giấy tờ cần bổ sung. Anh/chị ghi ít nhất một mục.",
            ))
        }
        DossierStep::Returned { to } if to.name.trim().is_empty() => {
            Err(Refusal::invalid("to.name", "Chưa ghi người nhận kết quả."))
        }
        DossierStep::Refused { reason, .. } if reason.trim().is_empty() => Err(Refusal::invalid(
            "reason",
            "Chưa ghi lý do từ chối. Phiếu từ chối phải có lý do cụ thể.",
        )),
        _ => Ok(()),
    }
}

/// Legal times need a confirmed clock.
fn check_clock(ctx: &Context) -> Result<(), Refusal> {
    if ctx.now.quality == TimeQuality::Doubtful {
        Err(Refusal::ClockUnconfirmed)
    } else {
        Ok(())
    }
}

/// The papers arrived: the clock goes on by the policy, by default from the start.
fn supplement(ctx: &Context, site: &Site, doc: DocId, dossier: &Dossier) -> Edits {
    allows(dossier, StepKind::Supplement)?;
    let round = dossier.open_round().ok_or(Refusal::WrongStatus {
        status: dossier.status,
    })?;
    check_clock(ctx)?;
    let due = due_after(
        dossier,
        ctx.now,
        SupplementPolicy::default(),
        &site.calendar(),
    );
    let step = DossierStep::Supplemented {
        round: round.id,
        due: due.clone(),
    };
    let due = due.or_else(|| dossier.due.clone());
    Ok((
        ActionKind::DossierSupplemented,
        vec![event(ctx, step)],
        Outcome::DueChanged { doc, due },
    ))
}

fn edit(ctx: &Context, dossier: &Dossier, field: DossierField, value: &str) -> Edits {
    check_value(field, value)?;
    if dossier
        .conflicts
        .iter()
        .any(|conflict| conflict.field == field.key())
    {
        return settle_field(ctx, dossier, field, value);
    }
    if dossier.get(field) == value {
        return Err(Refusal::NoChange);
    }
    let step = DossierStep::Edited {
        field: Text::truncated(&field.key()),
    };
    done(
        ActionKind::DossierEdited,
        vec![Edit::text(field.key(), value), event(ctx, step)],
    )
}

/// Whether a value fits a field.
pub(super) fn check_value(field: DossierField, value: &str) -> Result<(), Refusal> {
    let fits = match field {
        DossierField::Person(_, person_field) => Person::default().set(person_field, value),
        DossierField::Finance => Finance::parse(value).is_some(),
        _ => value.len() <= field.max_bytes(),
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::invalid(
            field.key(),
            "Giá trị quá dài hoặc không hợp lệ. Anh/chị kiểm tra lại.",
        ))
    }
}

fn number(ctx: &Context, dossier: &Dossier, code: &Text<64>, official: bool) -> Edits {
    let code = DossierCode(code.clone());
    if code.0.trim().is_empty() {
        return Err(Refusal::invalid("code", "Mã hồ sơ đang trống."));
    }
    if dossier.codes.contains(&code) {
        return Err(Refusal::NoChange);
    }
    let kind = if official {
        CodeKind::Official
    } else {
        CodeKind::Alias
    };
    done(
        ActionKind::DossierNumbered,
        vec![event(ctx, DossierStep::Numbered { code, kind })],
    )
}
