//! Everything a verification reads, from one unchanging state of the store.

use std::collections::BTreeMap;

use automerge::Automerge;
use lienquay_core::store::{DocRow, EntryRef, LogRow, SignedPoint, StoreResult, StoredEntry};
use lienquay_shared::codec;
use lienquay_shared::wire::link::SignedBytes;
use lienquay_shared::{DocId, LogId, NodeId, SiteId};
use rusqlite::{Connection, params};

use crate::store::fault::{SqlFault, SqlResult};
use crate::store::query::document;
use crate::store::query::{Asked, Reader};
use crate::store::statement::{many, one};
use crate::store::{column, docs, entries, facts, logs};

/// One state of the store, to walk through.
#[derive(Debug)]
pub(crate) struct Audit<'a> {
    conn: &'a Connection,
}

impl Reader {
    /// Walks through one state of the store, however long it takes; the node goes on writing meanwhile.
    pub(crate) fn audit<T>(
        &self,
        walk: impl FnOnce(&Audit<'_>) -> StoreResult<T>,
    ) -> StoreResult<T> {
        self.read(|conn| walk(&Audit { conn }).map_err(SqlFault::from))
    }
}

impl Audit<'_> {
    /// The node's site.
    pub(crate) fn site(&self) -> StoreResult<Option<SiteId>> {
        let bytes = facts::meta(self.conn, "site")?;
        Ok(bytes.map(|bytes| codec::decode(&bytes)).transpose()?)
    }

    /// Every roster statement.
    pub(crate) fn statements(&self) -> StoreResult<Vec<SignedBytes>> {
        Ok(facts::statements(self.conn)?)
    }

    /// Every log.
    pub(crate) fn logs(&self) -> StoreResult<Vec<LogRow>> {
        Ok(logs::all(self.conn)?)
    }

    /// A stretch of a log.
    pub(crate) fn entries(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> StoreResult<Vec<StoredEntry>> {
        Ok(entries::range(self.conn, log, after, limit)?)
    }

    /// The next signed point of a log.
    pub(crate) fn signature_after(
        &self,
        log: &LogId,
        from: u64,
    ) -> StoreResult<Option<SignedPoint>> {
        Ok(logs::signature_after(self.conn, log, from)?)
    }

    /// Documents that any entry names, after this one, by id.
    pub(crate) fn docs_after(&self, after: Option<DocId>, limit: usize) -> StoreResult<Vec<DocId>> {
        Ok(many(
            self.conn,
            "SELECT doc FROM docs WHERE ?1 IS NULL OR doc > ?1 ORDER BY doc LIMIT ?2",
            params![after.as_ref().map(|doc| &doc.0[..]), column::limit(limit)],
            |row| column::id::<DocId>(row, 0),
        )?)
    }

    /// A document's row.
    pub(crate) fn doc(&self, doc: &DocId) -> StoreResult<Option<DocRow>> {
        Ok(docs::get(self.conn, doc)?)
    }

    /// Every entry of a document.
    pub(crate) fn entries_of(&self, doc: &DocId) -> StoreResult<Vec<EntryRef>> {
        Ok(entries::of_doc(self.conn, doc)?)
    }

    /// A document, from its snapshot and the changes since; none when nothing is held or its kind is unknown here.
    pub(crate) fn load(&self, doc: &DocId) -> StoreResult<Option<Automerge>> {
        Ok(document::load(self.conn, doc)?)
    }

    /// Which node writes under which actor.
    pub(crate) fn authors(&self, site: SiteId) -> StoreResult<BTreeMap<Vec<u8>, NodeId>> {
        let asked = Asked {
            today: lienquay_shared::domain::site_time::Day(0),
            site: Some(site),
            is_safe: &|_, _| false,
        };
        Ok(document::actors(self.conn, &asked)?)
    }

    /// What is projected of a document, as stored.
    pub(crate) fn projection(&self, doc: &DocId) -> StoreResult<Option<Vec<u8>>> {
        Ok(one(
            self.conn,
            "SELECT row FROM dossiers WHERE doc = ?1 UNION ALL SELECT row FROM tickets WHERE doc = ?1
             UNION ALL SELECT row FROM procedures WHERE doc = ?1",
            [doc.as_bytes()],
            |row| Ok(row.get(0)?),
        )?)
    }

    /// How many documents are held.
    pub(crate) fn n_docs(&self) -> StoreResult<u64> {
        Ok(docs::count(self.conn)?)
    }

    /// How many documents are projected, and how many entries are stored.
    pub(crate) fn counts(&self) -> StoreResult<(u64, u64)> {
        let count = |sql: &str| -> SqlResult<u64> {
            Ok(one(self.conn, sql, [], |row| column::unsigned(row, 0))?.unwrap_or_default())
        };
        let projected = count(
            "SELECT (SELECT COUNT(*) FROM dossiers) + (SELECT COUNT(*) FROM tickets)
             + (SELECT COUNT(*) FROM procedures)",
        )?;
        Ok((projected, count("SELECT COUNT(*) FROM entries")?))
    }
}
