//! The same database without our store: what SQLCipher and automerge alone need.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use automerge::Automerge;
use lienquay_shared::codec;
use lienquay_shared::view::DossierRow;
use lienquay_tests::scale::{Distinct, copy_id};
use rusqlite::{Connection, params};

/// Opens a database with its raw key.
pub(super) fn open(path: &Path, key: &[u8]) -> Result<Connection> {
    let conn = Connection::open(path)?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    conn.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{hex}'\"; PRAGMA cipher_memory_security = OFF;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;"
    ))?;
    conn.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_row| Ok(()))?;
    Ok(conn)
}

/// What no first copy can do without.
pub(super) struct CopyFloor {
    /// CPU of reading as many snapshots …
    pub(super) load: Duration,
    /// … and of inserting them.
    pub(super) insert: Duration,
    /// CPU of inserting the other rows that must be there: headers, rows of lists, searchable texts.
    pub(super) rows: Duration,
    /// Their bytes.
    pub(super) n_bytes: u64,
}

/// The tables a first copy must fill, and no others.
const TABLES: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
    CREATE TABLE docs (id INTEGER PRIMARY KEY, doc BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
    CREATE TABLE entries (id INTEGER PRIMARY KEY, log INTEGER, seq INTEGER, doc_id INTEGER, header BLOB,
        UNIQUE (log, seq));
    CREATE INDEX entries_of_doc ON entries (doc_id);
    CREATE TABLE dossiers (id INTEGER PRIMARY KEY, doc BLOB NOT NULL UNIQUE, row BLOB NOT NULL);
    CREATE VIRTUAL TABLE dossier_text USING fts5 (text, content = '', columnsize = 0, detail = none,
        prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 0');";
/// Dossiers in one transaction.
const GROUP: u64 = 1_000;

/// Loads as many snapshots as a site has dossiers and inserts them into an encrypted database; then the other rows.
pub(super) fn copy(folder: &Path, distinct: &Distinct, n_dossiers: u64) -> Result<CopyFloor> {
    let path = folder.join("floor.db");
    let conn = open(&path, &[7; 32])?;
    conn.execute_batch(TABLES)?;
    let me = std::process::id();
    let before = cpu(me)?;
    let snapshots: Vec<&[u8]> = distinct.snapshots().collect();
    let at = |number: u64| usize::try_from(number).map(|number| number % snapshots.len());
    for number in 0..n_dossiers {
        std::hint::black_box(Automerge::load(snapshots[at(number)?])?);
    }
    let loaded = cpu(me)?;
    let mut n_bytes = 0;
    in_groups(&conn, n_dossiers, |number| {
        let snapshot = snapshots[at(number)?];
        n_bytes += snapshot.len() as u64;
        conn.prepare_cached("INSERT INTO docs (doc, bytes) VALUES (?1, ?2)")?
            .execute(params![copy_id(number).as_bytes(), snapshot])?;
        Ok(())
    })?;
    let inserted = cpu(me)?;
    let rows: Vec<_> = distinct.rows().collect();
    in_groups(&conn, n_dossiers, |number| {
        let (headers, row) = &rows[at(number)?];
        insert_rows(&conn, number, headers, row)
    })?;
    let filled = cpu(me)?;
    drop(conn);
    std::fs::remove_file(path)?;
    Ok(CopyFloor {
        load: loaded.saturating_sub(before),
        insert: inserted.saturating_sub(loaded),
        rows: filled.saturating_sub(inserted),
        n_bytes,
    })
}

fn in_groups(conn: &Connection, n: u64, mut insert: impl FnMut(u64) -> Result<()>) -> Result<()> {
    conn.execute_batch("BEGIN")?;
    for number in 0..n {
        insert(number)?;
        if number % GROUP == GROUP - 1 {
            conn.execute_batch("COMMIT; BEGIN")?;
        }
    }
    Ok(conn.execute_batch("COMMIT")?)
}

fn insert_rows(conn: &Connection, number: u64, headers: &[&[u8]], row: &DossierRow) -> Result<()> {
    let id = i64::try_from(number)? + 1;
    for (place, header) in (0..).zip(headers) {
        let seq = id * 8 + place;
        conn.prepare_cached(
            "INSERT INTO entries (log, seq, doc_id, header) VALUES (1, ?1, ?2, ?3)",
        )?
        .execute(params![seq, id, header])?;
    }
    conn.prepare_cached("INSERT INTO dossiers (doc, row) VALUES (?1, ?2)")?
        .execute(params![copy_id(number).as_bytes(), codec::encode(row)])?;
    conn.prepare_cached("INSERT INTO dossier_text (rowid, text) VALUES (?1, ?2)")?
        .execute(params![id, row.search_text])?;
    Ok(())
}

/// CPU a process has used, user and system, its ended children apart.
pub(super) fn cpu(pid: u32) -> Result<Duration> {
    // A hundred ticks a second on every Linux.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.map(|field| field.parse::<u32>().unwrap_or(0)).sum();
    Ok(TICK * ticks)
}
