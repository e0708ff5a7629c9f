//! Edits as operations of an opaque change.

use lienquay_shared::schema::Edit;

use super::change::{Body, Op};
use super::reading::{Fields, Standing};

/// One edit as operations, on what was `seen` before the change and `own` within it. Like automerge, nothing is written
/// where nothing would change.
pub(super) fn write_edit(body: &mut Body, seen: &Fields, own: &mut Fields, edit: &Edit) {
    let standing = |key: &String| {
        own.get(key)
            .or_else(|| seen.get(key))
            .cloned()
            .unwrap_or_default()
    };
    let ids = |standing: Standing| standing.into_iter().map(|(_, by)| by).collect::<Vec<_>>();
    match edit {
        Edit::Append { event } => body.ops.push(Op::Append {
            event: event.clone(),
        }),
        Edit::Clear { key } => {
            let over = ids(standing(key));
            if !over.is_empty() {
                let key = key.clone();
                own.insert(key.clone(), Vec::new());
                body.ops.push(Op::Clear { key, over });
            }
        }
        Edit::Put { key, value } => {
            let mut before = standing(key);
            if before.len() > 1 {
                // A conflict is cleared before it is settled.
                let over = ids(std::mem::take(&mut before));
                let key = key.clone();
                body.ops.push(Op::Clear { key, over });
            }
            if before.iter().any(|(known, _)| known == value) {
                return;
            }
            let by = body.op_id(body.ops.len());
            own.insert(key.clone(), vec![(value.clone(), by)]);
            body.ops.push(Op::Put {
                key: key.clone(),
                value: value.clone(),
                over: ids(before),
            });
        }
    }
}
