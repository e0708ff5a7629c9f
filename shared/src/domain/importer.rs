//! Reads a record of the national catalogue into a [`Procedure`]. The records are real and messy: what cannot be used is
//! noted and left out, and only a record without identity is refused.

mod fields;
mod notes;
mod reader;

use serde_json::Value;

use super::procedure::{Procedure, ProcedureCode};
use notes::Notes;
pub use notes::{ImportNote, MAX_NOTES, NoteKind};
use reader::{LONG_TEXT_BYTES, Node, SHORT_TEXT_BYTES};

/// Largest record read; the largest published one has 120 KB.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// Largest normalised procedure, as JSON: it travels and is stored as one document.
pub const MAX_NORMALISED_BYTES: usize = 128 * 1024;

/// What a step keeps when the whole would be too large.
const SHORTENED_STEP_BYTES: usize = 1024;

/// Why a record was refused.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// More than [`MAX_RECORD_BYTES`].
    #[error(
        "Bản ghi lớn {found_bytes} byte, tối đa {MAX_RECORD_BYTES}: tệp này không phải một thủ tục"
    )]
    TooLarge {
        /// Its size.
        found_bytes: usize,
    },
    /// Not JSON, or cut off.
    #[error("Tệp không phải JSON đầy đủ (dòng {}, cột {}): hãy tải lại tệp", .0.line(), .0.column())]
    NotJson(#[source] serde_json::Error),
    /// JSON, but no object.
    #[error("Tệp JSON không phải một bản ghi thủ tục")]
    NotARecord,
    /// Without a code nothing can refer to it.
    #[error("Bản ghi không có mã thủ tục hợp lệ (trường \"code\")")]
    NoCode,
    /// Without a name nobody can choose it.
    #[error("Thủ tục {code} không có tên (trường \"name\")")]
    NoName {
        /// Its code.
        code: ProcedureCode,
    },
    /// Still more than [`MAX_NORMALISED_BYTES`] after its steps were shortened.
    #[error(
        "Thủ tục {code} sau khi chuẩn hóa vẫn lớn {found_bytes} byte, tối đa {MAX_NORMALISED_BYTES}"
    )]
    TooMuchText {
        /// Its code.
        code: ProcedureCode,
        /// Its size as JSON.
        found_bytes: usize,
    },
}

/// Reads one record. The notes say, field by field, what was not used as published.
pub fn import_record(json: &[u8]) -> Result<(Procedure, Vec<ImportNote>), ImportError> {
    if json.len() > MAX_RECORD_BYTES {
        return Err(ImportError::TooLarge {
            found_bytes: json.len(),
        });
    }
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let record: Value = serde_json::from_slice(json).map_err(ImportError::NotJson)?;
    if !record.is_object() {
        return Err(ImportError::NotARecord);
    }
    let mut notes = Notes::default();
    let mut procedure = read_procedure(&Node::root(&record), &mut notes)?;
    notes.add_unknown_fees(&procedure);
    shorten_if_too_large(&mut procedure, &mut notes)?;
    Ok((procedure, notes.into_vec()))
}

fn read_procedure(record: &Node<'_>, notes: &mut Notes) -> Result<Procedure, ImportError> {
    let code = record
        .field("code")
        .as_str()
        .map(str::trim)
        .and_then(|text| ProcedureCode::parse(text).ok());
    let code = code.ok_or(ImportError::NoCode)?;
    let name = fields::one_line(&record.field("name").text(SHORT_TEXT_BYTES, notes));
    if name.is_empty() {
        return Err(ImportError::NoName { code });
    }
    let subject_types = fields::texts(&record.field("subject_types"), notes);
    Ok(Procedure {
        name,
        category: fields::category(&record.field("category"), notes),
        promulgating_agency: record
            .field("promulgating_agency")
            .text(SHORT_TEXT_BYTES, notes),
        executing_agency: record
            .field("executing_agency")
            .text(SHORT_TEXT_BYTES, notes),
        subject_kinds: fields::subject_kinds(&subject_types, notes),
        subject_types,
        results: fields::texts(&record.field("results"), notes),
        requirements: record.field("requirements").text(LONG_TEXT_BYTES, notes),
        channels: fields::channels(&record.field("channels"), notes),
        cases: fields::cases(&record.field("processing_cases"), notes),
        component_groups: fields::component_groups(&record.field("checklist_raw"), notes),
        legal_basis: fields::legal_basis(&record.field("legal_basis"), notes),
        steps: fields::steps(&record.field("steps_raw"), notes),
        state: fields::state(&record.field("state"), notes),
        source: fields::source(record, notes),
        code,
    })
}

/// Steps are the only texts that screens can do without: they are cut first, and only beyond a generous bound.
fn shorten_if_too_large(procedure: &mut Procedure, notes: &mut Notes) -> Result<(), ImportError> {
    if normalised_bytes(procedure) <= MAX_NORMALISED_BYTES {
        return Ok(());
    }
    for (index, step) in procedure.steps.iter_mut().enumerate() {
        if reader::truncate(&mut step.text, SHORTENED_STEP_BYTES) {
            let path = format!("steps_raw[{index}].text");
            notes.add(
                &path,
                NoteKind::Truncated {
                    limit_bytes: SHORTENED_STEP_BYTES,
                },
            );
        }
    }
    let found_bytes = normalised_bytes(procedure);
    if found_bytes <= MAX_NORMALISED_BYTES {
        return Ok(());
    }
    Err(ImportError::TooMuchText {
        code: procedure.code.clone(),
        found_bytes,
    })
}

/// Size as JSON; a procedure has no map keys that JSON cannot write, so it always serialises.
fn normalised_bytes(procedure: &Procedure) -> usize {
    serde_json::to_vec(procedure).map_or(usize::MAX, |bytes| bytes.len())
}

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod tests;
