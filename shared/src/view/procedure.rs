//! Rows of the catalogue.

use serde::{Deserialize, Serialize};

use crate::domain::text::fold;
use crate::ids::DocId;
use crate::schema::procedure::ProcedureVersion;

/// One procedure version in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureRow {
    /// Its document.
    pub doc: DocId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of its field, for lanes.
    pub field_code: Option<String>,
    /// The name of its field.
    pub field_name: Option<String>,
    /// In force from: days since 1970, none for always.
    pub effective_from: Option<i32>,
    /// `ACTIVE`, `UPDATED` or `SAMPLE`.
    pub state: String,
    /// What search looks at, folded.
    pub search_text: String,
}

/// The row of a procedure version.
pub fn procedure_row(doc: DocId, version: &ProcedureVersion) -> ProcedureRow {
    let field = version.field_name.clone().unwrap_or_default();
    ProcedureRow {
        doc,
        search_text: fold(&format!("{} {} {field}", version.code, version.name)),
        code: version.code.clone(),
        name: version.name.clone(),
        field_code: version.field_code.clone(),
        field_name: version.field_name.clone(),
        effective_from: version.effective_from.map(|day| day.0),
        state: version.state.clone(),
    }
}
