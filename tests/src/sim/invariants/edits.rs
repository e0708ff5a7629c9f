//! [5] An edit stands, or somebody who had seen it wrote the field after it.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::dossier::{Dossier, DossierField};
use lienquay_shared::schema::{Document, Edit, Scalar};
use lienquay_shared::{ChangeHash, DocId};

use super::acknowledged::is_excused;
use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// Every acknowledged edit of a field is shown, stands in a conflict, or a later change that knew of it wrote the field.
pub(super) fn every_edit_stands_or_was_seen(world: &World, members: &[NodeIndex]) -> Verdict {
    let (Some(disk), Some(node)) = (any_disk(world, members), members.first()) else {
        return Ok(());
    };
    for (doc, edits) in edits_by_dossier(world) {
        if is_excused(world, *node, &doc) {
            continue;
        }
        let (Some(dossier), Some(document)) = (disk.dossier(&doc), disk.document(&doc)) else {
            return Err(format!("{doc:?} was edited and is nowhere"));
        };
        let unseen = edits
            .into_iter()
            .filter(|(field, value)| !shows(&dossier, *field, value))
            .find(|(field, value)| !was_seen(document.as_ref(), *field, value));
        if let Some((field, value)) = unseen {
            return Err(format!(
                "the edit of {} of {doc:?} to {value:?} is neither shown nor in conflict, and nobody who knew of it wrote the field after it",
                field.key()
            ));
        }
    }
    Ok(())
}

fn edits_by_dossier(world: &World) -> BTreeMap<DocId, Vec<(DossierField, String)>> {
    let mut edits: BTreeMap<DocId, Vec<(DossierField, String)>> = BTreeMap::new();
    for done in world.acknowledged() {
        if let Command::EditDossier {
            dossier: DossierRef::Id(doc),
            field,
            value,
        } = &done.command
            && !done.is_excused
            && !world.nodes[done.node].is_outside
        {
            edits
                .entry(*doc)
                .or_default()
                .push((*field, value.to_string()));
        }
    }
    edits
}

fn shows(dossier: &Dossier, field: DossierField, value: &str) -> bool {
    dossier.get(field) == value
        || dossier
            .conflicts
            .iter()
            .filter(|conflict| conflict.field == field.key())
            .any(|conflict| conflict.values.iter().any(|one| one.value == value))
}

/// Whether every change that wrote this value has a descendant that wrote the field.
fn was_seen(document: &dyn Document, field: DossierField, value: &str) -> bool {
    let key = field.key();
    let (mut wrote_it, mut wrote_field) = (Vec::new(), Vec::new());
    for contained in document.history() {
        let Some(change) = document.change(&contained.hash) else {
            continue;
        };
        for edit in change.edits() {
            match edit {
                Edit::Put { key: at, value: to } if at == key => {
                    wrote_field.push(contained.hash);
                    if to == Scalar::Text(value.to_owned()) {
                        wrote_it.push(contained.hash);
                    }
                }
                Edit::Clear { key: at } if at == key => wrote_field.push(contained.hash),
                _ => {}
            }
        }
    }
    !wrote_it.is_empty()
        && wrote_it.iter().all(|hash| {
            wrote_field
                .iter()
                .any(|later| later != hash && built_on(document, vec![*later]).contains(hash))
        })
}

/// These changes of a document and all that they build on.
pub(super) fn built_on(document: &dyn Document, changes: Vec<ChangeHash>) -> BTreeSet<ChangeHash> {
    let mut found = BTreeSet::new();
    let mut open = changes;
    while let Some(hash) = open.pop() {
        if found.insert(hash)
            && let Some(change) = document.change(&hash)
        {
            open.extend(change.deps());
        }
    }
    found
}
