//! Tickets of the queue.

use lienquay_core::store::TicketFilter;
use lienquay_shared::DocId;
use lienquay_shared::codec;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::view::TicketRow;
use rusqlite::{Connection, params};

use crate::store::column::limit;
use crate::store::fault::SqlResult;
use crate::store::projections::{name_of, row_of};
use crate::store::statement::{execute, execute_or, many};

/// Inserts or replaces a ticket.
pub(crate) fn put(conn: &Connection, row: &TicketRow) -> SqlResult<()> {
    let (issuer, state, packed) = (issuer(row), name_of(row.state), codec::encode(row));
    let is_finished = row.state == TicketState::Finished;
    // SQLite rewrites every index on a column that is set, also to what it was: most steps leave all of them as they are.
    execute_or(
        conn,
        "UPDATE tickets SET state = ?8, row = ?10
         WHERE doc = ?1 AND day = ?2 AND lane = ?3 AND issuer = ?4 AND number = ?5 AND number_text = ?6
             AND finished = ?7 AND keeper = ?9",
        "INSERT INTO tickets (doc, day, lane, issuer, number, number_text, finished, state, keeper, row)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (doc) DO UPDATE
         SET day = excluded.day, lane = excluded.lane, issuer = excluded.issuer, number = excluded.number,
             number_text = excluded.number_text, finished = excluded.finished, state = excluded.state,
             keeper = excluded.keeper, row = excluded.row",
        params![
            row.doc.as_bytes(),
            row.day,
            &*row.lane,
            issuer,
            row.number,
            row.number_text,
            is_finished,
            state,
            row.keeper.node.as_bytes(),
            packed
        ],
    )
}

fn issuer(row: &TicketRow) -> &[u8] {
    row.issuer
        .as_ref()
        .map_or(&[][..], |issuer| issuer.as_bytes())
}

/// Removes a ticket.
pub(crate) fn remove(conn: &Connection, doc: &DocId) -> SqlResult<()> {
    execute(conn, "DELETE FROM tickets WHERE doc = ?1", [doc.as_bytes()]).map(drop)
}

/// Tickets by (lane, issuer, number).
pub(crate) fn filtered(
    conn: &Connection,
    filter: &TicketFilter,
    at_most: usize,
) -> SqlResult<Vec<TicketRow>> {
    let at_most = limit(at_most);
    match filter {
        TicketFilter::Open { day, lane } => many(
            conn,
            "SELECT row FROM tickets WHERE day = ?1 AND lane = ?2 AND state IN ('waiting', 'granted')
             ORDER BY issuer, number, doc LIMIT ?3",
            params![day, lane, at_most],
            |row| row_of(row, 0),
        ),
        TicketFilter::OfDay { day, lane } => many(
            conn,
            "SELECT row FROM tickets WHERE day = ?1 AND lane = ?2 ORDER BY issuer, number, doc LIMIT ?3",
            params![day, lane, at_most],
            |row| row_of(row, 0),
        ),
        TicketFilter::KeptBy(node) => many(
            conn,
            "SELECT row FROM tickets WHERE keeper = ?1 AND finished = 0
             ORDER BY lane, issuer, number, doc LIMIT ?2",
            params![node.as_bytes(), at_most],
            |row| row_of(row, 0),
        ),
    }
}

/// Tickets of a day with this printed number; a handful at most, from different issuers.
pub(crate) fn numbered(conn: &Connection, day: i32, number: &str) -> SqlResult<Vec<TicketRow>> {
    many(
        conn,
        "SELECT row FROM tickets WHERE day = ?1 AND number_text = ?2 ORDER BY doc",
        params![day, number],
        |row| row_of(row, 0),
    )
}
