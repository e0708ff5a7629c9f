//! 4. The people: who stands at the counter, whom it is about, and by what right the one acts for the other.

use egui::Ui;
use lienquay_shared::domain::cccd::Sex;
use lienquay_shared::domain::dossier::SubjectKind;
use lienquay_shared::domain::person::{PersonField, Who};
use lienquay_shared::domain::procedure::Procedure;

use super::hints::Hints;
use super::scan::{LOOK_AGAIN, MAX_BURST_BYTES, N_TEXTS, Scanner, scanned_here, show_told};
use super::{section, steady};
use crate::cx::Cx;
use crate::reception::birth;
use crate::reception::form::{BasisKind, Form};
use crate::reception::person::PersonForm;
use crate::reception::problem::Place;
use crate::theme;
use crate::widget::{Tone, note};

/// The text fields of a person, in the order of the slip.
const TEXTS: [PersonField; N_TEXTS] = [
    PersonField::Name,
    PersonField::IdNumber,
    PersonField::BirthDate,
    PersonField::Address,
    PersonField::Phone,
    PersonField::Email,
];

/// Draws it. Gives what was scanned, and for whom.
pub(super) fn show(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    form: &mut Form,
    record: &Procedure,
    scanners: &mut [Scanner; 2],
) -> Option<(Who, String)> {
    let [of_transacting, of_subject] = scanners;
    section(ui, &tr!(cx, "reception.section_people"), |ui| {
        let who = Who::Transacting;
        let scan = person(cx, ui, hints, who, &mut form.transacting, of_transacting);
        if let Some(scan) = scan {
            return Some((who, scan));
        }
        if record.subject_kinds.len() > 1 {
            steady(ui, "subject kinds", |ui| {
                subject_kinds(cx, ui, form, record);
            });
        }
        steady(ui, "represented", |ui| {
            ui.checkbox(
                &mut form.is_represented,
                tr!(cx, "reception.is_represented"),
            );
        });
        if !form.is_represented {
            return None;
        }
        ui.label(theme::bold(tr!(cx, "reception.subject")));
        let who = Who::Subject;
        let scan = person(cx, ui, hints, who, &mut form.subject, of_subject);
        steady(ui, "basis", |ui| basis(cx, ui, hints, form));
        scan.map(|scan| (who, scan))
    })
}

/// One person's fields. Gives a scan that arrived in any of them.
fn person(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    who: Who,
    form: &mut PersonForm,
    scanner: &mut Scanner,
) -> Option<String> {
    let full = ui.available_width();
    let half = (full - theme::GRID) / 2.0;
    let name = name_of(cx, who, "reception.scan");
    let response = hints.field(
        ui,
        Place::Scan(who),
        &name,
        &mut scanner.typed,
        MAX_BURST_BYTES,
        full,
    );
    let mut scan = scanned_here(cx, ui, &response, scanner);
    show_told(cx, ui, scanner.told.as_ref());
    let mut block = Block {
        cx,
        hints,
        who,
        form,
        scanner,
    };
    ui.horizontal_top(|ui| {
        scan = scan.take().or(block.field(ui, 0, full * 0.6 - theme::GRID));
        scan = scan.take().or(block.field(ui, 1, full * 0.4));
    });
    ui.horizontal_top(|ui| {
        scan = scan.take().or(block.field(ui, 2, half));
        steady(ui, ("sex", who), |ui| block.sex(ui));
    });
    scan = scan.take().or(block.field(ui, 3, full));
    ui.horizontal_top(|ui| {
        scan = scan.take().or(block.field(ui, 4, half));
        scan = scan.take().or(block.field(ui, 5, half));
    });
    for doubt in form.doubts() {
        note(ui, Tone::Warn, &doubt);
    }
    scan
}

/// The fields of one person.
struct Block<'a, 'h, 'c> {
    cx: &'a Cx<'c>,
    hints: &'a mut Hints<'h>,
    who: Who,
    form: &'a mut PersonForm,
    scanner: &'a mut Scanner,
}

