//! One correctable field: its name, its value, a pencil; opened, a field to type in or choices to press.

use egui::{Button, Label, Ui, vec2};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::refusal::Refusal;

use super::forms::{entered, focus};
use super::{Sheet, Wish};
use crate::dossier::command::{Ask, Place};
use crate::dossier::typing::{Editing, Typing};
use crate::dossier::value::{
    choice_words, choices, field_name, is_typed, short_name, shown, stored,
};
use crate::theme;
use crate::widget::{Field, Tone, key_button, note, refusal_note, refusal_words};

/// Room for the names of fields, points.
const NAME_WIDTH: f32 = 108.0;
/// The same where a row has the whole page.
const WIDE_NAME_WIDTH: f32 = 160.0;
/// Rows wider than this have the whole page, points.
const WIDE: f32 = 560.0;
/// Room for the button behind a value, points.
const PENCIL_WIDTH: f32 = 64.0;

/// Draws the fields, one below the other.
pub(super) fn rows(
    sheet: &mut Sheet<'_, '_>,
    ui: &mut Ui,
    typing: &mut Typing,
    fields: impl Iterator<Item = DossierField>,
) {
    for field in fields {
        let is_open = typing
            .editing
            .as_ref()
            .is_some_and(|open| open.field == field);
        if is_open {
            opened(sheet, ui, typing);
        } else {
            closed(sheet, ui, field);
        }
    }
}

fn closed(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, field: DossierField) {
    let cx = sheet.cx;
    let value = sheet.view.dossier.get(field);
    let is_in_conflict = sheet
        .view
        .dossier
        .conflicts
        .iter()
        .any(|conflict| conflict.field == field.key());
    let name_width = if ui.available_width() > WIDE {
        WIDE_NAME_WIDTH
    } else {
        NAME_WIDTH
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = theme::BODY;
        ui.allocate_ui(vec2(name_width, 0.0), |ui| {
            ui.set_min_width(name_width);
            ui.add(Label::new(theme::soft(short_name(cx.lang, field))).wrap());
        });
        let room = ui.available_width() - PENCIL_WIDTH;
        ui.allocate_ui(vec2(room, 0.0), |ui| {
            ui.set_min_width(room);
            let value = shown(cx.lang, field, &value);
            let text = if value.is_empty() {
                theme::soft("—")
            } else {
                egui::RichText::new(value)
            };
            ui.add(Label::new(text).wrap());
            if is_in_conflict {
                let words = format!("⚠ {}", tr!(cx, "dossier.field_in_conflict"));
                ui.label(egui::RichText::new(words).small().color(theme::WARN));
            }
        });
        if pencil(sheet, ui, field) {
            sheet.wish(Wish::OpenField {
                field,
                stored: value.clone(),
            });
        }
    });
}

/// The small button that opens a field; says why not where the officer may not.
fn pencil(sheet: &Sheet<'_, '_>, ui: &mut Ui, field: DossierField) -> bool {
    let cx = sheet.cx;
    let why_not = why_not(sheet, field);
    let name = tr!(cx, "dossier.edit", field = field_name(cx.lang, field));
    let words = egui::RichText::new(tr!(cx, "dossier.edit_sign")).small();
    let button = Button::new(words).small().min_size(theme::SMALL_BUTTON);
    let response = ui.add_enabled(why_not.is_none(), button);
    let is_enabled = why_not.is_none();
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Button, is_enabled, name.clone())
    });
    let is_clicked = response.clicked();
    match why_not {
        Some(why_not) => {
            response.on_disabled_hover_text(refusal_words(cx.lang, why_not));
        }
        None => {
            response.on_hover_text(name);
        }
    }
    is_clicked
}

fn why_not<'a>(sheet: &Sheet<'a, '_>, field: DossierField) -> Option<&'a Refusal> {
    match field {
        DossierField::Finance => sheet.view.rights.collect.as_ref(),
        _ => sheet.view.rights.correct.as_ref(),
    }
}

fn opened(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    let Some(mut open) = typing.editing.take() else {
        return;
    };
    let cx = sheet.cx;
    let field = open.field;
    egui::Frame::new()
        .fill(theme::PANEL)
        .corner_radius(4)
        .inner_margin(8)
        .show(ui, |ui| {
            let is_overtaken = overtaken(sheet, ui, &mut open);
            let may_save = !is_overtaken && !sheet.asked.is_busy();
            let wants_focus = &mut typing.wants_focus;
            let is_entered =
                is_typed(field) && type_in(sheet, ui, &mut open, may_save, wants_focus);
            choose(sheet, ui, &open, may_save, wants_focus);
            if let Some(refusal) = sheet.asked.refusal(Place::Field(field)) {
                refusal_note(ui, cx, refusal);
            }
            ui.horizontal(|ui| {
                let is_saved = is_typed(field)
                    && key_button(ui, &tr!(cx, "dossier.form_save"), None, may_save);
                if is_saved || is_entered {
                    let value = stored(field, &open.text);
                    sheet.ask(Ask::Edit { field, value });
                }
                if key_button(ui, &tr!(cx, "dossier.form_leave"), None, true) {
                    sheet.wish(Wish::CloseField(field));
                }
            });
        });
    typing.editing = Some(open);
}

/// Another counter changed the field meanwhile: both values are shown, and the officer says which one goes on.
fn overtaken(sheet: &Sheet<'_, '_>, ui: &mut Ui, open: &mut Editing) -> bool {
    let cx = sheet.cx;
    let now = sheet.view.dossier.get(open.field);
    if now == open.base {
        return false;
    }
    let words = shown(cx.lang, open.field, &now);
    note(
        ui,
        Tone::Warn,
        &tr!(cx, "dossier.field_changed", value = words),
    );
    ui.horizontal_wrapped(|ui| {
        if key_button(ui, &tr!(cx, "dossier.take_theirs"), None, true) {
            open.text = words.clone();
            open.base.clone_from(&now);
        }
        if key_button(ui, &tr!(cx, "dossier.keep_mine"), None, true) {
            open.base.clone_from(&now);
        }
    });
    open.base != now
}

/// The choices; pressing one saves it.
fn choose(
    sheet: &mut Sheet<'_, '_>,
    ui: &mut Ui,
    open: &Editing,
    may_save: bool,
    wants_focus: &mut bool,
) {
    let cx = sheet.cx;
    let field = open.field;
    if choices(field).is_empty() {
        return;
    }
    if !is_typed(field) {
        ui.label(theme::soft(short_name(cx.lang, field)));
    }
    ui.horizontal_wrapped(|ui| {
        for choice in choices(field) {
            let words = choice_words(cx.lang, field, choice).unwrap_or_default();
            let button = Button::selectable(open.base == *choice, words);
            let response = ui.add_enabled(may_save, button);
            if open.base == *choice || !is_typed(field) && choices(field).last() == Some(choice) {
                focus(&response, wants_focus);
            }
            if response.clicked() {
                sheet.ask(Ask::Edit {
                    field,
                    value: (*choice).to_owned(),
                });
            }
        }
    });
}

/// The text field; true when Enter asks to save it.
fn type_in(
    sheet: &Sheet<'_, '_>,
    ui: &mut Ui,
    open: &mut Editing,
    may_save: bool,
    wants_focus: &mut bool,
) -> bool {
    let cx = sheet.cx;
    let field = open.field;
    let name = field_name(cx.lang, field);
    let response = Field::new(&name, &mut open.text)
        .max_bytes(field.max_bytes())
        .show(ui);
    focus(&response, wants_focus);
    let is_entered = entered(ui, &response);
    if is_entered && !may_save {
        response.request_focus();
    }
    is_entered && may_save
}
