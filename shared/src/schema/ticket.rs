//! A ticket's document: events only.

use super::event::ticket_events;
use super::{Authors, Defect, Document};
use crate::domain::ticket::{Ticket, fold};

/// Reads a ticket; none when its document does not say which ticket it is (its issue has not arrived).
pub fn read(document: &dyn Document, authors: &Authors<'_>) -> (Option<Ticket>, Vec<Defect>) {
    let mut raw = document.read();
    let events = ticket_events(&mut raw, authors);
    let ticket = fold(&events);
    let mut defects = raw.defects;
    defects.extend(
        ticket
            .iter()
            .flat_map(|ticket| ticket.defects.iter().cloned()),
    );
    defects.truncate(super::bounds::MAX_DEFECTS);
    (ticket, defects)
}
