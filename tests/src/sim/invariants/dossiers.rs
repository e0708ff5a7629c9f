//! [4] No code is given twice, [11] every due date is explained by its own reception.

use std::collections::BTreeMap;

use lienquay_shared::DocId;
use lienquay_shared::domain::deadline;

use super::acknowledged::is_excused;
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
                Some(other) if other != doc && !world.may_be_doubled(&code.0) => {
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
            // Its reception may have been written by a PC that was shut out.
            if members
                .first()
                .is_some_and(|node| is_excused(world, *node, &doc))
            {
                continue;
            }
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
