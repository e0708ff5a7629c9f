//! Settling conflicts: an officer's word on a field with several values, or on steps that cannot all be true.

use super::step::check_value;
use super::{Context, event};
use crate::codec::{List, Text};
use crate::command::Outcome;
use crate::domain::dossier::{Dossier, DossierField, DossierStep, Settlement, Status, StatusStep};
use crate::ids::EventId;
use crate::log::ActionKind;
use crate::refusal::Refusal;
use crate::schema::Edit;

type Edits = Result<(ActionKind, Vec<Edit>, Outcome), Refusal>;

/// Writes the value over every one in conflict, be it one of them or a new one.
pub(super) fn settle_field(
    ctx: &Context,
    dossier: &Dossier,
    field: DossierField,
    value: &str,
) -> Edits {
    let key = field.key();
    check_value(field, value)?;
    if !dossier
        .conflicts
        .iter()
        .any(|conflict| conflict.field == key)
    {
        return Err(Refusal::NothingToSettle);
    }
    let step = DossierStep::FieldSettled {
        field: Text::truncated(&key),
    };
    Ok((
        ActionKind::DossierConflictSettled,
        vec![Edit::text(key, value), event(ctx, step)],
        Outcome::Done,
    ))
}

/// Declares void what contradicts the chosen step. Earlier settlements stay in force: the last one in causal order counts alone, so
/// it repeats what they declared void.
pub(super) fn settle_status(ctx: &Context, dossier: &Dossier, keep: &EventId) -> Edits {
    let conflict = dossier
        .status_conflict
        .as_ref()
        .ok_or(Refusal::NothingToSettle)?;
    let kept = conflict
        .steps
        .iter()
        .find(|step| step.id == *keep)
        .ok_or(Refusal::NothingToSettle)?;
    let contradicted = conflict
        .steps
        .iter()
        .filter(|step| step.id != *keep && contradict(kept, step));
    let before = dossier.void_steps.iter().filter(|id| *id != keep);
    let void = List::truncated(
        before
            .chain(contradicted.map(|step| &step.id))
            .copied()
            .collect(),
    );
    let step = DossierStep::StatusSettled(Settlement { keep: *keep, void });
    Ok((
        ActionKind::DossierConflictSettled,
        vec![event(ctx, step)],
        Outcome::Done,
    ))
}

/// Whether two steps cannot both be true. A result that was handed over was finished before; an unanswered request may end in a
/// refusal or a withdrawal.
fn contradict(a: &StatusStep, b: &StatusStep) -> bool {
    use Status::{Finished, Refused, Returned, SupplementRequired, Withdrawn};
    let pair = [a.status, b.status];
    let is_pair =
        |first: Status, second: Status| pair == [first, second] || pair == [second, first];
    (a.status.is_closed() && b.status.is_closed())
        || is_pair(Finished, Refused)
        || is_pair(Finished, Withdrawn)
        || is_pair(Finished, SupplementRequired)
        || is_pair(Returned, SupplementRequired)
}
