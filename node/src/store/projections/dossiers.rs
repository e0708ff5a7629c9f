//! Dossiers: rows, every code they ever had, and their searchable text.

use lienquay_shared::DocId;
use lienquay_shared::view::{ConflictRow, DossierRow};
use rusqlite::{Connection, params};

use crate::store::column::{self, limit};
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::projections::texts::Texts;
use crate::store::projections::{blob, name_of, packed};
use crate::store::statement::{execute, execute_or, many, one};

/// Dossiers that one second of reception has room for; more go into the seconds after it.
const PER_SECOND: i64 = 1 << 12;
/// Seconds of reception that fit an id; the year 36812.
const MAX_SECOND: u64 = (1 << 40) - 1;
/// Seconds looked at for a free number before giving up: 2^30 dossiers received at one moment.
const MAX_PROBES: i64 = 1 << 18;

/// A dossier as the tables hold it.
struct Stored {
    id: i64,
    row: DossierRow,
}

/// Inserts or replaces a dossier.
pub(crate) fn put(
    conn: &Connection,
    texts: &mut Texts,
    row: &DossierRow,
    conflicts: &[ConflictRow],
) -> SqlResult<()> {
    let before = stored(conn, &row.doc)?;
    let kept_id = before
        .as_ref()
        .filter(|before| before.row.received_at_millis == row.received_at_millis)
        .map(|before| before.id);
    let id = match kept_id {
        Some(id) => id,
        None => free_id(conn, row.received_at_millis)?,
    };
    // SQLite rewrites every index on a column that is set, also to what it was: most changes leave all of them as they are.
    execute_or(
        conn,
        "UPDATE dossiers SET row = ?5 WHERE id = ?1 AND doc = ?2 AND status = ?3 AND n_conflicts = ?4",
        "INSERT INTO dossiers (id, doc, status, n_conflicts, row) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (doc) DO UPDATE
         SET id = excluded.id, status = excluded.status, n_conflicts = excluded.n_conflicts, row = excluded.row",
        params![
            id,
            row.doc.as_bytes(),
            name_of(row.status),
            limit(conflicts.len()),
            packed::pack(row, conflicts)
        ],
    )?;
    put_text(texts, before.as_ref(), id, &row.search_text);
    put_codes(conn, before.as_ref(), id, &row.codes)
}

/// Most changes leave the text as it is, and rewriting the index is the dearest part of a projection.
fn put_text(texts: &mut Texts, before: Option<&Stored>, id: i64, text: &str) {
    match before {
        Some(before) if before.id == id && before.row.search_text == text => return,
        Some(before) => texts.remove(before.id, &before.row.search_text),
        None => {}
    }
    texts.insert(id, text);
}

fn put_codes(
    conn: &Connection,
    before: Option<&Stored>,
    id: i64,
    codes: &[String],
) -> SqlResult<()> {
    if let Some(before) = before {
        if before.id == id && before.row.codes == codes {
            return Ok(());
        }
        remove_codes(conn, before)?;
    }
    for code in codes {
        execute(
            conn,
            "INSERT OR IGNORE INTO dossier_codes (code, dossier_id) VALUES (?1, ?2)",
            params![code, id],
        )?;
    }
    Ok(())
}

fn remove_codes(conn: &Connection, before: &Stored) -> SqlResult<()> {
    for code in &before.row.codes {
        execute(
            conn,
            "DELETE FROM dossier_codes WHERE code = ?1 AND dossier_id = ?2",
            params![code, before.id],
        )?;
    }
    Ok(())
}

fn stored(conn: &Connection, doc: &DocId) -> SqlResult<Option<Stored>> {
    one(
        conn,
        "SELECT id, row FROM dossiers WHERE doc = ?1",
        [doc.as_bytes()],
        |found| {
            let (row, _conflicts) = packed::unpack(blob(found.get_ref(1)?)?)?;
            Ok(Stored {
                id: found.get(0)?,
                row,
            })
        },
    )
}

/// A free id in the second of reception. A dossier whose reception has not arrived yet stands last.
fn free_id(conn: &Connection, received_at_millis: Option<u64>) -> SqlResult<i64> {
    let second = (received_at_millis.unwrap_or_default() / 1000).min(MAX_SECOND);
    let first = i64::try_from(second).unwrap_or_default() * PER_SECOND + 1;
    for probe in 0..MAX_PROBES {
        let from = first + probe * PER_SECOND;
        let upto = from + PER_SECOND - 1;
        let last: Option<i64> = one(
            conn,
            "SELECT MAX(id) FROM dossiers WHERE id BETWEEN ?1 AND ?2",
            [from, upto],
            |row| Ok(row.get(0)?),
        )?
        .flatten();
        match last {
            None => return Ok(from),
            Some(last) if last < upto => return Ok(last + 1),
            Some(_) => {}
        }
    }
    Err(SqlFault::failed(
        "too many dossiers were received at one moment",
    ))
}

/// Removes a dossier.
pub(crate) fn remove(conn: &Connection, texts: &mut Texts, doc: &DocId) -> SqlResult<()> {
    let Some(before) = stored(conn, doc)? else {
        return Ok(());
    };
    texts.remove(before.id, &before.row.search_text);
    remove_codes(conn, &before)?;
    execute(conn, "DELETE FROM dossiers WHERE id = ?1", [before.id]).map(drop)
}

/// Documents of dossiers that have or had this code.
pub(crate) fn coded(conn: &Connection, code: &str) -> SqlResult<Vec<DocId>> {
    many(
        conn,
        "SELECT doc FROM dossier_codes JOIN dossiers ON id = dossier_id WHERE code = ?1 ORDER BY doc",
        [code],
        |row| column::id(row, 0),
    )
}
