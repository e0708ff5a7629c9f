//! Events as bytes: CBOR, written once, never changed. What a newer version writes stays in the document and is told as a defect.

use super::raw::Authors;
use super::{RawDoc, Versioned};
use crate::domain::dossier::DossierEvent;
use crate::domain::ticket::{Authored, TicketEvent};

/// The events of a ticket with their authors, in causal order.
pub(super) fn ticket_events(raw: &mut RawDoc, authors: &Authors<'_>) -> Vec<Authored> {
    let events: Vec<Versioned<TicketEvent>> = raw.decode_events();
    events
        .into_iter()
        .map(|event| Authored {
            author: authors(&event.by.actor),
            event: event.value,
            by: event.by,
        })
        .collect()
}

/// The events of a dossier, in causal order.
pub(super) fn dossier_events(raw: &mut RawDoc) -> Vec<Versioned<DossierEvent>> {
    raw.decode_events()
}
