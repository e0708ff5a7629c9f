//! Writing copies of the distinct dossiers straight into a store, as the engine would have.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use lienquay_core::store::{DocRow, LogRow, ProjectionRow, SignedPoint, Store, StoredEntry};
use lienquay_shared::log::bounds::MAX_BATCH_ENTRIES;
use lienquay_shared::log::{Header, entry_hash, log_root};
use lienquay_shared::{DocId, EntryHash, Hlc, LogId, codec};

use super::distinct::{Distinct, Original};

/// Copies of one dossier written side by side: their first entries, then their second ones, as on a busy day.
const BLOCK: u64 = 50;
/// Copies under one commit.
const GROUP: u64 = 20 * BLOCK;

/// Writes copies into one folder's store. Two folders that hold the same before hold the same afterwards.
#[derive(Debug)]
pub struct Filler<'a> {
    distinct: &'a Distinct,
    heads: BTreeMap<LogId, (u64, EntryHash)>,
    hlc: Hlc,
    keeps_changes: bool,
}

impl<'a> Filler<'a> {
    /// Goes on after what a store holds.
    pub fn new(distinct: &'a Distinct, store: &dyn Store) -> Result<Self> {
        let newest = store.docs_newest(None, 1)?;
        let logs = store.logs()?.into_iter();
        Ok(Self {
            distinct,
            heads: logs
                .map(|row| (row.log, (row.received, row.hash)))
                .collect(),
            hlc: newest.first().map(|(hlc, ..)| *hlc).unwrap_or_default(),
            keeps_changes: false,
        })
    }

    /// Entries keep the changes that the saved documents contain, as they do until a counter finds time to drop them.
    #[must_use]
    pub fn keeping_changes(mut self) -> Self {
        self.keeps_changes = true;
        self
    }

    /// Writes the copies numbered `from..upto`, durably.
    pub fn fill(&mut self, store: &mut dyn Store, from: u64, upto: u64) -> Result<()> {
        let mut at = from;
        while at < upto {
            // Blocks are the same however the filling is divided into calls.
            let block_end = (at / BLOCK + 1) * BLOCK;
            let end = block_end.min(upto);
            self.block(store, at..end)?;
            at = end;
            if at.is_multiple_of(GROUP) || at == upto {
                self.close_group(store)?;
                store.commit(at == upto)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, store: &mut dyn Store, copies: std::ops::Range<u64>) -> Result<()> {
        let distinct = self.distinct;
        let n_originals = distinct.originals.len() as u64;
        let place = usize::try_from(copies.start / BLOCK % n_originals)?;
        let original = &distinct.originals[place];
        let n_covered = original.n_covered();
        for (number, entry) in (1..).zip(&original.entries) {
            let drops_change = number <= n_covered && !self.keeps_changes;
            for copy in copies.clone() {
                let doc = copy_id(copy);
                let touched = self.entry(store, entry, doc, drops_change)?;
                if number == n_covered {
                    store.put_snapshot(&DocRow {
                        doc,
                        n_since: 0,
                        touched,
                        ..original.row.clone()
                    })?;
                    if !self.keeps_changes {
                        store.slimmed(&doc)?;
                    }
                } else if number > n_covered {
                    store.touch_doc(&doc, entry.header.kind, touched, None)?;
                }
            }
        }
        for copy in copies {
            store.project(&projection(original, copy_id(copy)))?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        store: &mut dyn Store,
        like: &StoredEntry,
        doc: DocId,
        drops_change: bool,
    ) -> Result<Hlc> {
        let site = &self.distinct.site;
        let root = || (0, log_root(site, &like.log));
        let (seq, hash) = self.heads.get(&like.log).copied().unwrap_or_else(root);
        self.hlc = Hlc::from_millis(self.hlc.millis() + 1);
        let header = Header {
            seq: seq + 1,
            doc,
            hlc: self.hlc,
            closes: None,
            ..like.header.clone()
        };
        let header_bytes = header.encode();
        let hash = entry_hash(&hash, &header_bytes);
        self.heads.insert(like.log, (seq + 1, hash));
        let change = like.change.clone().filter(|_| !drops_change);
        store.put_entry(&StoredEntry {
            log: like.log,
            header,
            header_bytes,
            change,
            state: like.state,
        })?;
        if (seq + 1).is_multiple_of(MAX_BATCH_ENTRIES as u64) {
            self.sign(store, &like.log)?;
        }
        Ok(self.hlc)
    }

    fn sign(&self, store: &mut dyn Store, log: &LogId) -> Result<()> {
        let key = self.distinct.keys.get(&log.node).context("whose log?")?;
        let (seq, hash) = *self.heads.get(log).context("which log?")?;
        let signature = key.sign_entry(&hash);
        store.put_signature(
            log,
            &SignedPoint {
                seq,
                hash,
                signature,
            },
        )?;
        Ok(())
    }

    /// The rows of the logs, a signature at each head, and the clock that the next entry continues.
    fn close_group(&self, store: &mut dyn Store) -> Result<()> {
        for mut row in store.logs()? {
            let Some((received, hash)) = self.heads.get(&row.log).copied() else {
                continue;
            };
            if received > row.received {
                (row.received, row.hash) = (received, hash);
                store.put_log(&LogRow { ..row })?;
                self.sign(store, &row.log)?;
            }
        }
        // The engine's own fact; without it a clock that runs behind would give out these timestamps again.
        store.set_meta("last-hlc", &codec::encode(&self.hlc))?;
        Ok(())
    }
}

/// The document of a copy.
pub fn copy_id(copy: u64) -> DocId {
    let mut id = [0; DocId::LEN];
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"copy").update(&copy.to_be_bytes());
    hasher.finalize_xof().fill(&mut id);
    DocId(id)
}

fn projection(original: &Original, doc: DocId) -> ProjectionRow {
    let mut projection = original.projection.clone();
    if let ProjectionRow::Dossier(row, conflicts) = &mut projection {
        row.doc = doc;
        for conflict in conflicts {
            conflict.doc = doc;
        }
    }
    projection
}
