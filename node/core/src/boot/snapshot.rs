//! Reading a snapshot from a peer: nothing of it may expand without bound, and it must be a document of its kind.

use std::collections::BTreeSet;

use automerge::Automerge;
use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{genesis_hash, is_genesis};
use lienquay_shared::wire::Reason;

use crate::docs::our_hash;

/// What every automerge chunk begins with.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of a whole document.
const DOCUMENT: u8 = 0;
/// The bit of a column's specification that says "compressed".
const DEFLATE: u64 = 8;

/// Reads a snapshot, or says why it is refused. `knows_actor`: whether an actor belongs to a log known here.
pub(super) fn parse(
    bytes: &[u8],
    kind: DocKind,
    knows_actor: impl Fn(&[u8]) -> bool,
) -> Result<Automerge, Reason> {
    if !is_plain_document(bytes) {
        return Err(Reason::SnapshotMismatch);
    }
    let document = Automerge::load(bytes).map_err(|_unreadable| Reason::SnapshotMismatch)?;
    let genesis = genesis_hash(kind).ok_or(Reason::NeedsNewerVersion)?;
    let mut has_genesis = false;
    for change in document.get_changes_meta(&[]) {
        let hash = our_hash(&change.hash);
        has_genesis |= hash == genesis;
        if !is_genesis(&hash) && !knows_actor(change.actor.to_bytes()) {
            return Err(Reason::UnknownAuthor);
        }
    }
    if has_genesis {
        Ok(document)
    } else {
        Err(Reason::SnapshotMismatch)
    }
}

/// The changes of a document that are entries of logs.
pub(super) fn changes_of(document: &Automerge) -> BTreeSet<ChangeHash> {
    document
        .get_changes_meta(&[])
        .iter()
        .map(|change| our_hash(&change.hash))
        .filter(|hash| !is_genesis(hash))
        .collect()
}

/// Whether bytes are exactly one document chunk without compressed columns.
fn is_plain_document(bytes: &[u8]) -> bool {
    let mut rest = Bytes(bytes);
    let is_one_chunk = rest.take(4) == Some(&MAGIC)
        && rest.take(4).is_some()
        && rest.take(1) == Some(&[DOCUMENT])
        && rest.number() == Some(rest.0.len() as u64);
    is_one_chunk && rest.skip_lists().is_some() && rest.is_plain() && rest.is_plain()
}

/// The rest of a chunk.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// A LEB128 number.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The actors, each with its length, and the heads, 32 bytes each.
    fn skip_lists(&mut self) -> Option<()> {
        for _actor in 0..self.number()? {
            let n = usize::try_from(self.number()?).ok()?;
            self.take(n)?;
        }
        let n = usize::try_from(self.number()?).ok()?;
        self.take(n.checked_mul(32)?).map(drop)
    }

    /// Whether the columns described next are not compressed.
    fn is_plain(&mut self) -> bool {
        let Some(n) = self.number() else { return false };
        (0..n).all(|_column| {
            let specification = self.number();
            self.number().is_some() && specification.is_some_and(|spec| spec & DEFLATE == 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use automerge::ROOT;
    use automerge::transaction::Transactable;
    use lienquay_shared::schema::new_document;

    use super::*;

    fn long_document() -> Automerge {
        let mut document = new_document(DocKind::Dossier).unwrap();
        document.set_actor(automerge::ActorId::from([7_u8; 16].as_slice()));
        let mut tx = document.transaction();
        tx.put(ROOT, "long", "a".repeat(10_000)).unwrap();
        tx.commit();
        document
    }

    #[test]
    fn only_a_plain_document_of_its_kind_with_known_actors_is_read() {
        let check = |bytes: &[u8], kind, known, expected: Option<Reason>| {
            let parsed = parse(bytes, kind, |_| known);
            assert_eq!(parsed.err(), expected);
        };
        let plain = long_document().save_nocompress();
        let compressed = long_document().save();
        assert!(compressed.len() < plain.len());
        let mismatch = Some(Reason::SnapshotMismatch);
        check(&plain, DocKind::Dossier, true, None);
        check(&compressed, DocKind::Dossier, true, mismatch);
        check(&plain, DocKind::Ticket, true, mismatch);
        check(&plain, DocKind(200), true, Some(Reason::NeedsNewerVersion));
        check(&plain, DocKind::Dossier, false, Some(Reason::UnknownAuthor));
        check(
            &[plain.clone(), plain.clone()].concat(),
            DocKind::Dossier,
            true,
            mismatch,
        );
        for len in 0..plain.len() {
            check(&plain[..len], DocKind::Dossier, true, mismatch);
        }
    }
}
