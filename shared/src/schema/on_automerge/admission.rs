//! The only way of bytes into automerge: it trusts the numbers in them, so everything that could expand is counted here
//! first.
//!
//! Three doors. [`change`] reads a change of a peer and [`snapshot`] a whole document of a peer; [`stored`] reads what this
//! PC saved itself, which went through one of the other doors before and is not counted again.
//!
//! Columns are run-length encoded: ten bytes can stand for 2⁶² operations. The first two doors walk the runs without
//! expanding them and refuse more rows than the format allows. What is left can still be nonsense (an operation in an
//! object that nobody made) on which automerge panics; that is caught, and the document in hand must be dropped.

mod columns;
mod order;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ReadDoc};

use crate::log::bounds::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_SNAPSHOT_OPS};
use crate::schema::DocumentError;
use crate::wire::bootstrap::MAX_SNAPSHOT_BYTES;
use columns::{Bytes, Limits, Table};

/// What every automerge chunk begins with.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of a whole document.
const DOCUMENT: u8 = 0;
/// The chunk type of an uncompressed change; a compressed one could expand without bound and is never written by us.
const CHANGE: u8 = 1;
/// Actors one chunk names: logs that touched the document.
const MAX_ACTORS: u64 = 512;
/// Changes that one change cites: edits of one document made apart from each other.
const MAX_DEPS: u64 = 512;

const CHANGE_LIMITS: Limits = Limits {
    n_rows: MAX_CHANGE_OPS,
    n_text_bytes: MAX_CHANGE_BYTES as u64,
};
const DOCUMENT_LIMITS: Limits = Limits {
    n_rows: MAX_SNAPSHOT_OPS,
    n_text_bytes: 4 << 20,
};
/// What the compressed columns of a document may expand to: so many times its length, and a little, so that one long field
/// that repeats itself is no reason to refuse a small one.
const MAX_RATIO: usize = 8;
const ALWAYS_EXPANDED_BYTES: usize = 4 * 1024;

/// Reads a change of a peer: an uncompressed one within the bounds of the format.
pub fn change(bytes: &[u8]) -> Result<Change, DocumentError> {
    if !is_bounded_change(bytes) {
        return Err(refusal("not a plain change within bounds"));
    }
    unpanicked(|| Change::from_bytes(bytes.to_vec()))
}

/// Reads a document of a peer: one within the bounds of the format, also when its columns are expanded, whose history is
/// one of admitted changes. Beside it, the bytes to keep: those that came, or new ones where they say more than their
/// hashes prove.
pub fn snapshot(bytes: &[u8]) -> Result<(Automerge, Vec<u8>), DocumentError> {
    let expanded = expanded(bytes).ok_or_else(|| refusal("not one document within bounds"))?;
    let document = unpanicked(|| Automerge::load(bytes))?;
    if !has_sound_counters(&document) {
        return Err(refusal("operations numbered as nobody numbers them"));
    }
    if order::is_proven(&expanded, &document) {
        return Ok((document, bytes.to_vec()));
    }
    rebuilt(&document)
}

/// A document made of the changes of another, and of nothing else that it says; and its bytes.
fn rebuilt(document: &Automerge) -> Result<(Automerge, Vec<u8>), DocumentError> {
    let changes = unpanicked(|| Ok::<_, DocumentError>(document.get_changes(&[])))?;
    let mut rebuilt = Automerge::new();
    unpanicked(|| rebuilt.apply_changes(changes))?;
    let saved = rebuilt.save();
    let kept = unpanicked(|| Automerge::load(&saved))?;
    if kept.get_heads() == document.get_heads() {
        Ok((rebuilt, saved))
    } else {
        Err(refusal("no document of its changes"))
    }
}

/// Reads a document that this PC saved, compressed or not. A damaged disk may make automerge panic too.
pub fn stored(bytes: &[u8]) -> Result<Automerge, DocumentError> {
    unpanicked(|| Automerge::load(bytes))
}

/// Brings a stored document to what was applied since: changes of this PC's own store, in their order.
pub fn replay(document: &mut Automerge, changes: Vec<Vec<u8>>) -> Result<(), DocumentError> {
    let changes = changes.into_iter().map(Change::from_bytes);
    let changes = unpanicked(|| changes.collect::<Result<Vec<_>, _>>())?;
    unpanicked(|| document.apply_changes(changes))
}

/// Applies an admitted change whose dependencies are there. After an error the document must be dropped: automerge
/// panicked in the middle, or could not store it any more.
pub fn apply(document: &mut Automerge, change: &Change) -> Result<(), DocumentError> {
    let max_op = |hash| {
        document
            .get_change_meta_by_hash(hash)
            .map(|meta| meta.max_op)
    };
    let below = change.deps().iter().filter_map(max_op).max().unwrap_or(0);
    if !is_sound_counter(below, change.start_op().get()) {
        return Err(refusal("operations numbered as nobody numbers them"));
    }
    unpanicked(|| document.apply_changes([change.clone()]))?;
    if is_kept_whole(document, change) {
        Ok(())
    } else {
        Err(refusal("automerge would not give it back as it came"))
    }
}

