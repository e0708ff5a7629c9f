//! What the store does in moments in which nobody waits.

use lienquay_core::store::StoreResult;

use super::{SqliteStore, Transaction};
use crate::store::projections::erasing;

/// Commits after which the WAL is moved into the database at an idle moment; each writes some dozen pages.
const CHECKPOINT_COMMITS: u32 = 64;

impl SqliteStore {
    /// Whether there is something to do at the next idle moment.
    pub(crate) fn wants_idle(&self) -> bool {
        self.wants_checkpoint() || self.wants_erasing()
    }

    /// Does some of it, for some milliseconds.
    pub(crate) fn use_idle(&mut self) -> StoreResult<()> {
        if self.wants_checkpoint() {
            self.checkpoint()
        } else if self.wants_erasing() {
            self.erase_some()
        } else {
            Ok(())
        }
    }

    fn may_tidy(&self) -> bool {
        self.lost_sync.is_none() && matches!(self.transaction, Transaction::Idle)
    }

    /// Whether the write-ahead log is worth moving into the database.
    pub(crate) fn wants_checkpoint(&self) -> bool {
        self.n_commits >= CHECKPOINT_COMMITS && self.may_tidy()
    }

    /// Moves what is committed into the database. SQLite would do it within some commit and make its officer wait for a
    /// thousand pages and two syncs.
    pub(crate) fn checkpoint(&mut self) -> StoreResult<()> {
        self.check_sync()?;
        // Ours first: SQLite would pass over a sync that failed within a checkpoint.
        if self.unsynced {
            self.sync()?;
        }
        self.n_commits = 0;
        self.read(|conn| Ok(conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_row| Ok(()))?))
    }

    /// Whether words of removed texts are still in older parts of the index.
    pub(crate) fn wants_erasing(&self) -> bool {
        self.owes_erasing && self.may_tidy()
    }

    /// Rewrites some pages of the index without them. After a fault it is tried again when the program starts or another
    /// text is removed.
    pub(crate) fn erase_some(&mut self) -> StoreResult<()> {
        self.owes_erasing = false;
        let is_owed = self.write(erasing::go_on).and_then(|is_owed| {
            self.commit_transaction(false)?;
            Ok(is_owed)
        });
        if is_owed.is_err() {
            self.roll_back();
        }
        self.owes_erasing = is_owed?;
        Ok(())
    }
}
