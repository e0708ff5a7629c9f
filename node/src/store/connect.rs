//! Opening the encrypted database: the key first, then what makes it fast, safe and silent.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::data_folder::DataKey;
use crate::store::fault::SqlResult;

/// A commit that makes the WAL longer than so many pages of 4 KiB writes it back into the database: only where no idle
/// moment comes in which it is done without anybody waiting (see `SqliteStore::checkpoint`).
const AUTOCHECKPOINT_PAGES: i64 = 4_000;
/// What the WAL file is cut to when it starts anew, so that it is not grown again every time.
const WAL_KEPT_BYTES: i64 = AUTOCHECKPOINT_PAGES * 4_096;
/// The only one to wait for is a reader during a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages the writer keeps decrypted, in KiB: about the hot end of each index of 500,000 dossiers.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
const READER_CACHE_KIB: i64 = 8 * 1024;
/// Statements a connection keeps prepared; the store has about 70.
const STATEMENTS: usize = 128;

/// Where a database is and what opens it.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub(crate) path: PathBuf,
    pub(crate) key: DataKey,
}

/// Opens (and creates, if `create`) the database for writing.
pub(crate) fn writer(location: &Location, create: bool) -> SqlResult<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = open(&location.path, &location.key, flags)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // A commit only writes the WAL; `commit(durable)` syncs it (see `wal_file.rs`). NORMAL still syncs around every
    // checkpoint, which is what keeps the database whole through a power cut.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "wal_autocheckpoint", AUTOCHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    // A forgotten person's data must not survive in free pages: the key that reads them stays the same.
    conn.pragma_update(None, "secure_delete", "ON")?;
    Ok(conn)
}

/// Opens an existing database for reading beside a writer.
pub(crate) fn reader(location: &Location) -> SqlResult<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = open(&location.path, &location.key, flags)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(conn)
}

/// Held while a connection opens and gets its key. The first one of a process initialises SQLite and then, outside of
/// SQLite's own lock, SQLCipher: a second one in between would be refused ("PRAGMA key requires a key of one or more
/// characters").
static KEYING: Mutex<()> = Mutex::new(());

fn open(path: &Path, key: &DataKey, flags: OpenFlags) -> SqlResult<Connection> {
    let keying = KEYING.lock().unwrap_or_else(PoisonError::into_inner);
    let conn = Connection::open_with_flags(path, flags)?;
    // SQLCipher would otherwise write its errors to the standard error stream of whoever embeds us.
    conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    set_key(&conn, key)?;
    drop(keying);
    // Locking every page in memory costs more than it protects on a PC whose key file lies on the same disk.
    conn.execute_batch("PRAGMA cipher_memory_security = OFF;")?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // The first read is what proves the key.
    conn.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_row| Ok(()))?;
    Ok(conn)
}

/// The raw key, so that no slow derivation runs on every connection: the key is random already.
fn set_key(conn: &Connection, key: &DataKey) -> SqlResult<()> {
    let mut sql = Zeroizing::new(String::with_capacity(96));
    sql.push_str("PRAGMA key = \"x'");
    for byte in key.bytes() {
        for nibble in [byte >> 4, byte & 15] {
            sql.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    sql.push_str("'\";");
    conn.execute_batch(&sql)?;
    Ok(())
}
