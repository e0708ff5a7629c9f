//! Entries: every header as received, the change while no snapshot contains it, and what became of it.

use lienquay_core::store::{EntryRef, EntryState, StoredEntry};
use lienquay_shared::log::Header;
use lienquay_shared::{DocId, LogId};
use rusqlite::{Connection, Row, params};

use crate::store::column::{
    self, APPLIED, PENDING, QUARANTINED, UNPROVEN, WITHHELD, bound, limit, log_blob, position,
    unsigned,
};
use crate::store::docs;
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::logs;
use crate::store::statement::{execute, many, one};

/// The next place in a document's order of applying. Above `covered` even when the entries that made it so were cut
/// away, or the snapshot would seem to contain what follows.
const NEXT_APPLIED_NO: &str = "1 + MAX(
    (SELECT covered FROM docs WHERE id = ?1),
    (SELECT COALESCE(MAX(applied_no), 0) FROM entries WHERE doc_id = ?1))";

const STORED: &str = "SELECT log, header, bytes, state, reason FROM entries
    JOIN log_ids ON log_ids.id = log_id LEFT JOIN changes ON entry_id = entries.id";

/// Inserts an entry; it must not exist.
pub(crate) fn put(conn: &Connection, entry: &StoredEntry) -> SqlResult<()> {
    let log_id = logs::intern(conn, &entry.log)?;
    let doc_id = docs::intern(conn, &entry.header.doc)?;
    let applied_no = match entry.state {
        EntryState::Applied => Some(next_applied_no(conn, doc_id)?),
        // What a first copy brings is in the document already; proving it changes the state alone.
        EntryState::Unproven => covered(conn, doc_id)?,
        _ => None,
    };
    let (state, reason) = column::state_columns(entry.state);
    execute(
        conn,
        "INSERT INTO entries (log_id, seq, doc_id, applied_no, state, reason, header)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            log_id,
            position(entry.header.seq)?,
            doc_id,
            applied_no,
            state,
            reason,
            entry.header_bytes
        ],
    )?;
    match &entry.change {
        Some(change) => insert_change(conn, conn.last_insert_rowid(), change),
        None => Ok(()),
    }
}

fn insert_change(conn: &Connection, entry_id: i64, change: &[u8]) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO changes (entry_id, bytes) VALUES (?1, ?2)
         ON CONFLICT (entry_id) DO UPDATE SET bytes = excluded.bytes",
        params![entry_id, change],
    )
    .map(drop)
}

/// Gives an entry its change back.
pub(crate) fn put_change(conn: &Connection, log: &LogId, seq: u64, change: &[u8]) -> SqlResult<()> {
    insert_change(conn, find(conn, log, seq)?.id, change)
}

/// Drops an entry's change. SQLite overwrites the freed bytes (`secure_delete`).
pub(crate) fn drop_change(conn: &Connection, log: &LogId, seq: u64) -> SqlResult<()> {
    execute(
        conn,
        "DELETE FROM changes WHERE entry_id = (SELECT id FROM entries
             WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq = ?2)",
        params![log_blob(log), bound(seq)],
    )
    .map(drop)
}

/// Where an entry is in the tables.
struct Place {
    id: i64,
    doc_id: i64,
    state: i64,
    applied_no: Option<i64>,
}

fn find(conn: &Connection, log: &LogId, seq: u64) -> SqlResult<Place> {
    one(
        conn,
        "SELECT id, doc_id, state, applied_no FROM entries
         WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq = ?2",
        params![log_blob(log), bound(seq)],
        |row| {
            Ok(Place {
                id: row.get(0)?,
                doc_id: row.get(1)?,
                state: row.get(2)?,
                applied_no: row.get(3)?,
            })
        },
    )?
    .ok_or_else(|| SqlFault::failed(format!("entry {seq} of log {log} is not stored")))
}

fn covered(conn: &Connection, doc_id: i64) -> SqlResult<Option<i64>> {
    one(
        conn,
        "SELECT covered FROM docs WHERE id = ?1",
        [doc_id],
        |row| Ok(row.get(0)?),
    )
}

fn next_applied_no(conn: &Connection, doc_id: i64) -> SqlResult<i64> {
    one(
        conn,
        &format!("SELECT {NEXT_APPLIED_NO}"),
        [doc_id],
        |row| Ok(row.get(0)?),
    )?
    .ok_or_else(|| SqlFault::damaged("a document number without a document"))
}

/// Changes what became of an entry; one that becomes applied takes the next place in its document.
pub(crate) fn set_state(
    conn: &Connection,
    log: &LogId,
    seq: u64,
    state: EntryState,
) -> SqlResult<()> {
    let before = find(conn, log, seq)?;
    let id = before.id;
    let applied_no = match (state, before.applied_no) {
        (EntryState::Applied, Some(applied_no)) if before.state != UNPROVEN => Some(applied_no),
        (EntryState::Applied, _) => Some(next_applied_no(conn, before.doc_id)?),
        _ => None,
    };
    let (state, reason) = column::state_columns(state);
    execute(
        conn,
        "UPDATE entries SET state = ?2, reason = ?3, applied_no = ?4 WHERE id = ?1",
        params![id, state, reason, applied_no],
    )
    .map(drop)
}

