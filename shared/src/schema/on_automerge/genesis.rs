//! The first change of every document: the same bytes on every node, so that documents made apart merge.

use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc};

use crate::ids::ChangeHash;
use crate::log::DocKind;
use crate::schema::{EVENTS, FIELDS, KIND};

/// The kinds that have documents.
const KINDS: [DocKind; 5] = [
    DocKind::Site,
    DocKind::Procedure,
    DocKind::Dossier,
    DocKind::Ticket,
    DocKind::Series,
];

/// Not the actor of any log: those are 16 bytes long.
const GENESIS_ACTOR: &[u8] = b"lienquay genesis 1";

/// Operation counters of the genesis: `kind` is 1.
pub(in crate::schema) const FIELDS_COUNTER: u64 = 2;
pub(in crate::schema) const EVENTS_COUNTER: u64 = 3;

/// A document that holds only the genesis change of its kind; `None` for a kind without documents.
///
/// Set the log's actor before writing: the one left in it belongs to the genesis.
pub fn new_document(kind: DocKind) -> Option<Automerge> {
    // Copied, not made anew: every reception starts with one.
    static MADE: OnceLock<Vec<(DocKind, Automerge)>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let make = |kind: &DocKind| Some((*kind, build(*kind).ok()?));
        KINDS.iter().filter_map(make).collect()
    });
    let of_kind = made.iter().find(|(known, _)| *known == kind);
    of_kind.map(|(_, document)| document.clone())
}

/// Hash of the genesis change of a kind; `None` for a kind without documents.
pub fn genesis_hash(kind: DocKind) -> Option<ChangeHash> {
    hashes()
        .iter()
        .find(|(known, _)| *known == kind)
        .map(|(_, hash)| *hash)
}

/// Whether a change is a genesis: part of every document, but of no log.
pub fn is_genesis(hash: &ChangeHash) -> bool {
    hashes().iter().any(|(_, genesis)| genesis == hash)
}

/// The container the genesis made, found by its operation: overwriting the root's key does not hide it.
pub(in crate::schema) fn container<D: ReadDoc>(
    document: &D,
    counter: u64,
    kind: ObjType,
) -> Option<ObjId> {
    let id = ObjId::Id(counter, ActorId::from(GENESIS_ACTOR), 0);
    match document.object_type(&id) {
        Ok(found) if found == kind => Some(id),
        _ => None,
    }
}

fn hashes() -> &'static [(DocKind, ChangeHash)] {
    static HASHES: OnceLock<Vec<(DocKind, ChangeHash)>> = OnceLock::new();
    HASHES.get_or_init(|| {
        let hash_of = |kind| Some((kind, ChangeHash(new_document(kind)?.get_heads().first()?.0)));
        KINDS.iter().filter_map(|kind| hash_of(*kind)).collect()
    })
}

fn build(kind: DocKind) -> Result<Automerge, AutomergeError> {
    let mut document = Automerge::new().with_actor(ActorId::from(GENESIS_ACTOR));
    let mut tx = document.transaction();
    tx.put(ROOT, KIND, u64::from(kind.0))?;
    tx.put_object(ROOT, FIELDS, ObjType::Map)?;
    tx.put_object(ROOT, EVENTS, ObjType::List)?;
    tx.commit_with(CommitOptions::default().with_time(0));
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genesis_is_the_same_everywhere_and_differs_by_kind() {
        for kind in KINDS {
            let (first, second) = (new_document(kind).unwrap(), new_document(kind).unwrap());
            assert_eq!(first.save(), second.save());
            assert!(is_genesis(&genesis_hash(kind).unwrap()));
        }
        let distinct: std::collections::BTreeSet<_> =
            hashes().iter().map(|(_, hash)| *hash).collect();
        assert_eq!(distinct.len(), KINDS.len());
        assert!(new_document(DocKind::Log).is_none());
        assert!(new_document(DocKind(200)).is_none());
        assert!(!is_genesis(&ChangeHash([0; 32])));
    }
}
