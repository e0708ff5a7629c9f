//! Pages of dossiers and of conflicts, newest first.

use lienquay_shared::domain::dossier::Status;
use lienquay_shared::query::{Page, PageAsk};
use lienquay_shared::view::{ConflictRow, DossierRow};
use rusqlite::{Connection, params};

use crate::store::fault::SqlResult;
use crate::store::projections::{name_of, row_of};
use crate::store::query::cursor_number;
use crate::store::search;
use crate::store::statement::many;

type Found = (i64, (DossierRow, Vec<ConflictRow>));

/// Dossiers with these words and this status.
pub(super) fn page(
    conn: &Connection,
    text: &str,
    status: Option<Status>,
    ask: &PageAsk,
) -> SqlResult<Page<DossierRow>> {
    let before = cursor_number(ask).unwrap_or(i64::MAX);
    let wanted = usize::from(ask.n_rows());
    // One more than wanted tells whether there is a next page.
    let at_most = i64::from(ask.n_rows()) + 1;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row_of(row, 1)?));
    let status = status.map(name_of);
    let found: Vec<Found> = match (search::match_expression(text), status) {
        (Some(words), status) => many(
            conn,
            "SELECT id, row FROM dossier_text JOIN dossiers ON id = dossier_text.rowid
             WHERE dossier_text MATCH ?1 AND dossier_text.rowid < ?2 AND (?3 IS NULL OR status = ?3)
             ORDER BY dossier_text.rowid DESC LIMIT ?4",
            params![words, before, status, at_most],
            read,
        )?,
        (None, Some(status)) => many(
            conn,
            "SELECT id, row FROM dossiers WHERE status = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            params![status, before, at_most],
            read,
        )?,
        (None, None) => many(
            conn,
            "SELECT id, row FROM dossiers WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
            params![before, at_most],
            read,
        )?,
    };
    let next = next_cursor(&found, wanted);
    let rows = found.into_iter().take(wanted).map(|(_, (row, _))| row);
    Ok(Page {
        rows: rows.collect(),
        next,
    })
}

/// Conflicts waiting for an officer. A page ends with a dossier, never within one.
pub(super) fn conflicts(conn: &Connection, ask: &PageAsk) -> SqlResult<Page<ConflictRow>> {
    let found: Vec<Found> = many(
        conn,
        "SELECT id, row FROM dossiers WHERE n_conflicts > 0 AND id < ?1 ORDER BY id DESC LIMIT ?2",
        params![
            cursor_number(ask).unwrap_or(i64::MAX),
            i64::from(ask.n_rows()) + 1
        ],
        |row| Ok((row.get(0)?, row_of(row, 1)?)),
    )?;
    let wanted = usize::from(ask.n_rows());
    let mut rows = Vec::new();
    let mut n_dossiers = 0;
    for (_, (_, conflicts)) in &found {
        if n_dossiers == wanted || (n_dossiers > 0 && rows.len() + conflicts.len() > wanted) {
            break;
        }
        rows.extend(conflicts.iter().cloned());
        n_dossiers += 1;
    }
    Ok(Page {
        rows,
        next: next_cursor(&found, n_dossiers),
    })
}

/// The id of the last row shown, if rows follow it.
fn next_cursor(found: &[Found], n_shown: usize) -> Option<String> {
    let last_shown = n_shown.checked_sub(1)?;
    (found.len() > n_shown).then(|| found[last_shown].0.to_string())
}
