//! An opaque document: its changes in the order they came, and what they add up to.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Change, Contained, Document, DocumentError, Edit, OpId, RawDoc};

use super::bytes::Writer;
use super::change::{Body, Op, OpaqueChange};
use super::reading::{Events, Fields, read};
use super::writing::write_edit;

/// The actor of every genesis.
const GENESIS_ACTOR: &[u8] = b"opaque genesis";
/// Operations of a genesis: its kind and two containers.
const GENESIS_OPS: u64 = 3;

/// A document.
#[derive(Debug, Clone)]
pub(super) struct OpaqueDocument {
    kind: DocKind,
    genesis: ChangeHash,
    changes: Vec<OpaqueChange>,
    places: BTreeMap<ChangeHash, usize>,
    heads: BTreeSet<ChangeHash>,
    /// The last place in each actor's sequence, and the change there.
    last: BTreeMap<Vec<u8>, (u64, ChangeHash)>,
    max_op: u64,
    fields: Fields,
    events: Events,
}

impl OpaqueDocument {
    pub(super) fn new(kind: DocKind, genesis: ChangeHash) -> Self {
        Self {
            kind,
            genesis,
            changes: Vec::new(),
            places: BTreeMap::new(),
            heads: BTreeSet::from([genesis]),
            last: BTreeMap::new(),
            max_op: GENESIS_OPS,
            fields: BTreeMap::new(),
            events: BTreeMap::new(),
        }
    }

    pub(super) fn take_in(&mut self, change: OpaqueChange) -> Result<(), DocumentError> {
        if self.contains(&change.0.hash) {
            return Ok(());
        }
        let parts = Arc::clone(&change.0);
        let body = &parts.body;
        if !self.missing(&body.deps).is_empty() {
            return Err(DocumentError("an orphan".to_owned()));
        }
        let seq = self.seq_of(&body.actor);
        if body.seq != seq + 1 {
            return Err(DocumentError(format!(
                "place {} of an actor that is at {seq}",
                body.seq
            )));
        }
        let last = (body.seq, change.0.hash);
        self.last.insert(body.actor.clone(), last);
        self.max_op = self.max_op.max(body.last_op());
        for dep in &body.deps {
            self.heads.remove(dep);
        }
        self.heads.insert(change.0.hash);
        for (place, op) in body.ops.iter().enumerate() {
            self.fold(op, body.op_id(place));
        }
        self.places.insert(change.0.hash, self.changes.len());
        self.changes.push(change);
        Ok(())
    }

    fn fold(&mut self, op: &Op, id: OpId) {
        let (key, value, over) = match op {
            Op::Put { key, value, over } => (key, Some(value), over),
            Op::Clear { key, over } => (key, None, over),
            Op::Append { event } => {
                self.events.insert(id, event.clone());
                return;
            }
        };
        let standing = self.fields.entry(key.clone()).or_default();
        standing.retain(|(_, by)| !over.contains(by));
        standing.extend(value.map(|value| (value.clone(), id)));
        if standing.is_empty() {
            self.fields.remove(key);
        }
    }

    fn seq_of(&self, actor: &[u8]) -> u64 {
        self.last.get(actor).map_or(0, |(seq, _)| *seq)
    }

    /// What a change of `actor` on top of everything names: the heads, and its own last change where others built on that.
    fn deps_on_top(&self, actor: &[u8]) -> Vec<ChangeHash> {
        let mut deps = self.heads();
        let own = self.last.get(actor).map(|(_, hash)| *hash);
        deps.extend(own.filter(|own| !self.heads.contains(own)));
        deps
    }

    /// The document as it was when only `heads` and what they build on was known.
    fn at(&self, heads: &[ChangeHash]) -> Result<Self, DocumentError> {
        let mut wanted: Vec<ChangeHash> = heads.to_vec();
        let mut known = BTreeSet::new();
        while let Some(hash) = wanted.pop() {
            if let Some(place) = self.places.get(&hash)
                && known.insert(*place)
            {
                wanted.extend(&self.changes[*place].0.body.deps);
            }
        }
        let mut view = Self::new(self.kind, self.genesis);
        for place in known {
            view.take_in(self.changes[place].clone())?;
        }
        Ok(view)
    }
}

impl Document for OpaqueDocument {
    fn read(&self) -> RawDoc {
        read(&self.fields, &self.events)
    }

    fn heads(&self) -> Vec<ChangeHash> {
        self.heads.iter().copied().collect()
    }

    fn history(&self) -> Vec<Contained> {
        let genesis = Contained {
            hash: self.genesis,
            actor: GENESIS_ACTOR.to_vec(),
        };
        let changes = self.changes.iter().map(|change| Contained {
            hash: change.0.hash,
            actor: change.0.body.actor.clone(),
        });
        std::iter::once(genesis).chain(changes).collect()
    }

    fn contains(&self, change: &ChangeHash) -> bool {
        *change == self.genesis || self.places.contains_key(change)
    }

    fn missing(&self, changes: &[ChangeHash]) -> Vec<ChangeHash> {
        let missing = changes.iter().filter(|change| !self.contains(change));
        missing.copied().collect()
    }

    fn change(&self, hash: &ChangeHash) -> Option<Box<dyn Change>> {
        let place = self.places.get(hash)?;
        Some(Box::new(self.changes[*place].clone()))
    }

    fn apply(&mut self, change: &dyn Change) -> Result<(), DocumentError> {
        let any: &dyn Any = change;
        match any.downcast_ref::<OpaqueChange>() {
            Some(change) => self.take_in(change.clone()),
            None => self.take_in(OpaqueChange::parse(change.bytes().to_vec())?),
        }
    }

    fn write(
        &mut self,
        actor: [u8; 16],
        beside: &[ChangeHash],
        edits: &[Edit],
        salt: [u8; 16],
    ) -> Result<Box<dyn Change>, DocumentError> {
        let seq = self.seq_of(&actor);
        let view = match beside {
            [] => None,
            _ => Some(self.at(beside)?).filter(|view| view.seq_of(&actor) == seq),
        };
        let deps = match &view {
            Some(_) => beside.to_vec(),
            None => self.deps_on_top(&actor),
        };
        let mut body = Body {
            actor: actor.to_vec(),
            seq: seq + 1,
            start: self.max_op + 1,
            deps,
            salt,
            ops: Vec::with_capacity(edits.len()),
        };
        let seen = &view.as_ref().unwrap_or(self).fields;
        let mut own = BTreeMap::new();
        for edit in edits {
            write_edit(&mut body, seen, &mut own, edit);
        }
        let change = OpaqueChange::new(body);
        self.take_in(change.clone())?;
        Ok(Box::new(change))
    }

    fn save(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.byte(self.kind.0);
        for change in &self.changes {
            out.blob(&change.0.bytes);
        }
        out.0
    }
}
