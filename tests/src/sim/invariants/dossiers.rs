//! [4] No code is given twice, [5] no edit is swallowed, [11] every due date is explained by its own reception.

use std::collections::BTreeMap;

use lienquay_shared::DocId;
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::deadline;
use lienquay_shared::domain::dossier::{Dossier, DossierField};

use super::{Verdict, any_disk};
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

pub(super) fn no_code_is_given_twice(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let mut seen: BTreeMap<String, DocId> = BTreeMap::new();
    for (doc, dossier) in disk.dossiers() {
        for code in &dossier.codes {
            match seen.insert(code.to_string(), doc) {
                Some(other) if other != doc => {
                    return Err(format!("code {code} is on {doc:?} and on {other:?}"));
                }
                Some(_) | None => {}
            }
        }
    }
    Ok(())
}

/// The due date recorded at reception is what the rules give for the recorded time of reception: no outage and no clock
/// moves it afterwards.
pub(super) fn every_due_date_is_explained(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let calendar = disk.site().calendar();
    for (doc, dossier) in disk.dossiers() {
        let Some(due) = &dossier.original_due else {
            return Err(format!("{doc:?} has no due date"));
        };
        if due.explanation.is_empty() {
            return Err(format!("the due date of {doc:?} is not explained"));
        }
        let (Some(received), Some(term)) =
            (dossier.received_at.and_then(|at| at.civil()), dossier.term)
        else {
            return Err(format!("{doc:?} has a due date without a reception"));
        };
        let expected = deadline::due(received, term, &calendar)
            .map_err(|error| format!("{doc:?}: {error}"))?;
        if due.at.civil() != Some(expected.due_at) {
            return Err(format!(
                "{doc:?} is due {:?}, by the rules {:?}",
                due.at.civil(),
                expected.due_at
            ));
        }
    }
    Ok(())
}

/// What was last acknowledged of a field is shown, or stands in a conflict, unless somebody who may have seen it wrote the
/// field after that.
pub(super) fn no_edit_is_swallowed(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some(disk) = any_disk(world, members) else {
        return Ok(());
    };
    let mut last: BTreeMap<(DocId, String), (DossierField, String)> = BTreeMap::new();
    for done in world
        .acknowledged()
        .iter()
        .filter(|done| !world.nodes[done.node].is_outside)
    {
        if let Command::EditDossier {
            dossier: DossierRef::Id(doc),
            field,
            value,
        } = &done.command
        {
            last.insert((*doc, field.key()), (*field, value.to_string()));
        }
    }
    for ((doc, key), (field, value)) in last {
        if world.was_attempted_in_vain(&doc, &key) {
            continue;
        }
        let Some(dossier) = disk.dossier(&doc) else {
            continue;
        };
        if !shows(&dossier, field, &value) {
            return Err(format!(
                "the edit of {key} of {doc:?} to {value:?} is neither shown nor in conflict"
            ));
        }
    }
    Ok(())
}

fn shows(dossier: &Dossier, field: DossierField, value: &str) -> bool {
    dossier.get(field) == value
        || dossier
            .conflicts
            .iter()
            .filter(|conflict| conflict.field == field.key())
            .any(|conflict| conflict.values.iter().any(|one| one.value == value))
}
