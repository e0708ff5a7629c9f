//! What this node decided as keeper: grants, numbers, and the answers it gave.

use lienquay_core::store::{GrantRow, NumberRow};
use lienquay_shared::{DocId, RequestId};
use rusqlite::{Connection, Row, params};

use crate::store::column::{self, position, unsigned};
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::statement::{execute, one};

/// Answers kept for repeated submissions: some days of work on a busy counter.
const MIN_OUTCOMES: i64 = 20_000;
/// The oldest go so many at a time, not one with every answer: each is a page somewhere in the index.
const GO_TOGETHER: i64 = 64;

/// This node's decision about a ticket.
pub(crate) fn grant(conn: &Connection, ticket: &DocId) -> SqlResult<Option<GrantRow>> {
    one(
        conn,
        "SELECT epoch, fenced_by, released, called_node, called_request, called_counter, last_request, last_answer
         FROM grants WHERE ticket = ?1",
        [ticket.as_bytes()],
        |row| read_grant(row, ticket),
    )
}

fn read_grant(row: &Row<'_>, ticket: &DocId) -> SqlResult<GrantRow> {
    let called = match (
        column::optional_id(row, 3)?,
        column::optional_id(row, 4)?,
        row.get(5)?,
    ) {
        (Some(node), Some(request), Some(counter)) => Some((node, request, counter)),
        (None, None, None) => None,
        _ => return Err(SqlFault::damaged("half of a call")),
    };
    let last = match (column::optional_id(row, 6)?, row.get(7)?) {
        (Some(request), Some(answer)) => Some((request, answer)),
        (None, None) => None,
        _ => return Err(SqlFault::damaged("half of an answer")),
    };
    Ok(GrantRow {
        ticket: *ticket,
        epoch: row.get(0)?,
        fenced_by: unsigned(row, 1)?,
        released: row.get(2)?,
        called,
        last,
    })
}

/// Inserts or replaces it.
pub(crate) fn put_grant(conn: &Connection, row: &GrantRow) -> SqlResult<()> {
    let called = row.called.as_ref();
    let last = row.last.as_ref();
    execute(
        conn,
        "INSERT INTO grants (ticket, epoch, fenced_by, released, called_node, called_request, called_counter,
                             last_request, last_answer)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (ticket) DO UPDATE
         SET epoch = excluded.epoch, fenced_by = excluded.fenced_by, released = excluded.released,
             called_node = excluded.called_node, called_request = excluded.called_request,
             called_counter = excluded.called_counter, last_request = excluded.last_request,
             last_answer = excluded.last_answer",
        params![
            row.ticket.as_bytes(),
            row.epoch,
            position(row.fenced_by)?,
            row.released,
            called.map(|(node, _, _)| node.as_bytes()),
            called.map(|(_, request, _)| request.as_bytes()),
            called.map(|(_, _, counter)| *counter),
            last.map(|(request, _)| request.as_bytes()),
            last.map(|(_, answer)| answer),
        ],
    )
    .map(drop)
}

/// Marks every decision as out of this node's hands.
pub(crate) fn release_grants(conn: &Connection) -> SqlResult<()> {
    execute(
        conn,
        "UPDATE grants SET released = 1 WHERE released = 0",
        [],
    )
    .map(drop)
}

/// The highest number of a series within bounds that this node gave out.
pub(crate) fn last_number(
    conn: &Connection,
    series: &str,
    from: u32,
    upto: u32,
) -> SqlResult<Option<u32>> {
    one(
        conn,
        "SELECT MAX(number) FROM numbers WHERE series = ?1 AND number BETWEEN ?2 AND ?3",
        params![series, from, upto],
        |row| Ok(row.get(0)?),
    )
    .map(Option::flatten)
}

/// The number given for a request; the lowest of the first series by name, should one request have taken several.
pub(crate) fn number_of(conn: &Connection, request: &RequestId) -> SqlResult<Option<NumberRow>> {
    one(
        conn,
        "SELECT series, number, request, doc FROM numbers WHERE request = ?1 ORDER BY series, number LIMIT 1",
        [request.as_bytes()],
        |row| {
            Ok(NumberRow {
                series: row.get(0)?,
                number: row.get(1)?,
                request: column::id(row, 2)?,
                doc: column::id(row, 3)?,
            })
        },
    )
}

/// Records a number; the table refuses one the series has already.
pub(crate) fn put_number(conn: &Connection, row: &NumberRow) -> SqlResult<()> {
    execute(
        conn,
        "INSERT INTO numbers (series, number, request, doc) VALUES (?1, ?2, ?3, ?4)",
        params![
            row.series,
            row.number,
            row.request.as_bytes(),
            row.doc.as_bytes()
        ],
    )
    .map(drop)
}

/// The recorded answer to a submission.
pub(crate) fn outcome(conn: &Connection, request: &RequestId) -> SqlResult<Option<Vec<u8>>> {
    one(
        conn,
        "SELECT outcome FROM outcomes WHERE request = ?1",
        [request.as_bytes()],
        |row| Ok(row.get(0)?),
    )
}

/// Records it as the newest and now and then lets the oldest go.
pub(crate) fn put_outcome(conn: &Connection, request: &RequestId, outcome: &[u8]) -> SqlResult<()> {
    execute(
        conn,
        "INSERT OR REPLACE INTO outcomes (request, outcome) VALUES (?1, ?2)",
        params![request.as_bytes(), outcome],
    )?;
    let newest = conn.last_insert_rowid();
    if newest % GO_TOGETHER != 0 {
        return Ok(());
    }
    execute(
        conn,
        "DELETE FROM outcomes WHERE id <= ?1",
        [newest - MIN_OUTCOMES],
    )
    .map(drop)
}
