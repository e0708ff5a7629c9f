//! Whether a snapshot says no more than its hashes prove.
//!
//! Automerge proves what the changes of a document hold, not how its rows lie: rows in another order, twice, or outside of
//! every change keep the heads and read differently. What is checked here is the order of rows in the documents that we
//! write; a snapshot that fails may still be honest, and is built anew from its changes.

use std::collections::BTreeMap;

use automerge::Automerge;

use super::Expanded;
use super::columns::{Bytes, Table};

const OBJECT: [u64; 2] = [0x01, 0x02];
const ELEMENT: [u64; 2] = [0x11, 0x13];
const KEY: u64 = 0x15;
const ID: [u64; 2] = [0x21, 0x23];
const INSERT: u64 = 0x34;
const SUCCESSORS: [u64; 3] = [0x80, 0x81, 0x83];

/// Counter and place of the actor in the table: ordered as automerge orders operations, if the table is.
type Id = (i64, u64);

/// Whether every row of the document's bytes is where automerge would have put it, once, and part of a change.
pub(super) fn is_proven(expanded: &Expanded<'_>, document: &Automerge) -> bool {
    let actors = &expanded.actors;
    let is_sorted = actors.windows(2).all(|pair| pair[0] < pair[1]);
    is_sorted
        && Rows::read(&expanded.operations)
            .is_some_and(|rows| rows.are_in_order() && rows.are_of_changes(actors, document))
}

/// The columns that say where a row lies.
struct Rows<'a> {
    ids: Vec<Id>,
    /// The object of each row; none is the root.
    objects: Vec<Option<Id>>,
    keys: Vec<Option<&'a [u8]>>,
    /// The element after which each row was inserted; the head of the list has counter 0.
    elements: Vec<Option<Id>>,
    inserts: Vec<bool>,
    /// How many successors each row has, and all of them.
    n_successors: Vec<Option<u64>>,
    successors: Vec<Id>,
}

impl<'a> Rows<'a> {
    fn read(table: &'a Table<'_>) -> Option<Self> {
        let column = |specification| {
            let bytes = table.get(&specification);
            Bytes(bytes.map_or(&[], |bytes| bytes.as_ref()))
        };
        let ids = |[actor, counter]: [u64; 2]| {
            Some((
                column(actor).values(Bytes::number)?,
                column(counter).deltas()?,
            ))
        };
        let whole = |(actors, counters): (Vec<Option<u64>>, Vec<Option<i64>>)| {
            let id = |(actor, counter): (Option<u64>, Option<i64>)| Some((counter?, actor?));
            let is_even = actors.len() == counters.len();
            is_even.then(|| {
                actors
                    .into_iter()
                    .zip(counters)
                    .map(id)
                    .collect::<Option<Vec<Id>>>()
            })?
        };
        let own = whole(ids(ID)?)?;
        let n = own.len();
        let object_counters = column(OBJECT[1]).values(Bytes::number)?.into_iter();
        let object_counters = object_counters.map(|counter| counter.map(u64::cast_signed));
        let objects = column(OBJECT[0]).values(Bytes::number)?;
        let (element_actors, element_counters) = ids(ELEMENT)?;
        let [count, successor_actor, successor_counter] = SUCCESSORS;
        Some(Self {
            objects: pairs(objects, object_counters.collect(), n)?,
            keys: padded(column(KEY).values(Bytes::counted)?, n)?,
            elements: pairs(element_actors, element_counters, n)?,
            inserts: column(INSERT).flags(n)?,
            n_successors: padded(column(count).values(Bytes::number)?, n)?,
            successors: whole(ids([successor_actor, successor_counter])?)?,
            ids: own,
        })
    }

    /// Objects by their ids; fields of a map by key and then by id; elements of a list each after the one it follows, later
    /// ones first. Lists whose elements were replaced are left to be built anew.
    fn are_in_order(&self) -> bool {
        let mut path: Vec<Id> = Vec::new();
        (0..self.ids.len()).all(|at| {
            let before = at
                .checked_sub(1)
                .filter(|before| self.objects[*before] == self.objects[at]);
            if before.is_none() {
                path.clear();
                if at > 0 && self.objects[at - 1] > self.objects[at] {
                    return false;
                }
            }
            match (self.keys[at], self.elements[at], self.inserts[at]) {
                (Some(key), None, false) => before.is_none_or(|before| {
                    let last = self.keys[before];
                    last.is_some_and(|last| (last, self.ids[before]) < (key, self.ids[at]))
                }),
                (None, Some(after), true) => {
                    before.is_none_or(|before| self.keys[before].is_none())
                        && follows(&mut path, after, self.ids[at])
                }
                _ => false,
            }
        })
    }

    /// Every row occurs once, rows and successors are numbered within a change of their actor, and every change ends with
    /// one of them.
    fn are_of_changes(&self, actors: &[&[u8]], document: &Automerge) -> bool {
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        let is_once = ids.windows(2).all(|pair| pair[0] != pair[1]);
        let mut changes = BTreeMap::new();
        for change in document.get_changes_meta(&[]) {
            let Ok(actor) = actors.binary_search(&change.actor.to_bytes()) else {
                return false;
            };
            changes.insert(
                (actor as u64, change.max_op.cast_signed()),
                (change.start_op, false),
            );
        }
        let is_within = ids.iter().chain(&self.successors).all(|(counter, actor)| {
            let change = changes.range_mut((*actor, *counter)..).next();
            change.is_some_and(|((of, last), (first, is_ended))| {
                *is_ended |= last == counter;
                of == actor && first.cast_signed() <= *counter
            })
        });
        is_once
            && is_within
            && changes.values().all(|(_, is_ended)| *is_ended)
            && self.are_successors_in_order()
    }

    fn are_successors_in_order(&self) -> bool {
        let mut rest = self.successors.as_slice();
        let in_order = self.n_successors.iter().all(|n| {
            let n = n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            let Some((these, others)) = rest.split_at_checked(n) else {
                return false;
            };
            rest = others;
            these.windows(2).all(|pair| pair[0] < pair[1])
        });
        in_order && rest.is_empty()
    }
}

/// Whether an element may come next in a list of which `path` leads to the last one.
fn follows(path: &mut Vec<Id>, after: Id, id: Id) -> bool {
    let is_head = after.0 == 0;
    let mut sibling = None;
    while path
        .last()
        .map_or(!is_head, |last| is_head || *last != after)
    {
        sibling = path.pop();
        if sibling.is_none() {
            return false;
        }
    }
    path.push(id);
    (is_head || after < id) && sibling.is_none_or(|sibling| sibling > id)
}

fn padded<T: Clone>(mut values: Vec<Option<T>>, n: usize) -> Option<Vec<Option<T>>> {
    if values.is_empty() {
        values.resize(n, None);
    }
    (values.len() == n).then_some(values)
}

/// Ids that may be absent; a counter without an actor is the head of a list.
fn pairs(
    actors: Vec<Option<u64>>,
    counters: Vec<Option<i64>>,
    n: usize,
) -> Option<Vec<Option<Id>>> {
    let pair = |(actor, counter): (Option<u64>, Option<i64>)| match (actor, counter) {
        (None, None) => Some(None),
        (None, Some(0)) => Some(Some((0, 0))),
        (Some(actor), Some(counter)) if counter > 0 => Some(Some((counter, actor))),
        _ => None,
    };
    let both = padded(actors, n)?.into_iter().zip(padded(counters, n)?);
    both.map(pair).collect()
}
