//! Small facts: values by name, and the roster's statements.

use lienquay_shared::StatementHash;
use lienquay_shared::codec::Blob;
use lienquay_shared::wire::link::SignedBytes;
use rusqlite::{Connection, params};

use crate::store::column;
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::statement::{execute, many, one};

/// A fact of the engine.
pub(crate) fn meta(conn: &Connection, key: &str) -> SqlResult<Option<Vec<u8>>> {
    one(
        conn,
        "SELECT value FROM meta WHERE key = ?1",
        [key],
        |row| Ok(row.get(0)?),
    )
}

/// Sets a fact of the engine.
pub(crate) fn set_meta(conn: &Connection, key: &str, value: &[u8]) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )
    .map(drop)
}

/// A fact of this PC's shell.
pub(crate) fn local(conn: &Connection, key: &str) -> SqlResult<Option<Vec<u8>>> {
    one(
        conn,
        "SELECT value FROM local WHERE key = ?1",
        [key],
        |row| Ok(row.get(0)?),
    )
}

/// Sets a fact of this PC's shell.
pub(crate) fn set_local(conn: &Connection, key: &str, value: &[u8]) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO local (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, value],
    )
    .map(drop)
}

/// Removes a fact of this PC's shell.
pub(crate) fn drop_local(conn: &Connection, key: &str) -> SqlResult<()> {
    execute(conn, "DELETE FROM local WHERE key = ?1", [key]).map(drop)
}

/// How many facts of this PC's shell have names that begin so.
pub(crate) fn n_locals(conn: &Connection, prefix: &str) -> SqlResult<u64> {
    one(
        conn,
        "SELECT COUNT(*) FROM local WHERE substr(key, 1, length(?1)) = ?1",
        [prefix],
        |row| column::unsigned(row, 0),
    )
    .map(Option::unwrap_or_default)
}

/// Every statement, in the order they were added.
pub(crate) fn statements(conn: &Connection) -> SqlResult<Vec<SignedBytes>> {
    many(
        conn,
        "SELECT bytes, signature FROM statements ORDER BY id",
        [],
        |row| {
            let bytes = Blob::new(row.get(0)?)
                .map_err(|_too_long| SqlFault::damaged("a roster statement is too long"))?;
            Ok(SignedBytes {
                bytes,
                signature: column::id(row, 1)?,
            })
        },
    )
}

/// Adds a statement unless it is there.
pub(crate) fn add_statement(
    conn: &Connection,
    hash: &StatementHash,
    statement: &SignedBytes,
) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO statements (hash, bytes, signature) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
        params![hash.as_bytes(), &*statement.bytes, statement.signature.as_bytes()],
    )
    .map(drop)
}
