//! Documents of a first copy: stored and shown as they come, proven later.

use std::collections::BTreeSet;

use lienquay_shared::codec::{self, List};
use lienquay_shared::schema::Document;
use lienquay_shared::wire::bootstrap::{DocSnapshot, Docs, DocsAsk};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, NodeId};

use super::{Asked, snapshot};
use crate::engine::{Cx, Engine};
use crate::store::{DocRow, StoreResult};

/// The fact that holds one page: who sent it, and the documents stored from it.
pub(super) fn page_fact(number: u64) -> String {
    format!("boot-page-{number}")
}

impl Engine {
    /// Asks for the next page of the listing; false when it is complete.
    pub(super) fn ask_next_page(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> bool {
        let Some(copy) = self.boot.copy.as_ref().filter(|copy| !copy.is_listed) else {
            return false;
        };
        let ask = DocsAsk {
            cursor: copy.cursor,
            docs: List::default(),
        };
        self.boot_ask(cx, peer, Asked::Page, Message::DocsAsk(ask));
        true
    }

    pub(super) fn ask_named(&mut self, cx: &mut Cx<'_>, peer: NodeId, docs: Vec<DocId>) {
        self.boot.named.extend(docs.iter().copied());
        self.boot.last_named.clone_from(&docs);
        let ask = DocsAsk {
            cursor: None,
            docs: List::truncated(docs),
        };
        self.boot_ask(cx, peer, Asked::Named, Message::DocsAsk(ask));
    }

    /// Documents came: those that can be read are stored and shown at once.
    pub(super) fn on_docs(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        docs: Docs,
        is_page: bool,
    ) -> StoreResult<()> {
        let last = docs.docs.last().map(|last| (last.touched, last.doc));
        let cursor = self.boot.copy.as_ref().and_then(|copy| copy.cursor);
        // A listing that does not fall would never end.
        let falls = docs.next.is_none_or(|next| {
            last == Some((next.touched, next.doc)) && cursor.is_none_or(|cursor| next < cursor)
        });
        if !falls {
            self.boot_blame(cx, peer, Reason::SnapshotMismatch);
            return Ok(());
        }
        let mut stored = BTreeSet::new();
        let mut answered: BTreeSet<DocId> = docs.missing.iter().copied().collect();
        for document in docs.docs.into_vec() {
            let doc = document.doc;
            answered.insert(doc);
            if self.take_snapshot(cx, peer, document)? {
                stored.insert(doc);
            }
        }
        for doc in std::mem::take(&mut self.boot.last_named) {
            if !answered.is_empty() && !answered.contains(&doc) {
                // The answer was full; it is asked for again.
                self.boot.named.remove(&doc);
            }
        }
        self.boot.docs_at = cx.now.mono_millis;
        if let Some(copy) = &mut self.boot.copy {
            copy.n_here += stored.len() as u64;
            if !stored.is_empty() {
                let page = codec::encode(&(peer, &stored));
                cx.store.set_meta(&page_fact(copy.n_pages), &page)?;
                copy.n_pages += 1;
            }
            if is_page {
                copy.cursor = docs.next;
                copy.is_listed = docs.next.is_none();
            }
        }
        self.boot_store(cx)
    }

    /// Stores one document, joined with what live entries brought of it. Returns whether it did.
    fn take_snapshot(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        sent: DocSnapshot,
    ) -> StoreResult<bool> {
        let known = cx.store.doc(&sent.doc)?;
        if sent.bytes.is_empty() || known.as_ref().is_some_and(|row| row.forgotten) {
            return Ok(false);
        }
        let actors = self.actors();
        let parsed = snapshot::parse(self.settings.documents, &sent.bytes, sent.kind, |actor| {
            actors.author(actor).is_some()
        });
        let is_kind = known.as_ref().is_none_or(|row| row.kind == sent.kind);
        let mut document = match parsed {
            Ok(document) if is_kind => document,
            Ok(_) => return self.refuse_snapshot(peer, Reason::SnapshotMismatch),
            Err(reason) => return self.refuse_snapshot(peer, reason),
        };
        if known.is_some() && !self.join_local(cx, &sent.doc, document.as_mut())? {
            return self.refuse_snapshot(peer, Reason::SnapshotMismatch);
        }
        let touched = known
            .as_ref()
            .map_or(sent.touched, |row| row.touched.max(sent.touched));
        cx.store.put_snapshot(&DocRow {
            doc: sent.doc,
            kind: sent.kind,
            snapshot: document.save(),
            n_since: 0,
            touched,
            flag: Some(Reason::Loading),
            forgotten: false,
        })?;
        self.docs.replace(sent.doc, sent.kind, document);
        self.retry_pending(cx, sent.doc, sent.kind)?;
        Ok(true)
    }

    /// It stays missing, and is asked for by name when everything else is here.
    fn refuse_snapshot(&mut self, peer: NodeId, reason: Reason) -> StoreResult<bool> {
        self.reasons.count(Some(peer), reason);
        Ok(false)
    }

    /// What is here of a document joins the snapshot; false when both cannot be of one history.
    fn join_local(
        &mut self,
        cx: &mut Cx<'_>,
        doc: &DocId,
        document: &mut dyn Document,
    ) -> StoreResult<bool> {
        Ok(match self.docs.read(cx.store, doc)? {
            Some(local) => snapshot::join(document, local),
            None => true,
        })
    }
}
