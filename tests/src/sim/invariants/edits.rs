//! [5] An edit stands, or an officer who had seen it wrote the field after it.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::dossier::{Dossier, DossierField};
use lienquay_shared::schema::{Document, Edit, Scalar};
use lienquay_shared::{ChangeHash, DocId};

use super::acknowledged::is_excused;
use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::{Acknowledged, World};

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
            .find(|(field, value)| !was_seen(world, document.as_ref(), &doc, *field, value));
        if let Some((field, value)) = unseen {
            return Err(format!(
                "the edit of {} of {doc:?} to {value:?} is neither shown nor in conflict, and nobody who knew of it wrote the field after it: {}",
                field.key(),
                told(&disk, &doc, document.as_ref(), field)
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

/// What was written to a field and by which change, oldest first.
fn written(document: &dyn Document, field: DossierField) -> Vec<(ChangeHash, Option<String>)> {
    let key = field.key();
    let mut written = Vec::new();
    for contained in document.history() {
        let Some(change) = document.change(&contained.hash) else {
            continue;
        };
        for edit in change.edits() {
            match edit {
                Edit::Put {
                    key: at,
                    value: Scalar::Text(value),
                } if at == key => written.push((contained.hash, Some(value))),
                Edit::Put { key: at, .. } | Edit::Clear { key: at } if at == key => {
                    written.push((contained.hash, None));
                }
                _ => {}
            }
        }
    }
    written
}

/// How a field came to be what it is, for whoever reads a failure.
fn told(disk: &Disk<'_>, doc: &DocId, document: &dyn Document, field: DossierField) -> String {
    let written = written(document, field);
    let entries = disk.entries_of(doc);
    let line = |(hash, value): &(ChangeHash, Option<String>)| {
        let below = built_on(document, vec![*hash]);
        let on: Vec<String> = written
            .iter()
            .filter(|(other, _)| other != hash && below.contains(other))
            .map(|(other, _)| other.short())
            .collect();
        let entry = entries
            .iter()
            .find(|entry| entry.change_hash == Some(*hash));
        let place = entry.map(|entry| format!("{} {}", entry.log, entry.seq));
        format!(
            "{} ({}) {value:?} on [{}]",
            hash.short(),
            place.unwrap_or_default(),
            on.join(" ")
        )
    };
    let lines: Vec<String> = written.iter().map(line).collect();
    lines.join("; ")
}

/// What the changes that an edit was written on had written to its field.
pub(in crate::sim) fn seen_by_edit(
    document: &dyn Document,
    field: DossierField,
    value: &str,
) -> Vec<String> {
    let written = written(document, field);
    let Some((edit, _)) = written
        .iter()
        .rfind(|(_, one)| one.as_deref() == Some(value))
    else {
        return Vec::new();
    };
    let below = built_on(document, vec![*edit]);
    written
        .iter()
        .filter(|(hash, _)| hash != edit && below.contains(hash))
        .filter_map(|(_, value)| value.clone())
        .collect()
}

/// Whether every change that wrote this value has a descendant that wrote the field, and whose officer knew of it: an edit that
/// its node wrote again, on top of what its officer never saw, hides that wrongly.
fn was_seen(
    world: &World,
    document: &dyn Document,
    doc: &DocId,
    field: DossierField,
    value: &str,
) -> bool {
    let written = written(document, field);
    let knew = |later: Option<&str>| {
        let later = later.and_then(|later| edit_to(world, doc, field, later));
        later.is_none_or(|done| done.seen.iter().any(|seen| seen == value))
    };
    let mut wrote_it = written
        .iter()
        .filter(|(_, one)| one.as_deref() == Some(value))
        .peekable();
    wrote_it.peek().is_some()
        && wrote_it.all(|(hash, _)| {
            written.iter().any(|(later, to)| {
                later != hash
                    && knew(to.as_deref())
                    && built_on(document, vec![*later]).contains(hash)
            })
        })
}

/// The acknowledged edit of a field to this value.
fn edit_to<'a>(
    world: &'a World,
    of: &DocId,
    at: DossierField,
    to: &str,
) -> Option<&'a Acknowledged> {
    world.acknowledged().iter().find(|done| {
        matches!(
            &done.command,
            Command::EditDossier { dossier: DossierRef::Id(doc), field, value }
                if doc == of && *field == at && **value == *to
        )
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
