//! What the store does in moments in which nobody waits.

use lienquay_core::store::StoreResult;
use rusqlite::Connection;

use super::{SqliteStore, Transaction};
use crate::store::fault::SqlResult;
use crate::store::projections::{erasing, merging};

/// Commits after which the WAL is moved into the database at an idle moment; each writes some dozen pages.
const CHECKPOINT_COMMITS: u32 = 64;
/// Commits with searchable texts after which the segments they added to the index are merged.
pub(super) const MERGE_COMMITS: u32 = 8;

impl SqliteStore {
    /// Whether there is something to do at the next idle moment.
    pub(crate) fn wants_idle(&self) -> bool {
        self.wants_checkpoint() || self.wants_merging() || self.wants_erasing()
    }

    /// Does some of it, for some milliseconds.
    pub(crate) fn use_idle(&mut self) -> StoreResult<()> {
        if self.wants_checkpoint() {
            self.checkpoint()
        } else if self.wants_merging() {
            self.merge_some()
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

    /// Whether the index has segments worth merging.
    pub(crate) fn wants_merging(&self) -> bool {
        self.n_text_commits >= MERGE_COMMITS && self.may_tidy()
    }

    /// Merges some pages of them; as long as there was something, there may be more.
    pub(crate) fn merge_some(&mut self) -> StoreResult<()> {
        let before = std::mem::take(&mut self.n_text_commits);
        if self.tidy(|conn| merging::merge(conn, merging::PAGES))? {
            self.n_text_commits = before;
        }
        Ok(())
    }

    /// Whether words of removed texts are still in older parts of the index.
    pub(crate) fn wants_erasing(&self) -> bool {
        self.owes_erasing && self.may_tidy()
    }

    /// Rewrites some pages of the index without them. After a fault it is tried again when the program starts or another
    /// text is removed.
    pub(crate) fn erase_some(&mut self) -> StoreResult<()> {
        self.owes_erasing = false;
        self.owes_erasing = self.tidy(erasing::go_on)?;
        Ok(())
    }

    /// A transaction of its own, of which nothing is kept after a fault.
    fn tidy(&mut self, some: impl FnOnce(&Connection) -> SqlResult<bool>) -> StoreResult<bool> {
        let is_more = self.write(some).and_then(|is_more| {
            self.commit_transaction(false)?;
            Ok(is_more)
        });
        if is_more.is_err() {
            self.roll_back();
        }
        is_more
    }
}
