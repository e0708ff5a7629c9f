//! Receiving dossiers.

use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::ReceiveDossier;
use lienquay_shared::domain::dossier::{Basis, Finance};
use lienquay_shared::domain::person::Person;

use crate::sim::procedure;

/// A dossier of the one procedure, from a citizen of this name.
pub fn receive(name: &str) -> ReceiveDossier {
    ReceiveDossier {
        procedure: Text::truncated(procedure::CODE),
        case: None,
        processing: None,
        term: None,
        channel: Default::default(),
        subject_kind: Default::default(),
        transacting: Person {
            name: Text::truncated(name),
            ..Person::default()
        },
        subject: None,
        basis: Basis::default(),
        request: Text::default(),
        components: List::default(),
        n_sets: 1,
        finance: Finance::NoneDue,
        ticket: None,
        accept_missing: true,
    }
}
