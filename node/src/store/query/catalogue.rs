//! Procedures in force. A site has some hundreds of them, a few versions each: scanned, not indexed.

use lienquay_shared::domain::site_time::Day;
use lienquay_shared::query::{Answer, Page, PageAsk};
use lienquay_shared::view::ProcedureRow;
use rusqlite::{Connection, params};

use crate::store::fault::SqlResult;
use crate::store::projections::row_of;
use crate::store::query::document;
use crate::store::search;
use crate::store::statement::{many, one};

/// Of each code the version in force: the latest that began, or the one without a beginning. By code.
const IN_FORCE: &str = "SELECT id, code, search_text FROM procedures AS version
    WHERE code > ?1 AND id = (
        SELECT id FROM procedures WHERE code = version.code AND (effective_from IS NULL OR effective_from <= ?2)
        ORDER BY effective_from DESC, doc DESC LIMIT 1)
    ORDER BY code";

/// Procedures in force with these words.
pub(super) fn page(
    conn: &Connection,
    today: Day,
    text: &str,
    ask: &PageAsk,
) -> SqlResult<Page<ProcedureRow>> {
    let words = search::words(text);
    let wanted = usize::from(ask.n_rows());
    let after = ask.after.as_ref().map_or("", |after| after);
    let mut statement = conn.prepare_cached(IN_FORCE)?;
    let mut found = statement.query(params![after, today.0])?;
    let mut ids: Vec<i64> = Vec::new();
    let mut last_code = String::new();
    let mut next = None;
    let mut n_skipped = 0;
    while let Some(row) = found.next()? {
        let is_match = row
            .get_ref(2)?
            .as_str()
            .is_ok_and(|folded| search::contains(folded, &words));
        if !is_match {
            continue;
        }
        if n_skipped < ask.skip {
            n_skipped += 1;
            continue;
        }
        if ids.len() == wanted {
            next = Some(last_code);
            break;
        }
        ids.push(row.get(0)?);
        last_code = row.get(1)?;
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(many(
            conn,
            "SELECT row FROM procedures WHERE id = ?1",
            [id],
            |row| row_of(row, 0),
        )?);
    }
    Ok(Page { rows, next })
}

/// One procedure: the version in force today.
pub(super) fn in_force(conn: &Connection, today: Day, code: &str) -> SqlResult<Answer> {
    let doc = one(
        conn,
        "SELECT doc FROM procedures WHERE code = ?1 AND (effective_from IS NULL OR effective_from <= ?2)
         ORDER BY effective_from DESC, doc DESC LIMIT 1",
        params![code, today.0],
        |row| crate::store::column::id(row, 0),
    )?;
    match doc {
        Some(doc) => document::procedure(conn, &doc),
        None => Ok(Answer::NotFound),
    }
}
