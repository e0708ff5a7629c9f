//! Reading an automerge document of any origin, within bounds.

use automerge::iter::ListRangeItem;
use automerge::{ObjId, ObjType, ReadDoc, ScalarValue, Value, ValueRef};

use super::genesis::{EVENTS_COUNTER, FIELDS_COUNTER, container};
use crate::schema::bounds::{
    MAX_CONFLICT_VALUES, MAX_EVENT_BYTES, MAX_EVENTS, MAX_FIELDS, MAX_KEY_BYTES, MAX_TEXT_BYTES,
};
use crate::schema::raw::DefectKind;
use crate::schema::{EVENTS, FIELDS, OpId, RawDoc, RawEvent, RawField, Scalar};

impl From<ObjId> for OpId {
    fn from(id: ObjId) -> Self {
        match id {
            ObjId::Root => Self {
                counter: 0,
                actor: Vec::new(),
            },
            ObjId::Id(counter, actor, _) => Self {
                counter,
                actor: actor.to_bytes().to_vec(),
            },
        }
    }
}

impl RawDoc {
    /// Reads a document of any origin; never fails.
    pub fn read<D: ReadDoc>(document: &D) -> Self {
        let mut raw = Self::default();
        match container(document, FIELDS_COUNTER, ObjType::Map) {
            Some(id) => raw.read_fields(document, &id),
            None => raw.defect(FIELDS, DefectKind::NoContainer),
        }
        match container(document, EVENTS_COUNTER, ObjType::List) {
            Some(id) => raw.read_events(document, &id),
            None => raw.defect(EVENTS, DefectKind::NoContainer),
        }
        raw.events.sort_by(|a, b| a.id.cmp(&b.id));
        raw
    }

    fn read_fields<D: ReadDoc>(&mut self, document: &D, id: &ObjId) {
        for item in document.map_range(id, ..) {
            if self.fields.len() == MAX_FIELDS {
                return self.defect(FIELDS, DefectKind::TooMany);
            }
            let key: String = item.key.chars().take(MAX_KEY_BYTES).collect();
            if key.len() != item.key.len() || key.len() > MAX_KEY_BYTES {
                self.defect(key, DefectKind::Malformed);
                continue;
            }
            let values = if item.conflict {
                self.standing_values(document, id, &key)
            } else {
                let value = scalar_of_ref(&item.value);
                value
                    .map(|value| (value, item.id().into()))
                    .into_iter()
                    .collect()
            };
            match values.first().cloned() {
                Some((shown, by)) => {
                    self.fields.insert(key, RawField { shown, by, values });
                }
                None => self.defect(key, DefectKind::WrongType),
            }
        }
    }

    fn standing_values<D: ReadDoc>(
        &mut self,
        document: &D,
        id: &ObjId,
        key: &str,
    ) -> Vec<(Scalar, OpId)> {
        let all = document.get_all(id, key).unwrap_or_default();
        let mut values: Vec<(Scalar, OpId)> = Vec::new();
        for (value, by) in all {
            match scalar_of(&value) {
                Some(scalar) => values.push((scalar, by.into())),
                None => self.defect(key, DefectKind::WrongType),
            }
        }
        values.sort_by(|a, b| b.1.cmp(&a.1));
        values.truncate(MAX_CONFLICT_VALUES);
        values
    }

    fn read_events<D: ReadDoc>(&mut self, document: &D, id: &ObjId) {
        for item in document.list_range(id, ..) {
            if self.events.len() == MAX_EVENTS {
                return self.defect(EVENTS, DefectKind::TooMany);
            }
            match event_bytes(&item) {
                Some(bytes) => self.events.push(RawEvent {
                    id: item.id().into(),
                    bytes,
                }),
                None => self.defect(
                    format!("event {:?}", OpId::from(item.id())),
                    DefectKind::WrongType,
                ),
            }
        }
    }
}

fn event_bytes(item: &ListRangeItem<'_>) -> Option<Vec<u8>> {
    match scalar_of_ref(&item.value) {
        Some(Scalar::Bytes(bytes)) if bytes.len() <= MAX_EVENT_BYTES => Some(bytes),
        _ => None,
    }
}

fn scalar_of_ref(value: &ValueRef<'_>) -> Option<Scalar> {
    scalar_of(&value.clone().into_value())
}

fn scalar_of(value: &Value<'_>) -> Option<Scalar> {
    let Value::Scalar(scalar) = value else {
        return None;
    };
    match scalar.as_ref() {
        ScalarValue::Str(text) if text.len() <= MAX_TEXT_BYTES => {
            Some(Scalar::Text(text.to_string()))
        }
        ScalarValue::Int(number) => Some(Scalar::Int(*number)),
        ScalarValue::Uint(number) => i64::try_from(*number).ok().map(Scalar::Int),
        ScalarValue::Boolean(flag) => Some(Scalar::Bool(*flag)),
        ScalarValue::Bytes(bytes) if bytes.len() <= MAX_TEXT_BYTES => {
            Some(Scalar::Bytes(bytes.clone()))
        }
        _ => None,
    }
}
