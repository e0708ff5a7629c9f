//! Reading a node's documents from its disk alone, without its engine: what an engine holds in memory proves nothing.

use lienquay_core::store::Store;
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::ticket::Ticket;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Document, Documents};
use lienquay_shared::{DocId, NodeId, SiteId, schema};

use crate::sim::disk::SimStore;

/// Documents looked at of one disk: more than any run makes.
const ALL: usize = 1_000_000;

/// One disk of one site.
#[derive(Debug, Clone, Copy)]
pub struct Disk<'a> {
    store: &'a SimStore,
    site: SiteId,
    documents: &'static dyn Documents,
}

impl<'a> Disk<'a> {
    /// A disk that belongs to `site`, with documents of one format.
    pub fn new(store: &'a SimStore, site: SiteId, documents: &'static dyn Documents) -> Self {
        Self {
            store,
            site,
            documents,
        }
    }

    /// Every document held, with its kind.
    pub fn documents(&self) -> Vec<(DocId, DocKind)> {
        let rows = self.store.docs_newest(None, ALL).unwrap();
        let mut found: Vec<_> = rows.into_iter().map(|(_, doc, kind)| (doc, kind)).collect();
        found.sort();
        found
    }

    /// A document as snapshot and changes give it; `None` when nothing is held.
    pub fn document(&self, doc: &DocId) -> Option<Box<dyn Document>> {
        let row = self.store.doc(doc).unwrap().filter(|row| !row.forgotten)?;
        let changes = self.store.changes_since_snapshot(doc).unwrap();
        let loaded = self.documents.load(row.kind, &row.snapshot, changes);
        loaded.expect("what a disk of ours holds loads")
    }

    fn author(&self) -> impl Fn(&[u8]) -> Option<NodeId> + 'static {
        let site = self.site;
        let logs = self.store.logs().unwrap();
        let actors: Vec<([u8; 16], NodeId)> = logs
            .into_iter()
            .map(|row| (row.log.actor_bytes(&site), row.log.node))
            .collect();
        move |actor| {
            actors
                .iter()
                .find(|(known, _)| known == actor)
                .map(|(_, node)| *node)
        }
    }

    /// A ticket.
    pub fn ticket(&self, doc: &DocId) -> Option<Ticket> {
        schema::ticket::read(self.document(doc)?.as_ref(), &self.author()).0
    }

    /// A dossier.
    pub fn dossier(&self, doc: &DocId) -> Option<Dossier> {
        Some(schema::dossier::read(self.document(doc)?.as_ref(), &self.author()).0)
    }

    /// The site.
    pub fn site(&self) -> Site {
        let document = self.document(&schema::site::site_doc(&self.site));
        document
            .map(|document| schema::site::read(document.as_ref(), &self.author()).0)
            .unwrap_or_default()
    }

    /// Every ticket.
    pub fn tickets(&self) -> Vec<(DocId, Ticket)> {
        let kind_is = |(_, kind): &(DocId, DocKind)| *kind == DocKind::Ticket;
        let docs = self.documents().into_iter().filter(kind_is);
        docs.filter_map(|(doc, _)| Some((doc, self.ticket(&doc)?)))
            .collect()
    }

    /// The ids of every dossier, oldest first.
    pub fn dossier_ids(&self) -> Vec<DocId> {
        let rows = self.store.docs_newest(None, ALL).unwrap();
        let dossiers = rows
            .into_iter()
            .filter(|(.., kind)| *kind == DocKind::Dossier);
        dossiers.rev().map(|(_, doc, _)| doc).collect()
    }

    /// Every dossier.
    pub fn dossiers(&self) -> Vec<(DocId, Dossier)> {
        let kind_is = |(_, kind): &(DocId, DocKind)| *kind == DocKind::Dossier;
        let docs = self.documents().into_iter().filter(kind_is);
        docs.filter_map(|(doc, _)| Some((doc, self.dossier(&doc)?)))
            .collect()
    }
}
