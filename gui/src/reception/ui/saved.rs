//! After it was received: the code in large type, what kind of code it is, when it is due, and what to do next.

use egui::{Key, Label, RichText, Ui};
use lienquay_shared::domain::dossier::CodeKind;

use crate::cx::{Cx, Go};
use crate::reception::command::Saved;
use crate::theme;
use crate::when;
use crate::widget::{Tone, key_button, note, primary_button};

/// The code, points: the officer reads it to the citizen.
const CODE: f32 = 40.0;
/// The due date, points.
const DUE: f32 = 28.0;

/// Draws it. True when the officer wants the next dossier.
pub(super) fn show(cx: &mut Cx<'_>, ui: &mut Ui, saved: &Saved) -> bool {
    let received = &saved.received;
    note(ui, Tone::Good, &tr!(cx, "reception.received"));
    ui.add_space(theme::GRID);
    ui.label(theme::soft(tr!(cx, "reception.code")));
    let code = received.code.to_string();
    ui.label(RichText::new(code).family(crate::fonts::bold()).size(CODE));
    kind(cx, ui, received.code_kind);
    ui.add_space(theme::GRID);
    ui.label(theme::soft(tr!(cx, "reception.due")));
    match &received.due {
        Some(due) => {
            let at = when::exact(due.at.millis);
            ui.label(RichText::new(at).family(crate::fonts::bold()).size(DUE));
        }
        None => {
            ui.label(tr!(cx, "reception.no_due"));
        }
    }
    ui.add_space(theme::GRID);
    ui.add(Label::new(saved.procedure.as_str()).wrap());
    ui.add(Label::new(saved.person.as_str()).wrap());
    if let Some(number) = &saved.ticket {
        ui.label(tr!(cx, "reception.for_ticket", number = number));
    }
    ui.add_space(theme::GRID * 2.0);
    ui.horizontal(|ui| {
        let wants_next = primary_button(ui, &tr!(cx, "reception.next"), Some(Key::F4), true);
        if key_button(ui, &tr!(cx, "reception.open_dossier"), None, true) {
            cx.go(Go::Dossier(received.doc));
        }
        wants_next
    })
    .inner
}

fn kind(cx: &Cx<'_>, ui: &mut Ui, kind: CodeKind) {
    match kind {
        CodeKind::Official => {
            ui.label(tr!(cx, "reception.code_official"));
        }
        CodeKind::Alias => note(ui, Tone::Plain, &tr!(cx, "reception.code_alias")),
        CodeKind::Provisional => note(ui, Tone::Warn, &tr!(cx, "reception.code_provisional")),
    }
}
