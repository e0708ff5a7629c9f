//! The tables and their versions. The log is migrated; projections are dropped and built anew from the documents.

use lienquay_core::store::StoreFault;
use rusqlite::{Connection, OptionalExtension};

use crate::store::fault::{SqlFault, SqlResult};

/// Marks the file as ours ("LQst"), for a technician's tools.
const APPLICATION_ID: i32 = 0x4c51_7374;

/// What turns schema version n into n + 1. Never edit one that was released; add the next.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_log.sql"),
    include_str!("schema/0002_saved_over.sql"),
    include_str!("schema/0003_narrow.sql"),
    include_str!("schema/0004_files.sql"),
    include_str!("schema/0005_files_known.sql"),
];

/// Version of the projection tables: raise it whenever `projections.sql` or what is written there changes.
const PROJECTION_VERSION: i64 = 6;
const PROJECTIONS: &str = include_str!("schema/projections.sql");

/// The tables `projections.sql` creates, children first.
const PROJECTION_TABLES: &[&str] = &[
    "dossier_text",
    "dossier_codes",
    "dossiers",
    "tickets",
    "procedures",
    "file_uses",
];

/// Brings the database to this program's schema. Refuses one that a newer program wrote.
pub(crate) fn migrate(conn: &mut Connection) -> SqlResult<()> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found = version(conn)?;
    if found > known {
        return Err(SqlFault(StoreFault::Failed(format!(
            "store.db was written by a newer version of this program (schema {found}, this one knows {known}); \
             install that version or a newer one, the data is left as it is"
        ))));
    }
    let tx = conn.transaction()?;
    if found == 0 {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute_batch("CREATE TABLE schema_versions (version INTEGER PRIMARY KEY)")?;
    }
    for (version, sql) in (1..).zip(MIGRATIONS) {
        if version > found {
            tx.execute_batch(sql)?;
            tx.execute(
                "INSERT INTO schema_versions (version) VALUES (?1)",
                [version],
            )?;
        }
    }
    tx.commit()?;
    Ok(())
}

fn version(conn: &Connection) -> SqlResult<i64> {
    let exists: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'schema_versions')",
        [],
        |row| row.get(0),
    )?;
    if !exists {
        return Ok(0);
    }
    Ok(conn.query_row(
        "SELECT COALESCE(MAX(version), 0) FROM schema_versions",
        [],
        |row| row.get(0),
    )?)
}

/// Whether the projection tables are of this version; if not, they must be created and every document projected anew.
pub(crate) fn projections_are_current(conn: &Connection) -> SqlResult<bool> {
    let found: Option<Vec<u8>> = conn
        .query_row(
            "SELECT value FROM local WHERE key = 'projections'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.as_deref() == Some(&PROJECTION_VERSION.to_be_bytes()))
}

/// Drops the projection tables, of whatever version, and creates this version's, empty. Within the open transaction.
pub(crate) fn recreate_projections(conn: &Connection) -> SqlResult<()> {
    for table in PROJECTION_TABLES {
        conn.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    conn.execute_batch(PROJECTIONS)?;
    conn.execute("DELETE FROM local WHERE key = 'projections'", [])?;
    Ok(())
}

/// Notes that the projection tables hold every document. Not before: a rebuild that was interrupted must start over.
pub(crate) fn note_projections_current(conn: &Connection) -> SqlResult<()> {
    conn.execute(
        "INSERT INTO local (key, value) VALUES ('projections', ?1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [PROJECTION_VERSION.to_be_bytes()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_an_earlier_schema_keeps_its_rows() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE schema_versions (version INTEGER PRIMARY KEY)")
            .unwrap();
        for (version, sql) in (1..=2_i64).zip(MIGRATIONS) {
            conn.execute_batch(sql).unwrap();
            conn.execute("INSERT INTO schema_versions VALUES (?1)", [version])
                .unwrap();
        }
        conn.execute_batch(
            "INSERT INTO log_ids (id, log) VALUES (1, x'01');
             INSERT INTO signatures (log_id, seq, hash, signature) VALUES (1, 64, x'02', x'03');
             INSERT INTO numbers (series, number, request, doc) VALUES ('dossier/1', 7, x'04', x'05');",
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let kept = "SELECT (SELECT seq FROM signatures WHERE signature = x'03'),
                           (SELECT number FROM numbers INDEXED BY numbers_of_request WHERE request = x'04')";
        let row = conn.query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(row, Ok((64, 7)));
        migrate(&mut conn).unwrap();
    }
}
