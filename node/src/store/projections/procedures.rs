//! Versions of procedures.

use lienquay_shared::DocId;
use lienquay_shared::codec;
use lienquay_shared::view::ProcedureRow;
use rusqlite::{Connection, params};

use crate::store::column;
use crate::store::fault::SqlResult;
use crate::store::statement::{execute, many};

/// Inserts or replaces a version.
pub(crate) fn put(conn: &Connection, row: &ProcedureRow) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO procedures (doc, code, effective_from, search_text, row) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (doc) DO UPDATE
         SET code = excluded.code, effective_from = excluded.effective_from, search_text = excluded.search_text,
             row = excluded.row",
        params![
            row.doc.as_bytes(),
            row.code,
            row.effective_from,
            row.search_text,
            codec::encode(row)
        ],
    )
    .map(drop)
}

/// Removes a version.
pub(crate) fn remove(conn: &Connection, doc: &DocId) -> SqlResult<()> {
    execute(
        conn,
        "DELETE FROM procedures WHERE doc = ?1",
        [doc.as_bytes()],
    )
    .map(drop)
}

/// Documents of versions with this code, newest effective date first; one in force since ever is last.
pub(crate) fn coded(conn: &Connection, code: &str) -> SqlResult<Vec<DocId>> {
    many(
        conn,
        "SELECT doc FROM procedures WHERE code = ?1 ORDER BY effective_from DESC, doc DESC",
        [code],
        |row| column::id(row, 0),
    )
}
