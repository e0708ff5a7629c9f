//! Logs, their signed points, and branches that become logs of their own.

use lienquay_core::store::{Base, LogRow, SignedPoint};
use lienquay_shared::LogId;
use rusqlite::{Connection, Row, params};

use crate::store::column::{self, bound, log_blob, position, unsigned};
use crate::store::fault::SqlResult;
use crate::store::statement::{execute, many, one};

/// The number that stands for a log in other tables; given out when the log is first named.
pub(crate) fn intern(conn: &Connection, log: &LogId) -> SqlResult<i64> {
    let blob = log_blob(log);
    let found = one(
        conn,
        "SELECT id FROM log_ids WHERE log = ?1",
        [&blob],
        |row| Ok(row.get(0)?),
    )?;
    if let Some(id) = found {
        return Ok(id);
    }
    execute(conn, "INSERT INTO log_ids (log) VALUES (?1)", [&blob])?;
    Ok(conn.last_insert_rowid())
}

/// The number of a log that was named before.
pub(crate) fn known(conn: &Connection, log: &LogId) -> SqlResult<Option<i64>> {
    one(
        conn,
        "SELECT id FROM log_ids WHERE log = ?1",
        [&log_blob(log)],
        |row| Ok(row.get(0)?),
    )
}

/// Every log, by its id.
pub(crate) fn all(conn: &Connection) -> SqlResult<Vec<LogRow>> {
    many(
        conn,
        "SELECT log, received, hash, closed, base_of, base_at, base_hash
         FROM logs JOIN log_ids ON log_ids.id = log_id ORDER BY log",
        [],
        |row| {
            Ok(LogRow {
                log: column::id(row, 0)?,
                received: unsigned(row, 1)?,
                hash: column::id(row, 2)?,
                closed: row.get(3)?,
                base: base(row)?,
            })
        },
    )
}

fn base(row: &Row<'_>) -> SqlResult<Option<Base>> {
    let Some(of) = row.get::<_, Option<[u8; 8]>>(4)? else {
        return Ok(None);
    };
    Ok(Some(Base {
        of: u64::from_be_bytes(of),
        at: unsigned(row, 5)?,
        hash: column::id(row, 6)?,
    }))
}

/// Inserts or replaces a log's row.
pub(crate) fn put(conn: &Connection, row: &LogRow) -> SqlResult<()> {
    execute(
        conn,
        "INSERT OR REPLACE INTO logs (log_id, received, hash, closed, base_of, base_at, base_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            intern(conn, &row.log)?,
            position(row.received)?,
            row.hash.as_bytes(),
            row.closed,
            row.base.map(|base| base.of.to_be_bytes()),
            row.base.map(|base| position(base.at)).transpose()?,
            row.base.as_ref().map(|base| base.hash.as_bytes()),
        ],
    )
    .map(drop)
}

/// Gives entries and signed points after a position to another log.
pub(crate) fn move_entries(
    conn: &Connection,
    from: &LogId,
    after: u64,
    to: &LogId,
) -> SqlResult<()> {
    let Some(from) = known(conn, from)? else {
        return Ok(());
    };
    let to = intern(conn, to)?;
    for sql in [
        "DELETE FROM changes WHERE entry_id IN (SELECT id FROM entries WHERE log_id = ?3
             AND seq IN (SELECT seq FROM entries WHERE log_id = ?1 AND seq > ?2))",
        "DELETE FROM entries WHERE log_id = ?3
             AND seq IN (SELECT seq FROM entries WHERE log_id = ?1 AND seq > ?2)",
        "DELETE FROM signatures WHERE log_id = ?3
             AND seq IN (SELECT seq FROM signatures WHERE log_id = ?1 AND seq > ?2)",
        "UPDATE entries SET log_id = ?3 WHERE log_id = ?1 AND seq > ?2",
        "UPDATE signatures SET log_id = ?3 WHERE log_id = ?1 AND seq > ?2",
    ] {
        execute(conn, sql, [from, bound(after), to])?;
    }
    Ok(())
}

/// Removes entries and signed points after a position.
pub(crate) fn drop_entries(conn: &Connection, log: &LogId, after: u64) -> SqlResult<()> {
    let Some(log) = known(conn, log)? else {
        return Ok(());
    };
    for sql in [
        "DELETE FROM changes WHERE entry_id IN (SELECT id FROM entries WHERE log_id = ?1 AND seq > ?2)",
        "DELETE FROM entries WHERE log_id = ?1 AND seq > ?2",
        "DELETE FROM signatures WHERE log_id = ?1 AND seq > ?2",
    ] {
        execute(conn, sql, [log, bound(after)])?;
    }
    Ok(())
}

/// Adds a signed point; the same position again replaces it.
pub(crate) fn put_signature(conn: &Connection, log: &LogId, point: &SignedPoint) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO signatures (log_id, seq, hash, signature) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (log_id, seq) DO UPDATE SET hash = excluded.hash, signature = excluded.signature",
        params![
            intern(conn, log)?,
            position(point.seq)?,
            point.hash.as_bytes(),
            point.signature.as_bytes()
        ],
    )
    .map(drop)
}

/// The nearest signed point at or before a position.
pub(crate) fn signature_before(
    conn: &Connection,
    log: &LogId,
    upto: u64,
) -> SqlResult<Option<SignedPoint>> {
    one(
        conn,
        "SELECT seq, hash, signature FROM signatures
         WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
        params![log_blob(log), bound(upto)],
        signed_point,
    )
}

/// The nearest signed point at or after a position.
pub(crate) fn signature_after(
    conn: &Connection,
    log: &LogId,
    from: u64,
) -> SqlResult<Option<SignedPoint>> {
    one(
        conn,
        "SELECT seq, hash, signature FROM signatures
         WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq >= ?2 ORDER BY seq LIMIT 1",
        params![log_blob(log), bound(from)],
        signed_point,
    )
}

/// Removes the signed points strictly between two positions.
pub(crate) fn drop_signatures(
    conn: &Connection,
    log: &LogId,
    after: u64,
    before: u64,
) -> SqlResult<()> {
    execute(
        conn,
        "DELETE FROM signatures
         WHERE log_id = (SELECT id FROM log_ids WHERE log = ?1) AND seq > ?2 AND seq < ?3",
        params![log_blob(log), bound(after), bound(before)],
    )
    .map(drop)
}

fn signed_point(row: &Row<'_>) -> SqlResult<SignedPoint> {
    Ok(SignedPoint {
        seq: unsigned(row, 0)?,
        hash: column::id(row, 1)?,
        signature: column::id(row, 2)?,
    })
}
