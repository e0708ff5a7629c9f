//! What is known of files, and which documents name them. The bytes themselves lie outside the database.

use lienquay_core::files::{Class, FileRank, FileRow, FileTotals, FileUse, Naming};
use lienquay_shared::view::FileMark;
use lienquay_shared::{DocId, FileHash};
use rusqlite::{Connection, Row, params};

use crate::store::column::{id, position, unsigned};
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::statement::{execute, many, one};

const COLUMNS: &str = "hash, size, is_held, own_seq, holders, class, age";

fn file_row(row: &Row<'_>) -> SqlResult<FileRow> {
    let hash: FileHash = id(row, 0)?;
    let class: usize = usize::try_from(unsigned(row, 5)?).unwrap_or(usize::MAX);
    let class = Class::ALL.get(class).copied();
    Ok(FileRow {
        hash,
        size: unsigned(row, 1)?,
        is_held: row.get(2)?,
        own_seq: unsigned(row, 3)?,
        holders: unsigned(row, 4)?,
        rank: FileRank {
            class: class.ok_or_else(|| SqlFault::damaged("a file of an unknown class"))?,
            touched: row.get::<_, i64>(6)?.unsigned_abs(),
            hash,
        },
    })
}

fn age(touched: u64) -> SqlResult<i64> {
    Ok(-position(touched)?)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// What is known of a file.
pub(crate) fn file(conn: &Connection, hash: &FileHash) -> SqlResult<Option<FileRow>> {
    let sql = format!("SELECT {COLUMNS} FROM files WHERE hash = ?1");
    one(conn, &sql, [hash.as_bytes()], file_row)
}

pub(crate) fn put_file(conn: &Connection, row: &FileRow) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO files (hash, size, is_held, own_seq, holders, class, age) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (hash) DO UPDATE SET size = excluded.size, is_held = excluded.is_held,
             own_seq = excluded.own_seq, holders = excluded.holders, class = excluded.class, age = excluded.age",
        params![
            row.hash.as_bytes(),
            position(row.size)?,
            row.is_held,
            position(row.own_seq)?,
            position(row.holders)?,
            row.rank.class as i64,
            age(row.rank.touched)?,
        ],
    )
    .map(drop)
}

/// Files to fetch after a rank, the most wanted first.
pub(crate) fn wanted(
    conn: &Connection,
    after: Option<&FileRank>,
    limit: usize,
) -> SqlResult<Vec<FileRow>> {
    // The condition of the index, word for word, or it is not used.
    let sql = format!(
        "SELECT {COLUMNS} FROM files INDEXED BY files_wanted
         WHERE is_held = 0 AND class <= 2 AND (class, age, hash) > (?1, ?2, ?3)
         ORDER BY class, age, hash LIMIT ?4"
    );
    let (class, age, hash) = match after {
        Some(rank) => (
            rank.class as i64,
            age(rank.touched)?,
            rank.hash.as_bytes().to_vec(),
        ),
        None => (-1, 0, Vec::new()),
    };
    many(
        conn,
        &sql,
        params![class, age, hash, count(limit)],
        file_row,
    )
}

/// Files that are here before a rank, the least wanted first.
pub(crate) fn kept(
    conn: &Connection,
    before: Option<&FileRank>,
    limit: usize,
) -> SqlResult<Vec<FileRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM files INDEXED BY files_kept
         WHERE is_held = 1 AND (class, age, hash) < (?1, ?2, ?3)
         ORDER BY class DESC, age DESC, hash DESC LIMIT ?4"
    );
    let (class, age, hash) = match before {
        Some(rank) => (
            rank.class as i64,
            age(rank.touched)?,
            rank.hash.as_bytes().to_vec(),
        ),
        None => (i64::MAX, 0, Vec::new()),
    };
    many(
        conn,
        &sql,
        params![class, age, hash, count(limit)],
        file_row,
    )
}

/// Lines of the node's own list after one.
pub(crate) fn told(conn: &Connection, after: u64, limit: usize) -> SqlResult<Vec<FileRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM files INDEXED BY files_told
         WHERE own_seq > 0 AND own_seq > ?1 ORDER BY own_seq LIMIT ?2"
    );
    many(
        conn,
        &sql,
        params![position(after)?, count(limit)],
        file_row,
    )
}

/// Files that one of these members holds, by hash.
pub(crate) fn of(
    conn: &Connection,
    holders: u64,
    after: Option<&FileHash>,
    limit: usize,
) -> SqlResult<Vec<FileRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM files WHERE hash > ?1 AND holders & ?2 <> 0 ORDER BY hash LIMIT ?3"
    );
    let after = after
        .map(|hash| hash.as_bytes().to_vec())
        .unwrap_or_default();
    many(
        conn,
        &sql,
        params![after, position(holders)?, count(limit)],
        file_row,
    )
}

