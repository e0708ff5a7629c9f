//! Documents of a first copy: stored and shown as they come, proven later.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::codec::{Blob, List};
use lienquay_shared::schema::Document;
use lienquay_shared::wire::bootstrap::{DocSnapshot, Docs, DocsAsk};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{ChangeHash, DocId, NodeId};

use super::{Asked, snapshot};
use crate::engine::{Cx, Engine};
use crate::store::{DocRow, StoreResult};

/// The fact that holds one page: who sent it, and the documents stored from it.
pub(super) fn page_fact(number: u64) -> String {
    format!("boot-copies-{number}")
}

/// What a document was when it was stored from its snapshot: the changes in it, and the bytes saved.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Copied(Blob<32>);

impl Copied {
    /// Of a document that is not as it was received any more.
    pub(super) fn changed() -> Self {
        Self(Blob::default())
    }

    /// Of a document with these changes, saved as these bytes.
    pub(super) fn of(changes: &BTreeSet<ChangeHash>, saved: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(blake3::hash(saved).as_bytes());
        for change in changes {
            hasher.update(change.as_bytes());
        }
        Self(Blob::new(hasher.finalize().as_bytes().to_vec()).unwrap_or_default())
    }
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
        let mut stored = BTreeMap::new();
        let mut answered: BTreeSet<DocId> = docs.missing.iter().copied().collect();
        for document in docs.docs.into_vec() {
            let doc = document.doc;
            answered.insert(doc);
            if let Some(copied) = self.take_snapshot(cx, peer, document)? {
                stored.insert(doc, copied);
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
                copy.add_page(cx.store, peer, &stored)?;
            }
            if is_page {
                copy.cursor = docs.next;
                copy.is_listed = docs.next.is_none();
            }
        }
        self.boot_store(cx)
    }

    /// Stores one document, joined with what live entries brought of it. Returns what it then was.
    fn take_snapshot(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        sent: DocSnapshot,
    ) -> StoreResult<Option<Copied>> {
        let known = cx.store.doc_head(&sent.doc)?;
        if sent.bytes.is_empty() || known.as_ref().is_some_and(|row| row.forgotten) {
            return Ok(None);
        }
        let actors = self.actors();
        let parsed = snapshot::parse(self.settings.documents, &sent.bytes, sent.kind, |actor| {
            actors.author(actor).is_some()
        });
        let is_kind = known.as_ref().is_none_or(|row| row.kind == sent.kind);
        let snapshot::Parsed {
            mut document,
            mut changes,
            mut saved,
        } = match parsed {
            Ok(parsed) if is_kind => parsed,
            Ok(_) => return self.refuse_snapshot(peer, Reason::SnapshotMismatch),
            Err(reason) => return self.refuse_snapshot(peer, reason),
        };
        if known.is_some() && !self.join_local(cx, &sent.doc, document.as_mut())? {
            return self.refuse_snapshot(peer, Reason::SnapshotMismatch);
        }
        let touched = known
            .as_ref()
            .map_or(sent.touched, |row| row.touched.max(sent.touched));
        // What was received is what is stored, unless something here was joined to it.
        if known.is_some() {
            changes = snapshot::changes_of(self.settings.documents, document.as_ref());
            saved = document.save();
        }
        let copied = Copied::of(&changes, &saved);
        cx.store.put_snapshot(&DocRow {
            doc: sent.doc,
            kind: sent.kind,
            snapshot: saved,
            n_since: 0,
            touched,
            flag: Some(Reason::Loading),
            forgotten: false,
        })?;
        self.docs.replace(sent.doc, sent.kind, document);
        self.retry_pending(cx, sent.doc, sent.kind)?;
        Ok(Some(copied))
    }

    /// It stays missing, and is asked for by name when everything else is here.
    fn refuse_snapshot(&mut self, peer: NodeId, reason: Reason) -> StoreResult<Option<Copied>> {
        self.reasons.count(Some(peer), reason);
        Ok(None)
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