/// Automerge stores operations, not the bytes of changes, and refuses a stored document whose changes it cannot write
/// again as they came: what nobody honest writes (predecessors that are not there, operations twice, actors unused) must
/// not get that far. This asks the document itself because no look at the change alone could tell.
fn is_kept_whole(document: &Automerge, change: &Change) -> bool {
    let again = || {
        let again = document.get_change_by_hash(&change.hash());
        again.ok_or("not contained")
    };
    unpanicked(again).is_ok_and(|again| again.raw_bytes() == change.raw_bytes())
}

/// Automerge's answer, or why there is none.
fn unpanicked<T, E: Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, DocumentError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(answer) => answer.map_err(|error| DocumentError(error.to_string())),
        Err(_panic) => Err(refusal("automerge panicked")),
    }
}

fn refusal(why: &str) -> DocumentError {
    DocumentError(why.to_owned())
}

/// Automerge numbers operations with 32 bits and continues from the highest number it saw: a change that jumps to the end
/// would leave no numbers for anybody. An honest one starts after what it cites, and may run ahead of it by what its
/// author had seen beside: [`may_stand_beside`].
fn is_sound_counter(below: u64, start_op: u64) -> bool {
    below < start_op && may_stand_beside(below, start_op - 1)
}

/// Whether a change that builds on operations up to `below` may be written by somebody who knows of others up to
/// `max_op`.
pub(super) fn may_stand_beside(below: u64, max_op: u64) -> bool {
    max_op <= below.saturating_add(MAX_CHANGE_OPS)
}

fn has_sound_counters(document: &Automerge) -> bool {
    let changes = document.get_changes_meta(&[]);
    let max_ops: BTreeMap<_, u64> = changes
        .iter()
        .map(|meta| (meta.hash, meta.max_op))
        .collect();
    changes.iter().all(|meta| {
        let max_op = |dep| max_ops.get(dep).copied();
        let below = meta.deps.iter().filter_map(max_op).max().unwrap_or(0);
        is_sound_counter(below, meta.start_op)
            && meta.max_op.saturating_sub(meta.start_op) < MAX_CHANGE_OPS
    })
}

/// The rest of a chunk after its head, if the bytes are exactly one chunk of this type.
fn body(bytes: &[u8], chunk_type: u8) -> Option<Bytes<'_>> {
    let mut rest = Bytes(bytes);
    let is_one_chunk = rest.take(4)? == MAGIC
        && rest.take(4).is_some()
        && rest.take(1)? == [chunk_type]
        && rest.number()? == rest.0.len() as u64;
    is_one_chunk.then_some(rest)
}

/// Whether bytes are an uncompressed change that every node takes in: an author asks before it signs.
pub fn is_bounded_change(bytes: &[u8]) -> bool {
    let check = || {
        let mut rest = body(bytes, CHANGE)?;
        rest.skip_hashes(MAX_DEPS)?;
        rest.skip_counted()?;
        let [_seq, _start_op] = [rest.number()?, rest.number()?];
        rest.signed()?;
        rest.skip_counted()?;
        let n_actors = 1 + rest.actors(MAX_ACTORS)?.len() as u64;
        let columns = rest.columns()?;
        rest.check(&columns, n_actors, CHANGE_LIMITS, &mut None)
    };
    bytes.len() <= MAX_CHANGE_BYTES && check().is_some()
}

/// What the compressed columns of a document may come to.
fn room_of(document: &[u8]) -> usize {
    document.len() * MAX_RATIO + ALWAYS_EXPANDED_BYTES
}

/// Whether bytes are a document that every node takes in from a peer, who asks before it sends it.
pub fn is_bounded_snapshot(bytes: &[u8]) -> bool {
    expanded(bytes).is_some()
}

/// What a document's bytes say beside its changes.
struct Expanded<'a> {
    actors: Vec<&'a [u8]>,
    operations: Table<'a>,
}

/// Expands a document, if it is one within the bounds.
fn expanded(bytes: &[u8]) -> Option<Expanded<'_>> {
    if bytes.len() > MAX_SNAPSHOT_BYTES {
        return None;
    }
    let mut rest = body(bytes, DOCUMENT)?;
    let actors = rest.actors(MAX_ACTORS)?;
    let n_actors = actors.len() as u64;
    rest.skip_hashes(MAX_DEPS)?;
    let [changes, operations] = [rest.columns()?, rest.columns()?];
    let mut left = Some(room_of(bytes));
    rest.check(&changes, n_actors, DOCUMENT_LIMITS, &mut left)?;
    let operations = rest.check(&operations, n_actors, DOCUMENT_LIMITS, &mut left)?;
    Some(Expanded { actors, operations })
}

#[cfg(test)]
mod tests;
