//! Pages of dossiers and of conflicts, newest first.

use lienquay_shared::domain::dossier::Status;
use lienquay_shared::query::{Page, PageAsk};
use lienquay_shared::view::{ConflictRow, DossierRow};
use rusqlite::{Connection, params};

use crate::store::column::unsigned;
use crate::store::fault::SqlResult;
use crate::store::projections::{blob, name_of, packed};
use crate::store::query::cursor_number;
use crate::store::search;
use crate::store::statement::{many, one};

type Found = (i64, (DossierRow, Vec<ConflictRow>));

/// Which dossiers are asked for.
struct Wanted {
    words: Option<String>,
    status: Option<String>,
}

impl Wanted {
    fn new(text: &str, status: Option<Status>) -> Self {
        Self {
            words: search::match_expression(text),
            status: status.map(name_of),
        }
    }

    /// What their ids are selected from: indexes that hold ids and no rows, so that passing over a row costs a step in
    /// an index. `?1` are the words, `?2` the status, `?3` the cursor.
    fn ids(&self) -> &'static str {
        match (&self.words, &self.status) {
            (Some(_), Some(_)) => {
                "dossier_text.rowid AS id FROM dossier_text
                 CROSS JOIN dossiers INDEXED BY dossiers_of_status ON dossiers.id = dossier_text.rowid
                 WHERE dossier_text MATCH ?1 AND status = ?2 AND dossier_text.rowid < ?3"
            }
            (Some(_), None) => {
                "rowid AS id FROM dossier_text WHERE dossier_text MATCH ?1 AND ?2 IS NULL AND rowid < ?3"
            }
            (None, Some(_)) => {
                "id FROM dossiers INDEXED BY dossiers_of_status
                 WHERE ?1 IS NULL AND status = ?2 AND id < ?3"
            }
            (None, None) => {
                "id FROM dossiers INDEXED BY dossiers_by_id
                 WHERE ?1 IS NULL AND ?2 IS NULL AND id < ?3"
            }
        }
    }
}

/// Dossiers with these words and this status.
pub(super) fn page(
    conn: &Connection,
    text: &str,
    status: Option<Status>,
    ask: &PageAsk,
) -> SqlResult<Page<DossierRow>> {
    let asked = Wanted::new(text, status);
    let wanted = usize::from(ask.n_rows());
    let found: Vec<Found> = many(
        conn,
        &format!(
            "WITH shown AS MATERIALIZED (SELECT {} ORDER BY 1 DESC LIMIT ?4 OFFSET ?5)
             SELECT dossiers.id, row FROM shown JOIN dossiers ON dossiers.id = shown.id
             ORDER BY dossiers.id DESC",
            asked.ids()
        ),
        params![
            asked.words,
            asked.status,
            cursor_number(ask).unwrap_or(i64::MAX),
            // One more than wanted tells whether there is a next page.
            i64::from(ask.n_rows()) + 1,
            ask.skip
        ],
        |row| Ok((row.get(0)?, packed::unpack(blob(row.get_ref(1)?)?)?)),
    )?;
    let next = next_cursor(&found, wanted);
    let rows = found.into_iter().take(wanted).map(|(_, (row, _))| row);
    Ok(Page {
        rows: rows.collect(),
        next,
    })
}

/// How many dossiers have these words and this status.
pub(super) fn count(conn: &Connection, text: &str, status: Option<Status>) -> SqlResult<u64> {
    let asked = Wanted::new(text, status);
    one(
        conn,
        &format!("SELECT COUNT(*) FROM (SELECT {})", asked.ids()),
        params![asked.words, asked.status, i64::MAX],
        |row| unsigned(row, 0),
    )
    .map(Option::unwrap_or_default)
}

/// Conflicts waiting for an officer. A page ends with a dossier, never within one.
pub(super) fn conflicts(conn: &Connection, ask: &PageAsk) -> SqlResult<Page<ConflictRow>> {
    let found: Vec<Found> = many(
        conn,
        "SELECT id, row FROM dossiers WHERE n_conflicts > 0 AND id < ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
        params![
            cursor_number(ask).unwrap_or(i64::MAX),
            i64::from(ask.n_rows()) + 1,
            ask.skip
        ],
        |row| Ok((row.get(0)?, packed::unpack(blob(row.get_ref(1)?)?)?)),
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
