//! Documents: the last snapshot, and which applied changes it does not contain yet.

use lienquay_core::store::DocRow;
use lienquay_shared::log::DocKind;
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, Hlc};
use rusqlite::{Connection, Row, params};

use crate::store::column::{self, APPLIED, FORGOTTEN, hlc, hlc_column, limit, unsigned};
use crate::store::fault::SqlResult;
use crate::store::statement::{execute, many, one};

/// The number that stands for a document in other tables; given out when an entry first names it.
pub(crate) fn intern(conn: &Connection, doc: &DocId) -> SqlResult<i64> {
    let found = one(
        conn,
        "SELECT id FROM docs WHERE doc = ?1",
        [doc.as_bytes()],
        |row| Ok(row.get(0)?),
    )?;
    if let Some(id) = found {
        return Ok(id);
    }
    execute(
        conn,
        "INSERT INTO docs (doc, touched) VALUES (?1, ?2)",
        params![doc.as_bytes(), hlc_column(Hlc(0))],
    )?;
    Ok(conn.last_insert_rowid())
}

/// One document of which something is held (or that was forgotten).
pub(crate) fn get(conn: &Connection, doc: &DocId) -> SqlResult<Option<DocRow>> {
    one(
        conn,
        "SELECT kind, n_since, touched, flag, forgotten, bytes
         FROM docs LEFT JOIN snapshots ON doc_id = docs.id WHERE doc = ?1 AND held = 1",
        [doc.as_bytes()],
        |row| {
            let snapshot: Option<Vec<u8>> = row.get(5)?;
            doc_row(doc, row, snapshot.unwrap_or_default())
        },
    )
}

/// The same without its snapshot, which is most of its bytes.
pub(crate) fn head(conn: &Connection, doc: &DocId) -> SqlResult<Option<DocRow>> {
    one(
        conn,
        "SELECT kind, n_since, touched, flag, forgotten FROM docs WHERE doc = ?1 AND held = 1",
        [doc.as_bytes()],
        |row| doc_row(doc, row, Vec::new()),
    )
}

fn doc_row(doc: &DocId, row: &Row<'_>, snapshot: Vec<u8>) -> SqlResult<DocRow> {
    let flag: Option<String> = row.get(3)?;
    Ok(DocRow {
        doc: *doc,
        kind: DocKind(row.get(0)?),
        snapshot,
        n_since: row.get(1)?,
        touched: hlc(row, 2)?,
        flag: flag.map(|text| column::reason_of(&text)),
        forgotten: row.get(4)?,
    })
}

/// The changes of applied entries that the snapshot does not contain, in the order they were applied.
pub(crate) fn changes_since_snapshot(conn: &Connection, doc: &DocId) -> SqlResult<Vec<Vec<u8>>> {
    many(
        conn,
        &format!(
            "SELECT bytes FROM docs JOIN entries ON doc_id = docs.id AND applied_no > covered
             JOIN changes ON entry_id = entries.id
             WHERE doc = ?1 AND state = {APPLIED} ORDER BY applied_no"
        ),
        [doc.as_bytes()],
        |row| Ok(row.get(0)?),
    )
}

/// Saves a document whole; every entry applied so far is contained.
pub(crate) fn put_snapshot(conn: &Connection, row: &DocRow) -> SqlResult<()> {
    let doc_id = intern(conn, &row.doc)?;
    execute(
        conn,
        "UPDATE docs SET held = 1, kind = ?2, n_since = 0, touched = ?3, flag = ?4, forgotten = ?5,
             saved_over = MAX(saved_over,
                 EXISTS (SELECT 1 FROM entries WHERE doc_id = ?1 AND applied_no > docs.covered)),
             covered = MAX(covered, (SELECT COALESCE(MAX(applied_no), 0) FROM entries WHERE doc_id = ?1))
         WHERE id = ?1",
        params![
            doc_id,
            row.kind.0,
            hlc_column(row.touched),
            row.flag.map(column::reason_text),
            row.forgotten
        ],
    )?;
    execute(
        conn,
        "INSERT INTO snapshots (doc_id, bytes) VALUES (?1, ?2)
         ON CONFLICT (doc_id) DO UPDATE SET bytes = excluded.bytes",
        params![doc_id, row.snapshot],
    )
    .map(drop)
}

