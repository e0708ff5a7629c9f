//! Documents: the changes in each are exactly those of its applied entries, and what screens read of it follows from it.

use std::collections::{BTreeMap, BTreeSet};

use automerge::Automerge;
use lienquay_core::store::{EntryRef, EntryState, StoreResult};
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{self, Authors};
use lienquay_shared::view::{conflict_rows, dossier_row, procedure_row, ticket_row};
use lienquay_shared::{ChangeHash, DocId, NodeId, SiteId, codec};

use crate::store::{Audit, pack};
use crate::verify::report::{Findings, Stage};

const PAGE: usize = 256;

pub(super) fn verify(
    audit: &Audit<'_>,
    site: SiteId,
    findings: &mut Findings<'_>,
) -> StoreResult<()> {
    let authors = audit.authors(site)?;
    findings.n_documents_of = audit.n_docs()?;
    let mut cursor = None;
    loop {
        let page = audit.docs_after(cursor, PAGE)?;
        let Some(last) = page.last() else { break };
        cursor = Some(*last);
        for doc in page {
            one(audit, doc, &authors, findings)?;
        }
    }
    let (n_projected, _) = audit.counts()?;
    if n_projected != findings.report.n_projections {
        let what = format!(
            "{n_projected} projections are stored, {} follow from documents",
            findings.report.n_projections
        );
        findings.differs(Stage::Projections, "store", what);
    }
    Ok(())
}

fn one(
    audit: &Audit<'_>,
    doc: DocId,
    authors: &BTreeMap<Vec<u8>, NodeId>,
    findings: &mut Findings<'_>,
) -> StoreResult<()> {
    let place = format!("document {doc}");
    let entries = audit.entries_of(&doc)?;
    let row = audit.doc(&doc)?;
    let is_loading = entries
        .iter()
        .any(|entry| entry.state == EntryState::Unproven);
    let document = match audit.load(&doc) {
        Ok(document) => document,
        Err(fault) => {
            findings.differs(Stage::Documents, place, fault.to_string());
            return Ok(());
        }
    };
    let (Some(row), Some(document), false) = (row, document, is_loading) else {
        findings.report.n_skipped += 1;
        return Ok(());
    };
    findings.report.n_documents += 1;
    findings.progress(
        Stage::Documents,
        findings.report.n_documents,
        findings.n_documents_of,
    );
    if let Err(what) = compare_changes(&document, &entries) {
        findings.differs(Stage::Documents, place.clone(), what);
    }
    let expected = projection(doc, row.kind, &document, authors);
    findings.report.n_projections += u64::from(expected.is_some());
    if expected != audit.projection(&doc)? {
        let what = "what is projected does not follow from the document";
        findings.differs(Stage::Projections, place, what);
    }
    Ok(())
}

/// The changes in a document are those its applied entries name, the genesis apart.
fn compare_changes(document: &Automerge, entries: &[EntryRef]) -> Result<(), String> {
    let named: BTreeSet<ChangeHash> = entries
        .iter()
        .filter(|entry| entry.state == EntryState::Applied)
        .filter_map(|entry| entry.change_hash)
        .collect();
    let held: BTreeSet<ChangeHash> = document
        .get_changes(&[])
        .iter()
        .map(|change| ChangeHash(change.hash().0))
        .filter(|hash| !schema::is_genesis(hash))
        .collect();
    let n_missing = named.difference(&held).count();
    let n_unnamed = held.difference(&named).count();
    if n_missing + n_unnamed == 0 {
        return Ok(());
    }
    Err(format!(
        "{n_missing} changes of its entries are not in it, {n_unnamed} changes in it are of no entry"
    ))
}

/// What the store must hold of a document, in its own encoding.
fn projection(
    doc: DocId,
    kind: DocKind,
    document: &Automerge,
    authors: &BTreeMap<Vec<u8>, NodeId>,
) -> Option<Vec<u8>> {
    let authors: &Authors<'_> = &|actor| authors.get(actor).copied();
    match kind {
        DocKind::Dossier => {
            let (dossier, _defects) = schema::dossier::read(document, authors);
            let row = dossier_row(doc, &dossier);
            Some(pack(&row, &conflict_rows(doc, &dossier)))
        }
        DocKind::Ticket => {
            let (ticket, _defects) = schema::ticket::read(document, authors);
            Some(codec::encode(&ticket_row(doc, &ticket?)))
        }
        DocKind::Procedure => {
            let (version, _defects) = schema::procedure::read(document);
            Some(codec::encode(&procedure_row(doc, &version)))
        }
        _ => None,
    }
}