/// What is here in all.
pub(crate) fn totals(conn: &Connection) -> SqlResult<FileTotals> {
    let totals = one(
        conn,
        "SELECT (SELECT COUNT(*) FROM files WHERE is_held = 1),
                (SELECT COALESCE(SUM(size), 0) FROM files WHERE is_held = 1),
                (SELECT COALESCE(MAX(own_seq), 0) FROM files WHERE own_seq > 0),
                (SELECT COUNT(*) FROM files WHERE is_held = 0 AND class = 5 AND own_seq = 0)",
        [],
        |row| {
            Ok(FileTotals {
                n_held: unsigned(row, 0)?,
                held_bytes: unsigned(row, 1)?,
                own_seq: unsigned(row, 2)?,
                n_rumoured: unsigned(row, 3)?,
            })
        },
    )?;
    Ok(totals.unwrap_or_default())
}

/// The files that a document names, by hash.
pub(crate) fn named(conn: &Connection, doc: &DocId) -> SqlResult<Vec<FileUse>> {
    many(
        conn,
        "SELECT hash, size, is_open, is_chosen, added FROM file_uses WHERE doc = ?1 ORDER BY hash",
        [doc.as_bytes()],
        |row| {
            Ok(FileUse {
                hash: id(row, 0)?,
                size: unsigned(row, 1)?,
                is_open: row.get(2)?,
                is_chosen: row.get(3)?,
                added: unsigned(row, 4)?,
            })
        },
    )
}

/// Replaces the files that a document names.
pub(crate) fn name(conn: &Connection, doc: &DocId, uses: &[FileUse]) -> SqlResult<()> {
    execute(
        conn,
        "DELETE FROM file_uses WHERE doc = ?1",
        [doc.as_bytes()],
    )?;
    for one in uses {
        execute(
            conn,
            "INSERT INTO file_uses (doc, hash, size, is_open, is_chosen, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                doc.as_bytes(),
                one.hash.as_bytes(),
                position(one.size)?,
                one.is_open,
                one.is_chosen,
                position(one.added)?,
            ],
        )?;
    }
    Ok(())
}

/// Where the bytes of files are, in the order asked for.
pub(crate) fn marks(conn: &Connection, wanted: &[FileHash]) -> SqlResult<Vec<FileMark>> {
    let mark = |hash: &FileHash| {
        let row = file(conn, hash)?.unwrap_or(FileRow::new(*hash));
        Ok(FileMark {
            hash: *hash,
            is_here: row.is_held,
            n_pcs: row.n_copies(),
        })
    };
    wanted.iter().map(mark).collect()
}

/// Files by what is to be done about them: looked through one by one, for a screen that somebody opened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FileCounts {
    /// Named by a dossier, and no other PC has them.
    pub(crate) n_only_here: u64,
    /// To be fetched.
    pub(crate) n_wanted: u64,
    /// Their bytes.
    pub(crate) wanted_bytes: u64,
    /// Named, and no PC is known to have them.
    pub(crate) n_nowhere: u64,
}

pub(crate) fn counts(conn: &Connection) -> SqlResult<FileCounts> {
    let counts = one(
        conn,
        "SELECT COALESCE(SUM(is_held = 1 AND holders = 0 AND class <> 5), 0),
                COALESCE(SUM(is_held = 0 AND class <= 2), 0),
                COALESCE(SUM(CASE WHEN is_held = 0 AND class <= 2 THEN size ELSE 0 END), 0),
                COALESCE(SUM(class = 4), 0)
         FROM files",
        [],
        |row| {
            Ok(FileCounts {
                n_only_here: unsigned(row, 0)?,
                n_wanted: unsigned(row, 1)?,
                wanted_bytes: unsigned(row, 2)?,
                n_nowhere: unsigned(row, 3)?,
            })
        },
    )?;
    Ok(counts.unwrap_or_default())
}

/// How documents name a file.
pub(crate) fn naming(conn: &Connection, hash: &FileHash) -> SqlResult<Naming> {
    let naming = one(
        conn,
        "SELECT COUNT(*), COALESCE(SUM(is_open), 0), COALESCE(SUM(is_chosen), 0), COALESCE(MAX(size), 0),
                COALESCE(MAX(added), 0)
         FROM file_uses WHERE hash = ?1",
        [hash.as_bytes()],
        |row| {
            Ok(Naming {
                n_docs: unsigned(row, 0)?,
                n_open: unsigned(row, 1)?,
                n_chosen: unsigned(row, 2)?,
                size: unsigned(row, 3)?,
                newest: unsigned(row, 4)?,
            })
        },
    )?;
    Ok(naming.unwrap_or_default())
}