/// Documents saved over entries since they were last looked at.
pub(crate) fn saved_over(conn: &Connection, at_most: usize) -> SqlResult<Vec<DocId>> {
    many(
        conn,
        "SELECT doc FROM docs WHERE saved_over = 1 ORDER BY id LIMIT ?1",
        [limit(at_most)],
        |row| column::id(row, 0),
    )
}

/// Takes a document off that list.
pub(crate) fn slimmed(conn: &Connection, doc: &DocId) -> SqlResult<()> {
    execute(
        conn,
        "UPDATE docs SET saved_over = 0 WHERE doc = ?1",
        [doc.as_bytes()],
    )
    .map(drop)
}

/// Notes that one more entry was applied. `touched` never falls.
pub(crate) fn touch(
    conn: &Connection,
    doc: &DocId,
    kind: DocKind,
    touched: Hlc,
    flag: Option<Reason>,
) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO docs (doc, held, kind, n_since, touched, flag) VALUES (?1, 1, ?2, 1, ?3, ?4)
         ON CONFLICT (doc) DO UPDATE
         SET kind = excluded.kind, n_since = n_since + 1, flag = excluded.flag, held = 1,
             touched = MAX(touched, excluded.touched)",
        params![
            doc.as_bytes(),
            kind.0,
            hlc_column(touched),
            flag.map(column::reason_text)
        ],
    )
    .map(drop)
}

/// Sets or clears why a document is not shown whole.
pub(crate) fn flag(
    conn: &Connection,
    doc: &DocId,
    kind: DocKind,
    flag: Option<Reason>,
) -> SqlResult<()> {
    let doc_id = intern(conn, doc)?;
    execute(
        conn,
        "UPDATE docs SET held = 1, kind = ?2, flag = ?3 WHERE id = ?1",
        params![doc_id, kind.0, flag.map(column::reason_text)],
    )
    .map(drop)
}

/// Erases a document's content and keeps its headers. SQLite overwrites the freed bytes (`secure_delete`).
pub(crate) fn forget(conn: &Connection, doc: &DocId) -> SqlResult<()> {
    let doc_id = intern(conn, doc)?;
    execute(conn, "DELETE FROM snapshots WHERE doc_id = ?1", [doc_id])?;
    execute(
        conn,
        "DELETE FROM changes WHERE entry_id IN (SELECT id FROM entries WHERE doc_id = ?1)",
        [doc_id],
    )?;
    execute(
        conn,
        &format!(
            "UPDATE entries SET state = {FORGOTTEN}, reason = NULL, applied_no = NULL
             WHERE doc_id = ?1"
        ),
        [doc_id],
    )?;
    execute(
        conn,
        "UPDATE docs SET held = 1, n_since = 0, flag = NULL, forgotten = 1, saved_over = 0 WHERE id = ?1",
        [doc_id],
    )
    .map(drop)
}

/// Documents strictly after the cursor, newest first; forgotten ones have nothing to show and are left out.
pub(crate) fn newest(
    conn: &Connection,
    cursor: Option<(Hlc, DocId)>,
    at_most: usize,
) -> SqlResult<Vec<(Hlc, DocId, DocKind)>> {
    let (touched, doc) = cursor.map_or((i64::MAX, None), |(touched, doc)| {
        (hlc_column(touched), Some(doc))
    });
    many(
        conn,
        "SELECT touched, doc, kind FROM docs
         WHERE held = 1 AND forgotten = 0 AND touched <= ?1 AND (?2 IS NULL OR (touched, doc) < (?1, ?2))
         ORDER BY touched DESC, doc DESC LIMIT ?3",
        params![
            touched,
            doc.as_ref().map(|doc| doc.as_bytes()),
            limit(at_most)
        ],
        |row| Ok((hlc(row, 0)?, column::id(row, 1)?, DocKind(row.get(2)?))),
    )
}

/// How many documents are held; triggers keep the count.
pub(crate) fn count(conn: &Connection) -> SqlResult<u64> {
    one(conn, "SELECT n_docs FROM totals", [], |row| {
        unsigned(row, 0)
    })
    .map(Option::unwrap_or_default)
}
