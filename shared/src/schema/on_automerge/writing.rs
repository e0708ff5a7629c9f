//! Edits as automerge operations.

use automerge::transaction::Transactable;
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};

use super::genesis::{EVENTS_COUNTER, FIELDS_COUNTER, container};
use crate::schema::{EVENTS, Edit, FIELDS, SALT, Scalar};

/// Writes edits and the change's salt into an open transaction of a document made by [`super::genesis::new_document`].
///
/// Fails with automerge's error when the document lacks its containers (it is not one of ours, or its genesis is missing).
pub fn write<T: Transactable + ReadDoc>(
    tx: &mut T,
    edits: &[Edit],
    salt: [u8; 16],
) -> Result<(), AutomergeError> {
    tx.put(ROOT, SALT, ScalarValue::Bytes(salt.to_vec()))?;
    let fields = known(container(tx, FIELDS_COUNTER, ObjType::Map), FIELDS)?;
    let events = known(container(tx, EVENTS_COUNTER, ObjType::List), EVENTS)?;
    for edit in edits {
        match edit {
            Edit::Put { key, value } => {
                if tx.get_all(&fields, key.as_str())?.len() > 1 {
                    // Choosing the value on top, automerge would only delete the others; written again elsewhere that
                    // would read as an emptied field.
                    tx.delete(&fields, key.as_str())?;
                }
                tx.put(&fields, key.as_str(), to_automerge(value))?;
            }
            Edit::Clear { key } => tx.delete(&fields, key.as_str())?,
            Edit::Append { event } => {
                let end = tx.length(&events);
                tx.insert(&events, end, ScalarValue::Bytes(event.clone()))?;
            }
        }
    }
    Ok(())
}

fn known(container: Option<ObjId>, key: &str) -> Result<ObjId, AutomergeError> {
    container.ok_or_else(|| AutomergeError::InvalidObjId(key.to_owned()))
}

fn to_automerge(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Text(text) => ScalarValue::Str(text.as_str().into()),
        Scalar::Int(number) => ScalarValue::Int(*number),
        Scalar::Bool(flag) => ScalarValue::Boolean(*flag),
        Scalar::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}
