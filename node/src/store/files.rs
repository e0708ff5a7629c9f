//! Which files are on this PC. The bytes themselves lie outside the database.

use lienquay_shared::FileHash;
use rusqlite::{Connection, params};

use crate::store::column::{position, unsigned};
use crate::store::fault::SqlResult;
use crate::store::statement::{execute, one};

/// The size of a file whose bytes are here.
pub(crate) fn held_file(conn: &Connection, hash: &FileHash) -> SqlResult<Option<u64>> {
    one(
        conn,
        "SELECT size FROM files_held WHERE hash = ?1",
        [hash.as_bytes()],
        |row| unsigned(row, 0),
    )
}

/// A file's bytes are here now.
pub(crate) fn hold_file(conn: &Connection, hash: &FileHash, size: u64) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO files_held (hash, size) VALUES (?1, ?2) ON CONFLICT (hash) DO UPDATE SET size = excluded.size",
        params![hash.as_bytes(), position(size)?],
    )
    .map(drop)
}

/// They are not any more.
pub(crate) fn drop_file(conn: &Connection, hash: &FileHash) -> SqlResult<()> {
    execute(
        conn,
        "DELETE FROM files_held WHERE hash = ?1",
        [hash.as_bytes()],
    )
    .map(drop)
}
