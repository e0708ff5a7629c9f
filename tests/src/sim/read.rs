//! Reading a node's documents from its disk alone, without its engine: what an engine holds in memory proves nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use lienquay_core::store::{EntryRef, Store};
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

    /// What its documents are made of.
    pub fn format(&self) -> &'static dyn Documents {
        self.documents
    }

    /// Every document held, with its kind.
    pub fn documents(&self) -> Vec<(DocId, DocKind)> {
        let rows = self.store.docs_newest(None, ALL).unwrap();
        let mut found: Vec<_> = rows.into_iter().map(|(_, doc, kind)| (doc, kind)).collect();
        found.sort();
        found
    }

    /// The entries that changed a document.
    pub fn entries_of(&self, doc: &DocId) -> Vec<EntryRef> {
        self.store.entries_of(doc).unwrap()
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
    pub fn site(&self) -> Rc<Site> {
        let doc = schema::site::site_doc(&self.site);
        let row = self.store.doc(&doc).unwrap();
        let changes = self.store.changes_since_snapshot(&doc).unwrap();
        let mut key = blake3::Hasher::new();
        for log in self.store.logs().unwrap() {
            key.update(&log.log.actor_bytes(&self.site));
        }
        let snapshot = row.map(|row| row.snapshot).unwrap_or_default();
        for part in std::iter::once(&snapshot).chain(&changes) {
            key.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        remembered(key.finalize().into(), || {
            let document = self.document(&doc);
            document
                .map(|document| schema::site::read(document.as_ref(), &self.author()).0)
                .unwrap_or_default()
        })
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

/// Sites remembered by one thread: more than a run has at a time.
const MAX_SITES: usize = 64;

/// A site that was read before from the same bytes: every officer looks at it before every action, and it rarely changes.
fn remembered(key: [u8; 32], read: impl FnOnce() -> Site) -> Rc<Site> {
    thread_local! {
        static SITES: RefCell<BTreeMap<[u8; 32], Rc<Site>>> = const { RefCell::new(BTreeMap::new()) };
    }
    SITES.with_borrow_mut(|sites| {
        if let Some(site) = sites.get(&key) {
            return Rc::clone(site);
        }
        if sites.len() == MAX_SITES {
            sites.clear();
        }
        let site = Rc::new(read());
        sites.insert(key, Rc::clone(&site));
        site
    })
}
