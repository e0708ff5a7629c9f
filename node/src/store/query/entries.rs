//! What entry headers tell: the history of a document, and what was set aside.

use lienquay_core::store::EntryState;
use lienquay_shared::log::{ActionKind, DocKind};
use lienquay_shared::query::{Page, PageAsk};
use lienquay_shared::view::HistoryRow;
use lienquay_shared::{DocId, LogId};
use rusqlite::{Connection, Row, params};

use crate::store::column;
use crate::store::entries::header;
use crate::store::fault::SqlResult;
use crate::store::query::cursor_number;
use crate::store::statement::many;

/// An entry that is stored but not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideRow {
    /// Whose log.
    pub log: LogId,
    /// Its position.
    pub seq: u64,
    /// Its document.
    pub doc: DocId,
    /// The document's kind.
    pub kind: DocKind,
    /// What it did.
    pub action: ActionKind,
    /// Why it is not applied.
    pub state: EntryState,
}

/// What happened to a document, the latest arrival first.
pub(super) fn history(
    conn: &Connection,
    doc: &DocId,
    ask: &PageAsk,
    is_safe: &dyn Fn(&LogId, u64) -> bool,
) -> SqlResult<Page<HistoryRow>> {
    let found = many(
        conn,
        "SELECT entries.id, log, header FROM entries JOIN log_ids ON log_ids.id = log_id
         WHERE doc_id = (SELECT id FROM docs WHERE doc = ?1) AND entries.id < ?2
         ORDER BY entries.id DESC LIMIT ?3 OFFSET ?4",
        params![
            doc.as_bytes(),
            cursor_number(ask).unwrap_or(i64::MAX),
            i64::from(ask.n_rows()) + 1,
            ask.skip
        ],
        |row| {
            let log: LogId = column::id(row, 1)?;
            let header = header_of(row, 2)?;
            let line = HistoryRow {
                doc: header.doc,
                kind: header.kind,
                action: header.action,
                hlc: header.hlc,
                officer: header.officer,
                node: log.node,
                is_safe: is_safe(&log, header.seq),
            };
            Ok((row.get(0)?, line))
        },
    )?;
    Ok(page_of(found, ask))
}

/// Documents whose every entry is durable on another node; those without an entry are nowhere at all.
pub(super) fn safe(
    conn: &Connection,
    docs: &[DocId],
    is_safe: &dyn Fn(&LogId, u64) -> bool,
) -> SqlResult<Vec<DocId>> {
    let mut found = Vec::with_capacity(docs.len());
    for doc in docs {
        let last_by_log = many(
            conn,
            "SELECT log, last FROM (
                 SELECT log_id, MAX(seq) AS last FROM entries
                 WHERE doc_id = (SELECT id FROM docs WHERE doc = ?1) GROUP BY log_id)
             JOIN log_ids ON log_ids.id = log_id",
            [doc.as_bytes()],
            |row| Ok((column::id::<LogId>(row, 0)?, column::unsigned(row, 1)?)),
        )?;
        if !last_by_log.is_empty() && last_by_log.iter().all(|(log, last)| is_safe(log, *last)) {
            found.push(*doc);
        }
    }
    Ok(found)
}

/// Pending, quarantined and withheld entries, the latest arrival first.
pub(super) fn set_aside(conn: &Connection, ask: &PageAsk) -> SqlResult<Page<SetAsideRow>> {
    let found = many(
        conn,
        "SELECT entries.id, log, header, state, reason FROM entries JOIN log_ids ON log_ids.id = log_id
         WHERE state <> 0 AND state IN (1, 2, 3) AND entries.id < ?1 ORDER BY entries.id DESC LIMIT ?2 OFFSET ?3",
        params![
            cursor_number(ask).unwrap_or(i64::MAX),
            i64::from(ask.n_rows()) + 1,
            ask.skip
        ],
        |row| {
            let header = header_of(row, 2)?;
            let entry = SetAsideRow {
                log: column::id(row, 1)?,
                seq: header.seq,
                doc: header.doc,
                kind: header.kind,
                action: header.action,
                state: column::state(row, 3)?,
            };
            Ok((row.get(0)?, entry))
        },
    )?;
    Ok(page_of(found, ask))
}

fn header_of(row: &Row<'_>, column: usize) -> SqlResult<lienquay_shared::log::Header> {
    header(row.get_ref(column)?.as_blob().unwrap_or_default())
}

/// A page of rows found with one row too many.
fn page_of<T>(mut found: Vec<(i64, T)>, ask: &PageAsk) -> Page<T> {
    let wanted = usize::from(ask.n_rows());
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    let next = found
        .last()
        .filter(|_| has_more)
        .map(|(id, _)| id.to_string());
    Page {
        rows: found.into_iter().map(|(_, row)| row).collect(),
        next,
    }
}
