//! Reading a snapshot from a peer: it must be a document of its kind, written by known nodes.

use std::collections::BTreeSet;

use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Document, Documents};
use lienquay_shared::wire::Reason;

/// A snapshot as it was read.
pub(super) struct Parsed {
    pub(super) document: Box<dyn Document>,
    /// Its changes that are entries of logs.
    pub(super) changes: BTreeSet<ChangeHash>,
    /// What to keep of it.
    pub(super) saved: Vec<u8>,
}

/// Reads a snapshot, or says why it is refused. `knows_actor`: whether an actor belongs to a log known here.
pub(super) fn parse(
    documents: &dyn Documents,
    bytes: &[u8],
    kind: DocKind,
    knows_actor: impl Fn(&[u8]) -> bool,
) -> Result<Parsed, Reason> {
    let received = documents.receive(bytes);
    let (document, saved) = received.map_err(|_unreadable| Reason::SnapshotMismatch)?;
    let genesis = documents.genesis(kind).ok_or(Reason::NeedsNewerVersion)?;
    let (mut has_genesis, mut changes) = (false, BTreeSet::new());
    for change in document.history() {
        has_genesis |= change.hash == genesis;
        if documents.is_genesis(&change.hash) {
            continue;
        }
        if !knows_actor(&change.actor) {
            return Err(Reason::UnknownAuthor);
        }
        changes.insert(change.hash);
    }
    if has_genesis {
        Ok(Parsed {
            document,
            changes,
            saved,
        })
    } else {
        Err(Reason::SnapshotMismatch)
    }
}

/// The changes of a document that are entries of logs.
pub(super) fn changes_of(
    documents: &dyn Documents,
    document: &dyn Document,
) -> BTreeSet<ChangeHash> {
    document
        .history()
        .into_iter()
        .map(|change| change.hash)
        .filter(|hash| !documents.is_genesis(hash))
        .collect()
}

/// Brings what `other` contains into `document`; false when both cannot be of one history.
pub(super) fn join(document: &mut dyn Document, other: &dyn Document) -> bool {
    let lacking = other.history().into_iter().map(|change| change.hash);
    let lacking: Vec<ChangeHash> = lacking.filter(|hash| !document.contains(hash)).collect();
    lacking.iter().all(|hash| {
        other
            .change(hash)
            .is_some_and(|change| document.apply(change.as_ref()).is_ok())
    })
}

#[cfg(test)]
mod tests {
    use lienquay_shared::schema::{AutomergeDocuments, Edit};

    use super::*;

    #[test]
    fn only_a_document_of_its_kind_with_known_actors_is_read() {
        let new = AutomergeDocuments.load(DocKind::Dossier, &[], Vec::new());
        let mut document = new.unwrap().unwrap();
        document
            .write([7; 16], &[], &[Edit::int("n", 1)], [0; 16])
            .unwrap();
        let bytes = document.save();
        let check = |bytes: &[u8], kind, known, expected: Option<Reason>| {
            let parsed = parse(&AutomergeDocuments, bytes, kind, |_| known);
            assert_eq!(parsed.err(), expected);
        };
        let mismatch = Some(Reason::SnapshotMismatch);
        check(&bytes, DocKind::Dossier, true, None);
        check(&bytes[1..], DocKind::Dossier, true, mismatch);
        check(&bytes, DocKind::Ticket, true, mismatch);
        check(&bytes, DocKind(200), true, Some(Reason::NeedsNewerVersion));
        check(&bytes, DocKind::Dossier, false, Some(Reason::UnknownAuthor));
    }
}
