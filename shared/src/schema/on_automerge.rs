//! Documents in production: automerge behind the boundary of [`super::document`].

pub mod admission;
pub(super) mod genesis;
mod reading;
mod replay;
mod writing;

use std::any::Any;

use automerge::transaction::CommitOptions;
use automerge::{ActorId, Automerge, AutomergeError, PatchLog, ReadDoc};

use super::document::{Change, Contained, Document, DocumentError, Documents};
use super::{Edit, RawDoc};
use crate::ids::ChangeHash;
use crate::log::DocKind;

pub use genesis::{genesis_hash, is_genesis, new_document};
pub use replay::edits_of;
pub use writing::write;

/// Automerge documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct AutomergeDocuments;

impl From<AutomergeError> for DocumentError {
    fn from(error: AutomergeError) -> Self {
        Self(error.to_string())
    }
}

impl Documents for AutomergeDocuments {
    fn genesis(&self, kind: DocKind) -> Option<ChangeHash> {
        genesis_hash(kind)
    }

    fn is_genesis(&self, change: &ChangeHash) -> bool {
        is_genesis(change)
    }

    fn load(
        &self,
        kind: DocKind,
        saved: &[u8],
        changes: Vec<Vec<u8>>,
    ) -> Result<Option<Box<dyn Document>>, DocumentError> {
        let mut document = if saved.is_empty() {
            match new_document(kind) {
                Some(document) => document,
                None => return Ok(None),
            }
        } else {
            admission::stored(saved)?
        };
        admission::replay(&mut document, changes)?;
        Ok(Some(Box::new(document)))
    }

    fn receive(&self, bytes: &[u8]) -> Result<(Box<dyn Document>, Vec<u8>), DocumentError> {
        let (document, saved) = admission::snapshot(bytes)?;
        Ok((Box::new(document), saved))
    }

    fn may_be_sent(&self, saved: &[u8]) -> bool {
        admission::is_bounded_snapshot(saved)
    }

    fn change(&self, bytes: Vec<u8>) -> Result<Box<dyn Change>, DocumentError> {
        Ok(Box::new(admission::change(&bytes)?))
    }
}

impl Change for automerge::Change {
    fn hash(&self) -> ChangeHash {
        ours(&self.hash())
    }

    fn actor(&self) -> &[u8] {
        self.actor_id().to_bytes()
    }

    fn deps(&self) -> Vec<ChangeHash> {
        self.deps().iter().map(ours).collect()
    }

    fn bytes(&self) -> &[u8] {
        self.raw_bytes()
    }

    fn edits(&self) -> Vec<Edit> {
        edits_of(self)
    }
}

impl Document for Automerge {
    fn read(&self) -> RawDoc {
        RawDoc::read(self)
    }

    fn heads(&self) -> Vec<ChangeHash> {
        self.get_heads().iter().map(ours).collect()
    }

    fn history(&self) -> Vec<Contained> {
        let changes = self.get_changes_meta(&[]);
        let contained = changes.iter().map(|change| Contained {
            hash: ours(&change.hash),
            actor: change.actor.to_bytes().to_vec(),
        });
        contained.collect()
    }

    fn contains(&self, change: &ChangeHash) -> bool {
        self.get_change_meta_by_hash(&theirs(change)).is_some()
    }

    fn missing(&self, changes: &[ChangeHash]) -> Vec<ChangeHash> {
        let changes: Vec<_> = changes.iter().map(theirs).collect();
        self.get_missing_deps(&changes).iter().map(ours).collect()
    }

    fn change(&self, hash: &ChangeHash) -> Option<Box<dyn Change>> {
        let change = self.get_change_by_hash(&theirs(hash))?;
        Some(Box::new(change))
    }

    fn apply(&mut self, change: &dyn Change) -> Result<(), DocumentError> {
        let any: &dyn Any = change;
        match any.downcast_ref::<automerge::Change>() {
            Some(change) => admission::apply(self, change),
            None => admission::apply(self, &admission::change(change.bytes())?),
        }
    }

    fn write(
        &mut self,
        actor: [u8; 16],
        beside: &[ChangeHash],
        edits: &[Edit],
        salt: [u8; 16],
    ) -> Result<Box<dyn Change>, DocumentError> {
        let actor = ActorId::from(&actor[..]);
        let mut heads: Vec<_> = beside.iter().map(theirs).collect();
        if !heads.is_empty() && !can_write_beside(self, &actor, &heads) {
            heads.clear();
        }
        self.set_actor(actor.clone());
        let mut tx = match heads.as_slice() {
            [] => self.transaction(),
            heads => self
                .transaction_at(PatchLog::inactive(), heads)
                .map_err(|error| DocumentError(error.to_string()))?,
        };
        if let Err(error) = write(&mut tx, edits, salt) {
            tx.rollback();
            return Err(error.into());
        }
        let (hash, _) = tx.commit_with(CommitOptions::default().with_time(0));
        let change = hash.and_then(|hash| self.get_change_by_hash(&hash));
        match change.filter(|change| *change.actor_id() == actor) {
            Some(change) if !admission::is_bounded_change(change.raw_bytes()) => Err(
                DocumentError("a change larger than the format allows".to_owned()),
            ),
            Some(change) => Ok(Box::new(change)),
            None => Err(DocumentError("nothing was written as asked".to_owned())),
        }
    }

    fn save(&self) -> Vec<u8> {
        self.save()
    }
}

/// Whether a change of `actor` may be written as if nothing after `heads` were known: automerge would go on under another
/// name when the actor itself wrote since, and no peer would admit numbers far above what the change cites.
fn can_write_beside(
    document: &Automerge,
    actor: &ActorId,
    heads: &[automerge::ChangeHash],
) -> bool {
    let max_op = |hash| Some(document.get_change_meta_by_hash(hash)?.max_op);
    let below = heads.iter().filter_map(max_op).max().unwrap_or(0);
    document
        .get_changes_meta(heads)
        .iter()
        .all(|since| *since.actor != *actor && admission::may_stand_beside(below, since.max_op))
}

fn ours(hash: &automerge::ChangeHash) -> ChangeHash {
    ChangeHash(hash.0)
}

fn theirs(hash: &ChangeHash) -> automerge::ChangeHash {
    automerge::ChangeHash(hash.0)
}
