//! 6. and 7. The due date, large and explained, and the bar with the one button the page is for.

use egui::{Id, Key, Label, RichText, Ui, UiBuilder};
use lienquay_shared::domain::person::Who;
use lienquay_shared::view::ReceivePreview;

use super::section;
use crate::cx::Cx;
use crate::reception::ReceptionPage;
use crate::reception::problem::Place;
use crate::theme;
use crate::when;
use crate::widget::{Tone, brief_note, primary_button};

/// The due date, points.
const LARGE: f32 = 28.0;
/// The bar with one line of text above the button.
const BAR: f32 = 64.0;
/// A note of two lines above the bar.
const NOTE: f32 = 64.0;

/// The due date and its explanation.
pub(super) fn show(cx: &Cx<'_>, ui: &mut Ui, preview: Option<&ReceivePreview>) {
    section(ui, &tr!(cx, "reception.section_due"), |ui| {
        let Some(due) = preview.and_then(|preview| preview.due.as_ref()) else {
            ui.label(theme::soft(tr!(cx, "reception.no_due")));
            return;
        };
        let words = RichText::new(when::exact(due.at.millis)).family(crate::fonts::bold());
        ui.label(words.size(LARGE));
        for line in due.explanation.iter() {
            ui.add(Label::new(theme::soft(&**line)).wrap());
        }
    });
}

/// How much of the page the bar takes.
pub(super) fn bar_height(page: &ReceptionPage, cx: &Cx<'_>) -> f32 {
    if above_button(page, cx).is_some() {
        BAR + NOTE
    } else {
        BAR
    }
}

/// What belongs to no field, and what was refused last.
fn above_button(page: &ReceptionPage, cx: &Cx<'_>) -> Option<String> {
    let general = page
        .problems
        .iter()
        .find(|problem| problem.place == Place::Page);
    let first = page
        .problems
        .first()
        .filter(|_| page.has_pressed_save && page.form.procedure.is_some());
    let problem = general.or(first)?;
    Some(match problem.place {
        // Both people have the same fields.
        Place::Person(Who::Subject, _) => {
            format!("{}: {}", tr!(cx, "reception.subject"), problem.words)
        }
        _ => problem.words.clone(),
    })
}

/// Always in sight: when it is due, what stands in the way, and the button. True when it was pressed.
pub(super) fn save_bar(page: &ReceptionPage, cx: &Cx<'_>, ui: &mut Ui) -> bool {
    ui.separator();
    // The button stays where it is, whatever appears above it.
    let mut row = ui.max_rect();
    row.min.y = row.max.y - theme::CONTROL_HEIGHT;
    if let Some(words) = above_button(page, cx) {
        brief_note(ui, Tone::Bad, &words);
    }
    let builder = UiBuilder::new().max_rect(row).id(Id::new("reception save"));
    ui.scope_builder(builder, |ui| ui.horizontal(|ui| button(page, cx, ui)).inner)
        .inner
}

fn button(page: &ReceptionPage, cx: &Cx<'_>, ui: &mut Ui) -> bool {
    let has_procedure = page.form.procedure.is_some();
    let words = if page.saving.is_some() {
        tr!(cx, "reception.saving")
    } else {
        tr!(cx, "reception.save")
    };
    let can_save = has_procedure && page.saving.is_none();
    let is_pressed = primary_button(ui, &words, Some(Key::F10), can_save);
    let due = page.preview.get().and_then(|preview| preview.due.as_ref());
    match due {
        Some(due) if has_procedure => {
            let at = when::exact(due.at.millis);
            ui.label(theme::bold(tr!(cx, "reception.due_at", at = at)));
        }
        _ if !has_procedure => {
            ui.label(theme::soft(tr!(cx, "reception.choose_first")));
        }
        _ => {}
    }
    is_pressed
}
