//! How an opaque document reads: within the same bounds as an automerge one.

use std::collections::BTreeMap;

use lienquay_shared::schema::bounds::{
    MAX_CONFLICT_VALUES, MAX_EVENT_BYTES, MAX_EVENTS, MAX_FIELDS, MAX_KEY_BYTES, MAX_TEXT_BYTES,
};
use lienquay_shared::schema::raw::DefectKind;
use lienquay_shared::schema::{OpId, RawDoc, RawEvent, RawField, Scalar};

/// Values of a field that nothing overwrote.
pub(super) type Standing = Vec<(Scalar, OpId)>;
/// The fields of a document.
pub(super) type Fields = BTreeMap<String, Standing>;
/// Its events, in the order of their operations.
pub(super) type Events = BTreeMap<OpId, Vec<u8>>;

pub(super) fn read(fields: &Fields, events: &Events) -> RawDoc {
    let mut raw = RawDoc::default();
    for (key, standing) in fields {
        if raw.fields.len() == MAX_FIELDS {
            raw.defect("f", DefectKind::TooMany);
            break;
        }
        if key.len() > MAX_KEY_BYTES {
            raw.defect(key.clone(), DefectKind::Malformed);
            continue;
        }
        read_field(&mut raw, key, standing);
    }
    for (id, event) in events.iter().take(MAX_EVENTS) {
        if event.len() > MAX_EVENT_BYTES {
            raw.defect(format!("event {id:?}"), DefectKind::WrongType);
            continue;
        }
        raw.events.push(RawEvent {
            id: id.clone(),
            bytes: event.clone(),
        });
    }
    raw
}

fn read_field(raw: &mut RawDoc, key: &str, standing: &Standing) {
    let mut values: Standing = Vec::with_capacity(standing.len());
    for (value, by) in standing {
        if is_readable(value) {
            values.push((value.clone(), by.clone()));
        } else if standing.len() > 1 {
            raw.defect(key, DefectKind::WrongType);
        }
    }
    values.sort_by(|a, b| b.1.cmp(&a.1));
    values.truncate(MAX_CONFLICT_VALUES);
    match values.first().cloned() {
        Some((shown, by)) => {
            let field = RawField { shown, by, values };
            raw.fields.insert(key.to_owned(), field);
        }
        None => raw.defect(key, DefectKind::WrongType),
    }
}

fn is_readable(value: &Scalar) -> bool {
    match value {
        Scalar::Text(text) => text.len() <= MAX_TEXT_BYTES,
        Scalar::Bytes(bytes) => bytes.len() <= MAX_TEXT_BYTES,
        Scalar::Int(_) | Scalar::Bool(_) => true,
    }
}
