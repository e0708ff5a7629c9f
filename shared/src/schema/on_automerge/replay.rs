//! The edits inside a change, to write them again under another actor: what a node does with its losing branch.

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{Change, ScalarValue};

use super::genesis::{EVENTS_COUNTER, FIELDS_COUNTER};
use crate::schema::{Edit, Scalar};

/// The edits that a change made to the containers of our schema. Operations elsewhere (the salt, another version's
/// containers) are not edits and are left out.
pub fn edits_of(change: &Change) -> Vec<Edit> {
    let operations = change.decode().operations;
    operations
        .into_iter()
        .filter_map(|operation| {
            let ObjectId::Id(container) = &operation.obj else {
                return None;
            };
            match (container.counter(), operation.key, operation.action) {
                (FIELDS_COUNTER, Key::Map(key), OpType::Put(value)) => Some(Edit::Put {
                    key: key.to_string(),
                    value: from_automerge(value)?,
                }),
                (FIELDS_COUNTER, Key::Map(key), OpType::Delete) => Some(Edit::Clear {
                    key: key.to_string(),
                }),
                (EVENTS_COUNTER, Key::Seq(_), OpType::Put(ScalarValue::Bytes(event)))
                    if operation.insert =>
                {
                    Some(Edit::Append { event })
                }
                _ => None,
            }
        })
        .collect()
}

fn from_automerge(value: ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValue::Int(number) => Some(Scalar::Int(number)),
        ScalarValue::Boolean(flag) => Some(Scalar::Bool(flag)),
        ScalarValue::Bytes(bytes) => Some(Scalar::Bytes(bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use automerge::ActorId;

    use super::*;
    use crate::log::DocKind;
    use crate::schema::testing::{Copy, merge_all};
    use crate::schema::{RawDoc, new_document, write};

    #[test]
    fn a_change_can_be_written_again_as_the_same_edits() {
        let edits = vec![
            Edit::text("name", "Nguyễn Thị Ánh"),
            Edit::int("n", -3),
            Edit::Put {
                key: "yes".to_owned(),
                value: Scalar::Bool(true),
            },
            Edit::Append { event: vec![1, 2] },
            Edit::Append { event: vec![3] },
        ];
        let mut document = new_document(DocKind::Dossier).unwrap();
        document.set_actor(ActorId::from(&[9_u8; 16][..]));
        let mut tx = document.transaction();
        write(&mut tx, &edits, [7; 16]).unwrap();
        tx.commit();
        let change = document.get_last_local_change().unwrap();
        assert_eq!(edits_of(&change), edits);
    }

    #[test]
    fn a_settled_conflict_is_written_again_as_the_value_chosen() {
        for choice in ["one", "other", "neither"] {
            let mut copies = Copy::several(2, DocKind::Dossier);
            copies[0].write(&[Edit::text("k", "one")]);
            copies[1].write(&[Edit::text("k", "other")]);
            merge_all(&mut copies);
            copies[0].write(&[Edit::text("k", choice)]);
            let settled = copies[0].document.get_last_local_change().unwrap();
            copies[1].write(&edits_of(&settled));
            let field = &RawDoc::read(&copies[1].document).fields["k"];
            assert_eq!(field.shown, Scalar::Text(choice.to_owned()));
            assert_eq!(field.values.len(), 1);
        }
    }
}
