//! Importing procedures.

use super::role::{Right, allow};
use super::{Context, Write};
use crate::domain::importer::import_record;
use crate::domain::procedure::{Procedure, ProcedureState};
use crate::domain::site::Site;
use crate::domain::site_time::Day;
use crate::ids::SiteId;
use crate::log::{ActionKind, DocKind};
use crate::refusal::Refusal;
use crate::schema::procedure::{ProcedureVersion, procedure_doc, write_version};

/// A record ready to be written, if its document is not here yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedProcedure {
    /// The version.
    pub version: ProcedureVersion,
    /// Makes its document. Not needed when the document exists: versions never change.
    pub write: Write,
    /// What of the record could not be used, for people.
    pub unusable: Vec<String>,
}

/// Normalises a record of the national catalogue.
pub fn import(
    ctx: &Context,
    site_id: &SiteId,
    site: &Site,
    record: &serde_json::Value,
    effective_from: Option<Day>,
) -> Result<ImportedProcedure, Refusal> {
    allow(ctx, site, Right::Configure)?;
    let (procedure, notes) = import_record(record.to_string().as_bytes())
        .map_err(|error| Refusal::invalid("record", error.to_string()))?;
    let version = version_of(&procedure, effective_from)?;
    let write = Write {
        doc: procedure_doc(site_id, &version),
        kind: DocKind::Procedure,
        action: ActionKind::ProcedureImported,
        edits: write_version(&version),
    };
    Ok(ImportedProcedure {
        version,
        write,
        unusable: notes.iter().map(ToString::to_string).collect(),
    })
}

fn version_of(
    procedure: &Procedure,
    effective_from: Option<Day>,
) -> Result<ProcedureVersion, Refusal> {
    let body = serde_json::to_string(procedure)
        .map_err(|error| Refusal::invalid("record", error.to_string()))?;
    let state = match procedure.state {
        ProcedureState::Active => "ACTIVE",
        ProcedureState::Updated => "UPDATED",
        ProcedureState::Sample => "SAMPLE",
    };
    Ok(ProcedureVersion {
        code: procedure.code.to_string(),
        name: procedure.name.clone(),
        field_code: procedure
            .category
            .as_ref()
            .map(|category| category.code.clone()),
        field_name: procedure
            .category
            .as_ref()
            .map(|category| category.name.clone()),
        effective_from,
        state: state.to_owned(),
        body,
    })
}
