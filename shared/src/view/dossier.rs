//! Rows of dossiers and of their conflicts.

use serde::{Deserialize, Serialize};

use crate::domain::dossier::{Channel, Dossier, Status, StatusStep};
use crate::domain::text::fold;
use crate::ids::{DocId, EventId, NodeId};
use crate::schema::StandingValue;

/// One dossier in a list, as its projection holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierRow {
    /// Its document.
    pub doc: DocId,
    /// The code to show.
    pub code: String,
    /// Every code, the one to show first: each finds it.
    pub codes: Vec<String>,
    /// The procedure's code.
    pub procedure_code: String,
    /// The procedure's name.
    pub procedure_name: String,
    /// Who stood at the counter.
    pub transacting_name: String,
    /// Whom it is about.
    pub subject_name: String,
    /// How it came in.
    pub channel: Channel,
    /// Business status.
    pub status: Status,
    /// When it was received, Unix milliseconds of site time.
    pub received_at_millis: Option<u64>,
    /// When it is due.
    pub due_at_millis: Option<u64>,
    /// When it was finished, or else ended.
    pub ended_at_millis: Option<u64>,
    /// Fields or steps in conflict.
    pub n_conflicts: u32,
    /// What search looks at, folded: names, codes, identity numbers, procedure, request.
    pub search_text: String,
}

/// One conflict waiting for an officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRow {
    /// The dossier.
    pub doc: DocId,
    /// Its code.
    pub code: String,
    /// The field's key, or `status`.
    pub field: String,
    /// What stands against what, the one shown first.
    pub values: Vec<ConflictValue>,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictValue {
    /// The value, or the status a step leads to.
    pub value: String,
    /// The step behind a status: names the choice when it is settled. None for a field's value.
    pub event: Option<EventId>,
    /// On which PC, if known here.
    pub node: Option<NodeId>,
}

/// The row of a dossier.
pub fn dossier_row(doc: DocId, dossier: &Dossier) -> DossierRow {
    let procedure = dossier.procedure.as_ref();
    let codes: Vec<String> = dossier.codes.iter().map(ToString::to_string).collect();
    let procedure_code = procedure
        .map(|found| found.code.to_string())
        .unwrap_or_default();
    let procedure_name = procedure
        .map(|found| found.name.to_string())
        .unwrap_or_default();
    let n_conflicts = dossier.conflicts.len() + usize::from(dossier.status_conflict.is_some());
    let words = [
        codes.join(" "),
        dossier.transacting.name.to_string(),
        dossier.subject.name.to_string(),
        dossier.transacting.id_number.to_string(),
        dossier.subject.id_number.to_string(),
        dossier.transacting.phone.to_string(),
        procedure_code.clone(),
        procedure_name.clone(),
        dossier.request.clone(),
    ];
    DossierRow {
        doc,
        code: dossier.code(),
        codes,
        procedure_code,
        procedure_name,
        transacting_name: dossier.transacting.name.to_string(),
        subject_name: dossier.subject.name.to_string(),
        channel: dossier.channel,
        status: dossier.status,
        received_at_millis: dossier.received_at.map(|at| at.millis),
        due_at_millis: dossier.due.as_ref().map(|due| due.at.millis),
        ended_at_millis: dossier.ended_at().map(|at| at.millis),
        n_conflicts: u32::try_from(n_conflicts).unwrap_or(u32::MAX),
        search_text: fold(&words.join(" ")),
    }
}

/// The conflicts of a dossier, fields first.
pub fn conflict_rows(doc: DocId, dossier: &Dossier) -> Vec<ConflictRow> {
    let code = dossier.code();
    let row = |field: String, values| ConflictRow {
        doc,
        code: code.clone(),
        field,
        values,
    };
    let author = |id: &EventId| {
        dossier
            .history
            .iter()
            .find(|line| line.id == *id)
            .and_then(|line| line.author)
    };
    let fields = dossier.conflicts.iter().map(|conflict| {
        let value = |found: &StandingValue| ConflictValue {
            value: found.value.clone(),
            event: None,
            node: found.author,
        };
        row(
            conflict.field.clone(),
            conflict.values.iter().map(value).collect(),
        )
    });
    let status = dossier.status_conflict.iter().map(|conflict| {
        let mut steps: Vec<_> = conflict.steps.iter().collect();
        steps.sort_by_key(|step| step.status != conflict.shown);
        let value = |step: &&StatusStep| ConflictValue {
            value: step.status.vietnamese().to_owned(),
            event: Some(step.id),
            node: author(&step.id),
        };
        row("status".to_owned(), steps.iter().map(value).collect())
    });
    fields.chain(status).collect()
}
