//! Documents as cheap as they can be: the semantics the engine relies on, without automerge's columns and compression.
//!
//! A change is its actor, place, dependencies and operations; a document is the set of its changes, folded as they come.
//! Operations are numbered exactly as automerge numbers them, so both formats read alike down to the operation ids
//! ([`crate::document_contract`] proves it).

mod bytes;
mod change;
mod document;
mod reading;
mod writing;

use std::sync::OnceLock;

use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Change, Document, DocumentError, Documents};

use bytes::Reader;
use change::OpaqueChange;
use document::OpaqueDocument;

/// Opaque documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpaqueDocuments;

/// The kinds that have documents.
const KINDS: [DocKind; 5] = [
    DocKind::Site,
    DocKind::Procedure,
    DocKind::Dossier,
    DocKind::Ticket,
    DocKind::Series,
];

fn geneses() -> &'static [ChangeHash; KINDS.len()] {
    static HASHES: OnceLock<[ChangeHash; KINDS.len()]> = OnceLock::new();
    HASHES.get_or_init(|| KINDS.map(|kind| ChangeHash(*blake3::hash(&[b'g', kind.0]).as_bytes())))
}

impl Documents for OpaqueDocuments {
    fn genesis(&self, kind: DocKind) -> Option<ChangeHash> {
        let place = KINDS.iter().position(|known| *known == kind)?;
        Some(geneses()[place])
    }

    fn is_genesis(&self, change: &ChangeHash) -> bool {
        geneses().contains(change)
    }

    fn load(
        &self,
        kind: DocKind,
        saved: &[u8],
        changes: Vec<Vec<u8>>,
    ) -> Result<Option<Box<dyn Document>>, DocumentError> {
        let mut document = match (saved, self.genesis(kind)) {
            ([], None) => return Ok(None),
            ([], Some(genesis)) => OpaqueDocument::new(kind, genesis),
            _ => self.read(saved)?,
        };
        for bytes in changes {
            document.take_in(OpaqueChange::parse(bytes)?)?;
        }
        Ok(Some(Box::new(document)))
    }

    fn receive(&self, bytes: &[u8]) -> Result<(Box<dyn Document>, Vec<u8>), DocumentError> {
        Ok((Box::new(self.read(bytes)?), bytes.to_vec()))
    }

    fn change(&self, bytes: Vec<u8>) -> Result<Box<dyn Change>, DocumentError> {
        Ok(Box::new(OpaqueChange::parse(bytes)?))
    }
}

impl OpaqueDocuments {
    /// The kind, then each change with its length.
    fn read(self, saved: &[u8]) -> Result<OpaqueDocument, DocumentError> {
        let mut rest = Reader(saved);
        let kind = DocKind(rest.byte()?);
        let genesis = self.genesis(kind).ok_or_else(bytes::malformed)?;
        let mut document = OpaqueDocument::new(kind, genesis);
        while !rest.0.is_empty() {
            let change = OpaqueChange::parse(rest.blob()?.to_vec())?;
            document.take_in(change)?;
        }
        Ok(document)
    }
}
