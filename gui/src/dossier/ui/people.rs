//! People: who stands at the counter, whom it is about, by what right; side by side.

use egui::Ui;
use lienquay_shared::domain::dossier::{DossierField, SubjectKind};
use lienquay_shared::domain::person::{PersonField, Who};

use super::{Sheet, fields, section};
use crate::dossier::typing::Typing;

pub(super) fn show(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    let cx = sheet.cx;
    let is_same = sheet.view.dossier.transacting == sheet.view.dossier.subject;
    ui.columns_const(|[left, right]| {
        section(left, &tr!(cx, "dossier.transacting"));
        person(sheet, left, typing, Who::Transacting);
        let subject = tr!(cx, "dossier.subject");
        section(right, &format!("{subject} · {}", subject_kind(sheet)));
        if is_same {
            right.label(tr!(cx, "dossier.same_person"));
            right.collapsing(tr!(cx, "dossier.subject_fields"), |ui| {
                person(sheet, ui, typing, Who::Subject);
            });
        } else {
            person(sheet, right, typing, Who::Subject);
        }
        section(right, &tr!(cx, "dossier.basis"));
        let basis = [DossierField::BasisKind, DossierField::BasisDocument];
        fields::rows(sheet, right, typing, basis.into_iter());
    });
}

fn person(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing, who: Who) {
    let all = PersonField::ALL.map(|field| DossierField::Person(who, field));
    fields::rows(sheet, ui, typing, all.into_iter());
}

fn subject_kind(sheet: &Sheet<'_, '_>) -> String {
    let cx = sheet.cx;
    match sheet.view.dossier.subject_kind {
        SubjectKind::Individual => tr!(cx, "dossier.kind_individual"),
        SubjectKind::Business => tr!(cx, "dossier.kind_business"),
        SubjectKind::Agency => tr!(cx, "dossier.kind_agency"),
        SubjectKind::Organisation => tr!(cx, "dossier.kind_organisation"),
    }
}
