//! What screens read of documents: written in the transaction that changed them, looked up by the engine, compared
//! between nodes.

pub(crate) mod dossiers;
pub(crate) mod erasing;
pub(crate) mod merging;
pub(crate) mod packed;
pub(crate) mod procedures;
pub(crate) mod texts;
pub(crate) mod tickets;

use lienquay_core::store::ProjectionRow;
use lienquay_shared::DocId;
use lienquay_shared::codec;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::fault::{SqlFault, SqlResult};
use texts::Texts;

/// Inserts or replaces a document's projection.
pub(crate) fn project(conn: &Connection, texts: &mut Texts, row: &ProjectionRow) -> SqlResult<()> {
    match row {
        ProjectionRow::Dossier(row, conflicts) => dossiers::put(conn, texts, row, conflicts),
        ProjectionRow::Ticket(row) => tickets::put(conn, row),
        ProjectionRow::Procedure(row) => procedures::put(conn, row),
    }
}

/// Removes a document's projection, of whatever kind.
pub(crate) fn unproject(conn: &Connection, texts: &mut Texts, doc: &DocId) -> SqlResult<()> {
    dossiers::remove(conn, texts, doc)?;
    tickets::remove(conn, doc)?;
    procedures::remove(conn, doc)
}

/// BLAKE3 over every row in document order: document id, length of the row, row. Independent of the order of arrival.
pub(crate) fn digest(conn: &Connection) -> SqlResult<[u8; 32]> {
    // Each part is read by its index on `doc` and merged; nothing is sorted in memory.
    let mut statement = conn.prepare_cached(
        "SELECT doc, row FROM dossiers UNION ALL SELECT doc, row FROM tickets
         UNION ALL SELECT doc, row FROM procedures ORDER BY doc",
    )?;
    let mut rows = statement.query([])?;
    let mut hasher = blake3::Hasher::new();
    while let Some(row) = rows.next()? {
        let doc = blob(row.get_ref(0)?)?;
        let bytes = blob(row.get_ref(1)?)?;
        hasher
            .update(doc)
            .update(&(bytes.len() as u64).to_be_bytes())
            .update(bytes);
    }
    Ok(hasher.finalize().into())
}

pub(crate) fn blob(value: rusqlite::types::ValueRef<'_>) -> SqlResult<&[u8]> {
    value
        .as_blob()
        .map_err(|_not_a_blob| SqlFault::damaged("a projection is no blob"))
}

/// Reads a row from its column.
pub(crate) fn row_of<T: DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> SqlResult<T> {
    codec::decode(blob(row.get_ref(column)?)?)
        .map_err(|error| SqlFault::damaged(&format!("a projection cannot be read ({error})")))
}

/// The name under which a state is written in JSON, for columns.
pub(crate) fn name_of<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
