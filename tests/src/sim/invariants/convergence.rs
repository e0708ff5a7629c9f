//! [1] Members with equal vectors hold byte-equal documents and projections, and [10] nothing waits for ever.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::{ChangeHash, DocId, LogId};

use super::Verdict;
use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::World;

/// Documents whose heads are compared in every run, spread over all; the entry states of every document always are.
const SAMPLED_DOCUMENTS: usize = 12;

type States = BTreeMap<(LogId, u64), (Option<ChangeHash>, EntryState)>;

pub(super) fn equal_vectors_mean_equal_data(world: &World, members: &[NodeIndex]) -> Verdict {
    let Some((first, rest)) = members.split_first() else {
        return Ok(());
    };
    let holding = world.holding(*first);
    let digest = world.nodes[*first].store().projection_digest();
    let (documents, ended) = (documents(world, *first), ended(world, *first));
    for node in rest {
        let pair = format!("{} and {}", world.name(*first), world.name(*node));
        if world.holding(*node) != holding {
            return Err(format!(
                "{pair} hold different vectors: {}",
                world.differences(members)
            ));
        }
        if self::ended(world, *node) != ended {
            return Err(format!("{pair} differ about which logs have ended"));
        }
        let others = self::documents(world, *node);
        if let Some(doc) = first_difference(&documents, &others) {
            return Err(format!(
                "{pair} hold different documents with equal vectors: {doc:?}\n{:?}\n{:?}",
                documents.get(&doc),
                others.get(&doc)
            ));
        }
        compare_heads(world, *first, *node, &documents)?;
        if world.nodes[*node].store().projection_digest() != digest {
            let other = world.nodes[*node].store();
            let what = world.nodes[*first].store().shown_otherwise(other);
            return Err(format!(
                "{pair} show different projections of equal documents: {}",
                what.unwrap_or_default()
            ));
        }
    }
    Ok(())
}

fn ended(world: &World, node: NodeIndex) -> BTreeSet<LogId> {
    let logs = world.nodes[node].store().logs().unwrap_or_default();
    let ended = logs.into_iter().filter(|row| row.closed);
    ended.map(|row| row.log).collect()
}

fn documents(world: &World, node: NodeIndex) -> BTreeMap<DocId, States> {
    let store = world.nodes[node].store();
    let states = |doc: &DocId| {
        let entries = store.entries_of(doc).unwrap_or_default();
        entries
            .into_iter()
            .map(|entry| ((entry.log, entry.seq), (entry.change_hash, entry.state)))
            .collect()
    };
    let named = store.documents_named().into_iter();
    named.map(|doc| (doc, states(&doc))).collect()
}

fn first_difference(
    one: &BTreeMap<DocId, States>,
    other: &BTreeMap<DocId, States>,
) -> Option<DocId> {
    let all = one.keys().chain(other.keys());
    all.copied().find(|doc| one.get(doc) != other.get(doc))
}

fn compare_heads(
    world: &World,
    one: NodeIndex,
    other: NodeIndex,
    documents: &BTreeMap<DocId, States>,
) -> Verdict {
    let (Some(left), Some(right)) = (world.disk(one), world.disk(other)) else {
        return Ok(());
    };
    // A document of which nothing counts is the same whether a row of it is left or not.
    let counts = |states: &States| {
        states
            .values()
            .any(|(_, state)| *state == EntryState::Applied)
    };
    let standing = documents.iter().filter(|(_, states)| counts(states));
    let stride = documents.len().div_ceil(SAMPLED_DOCUMENTS).max(1);
    for (doc, _) in standing.step_by(stride) {
        let heads = |disk: &Disk<'_>| disk.document(doc).map(|document| document.heads());
        let (left, right) = (heads(&left), heads(&right));
        if left != right {
            return Err(format!(
                "{} and {} have different heads of {doc:?}: {left:?} and {right:?}",
                world.name(one),
                world.name(other)
            ));
        }
    }
    Ok(())
}

/// Every entry is applied, or set aside for a reason that time does not cure.
pub(super) fn nothing_waits(world: &World, members: &[NodeIndex]) -> Verdict {
    for node in members {
        let (pending, _) = world.nodes[*node]
            .store()
            .n_set_aside()
            .map_err(|fault| fault.to_string())?;
        // What an entry builds on may have been lost with the last disk that held it.
        if pending > 0 && !world.lenience.lost_disks {
            return Err(format!(
                "{} still has {pending} pending entries",
                world.name(*node)
            ));
        }
        let asked = world.nodes[*node].unanswered.len();
        if asked > 0 {
            return Err(format!("{} owes {asked} answers", world.name(*node)));
        }
    }
    Ok(())
}
