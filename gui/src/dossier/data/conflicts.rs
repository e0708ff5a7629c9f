//! What waits for an officer's word: fields with several values, and steps that cannot all be true.

use lienquay_shared::domain::dossier::{
    Dossier, DossierField, DossierStep, History, Status, StatusStep,
};
use lienquay_shared::schema::{Conflict, StandingValue};
use lienquay_shared::{EventId, NodeId};
use serde::Serialize;

use super::{Actor, Names};

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ConflictCard {
    /// A field with several values.
    Field {
        /// The field.
        field: DossierField,
        /// Its values, the one shown first.
        sides: Vec<Side<String>>,
    },
    /// Steps that cannot all be true.
    Status {
        /// The status shown until it is settled.
        shown: Status,
        /// The steps, in causal order.
        sides: Vec<Side<StatusChoice>>,
    },
}

/// A step to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StatusChoice {
    /// The step.
    pub event: EventId,
    /// Where it leads.
    pub status: Status,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side<T> {
    /// What it says.
    pub value: T,
    /// Who wrote it, as far as known.
    pub by: Actor,
    /// When, Unix milliseconds.
    pub at_millis: Option<u64>,
}

/// The cards, steps first: nothing else goes on before those are settled.
pub(super) fn cards(dossier: &Dossier, names: &Names) -> Vec<ConflictCard> {
    let status = dossier
        .status_conflict
        .iter()
        .map(|conflict| ConflictCard::Status {
            shown: conflict.shown,
            sides: conflict
                .steps
                .iter()
                .map(|step| step_side(dossier, step, names))
                .collect(),
        });
    let fields = dossier
        .conflicts
        .iter()
        .filter_map(|conflict| field_card(dossier, conflict, names));
    status.chain(fields).collect()
}

fn step_side(dossier: &Dossier, step: &StatusStep, names: &Names) -> Side<StatusChoice> {
    let value = StatusChoice {
        event: step.id,
        status: step.status,
    };
    let line = dossier.history.iter().find(|line| line.id == step.id);
    side(value, line, None, names)
}

fn field_card(dossier: &Dossier, conflict: &Conflict, names: &Names) -> Option<ConflictCard> {
    let field: DossierField = conflict.field.parse().ok()?;
    let sides = conflict
        .values
        .iter()
        .map(|value| {
            let line = writing(dossier, &conflict.field, value);
            side(value.value.clone(), line, value.author, names)
        })
        .collect();
    Some(ConflictCard::Field { field, sides })
}

/// The event that came with a value: the last one of its author that wrote this field.
fn writing<'a>(dossier: &'a Dossier, key: &str, value: &StandingValue) -> Option<&'a History> {
    let author = value.author?;
    let wrote = |step: &DossierStep| match step {
        DossierStep::Edited { field } | DossierStep::FieldSettled { field } => **field == *key,
        DossierStep::Received { .. } => true,
        _ => false,
    };
    dossier
        .history
        .iter()
        .rev()
        .find(|line| line.author == Some(author) && wrote(&line.step))
}

fn side<T>(value: T, line: Option<&History>, author: Option<NodeId>, names: &Names) -> Side<T> {
    let by = match line {
        Some(line) => names.actor(
            line.stamp.officer,
            line.stamp.counter,
            line.author.or(author),
        ),
        None => names.actor(lienquay_shared::OfficerId([0; 8]), None, author),
    };
    Side {
        value,
        by,
        at_millis: line.map(|line| line.stamp.at.millis),
    }
}