impl Block<'_, '_, '_> {
    /// A text field; gives a scan that ran into it.
    fn field(&mut self, ui: &mut Ui, index: usize, width: f32) -> Option<String> {
        let field = TEXTS[index];
        let name = name_of(self.cx, self.who, name_key(field));
        let text = self.form.text_mut(field)?;
        let watch = &mut self.scanner.watches[index];
        let place = Place::Person(self.who, field);
        // Longer than the node takes: a burst must not be cut before it is recognised. What is too long is named below.
        let response = self
            .hints
            .field(ui, place, &name, text, MAX_BURST_BYTES, width);
        let now = ui.input(|input| input.time);
        let scan = watch.look(text, response.lost_focus(), now);
        if watch.is_under_way() {
            self.cx.link.wake().after(LOOK_AGAIN);
        }
        if response.lost_focus()
            && field == PersonField::BirthDate
            && let Some(date) = birth::date(text)
        {
            *text = birth::shown(date);
        }
        scan
    }

    fn sex(&mut self, ui: &mut Ui) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::soft(name_of(self.cx, self.who, "reception.sex")));
            ui.horizontal(|ui| {
                for (sex, key) in [
                    (Sex::Male, "reception.male"),
                    (Sex::Female, "reception.female"),
                ] {
                    let is_it = self.form.sex == Some(sex);
                    let response = ui.radio(is_it, tr!(self.cx, key));
                    if response.clicked() {
                        self.form.sex = if is_it { None } else { Some(sex) };
                    }
                    let place = Place::Person(self.who, PersonField::Sex);
                    self.hints.meet(&response, place);
                }
            });
        });
    }
}

fn name_key(field: PersonField) -> &'static str {
    match field {
        PersonField::Name => "reception.name",
        PersonField::IdNumber => "reception.id_number",
        PersonField::BirthDate => "reception.birth",
        PersonField::Sex => "reception.sex",
        PersonField::Address => "reception.address",
        PersonField::Phone => "reception.phone",
        PersonField::Email => "reception.email",
    }
}

/// The name of a field; those of the subject say so.
fn name_of(cx: &Cx<'_>, who: Who, key: &str) -> String {
    let name = tr!(cx, key);
    match who {
        Who::Transacting => name,
        Who::Subject => tr!(cx, "reception.of_subject", what = name),
    }
}

fn subject_kinds(cx: &Cx<'_>, ui: &mut Ui, form: &mut Form, record: &Procedure) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::soft(tr!(cx, "reception.subject_kind")));
        for kind in &record.subject_kinds {
            let words = match kind {
                SubjectKind::Individual => tr!(cx, "reception.individual"),
                SubjectKind::Business => tr!(cx, "reception.business"),
                SubjectKind::Agency => tr!(cx, "reception.agency"),
                SubjectKind::Organisation => tr!(cx, "reception.organisation"),
            };
            ui.radio_value(&mut form.subject_kind, *kind, words);
        }
    });
}

fn basis(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::soft(tr!(cx, "reception.basis")));
        for kind in BasisKind::ALL {
            let words = match kind {
                BasisKind::Authorised => tr!(cx, "reception.authorised"),
                BasisKind::Guardian => tr!(cx, "reception.guardian"),
                BasisKind::Relative => tr!(cx, "reception.relative"),
            };
            let is_it = form.basis == Some(kind);
            let response = ui.radio(is_it, words);
            if response.clicked() {
                form.basis = Some(kind);
            }
            if is_it || (form.basis.is_none() && kind == BasisKind::Authorised) {
                hints.meet(&response, Place::BasisKind);
            }
        }
    });
    hints.line(ui, Place::BasisKind);
    let name = match form.basis {
        Some(BasisKind::Relative) => tr!(cx, "reception.basis_relative"),
        Some(BasisKind::Guardian) => tr!(cx, "reception.basis_guardian"),
        Some(BasisKind::Authorised) | None => tr!(cx, "reception.basis_document"),
    };
    let width = ui.available_width();
    hints.field(
        ui,
        Place::BasisDocument,
        &name,
        &mut form.basis_document,
        300,
        width,
    );
}
