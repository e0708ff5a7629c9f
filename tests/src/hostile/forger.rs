//! Writes logs with a member's key: what its program would write, and what it never would.

use std::collections::BTreeMap;

use automerge::transaction::CommitOptions;
use automerge::{ActorId, Automerge, Change, ReadDoc as _};
use lienquay_shared::codec::{Blob, List};
use lienquay_shared::log::bounds::MAX_BATCH_ENTRIES;
use lienquay_shared::log::{
    ActionKind, DocKind, EntryBatch, Header, MarkRow, NodeKey, WireEntry, entry_hash, log_root,
};
use lienquay_shared::schema::{self, Edit};
use lienquay_shared::{ChangeHash, DocId, EntryHash, Hlc, LogId, OfficerId, Signature, SiteId};

pub mod bomb;

/// One log of one key, at its head.
#[derive(Debug, Clone)]
pub struct Forger {
    /// Whose site.
    pub site: SiteId,
    key: NodeKey,
    /// Which log.
    pub log: LogId,
    /// Its last entry.
    pub seq: u64,
    /// The hash there.
    pub hash: EntryHash,
    /// What the next entries say of their time.
    pub hlc: Hlc,
    documents: BTreeMap<DocId, Automerge>,
    n_changes: u64,
}

impl Forger {
    /// A new log of this key.
    pub fn new(site: SiteId, key: &NodeKey, incarnation: u64) -> Self {
        let log = LogId {
            node: key.node(),
            incarnation,
        };
        Self {
            site,
            key: key.clone(),
            log,
            seq: 0,
            hash: log_root(&site, &log),
            hlc: Hlc::from_millis(1_790_000_000_000),
            documents: BTreeMap::new(),
            n_changes: 0,
        }
    }

    /// The row with which the log's holder tells of it.
    pub fn row(&self) -> MarkRow {
        MarkRow {
            tag: self.log.tag(&self.site),
            received: self.seq,
            durable_lag: 0,
            hash: self.hash.into(),
        }
    }

    /// Makes the next change of a document without writing it to the log.
    pub fn change(&mut self, doc: DocId, kind: DocKind, edits: &[Edit]) -> Change {
        let actor = self.log.actor_bytes(&self.site);
        self.change_as(&actor, doc, kind, edits)
    }

    /// The same under any actor.
    pub fn change_as(
        &mut self,
        actor: &[u8; 16],
        doc: DocId,
        kind: DocKind,
        edits: &[Edit],
    ) -> Change {
        let document = self
            .documents
            .entry(doc)
            .or_insert_with(|| schema::new_document(kind).unwrap());
        document.set_actor(ActorId::from(&actor[..]));
        let mut tx = document.transaction();
        self.n_changes += 1;
        let mut salt = [7; 16];
        salt[..8].copy_from_slice(&self.n_changes.to_be_bytes());
        schema::write(&mut tx, edits, salt).unwrap();
        let (hash, _) = tx.commit_with(CommitOptions::default().with_time(0));
        document.get_change_by_hash(&hash.unwrap()).unwrap()
    }

    /// Appends an entry with these bytes for its change.
    pub fn append(
        &mut self,
        doc: DocId,
        kind: DocKind,
        action: ActionKind,
        change: Option<(ChangeHash, Vec<u8>)>,
    ) -> WireEntry {
        self.seq += 1;
        let header = Header {
            seq: self.seq,
            kind,
            doc,
            change_hash: change.as_ref().map(|(hash, _)| *hash),
            hlc: self.hlc,
            officer: OfficerId([9; OfficerId::LEN]),
            action,
            closes: None,
        };
        let bytes = header.encode();
        self.hash = entry_hash(&self.hash, &bytes);
        WireEntry {
            header: Blob::new(bytes).unwrap(),
            change: Blob::new(change.map(|(_, bytes)| bytes).unwrap_or_default()).unwrap(),
        }
    }

    /// Appends a change made before.
    pub fn append_change(&mut self, doc: DocId, kind: DocKind, change: &Change) -> WireEntry {
        let hash = ChangeHash(change.hash().0);
        let bytes = change.raw_bytes().to_vec();
        self.append(doc, kind, ActionKind::DossierNoted, Some((hash, bytes)))
    }

    /// Appends an edit of a dossier.
    pub fn edit(&mut self, doc: DocId, value: &str) -> WireEntry {
        let change = self.change(doc, DocKind::Dossier, &[Edit::text("request", value)]);
        self.append_change(doc, DocKind::Dossier, &change)
    }

    /// The entries just appended as a signed batch.
    pub fn batch(&self, entries: Vec<WireEntry>) -> EntryBatch {
        EntryBatch {
            log: self.log,
            after: self.seq - entries.len() as u64,
            entries: List::new(entries).unwrap(),
            signature: self.key.sign_entry(&self.hash),
            previous: None,
            branch_of: None,
        }
    }

    /// One edit as a batch of its own.
    pub fn edit_batch(&mut self, doc: DocId, value: &str) -> EntryBatch {
        let entry = self.edit(doc, value);
        self.batch(vec![entry])
    }

    /// `n` entries, each made by `make`, in batches that end where an author signs.
    pub fn batches(
        &mut self,
        n: usize,
        mut make: impl FnMut(&mut Self, usize) -> WireEntry,
    ) -> Vec<EntryBatch> {
        let mut batches = Vec::new();
        let mut entries = Vec::new();
        for number in 0..n {
            entries.push(make(self, number));
            if self.seq.is_multiple_of(MAX_BATCH_ENTRIES as u64) || number + 1 == n {
                batches.push(self.batch(std::mem::take(&mut entries)));
            }
        }
        batches
    }

    /// A signature that is nobody's.
    pub fn no_signature() -> Signature {
        Signature([3; 64])
    }
}

/// A document nobody knows.
pub fn unknown_doc(number: u64) -> DocId {
    let mut id = [0xd0; DocId::LEN];
    id[..8].copy_from_slice(&number.to_be_bytes());
    DocId(id)
}
