//! Cached statements with few words: write, read one, read many.

use rusqlite::{Connection, Params, Row, ToSql};

use crate::store::fault::SqlResult;

/// Runs a statement that returns no rows; gives how many it changed.
pub(crate) fn execute(conn: &Connection, sql: &str, params: impl Params) -> SqlResult<usize> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// Executes a statement, and where it changes no row another one with the same parameters.
pub(crate) fn execute_or(
    conn: &Connection,
    sql: &str,
    otherwise: &str,
    parameters: &[&dyn ToSql],
) -> SqlResult<()> {
    if execute(conn, sql, parameters)? == 0 {
        execute(conn, otherwise, parameters)?;
    }
    Ok(())
}

/// The first row, if there is one.
pub(crate) fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> SqlResult<T>,
) -> SqlResult<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// Every row; the statement or the schema bounds how many.
pub(crate) fn many<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> SqlResult<T>,
) -> SqlResult<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(read(row)?);
    }
    Ok(out)
}
