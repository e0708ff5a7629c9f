//! The segments of the search index: every commit that changes texts adds one, and now and then they are merged.
//!
//! The index would merge them by itself within some commit, whose officer then waited for hundreds of pages. So it is
//! told to merge in idle moments, some pages at a time, and within a commit only what one that writes many texts adds.

use rusqlite::Connection;

use crate::store::column::unsigned;
use crate::store::fault::SqlResult;
use crate::store::statement::{execute, one};

/// Pages written at one go: some milliseconds.
pub(crate) const PAGES: i64 = 64;

/// Merges where there are four segments of about one size, up to so many pages; with a number below none, begins to merge
/// everything into one. Whether there was anything to merge: the command itself counts as one change.
pub(crate) fn merge(conn: &Connection, n_pages: i64) -> SqlResult<bool> {
    let changes = || one(conn, "SELECT total_changes()", [], |row| unsigned(row, 0));
    let before = changes()?.unwrap_or_default();
    execute(
        conn,
        "INSERT INTO dossier_text (dossier_text, rank) VALUES ('merge', ?1)",
        [n_pages],
    )?;
    let after = changes()?.unwrap_or_default();
    Ok(after.saturating_sub(before) >= 2)
}