/// A document's unproven entries become applied, at the places they have.
pub(crate) fn apply_unproven(conn: &Connection, doc: &DocId) -> SqlResult<()> {
    execute(
        conn,
        &format!(
            "UPDATE entries SET state = {APPLIED}
             WHERE doc_id = (SELECT id FROM docs WHERE doc = ?1) AND state = {UNPROVEN}"
        ),
        [doc.as_bytes()],
    )
    .map(drop)
}

/// One entry.
pub(crate) fn get(conn: &Connection, log: &LogId, seq: u64) -> SqlResult<Option<StoredEntry>> {
    one(
        conn,
        &format!("{STORED} WHERE log = ?1 AND seq = ?2"),
        params![log_blob(log), bound(seq)],
        stored,
    )
}

/// Entries after a position, rising.
pub(crate) fn range(
    conn: &Connection,
    log: &LogId,
    after: u64,
    at_most: usize,
) -> SqlResult<Vec<StoredEntry>> {
    many(
        conn,
        &format!("{STORED} WHERE log = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
        params![log_blob(log), bound(after), limit(at_most)],
        stored,
    )
}

/// Headers after a position, rising.
pub(crate) fn headers(
    conn: &Connection,
    log: &LogId,
    after: u64,
    at_most: usize,
) -> SqlResult<Vec<(u64, Vec<u8>)>> {
    many(
        conn,
        "SELECT seq, header FROM entries
         WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq > ?2 ORDER BY seq LIMIT ?3",
        params![log_blob(log), bound(after), limit(at_most)],
        |row| Ok((unsigned(row, 0)?, row.get(1)?)),
    )
}

fn stored(row: &Row<'_>) -> SqlResult<StoredEntry> {
    let header_bytes: Vec<u8> = row.get(1)?;
    Ok(StoredEntry {
        log: column::id(row, 0)?,
        header: header(&header_bytes)?,
        header_bytes,
        change: row.get(2)?,
        state: column::state(row, 3)?,
    })
}

pub(crate) fn header(bytes: &[u8]) -> SqlResult<Header> {
    Header::decode(bytes)
        .map_err(|error| SqlFault::damaged(&format!("a stored header cannot be read ({error})")))
}

/// Every entry of a document, in the order they were stored.
pub(crate) fn of_doc(conn: &Connection, doc: &DocId) -> SqlResult<Vec<EntryRef>> {
    many(
        conn,
        "SELECT log, header, state, reason FROM entries JOIN log_ids ON log_ids.id = log_id
         WHERE doc_id = (SELECT id FROM docs WHERE doc = ?1) ORDER BY entries.id",
        [doc.as_bytes()],
        |row| {
            let header = header(row.get_ref(1)?.as_blob().unwrap_or_default())?;
            Ok(EntryRef {
                log: column::id(row, 0)?,
                seq: header.seq,
                change_hash: header.change_hash,
                state: column::state(row, 2)?,
            })
        },
    )
}

/// Documents that have entries in one of these states, in the order in which they were first named.
pub(crate) fn docs_with(
    conn: &Connection,
    states: &[EntryState],
    at_most: usize,
) -> SqlResult<Vec<DocId>> {
    let mut found = std::collections::BTreeMap::new();
    for state in states {
        let (code, reason) = column::state_columns(*state);
        // The constant comparison is what lets SQLite use the partial index.
        let set_aside = if code == APPLIED {
            ""
        } else {
            "AND state <> 0"
        };
        let rows = many(
            conn,
            &format!(
                "SELECT DISTINCT doc_id, doc FROM entries JOIN docs ON docs.id = doc_id
                 WHERE state = ?1 AND reason IS ?2 {set_aside} ORDER BY doc_id LIMIT ?3"
            ),
            params![code, reason, limit(at_most)],
            |row| Ok((row.get::<_, i64>(0)?, column::id::<DocId>(row, 1)?)),
        )?;
        found.extend(rows);
    }
    Ok(found.into_values().take(at_most).collect())
}

/// How many entries are pending, and how many quarantined or withheld.
pub(crate) fn n_set_aside(conn: &Connection) -> SqlResult<(u64, u64)> {
    let count = |from: i64, upto: i64| {
        one(
            conn,
            "SELECT COUNT(*) FROM entries WHERE state <> 0 AND state BETWEEN ?1 AND ?2",
            [from, upto],
            |row| unsigned(row, 0),
        )
        .map(Option::unwrap_or_default)
    };
    Ok((count(PENDING, PENDING)?, count(QUARANTINED, WITHHELD)?))
}
