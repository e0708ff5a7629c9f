//! A procedure version's document: immutable, the same on every PC that imports the same record.

use super::raw::DefectKind;
use super::{Defect, Document, Edit};
use crate::domain::site_time::Day;
use crate::ids::{DocId, SiteId};

const CODE: &str = "code";
const NAME: &str = "name";
const FIELD_CODE: &str = "field_code";
const FIELD_NAME: &str = "field_name";
const EFFECTIVE_FROM: &str = "effective_from";
const STATE: &str = "state";
const BODY: &str = "body";

/// One version of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureVersion {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of its field.
    pub field_code: Option<String>,
    /// The name of its field.
    pub field_name: Option<String>,
    /// In force from; none for always.
    pub effective_from: Option<Day>,
    /// `ACTIVE`, `UPDATED` or `SAMPLE`.
    pub state: String,
    /// The normalised record as JSON.
    pub body: String,
}

/// The version's document, derived from what it says: importing the same record twice, anywhere, makes one document.
pub fn procedure_doc(site: &SiteId, version: &ProcedureVersion) -> DocId {
    let day = version.effective_from.map_or(i32::MIN, |day| day.0);
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(&day.to_be_bytes())
        .update(version.body.as_bytes());
    let mut name = version.code.as_bytes().to_vec();
    name.push(0);
    name.extend_from_slice(hasher.finalize().as_bytes());
    DocId::derived(site, "procedure", &name)
}

/// The edits that make the version's document.
pub fn write_version(version: &ProcedureVersion) -> Vec<Edit> {
    let mut edits = vec![
        Edit::text(CODE, &version.code),
        Edit::text(NAME, &version.name),
        Edit::text(STATE, &version.state),
        Edit::text(BODY, &version.body),
    ];
    edits.extend(
        version
            .field_code
            .as_ref()
            .map(|code| Edit::text(FIELD_CODE, code)),
    );
    edits.extend(
        version
            .field_name
            .as_ref()
            .map(|name| Edit::text(FIELD_NAME, name)),
    );
    edits.extend(
        version
            .effective_from
            .map(|day| Edit::int(EFFECTIVE_FROM, i64::from(day.0))),
    );
    edits
}

/// Reads a version. Versions are never edited: values that differ are a defect.
pub fn read(document: &dyn Document) -> (ProcedureVersion, Vec<Defect>) {
    let mut raw = document.read();
    let mut text = |key: &str| raw.text(key);
    let mut version = ProcedureVersion {
        code: text(CODE).unwrap_or_default(),
        name: text(NAME).unwrap_or_default(),
        field_code: text(FIELD_CODE),
        field_name: text(FIELD_NAME),
        effective_from: None,
        state: text(STATE).unwrap_or_default(),
        body: text(BODY).unwrap_or_default(),
    };
    version.effective_from = raw
        .int(EFFECTIVE_FROM)
        .and_then(|days| i32::try_from(days).ok())
        .map(Day);
    let differing: Vec<String> = raw
        .fields
        .iter()
        .filter(|(_, field)| !field.in_conflict().is_empty())
        .map(|(key, _)| key.clone())
        .collect();
    for key in differing {
        raw.defect(key, DefectKind::Twice);
    }
    (version, raw.defects)
}
