//! What SQLite and the file system report, in the three words the engine acts on.

use std::io;

use lienquay_core::store::StoreFault;
use rusqlite::ErrorCode;

/// Name of the database file in a data folder; faults name it, so that a technician knows what to restore.
pub(crate) const DATABASE_FILE: &str = "store.db";

/// Result of the store's own functions. Boxing keeps every `?` small.
pub(crate) type SqlResult<T> = Result<T, SqlFault>;

/// A [`StoreFault`] that SQLite's errors turn into by `?`. Never carries SQL text: the statement that sets the key
/// would carry the key.
#[derive(Debug)]
pub(crate) struct SqlFault(pub(crate) StoreFault);

impl SqlFault {
    /// A row that cannot be what this program wrote.
    pub(crate) fn damaged(what: &str) -> Self {
        Self(StoreFault::Damaged(format!("{DATABASE_FILE}: {what}")))
    }

    /// A request that cannot be carried out.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self(StoreFault::Failed(what.into()))
    }
}

impl From<StoreFault> for SqlFault {
    fn from(fault: StoreFault) -> Self {
        Self(fault)
    }
}

impl From<SqlFault> for StoreFault {
    fn from(fault: SqlFault) -> Self {
        fault.0
    }
}

impl From<rusqlite::Error> for SqlFault {
    fn from(error: rusqlite::Error) -> Self {
        Self(match &error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                let text = message.clone().unwrap_or_else(|| failure.to_string());
                from_code(failure.code, failure.extended_code, text)
            }
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                from_code(error.code, error.extended_code, msg.clone())
            }
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                StoreFault::Damaged(format!("{DATABASE_FILE}: a value of the wrong type"))
            }
            other => StoreFault::Failed(other.to_string()),
        })
    }
}

fn from_code(code: ErrorCode, extended: i32, text: String) -> StoreFault {
    // SQLITE_IOERR_SHMSIZE and friends are what a full disk looks like where SQLite grows its shared memory.
    const SHM_SIZE: i32 = 10 | (19 << 8);
    const SHM_OPEN: i32 = 10 | (18 << 8);
    match code {
        ErrorCode::DiskFull => StoreFault::Full(text),
        _ if extended == SHM_SIZE || extended == SHM_OPEN => StoreFault::Full(text),
        ErrorCode::DatabaseCorrupt => StoreFault::Damaged(format!("{DATABASE_FILE}: {text}")),
        ErrorCode::NotADatabase => StoreFault::Damaged(format!(
            "{DATABASE_FILE}: its content does not open with this folder's key; the database or the file `key` is \
             damaged or comes from another folder"
        )),
        _ => StoreFault::Failed(format!("{text} (code {extended})")),
    }
}

/// A file system error about `file`.
pub(crate) fn from_io(file: &str, error: &io::Error) -> StoreFault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StoreFault::Full(format!("{file}: {error}"))
        }
        _ => StoreFault::Failed(format!("{file}: {error}")),
    }
}
