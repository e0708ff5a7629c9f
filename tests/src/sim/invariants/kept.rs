//! [2] What a PC told it has it can give on: from its disk alone, every applied entry's change, stored by itself or within
//! its document.

use std::collections::BTreeSet;

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::{ChangeHash, DocId};

use super::Verdict;
use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::World;

/// Documents of each PC that are looked at in every run, spread over all.
const SAMPLED_DOCUMENTS: usize = 12;

/// A document contains the changes of its applied entries and no others, and none of them was dropped before it was in the
/// document's snapshot.
pub(super) fn documents_are_their_entries(world: &World, members: &[NodeIndex]) -> Verdict {
    for node in members {
        let Some(disk) = world.disk(*node) else {
            continue;
        };
        let documents = disk.documents();
        let stride = documents.len().div_ceil(SAMPLED_DOCUMENTS).max(1);
        for (doc, _) in documents.iter().step_by(stride) {
            is_its_entries(world, *node, &disk, doc)
                .map_err(|what| format!("{}: {doc:?} {what}", world.name(*node)))?;
        }
    }
    Ok(())
}

fn is_its_entries(world: &World, node: NodeIndex, disk: &Disk<'_>, doc: &DocId) -> Verdict {
    let Some(document) = disk.document(doc) else {
        return Ok(());
    };
    let format = disk.format();
    let held: BTreeSet<ChangeHash> = document
        .history()
        .into_iter()
        .map(|change| change.hash)
        .filter(|hash| !format.is_genesis(hash))
        .collect();
    let entries = world.nodes[node].store().entries_of(doc);
    let entries = entries.map_err(|fault| fault.to_string())?;
    let named: BTreeSet<ChangeHash> = entries
        .iter()
        .filter(|entry| entry.state == EntryState::Applied)
        .filter_map(|entry| entry.change_hash)
        .collect();
    if held != named {
        let lost: Vec<_> = named.difference(&held).collect();
        let foreign: Vec<_> = held.difference(&named).collect();
        return Err(format!("lacks {lost:?} and has {foreign:?} of no entry"));
    }
    Ok(())
}
