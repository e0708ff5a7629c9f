//! The writer: one connection, one transaction at a time, and the rule that half of one is never kept.

mod idle;

use std::fmt;
use std::path::Path;

use lienquay_core::store::{StoreFault, StoreResult};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::data_folder::{DataKey, sync_directory};
use crate::store::connect::{self, Location};
use crate::store::fault::{DATABASE_FILE, SqlResult, from_io};
use crate::store::projections::erasing;
use crate::store::projections::texts::Texts;
use crate::store::wal_file::WalFile;
use crate::store::{docs, facts, schema};

/// Beyond this length of the WAL every commit tries to move it into the database: automatic checkpoints were held up
/// by readers, which only read short pages, so one soon succeeds.
const WAL_LONG_BYTES: u64 = 64 << 20;

/// The state of the open transaction.
#[derive(Debug, Clone)]
enum Transaction {
    /// None is open.
    Idle,
    /// Something was written.
    Open,
    /// A write failed. Wakes on: `rollback`.
    Broken(StoreFault),
}

/// The store of one node in one SQLCipher database.
pub struct SqliteStore {
    // Fields drop in this order: our handle on the WAL goes before the connection that deletes the file.
    wal: WalFile,
    conn: Connection,
    location: Location,
    transaction: Transaction,
    texts: Texts,
    /// Whether words of removed texts are still to be taken out of older parts of the index.
    owes_erasing: bool,
    /// Commits that changed searchable texts since the index had nothing to merge.
    n_text_commits: u32,
    /// Whether there are commits the disk may not have yet.
    unsynced: bool,
    /// Commits since the last checkpoint that was asked for.
    n_commits: u32,
    /// Set for good when a sync failed: the system may have dropped the pages and would call the next sync a success.
    lost_sync: Option<StoreFault>,
    projections_stale: bool,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.location.path)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Creates an empty database; the file must not exist.
    pub fn create(path: &Path, key: DataKey) -> StoreResult<Self> {
        if path.exists() {
            return Err(StoreFault::Failed(format!(
                "{} exists already",
                path.display()
            )));
        }
        Self::connect(path, key, true)
    }

    /// Moves all of the write-ahead log into the database and closes it, so that it can be renamed as one file.
    ///
    /// # Errors
    /// When something of it may not be on the disk. Merely closing would say nothing.
    pub(crate) fn close_as_one_file(self) -> StoreResult<()> {
        let is_whole = self.read(|conn| {
            Ok(
                conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                    row.get(0).map(|n_busy: i64| n_busy == 0)
                })?,
            )
        })?;
        if is_whole {
            Ok(())
        } else {
            Err(StoreFault::Failed(format!(
                "{DATABASE_FILE}: somebody else has it open"
            )))
        }
    }

    /// Opens an existing database.
    pub fn open(path: &Path, key: DataKey) -> StoreResult<Self> {
        // SQLite would take an empty file for a new database.
        let length = path
            .metadata()
            .map_err(|error| from_io(DATABASE_FILE, &error))?
            .len();
        if length == 0 {
            return Err(StoreFault::Damaged(format!(
                "{DATABASE_FILE}: the file is empty"
            )));
        }
        Self::connect(path, key, false)
    }

    fn connect(path: &Path, key: DataKey, create: bool) -> StoreResult<Self> {
        let location = Location {
            path: path.to_owned(),
            key,
        };
        WalFile::write_again(path).map_err(|error| from_io("store.db-wal", &error))?;
        let mut conn = connect::writer(&location, create)?;
        schema::migrate(&mut conn)?;
        let projections_stale = !schema::projections_are_current(&conn)?;
        let wal = WalFile::open(path).map_err(|error| from_io("store.db-wal", &error))?;
        // SQLite puts the name of a new WAL on the disk, but does not look whether that failed.
        sync_directory(path.parent().unwrap_or(path))
            .map_err(|error| from_io("the data folder (sync)", &error))?;
        let mut store = Self {
            wal,
            conn,
            location,
            transaction: Transaction::Idle,
            texts: Texts::default(),
            owes_erasing: false,
            // What the last run left.
            n_text_commits: idle::MERGE_COMMITS,
            unsynced: true,
            n_commits: 0,
            lost_sync: None,
            projections_stale,
        };
        if projections_stale {
            store.write(schema::recreate_projections)?;
            if store.read(docs::count)? == 0 {
                store.projections_rebuilt()?;
            }
        }
        store.commit_transaction(true)?;
        store.owes_erasing = store.read(erasing::is_owed)?;
        Ok(store)
    }

    /// Whether the projection tables were just created empty beside documents (a new version, or
    /// [`Self::drop_projections`]): the host projects every document anew, then calls
    /// [`Self::projections_rebuilt`].
    pub fn projections_stale(&self) -> bool {
        self.projections_stale
    }

    /// Empties the projection tables, within the open transaction.
    pub fn drop_projections(&mut self) -> StoreResult<()> {
        self.texts.clear();
        self.write(schema::recreate_projections)?;
        self.projections_stale = true;
        Ok(())
    }

    /// Notes that every document was projected, within the open transaction; until this is committed, opening the store
    /// again starts over.
    pub fn projections_rebuilt(&mut self) -> StoreResult<()> {
        self.write(schema::note_projections_current)?;
        self.projections_stale = false;
        Ok(())
    }

    /// A fact of this PC's shell, by name; the engine has its own.
    pub fn local(&self, key: &str) -> StoreResult<Option<Vec<u8>>> {
        self.read(|conn| facts::local(conn, key))
    }

    /// Sets a fact of this PC's shell, within the open transaction.
    pub fn set_local(&mut self, key: &str, value: &[u8]) -> StoreResult<()> {
        self.write(|conn| facts::set_local(conn, key, value))
    }

    /// Removes a fact of this PC's shell, within the open transaction.
    pub(crate) fn drop_local(&mut self, key: &str) -> StoreResult<()> {
        self.write(|conn| facts::drop_local(conn, key))
    }

    /// How many facts of this PC's shell have names that begin so.
    pub(crate) fn n_locals(&self, prefix: &str) -> StoreResult<u64> {
        self.read(|conn| facts::n_locals(conn, prefix))
    }

    /// How often the disk was synced.
    pub fn n_syncs(&self) -> u64 {
        self.wal.n_syncs()
    }

    /// Length of the database and of the write-ahead log, for the health screen.
    pub fn size_bytes(&self) -> StoreResult<(u64, u64)> {
        let database = self
            .location
            .path
            .metadata()
            .map_err(|error| from_io(DATABASE_FILE, &error))?
            .len();
        let wal = self
            .wal
            .len_bytes()
            .map_err(|error| from_io("store.db-wal", &error))?;
        Ok((database, wal))
    }

    /// Lets the database grow to so many pages of 4 KiB and no further: a disk that fills up, for tests.
    pub fn limit_pages(&mut self, n_pages: u32) -> StoreResult<()> {
        self.read(|conn| Ok(conn.pragma_update(None, "max_page_count", n_pages)?))
    }

    /// How many pages the database has.
    pub fn n_pages(&self) -> StoreResult<u32> {
        self.read(|conn| Ok(conn.pragma_query_value(None, "page_count", |row| row.get(0))?))
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn read<T>(&self, ask: impl FnOnce(&Connection) -> SqlResult<T>) -> StoreResult<T> {
        self.check_sync()?;
        Ok(ask(&self.conn)?)
    }

    /// Writes within the open transaction, opening one if need be.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> SqlResult<T>,
    ) -> StoreResult<T> {
        self.check_sync()?;
        let begun = match &self.transaction {
            Transaction::Broken(fault) => return Err(fault.clone()),
            Transaction::Open => Ok(()),
            Transaction::Idle => self
                .conn
                .execute_batch("BEGIN IMMEDIATE")
                .map_err(Into::into),
        };
        match begun.and_then(|()| change(&self.conn)) {
            Ok(value) => {
                self.transaction = Transaction::Open;
                Ok(value)
            }
            Err(fault) => Err(self.broken(fault.into())),
        }
    }

    /// Writes what may change searchable texts.
    pub(crate) fn write_texts<T>(
        &mut self,
        change: impl FnOnce(&Connection, &mut Texts) -> SqlResult<T>,
    ) -> StoreResult<T> {
        let mut texts = std::mem::take(&mut self.texts);
        let done = self.write(|conn| {
            let value = change(conn, &mut texts)?;
            if texts.is_full() {
                texts.write(conn)?;
            }
            Ok(value)
        });
        self.owes_erasing |= texts.take_removed();
        self.texts = texts;
        done
    }

    fn broken(&mut self, fault: StoreFault) -> StoreFault {
        self.transaction = Transaction::Broken(fault.clone());
        fault
    }

    fn check_sync(&self) -> StoreResult<()> {
        self.lost_sync.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn commit_transaction(&mut self, durable: bool) -> StoreResult<()> {
        self.check_sync()?;
        if !self.texts.is_empty() {
            self.write_texts(|conn, texts| texts.write(conn))?;
            self.n_text_commits += 1;
        }
        match &self.transaction {
            Transaction::Broken(fault) => return Err(fault.clone()),
            Transaction::Idle => {}
            Transaction::Open => {
                if let Err(error) = self.conn.execute_batch("COMMIT") {
                    let fault = crate::store::fault::SqlFault::from(error).into();
                    return Err(self.broken(fault));
                }
                self.transaction = Transaction::Idle;
                self.unsynced = true;
                self.n_commits += 1;
            }
        }
        if durable && self.unsynced {
            self.sync()?;
        }
        self.shorten_wal();
        Ok(())
    }

    fn sync(&mut self) -> StoreResult<()> {
        if let Err(error) = self.wal.sync() {
            let fault = StoreFault::Failed(format!(
                "store.db-wal could not be written to the disk ({error}); the program must be restarted and the disk \
                 checked"
            ));
            self.lost_sync = Some(fault.clone());
            self.leave_wal();
            return Err(fault);
        }
        self.unsynced = false;
        Ok(())
    }

    /// Nothing of a write-ahead log that may not be on the disk goes into the database, not even on closing: the power
    /// could go in between, and half a checkpoint would have nothing to be completed from.
    fn leave_wal(&self) {
        let off = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(error) = self.conn.set_db_config(off, true) {
            tracing::error!(%error, "closing will write the write-ahead log back");
        }
    }

    /// Only saves space; what fails here fails again, and is reported, where it matters.
    fn shorten_wal(&self) {
        if self
            .wal
            .len_bytes()
            .is_ok_and(|length| length > WAL_LONG_BYTES)
            && let Err(error) = self
                .conn
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))
        {
            tracing::warn!(%error, "the write-ahead log could not be shortened");
        }
    }

    pub(crate) fn roll_back(&mut self) {
        self.texts.clear();
        // SQLite has already rolled back by itself after some faults.
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            self.lost_sync = Some(StoreFault::Failed(format!("rollback failed: {error}")));
        }
        self.transaction = Transaction::Idle;
    }
}
