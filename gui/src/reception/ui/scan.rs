//! A card scanned for one of the people: where it may come in, and what is told of it.

use std::time::Duration;

use egui::Ui;
use lienquay_shared::domain::cccd::{CccdWarning, parse_cccd};
use lienquay_shared::domain::person::{PersonField, Who};

use crate::cx::Cx;
use crate::reception::ReceptionPage;
use crate::reception::burst::BurstWatch;
use crate::reception::person::PersonForm;
use crate::reception::problem::Place;
use crate::widget::{Tone, note};

/// A scanner's burst may be this long, whatever the field it runs into holds.
pub(super) const MAX_BURST_BYTES: usize = 1_200;
/// A scanner without Enter is looked at again after this pause.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Text fields of a person.
pub(super) const N_TEXTS: usize = 6;

/// What the last scan for one person brought, and what may be coming in.
#[derive(Debug, Default)]
pub(in crate::reception) struct Scanner {
    pub(super) typed: String,
    watch: BurstWatch,
    pub(super) watches: [BurstWatch; N_TEXTS],
    pub(super) told: Option<Told>,
}

/// What is told of the last scan.
#[derive(Debug)]
pub(super) enum Told {
    /// A card was read; what to compare.
    Read(Vec<String>),
    /// What came is no card.
    Unreadable(String),
}

/// Takes what was scanned into the person, or says why not.
pub(super) fn take_scan(page: &mut ReceptionPage, cx: &Cx<'_>, who: Who, scanned: &str) {
    let told = match parse_cccd(scanned) {
        Ok((card, warnings)) => {
            let person = page.form.person_mut(who);
            person.take_card(&card);
            page.focus = Some(after_scan(who, person));
            // What does not fit between the fields is shown below them, as long as it does not fit.
            let of_card = warnings.iter().filter(|warning| !is_about_fields(warning));
            Told::Read(of_card.map(ToString::to_string).collect())
        }
        Err(error) => {
            page.focus = Some(Place::Scan(who));
            Told::Unreadable(error.to_string())
        }
    };
    let [of_transacting, of_subject] = &mut page.scanners;
    let scanner = match who {
        Who::Transacting => of_transacting,
        Who::Subject => of_subject,
    };
    scanner.told = Some(told);
    cx.link.wake().now();
}

fn is_about_fields(warning: &CccdWarning) -> bool {
    matches!(
        warning,
        CccdWarning::BirthYearMismatch { .. } | CccdWarning::SexMismatch
    )
}

/// The first field that a card does not fill.
fn after_scan(who: Who, person: &PersonForm) -> Place {
    let next = if person.address.is_empty() {
        PersonField::Address
    } else {
        PersonField::Phone
    };
    Place::Person(who, next)
}

/// What arrived in the field for the scanner, once it ended with Enter or Tab.
pub(super) fn scanned_here(
    cx: &Cx<'_>,
    ui: &Ui,
    response: &egui::Response,
    scanner: &mut Scanner,
) -> Option<String> {
    let now = ui.input(|input| input.time);
    let burst = scanner
        .watch
        .look(&mut scanner.typed, response.lost_focus(), now);
    if burst.is_some() {
        scanner.typed.clear();
        return burst;
    }
    if scanner.watch.is_under_way() {
        cx.link.wake().after(LOOK_AGAIN);
    }
    // Typed by hand or cut short: it is looked at all the same, and the officer is told what it is not.
    if response.lost_focus() && !scanner.typed.trim().is_empty() {
        return Some(std::mem::take(&mut scanner.typed));
    }
    None
}

/// What became of the last scan.
pub(super) fn show_told(cx: &Cx<'_>, ui: &mut Ui, told: Option<&Told>) {
    match told {
        None => {}
        Some(Told::Unreadable(why)) => note(ui, Tone::Bad, why),
        Some(Told::Read(warnings)) => {
            note(ui, Tone::Good, &tr!(cx, "reception.card_read"));
            for warning in warnings {
                note(ui, Tone::Warn, warning);
            }
        }
    }
}
