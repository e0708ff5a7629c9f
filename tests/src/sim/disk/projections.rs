//! What screens read: rows by document, and the few look-ups the engine makes of them.

use lienquay_core::store::{ProjectionRow, TicketFilter};
use lienquay_shared::view::TicketRow;
use lienquay_shared::{DocId, codec};

use lienquay_shared::domain::ticket::TicketState;

use super::tables::Tables;

pub(super) fn put(tables: &mut Tables, row: &ProjectionRow) {
    let doc = doc_of(row);
    remove(tables, &doc);
    for code in codes_of(row) {
        tables.coded.put((code, doc), ());
    }
    if let ProjectionRow::Ticket(ticket) = row {
        tables.ticket_days.put((ticket.day, doc), ());
    }
    tables.projections.put(doc, row.clone());
}

pub(super) fn remove(tables: &mut Tables, doc: &DocId) {
    let Some(before) = tables.projections.get(doc).cloned() else {
        return;
    };
    for code in codes_of(&before) {
        tables.coded.remove(&(code, *doc));
    }
    if let ProjectionRow::Ticket(ticket) = &before {
        tables.ticket_days.remove(&(ticket.day, *doc));
    }
    tables.projections.remove(doc);
}

fn doc_of(row: &ProjectionRow) -> DocId {
    match row {
        ProjectionRow::Dossier(row, _) => row.doc,
        ProjectionRow::Ticket(row) => row.doc,
        ProjectionRow::Procedure(row) => row.doc,
    }
}

fn codes_of(row: &ProjectionRow) -> Vec<String> {
    match row {
        ProjectionRow::Dossier(row, _) => row.codes.clone(),
        ProjectionRow::Procedure(row) => vec![row.code.clone()],
        ProjectionRow::Ticket(_) => Vec::new(),
    }
}

fn coded<'a>(tables: &'a Tables, code: &str) -> impl Iterator<Item = &'a ProjectionRow> {
    let first = (code.to_owned(), DocId([0; DocId::LEN]));
    let last = (code.to_owned(), DocId([0xff; DocId::LEN]));
    tables
        .coded
        .range(first..=last)
        .filter_map(|((_, doc), ())| tables.projections.get(doc))
}

pub(super) fn dossiers_coded(tables: &Tables, code: &str) -> Vec<DocId> {
    coded(tables, code)
        .filter(|row| matches!(row, ProjectionRow::Dossier(..)))
        .map(doc_of)
        .collect()
}

pub(super) fn procedures_coded(tables: &Tables, code: &str) -> Vec<DocId> {
    let mut found: Vec<_> = coded(tables, code)
        .filter_map(|row| match row {
            ProjectionRow::Procedure(row) => Some((row.effective_from, row.doc)),
            ProjectionRow::Dossier(..) | ProjectionRow::Ticket(_) => None,
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, doc)| doc).collect()
}

fn ticket<'a>(tables: &'a Tables, doc: &DocId) -> Option<&'a TicketRow> {
    match tables.projections.get(doc)? {
        ProjectionRow::Ticket(row) => Some(row),
        ProjectionRow::Dossier(..) | ProjectionRow::Procedure(_) => None,
    }
}

fn of_day(tables: &Tables, day: i32) -> impl Iterator<Item = &TicketRow> {
    let (first, last) = (DocId([0; DocId::LEN]), DocId([0xff; DocId::LEN]));
    tables
        .ticket_days
        .range((day, first)..=(day, last))
        .filter_map(|((_, doc), ())| ticket(tables, doc))
}

pub(super) fn tickets(tables: &Tables, filter: &TicketFilter, limit: usize) -> Vec<TicketRow> {
    let is_open =
        |row: &&TicketRow| matches!(row.state, TicketState::Waiting | TicketState::Granted);
    let mut rows: Vec<&TicketRow> = match filter {
        TicketFilter::Open { day, lane } => of_day(tables, *day)
            .filter(|row| *row.lane == **lane)
            .filter(is_open)
            .collect(),
        TicketFilter::OfDay { day, lane } => of_day(tables, *day)
            .filter(|row| *row.lane == **lane)
            .collect(),
        TicketFilter::KeptBy(node) => tables
            .ticket_days
            .iter()
            .filter_map(|((_, doc), ())| ticket(tables, doc))
            .filter(|row| row.keeper.node == *node && row.state != TicketState::Finished)
            .collect(),
    };
    rows.sort_by_key(|row| (row.lane.clone(), row.issuer, row.number, row.doc));
    rows.into_iter().take(limit).cloned().collect()
}

pub(super) fn tickets_numbered(tables: &Tables, day: i32, number: &str) -> Vec<TicketRow> {
    of_day(tables, day)
        .filter(|row| row.number_text == number)
        .cloned()
        .collect()
}

pub(super) fn digest(tables: &Tables) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for (doc, row) in tables.projections.iter() {
        let bytes = match row {
            ProjectionRow::Dossier(row, conflicts) => codec::encode(&(row, conflicts)),
            ProjectionRow::Ticket(row) => codec::encode(row),
            ProjectionRow::Procedure(row) => codec::encode(row),
        };
        hasher
            .update(doc.as_bytes())
            .update(&(bytes.len() as u64).to_be_bytes())
            .update(&bytes);
    }
    hasher.finalize().into()
}
