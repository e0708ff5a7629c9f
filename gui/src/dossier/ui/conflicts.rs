//! What waits for an officer's word: every value with who wrote it, where and when, and a button for each.

use egui::{Frame, Label, Margin, RichText, Stroke, Ui};
use lienquay_shared::codec::Text;
use lienquay_shared::command::SettleChoice;
use lienquay_shared::domain::dossier::{DossierField, Status};

use super::Sheet;
use super::forms::entered;
use crate::dossier::command::{Ask, Place};
use crate::dossier::data::{ConflictCard, Side, StatusChoice};
use crate::dossier::say;
use crate::dossier::typing::Typing;
use crate::dossier::value::{field_name, is_typed, shown, stored};
use crate::dossiers::status_name;
use crate::theme;
use crate::when;
use crate::widget::{Field, refusal_note, refusal_words};

pub(super) fn show(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    for card in &sheet.view.conflicts {
        Frame::new()
            .fill(theme::WARN_SOFT)
            .stroke(Stroke::new(1.0, theme::WARN))
            .corner_radius(6)
            .inner_margin(Margin::same(12))
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                match card {
                    ConflictCard::Field { field, sides } => {
                        of_field(sheet, ui, typing, *field, sides);
                    }
                    ConflictCard::Status { shown, sides } => of_status(sheet, ui, *shown, sides),
                }
            });
    }
}

fn of_field(
    sheet: &mut Sheet<'_, '_>,
    ui: &mut Ui,
    typing: &mut Typing,
    field: DossierField,
    sides: &[Side<String>],
) {
    let cx = sheet.cx;
    let name = field_name(cx.lang, field);
    title(ui, &tr!(cx, "dossier.conflict_field", field = name));
    for side in sides {
        let words = shown(cx.lang, field, &side.value);
        let words = if words.is_empty() {
            tr!(cx, "dossier.conflict_empty")
        } else {
            words
        };
        if choice(sheet, ui, &words, side) {
            settle(sheet, field, side.value.clone());
        }
    }
    if is_typed(field) {
        another(sheet, ui, typing, field);
    }
    if let Some(refusal) = sheet.asked.refusal(Place::Conflict(field)) {
        refusal_note(ui, cx, refusal);
    }
}

/// Neither value is right: a third one.
fn another(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing, field: DossierField) {
    let cx = sheet.cx;
    let text = typing.others.entry(field).or_default();
    ui.horizontal(|ui| {
        let name = tr!(cx, "dossier.conflict_another");
        let response = Field::new(&name, text)
            .max_bytes(field.max_bytes())
            .width(360.0)
            .show(ui);
        let is_ready = may_settle(sheet) && !text.trim().is_empty();
        let words = tr!(cx, "dossier.conflict_use_another");
        let is_pressed = ui.add_enabled(is_ready, egui::Button::new(words)).clicked();
        if is_ready && (is_pressed || entered(ui, &response)) {
            settle(sheet, field, stored(field, text));
        }
    });
}

fn settle(sheet: &mut Sheet<'_, '_>, field: DossierField, value: String) {
    let value = Text::truncated(&value);
    sheet.ask(Ask::Settle(SettleChoice::Field { field, value }));
}

fn of_status(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, shown: Status, sides: &[Side<StatusChoice>]) {
    let cx = sheet.cx;
    title(ui, &tr!(cx, "dossier.conflict_status"));
    let shown = status_name(cx.lang, shown);
    ui.label(theme::soft(tr!(
        cx,
        "dossier.conflict_shown",
        status = shown
    )));
    for side in sides {
        let words = status_name(cx.lang, side.value.status);
        if choice(sheet, ui, &words, side) {
            let keep = side.value.event;
            sheet.ask(Ask::Settle(SettleChoice::Status { keep }));
        }
    }
    if let Some(refusal) = sheet.asked.refusal(Place::StatusConflict) {
        refusal_note(ui, cx, refusal);
    }
}

fn title(ui: &mut Ui, words: &str) {
    let words = format!("⚠ {words}");
    ui.add(Label::new(theme::bold(words).color(theme::WARN)).wrap());
}

/// One side: what it says, who said it, and the button that lets it stand.
fn choice<T>(sheet: &Sheet<'_, '_>, ui: &mut Ui, words: &str, side: &Side<T>) -> bool {
    let cx = sheet.cx;
    let mut who = say::actor(cx.lang, &side.by);
    if let Some(at) = side.at_millis {
        who = format!("{who} · {}", when::short(at, cx.now_millis));
    }
    ui.horizontal(|ui| {
        let name = tr!(cx, "dossier.conflict_choose_named", value = words);
        let button = egui::Button::new(tr!(cx, "dossier.conflict_choose"));
        let response = ui.add_enabled(may_settle(sheet), button);
        let is_enabled = response.enabled();
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::WidgetType::Button, is_enabled, name.clone())
        });
        let is_clicked = response.clicked();
        if let Some(why_not) = &sheet.view.rights.correct {
            response.on_disabled_hover_text(refusal_words(cx.lang, why_not));
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(RichText::new(words)).wrap());
            ui.add(Label::new(theme::soft(who).small()).wrap());
        });
        is_clicked
    })
    .inner
}

fn may_settle(sheet: &Sheet<'_, '_>) -> bool {
    sheet.view.rights.correct.is_none() && !sheet.asked.is_busy()
}
