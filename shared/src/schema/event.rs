//! Events as bytes: CBOR, written once, never changed. What a newer version writes stays in the document and is told as a defect.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::raw::Authors;
use super::{Decoded, RawDoc};
use crate::domain::dossier::{DossierEvent, Recorded};
use crate::domain::ticket::{Authored, TicketEvent};
use crate::ids::NodeId;

/// The events of a ticket with their authors, in causal order.
pub(super) fn ticket_events(raw: &mut RawDoc, authors: &Authors<'_>) -> Vec<Authored> {
    let events = authored::<TicketEvent>(raw, authors);
    events
        .into_iter()
        .map(|(event, author)| Authored {
            event: event.value,
            by: event.by,
            author,
        })
        .collect()
}

/// The events of a dossier with their authors, in causal order.
pub(super) fn dossier_events(raw: &mut RawDoc, authors: &Authors<'_>) -> Vec<Recorded> {
    let events = authored::<DossierEvent>(raw, authors);
    events
        .into_iter()
        .map(|(event, author)| Recorded {
            event: event.value,
            id: event.id,
            author,
        })
        .collect()
}

/// An author's event counts once, even when it was written again after a fork.
fn authored<T: DeserializeOwned>(
    raw: &mut RawDoc,
    authors: &Authors<'_>,
) -> Vec<(Decoded<T>, Option<NodeId>)> {
    let mut known = BTreeSet::new();
    let mut events = Vec::new();
    for event in raw.decode_events::<T>() {
        let author = authors(&event.by.actor);
        if known.insert((author, event.id)) {
            events.push((event, author));
        }
    }
    events
}
