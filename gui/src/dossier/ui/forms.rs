//! The forms of the steps, drawn where the step was chosen.

use egui::{Frame, Key, Margin, Response, Stroke, Ui};
use lienquay_shared::decide::dossier::allows;
use lienquay_shared::domain::cccd::{MAX_QR_BYTES, parse_cccd};

use super::area::area;
use super::steps::{NEXT, step_name};
use super::{Sheet, Wish};
use crate::dossier::command::{Ask, Place};
use crate::dossier::form::{Form, MAX_MISSING};
use crate::dossiers::status_name;
use crate::reception::scanned_behind;
use crate::theme;
use crate::widget::{Field, Tone, hint_line, key_button, note, primary_button, refusal_note};

/// Whoever receives a result, and the paper shown, as the command has them.
const MAX_NAME_BYTES: usize = 200;
const MAX_ID_BYTES: usize = 40;

/// Draws the open form with its two buttons, and what stands in its way.
pub(super) fn show(
    sheet: &mut Sheet<'_, '_>,
    ui: &mut Ui,
    form: &mut Form,
    wants_focus: &mut bool,
) {
    let cx = sheet.cx;
    Frame::new()
        .fill(theme::PANEL)
        .stroke(Stroke::new(1.0, theme::ACCENT))
        .corner_radius(6)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.label(theme::bold(title(sheet, form)));
            let is_entered = fields(sheet, ui, form, wants_focus);
            let is_possible = obstacle(sheet, ui, form) && !sheet.asked.is_busy();
            if let Some(refusal) = sheet.asked.refusal(Place::Steps) {
                refusal_note(ui, cx, refusal);
            }
            ui.horizontal(|ui| {
                let words = tr!(cx, "dossier.form_confirm");
                let is_pressed = primary_button(ui, &words, Some(NEXT), is_possible);
                if is_pressed || (is_entered && is_possible) {
                    sheet.ask(Ask::Submit(form.clone()));
                }
                if key_button(ui, &tr!(cx, "dossier.form_leave"), None, true) {
                    sheet.wish(Wish::CloseForm);
                }
                ui.label(theme::soft(tr!(cx, "dossier.form_esc")).small());
            });
        });
}

fn title(sheet: &Sheet<'_, '_>, form: &Form) -> String {
    let cx = sheet.cx;
    match form {
        Form::Note { .. } => tr!(cx, "dossier.step_note"),
        Form::Number { .. } => tr!(cx, "dossier.step_number"),
        _ => form
            .step()
            .map(|step| step_name(sheet, step))
            .unwrap_or_default(),
    }
}

/// Whether nothing stands in the form's way: the dossier may have changed on another counter while it was filled.
fn obstacle(sheet: &Sheet<'_, '_>, ui: &mut Ui, form: &Form) -> bool {
    let cx = sheet.cx;
    let is_over = form
        .step()
        .is_some_and(|step| allows(&sheet.view.dossier, step).is_err());
    if is_over {
        let status = status_name(cx.lang, sheet.view.dossier.status);
        note(
            ui,
            Tone::Warn,
            &tr!(cx, "dossier.form_overtaken", status = status),
        );
    }
    let is_long = form.n_missing() > MAX_MISSING;
    if is_long {
        hint_line(ui, &tr!(cx, "dossier.form_too_many", max = MAX_MISSING));
    }
    let has_long_line = form.has_long_line();
    if has_long_line {
        hint_line(ui, &tr!(cx, "dossier.form_long_line"));
    }
    !is_over && !is_long && !has_long_line
}

/// The fields of a form; true when Enter was pressed in one of a single line.
fn fields(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, form: &mut Form, wants_focus: &mut bool) -> bool {
    let cx = sheet.cx;
    match form {
        Form::RequestSupplement {
            papers,
            others,
            reason,
        } => {
            request_fields(sheet, ui, papers, others, reason, wants_focus);
            false
        }
        Form::Supplement => {
            for paper in sheet
                .view
                .dossier
                .open_round()
                .iter()
                .flat_map(|round| round.missing.iter())
            {
                ui.add(egui::Label::new(format!("• {}", &**paper)).wrap());
            }
            ui.label(theme::soft(tr!(cx, "dossier.form_supplement_hint")));
            false
        }
        Form::Finish { result } => {
            let response = area(ui, &tr!(cx, "dossier.form_result"), result, 1000);
            focus(&response, wants_focus);
            false
        }
        Form::Return {
            name,
            id_shown,
            by_post,
        } => return_fields(sheet, ui, name, id_shown, by_post, wants_focus),
        Form::Refuse {
            reason,
            legal_basis,
        } => {
            let first = area(ui, &tr!(cx, "dossier.form_refuse_reason"), reason, 1000);
            focus(&first, wants_focus);
            area(ui, &tr!(cx, "dossier.form_legal_basis"), legal_basis, 500);
            false
        }
        Form::Withdraw { reason } => {
            let first = area(ui, &tr!(cx, "dossier.form_withdraw_reason"), reason, 1000);
            focus(&first, wants_focus);
            false
        }
        Form::Note { text } => {
            let first = area(ui, &tr!(cx, "dossier.form_note"), text, 2000);
            focus(&first, wants_focus);
            false
        }
        Form::Number { code, is_official } => {
            let name = tr!(cx, "dossier.form_code");
            let first = Field::new(&name, code).max_bytes(64).width(360.0).show(ui);
            focus(&first, wants_focus);
            ui.radio_value(is_official, true, tr!(cx, "dossier.form_official"));
            ui.radio_value(is_official, false, tr!(cx, "dossier.form_alias"));
            entered(ui, &first)
        }
    }
}

fn request_fields(
    sheet: &Sheet<'_, '_>,
    ui: &mut Ui,
    papers: &mut [(String, bool)],
    others: &mut String,
    reason: &mut String,
    wants_focus: &mut bool,
) {
    let cx = sheet.cx;
    // The reason first: the papers are mostly ticked already.
    let response = area(ui, &tr!(cx, "dossier.form_request_reason"), reason, 1000);
    focus(&response, wants_focus);
    if !papers.is_empty() {
        ui.label(theme::soft(tr!(cx, "dossier.form_which_papers")));
    }
    for (name, is_asked) in papers {
        ui.checkbox(is_asked, name.as_str());
    }
    area(ui, &tr!(cx, "dossier.form_other_papers"), others, 4000);
}

fn return_fields(
    sheet: &Sheet<'_, '_>,
    ui: &mut Ui,
    name: &mut String,
    id_shown: &mut String,
    by_post: &mut bool,
    wants_focus: &mut bool,
) -> bool {
    let cx = sheet.cx;
    let label = tr!(cx, "dossier.form_to_name");
    let to = Field::new(&label, name)
        .max_bytes(MAX_QR_BYTES)
        .width(420.0)
        .show(ui);
    let label = tr!(cx, "dossier.form_id_shown");
    let shown = Field::new(&label, id_shown)
        .max_bytes(MAX_QR_BYTES)
        .width(420.0)
        .show(ui);
    focus(&shown, wants_focus);
    let known = &sheet.view.dossier.transacting.id_number;
    if !known.is_empty()
        && id_shown.is_empty()
        && key_button(ui, &tr!(cx, "dossier.form_same_id", id = known), None, true)
    {
        *id_shown = known.to_string();
    }
    ui.checkbox(by_post, tr!(cx, "dossier.form_by_post"));
    let is_scanned =
        [&to, &shown].map(Response::lost_focus).contains(&true) && take_card(name, id_shown);
    if is_scanned {
        // The scanner's Enter hands nothing out: the officer looks first.
        shown.request_focus();
    }
    (entered(ui, &to) || entered(ui, &shown)) && !is_scanned
}

/// A card scanned into one of the two fields fills both; true when a scanner was at work.
fn take_card(name: &mut String, id_shown: &mut String) -> bool {
    let bursts = [&*id_shown, &*name].map(|text| scanned_behind(text));
    let is_scanned = bursts.iter().any(Option::is_some);
    let card = bursts
        .into_iter()
        .flatten()
        .find_map(|burst| parse_cccd(&burst).ok());
    if let Some((card, _)) = card {
        name.clone_from(&card.full_name);
        card.number.as_str().clone_into(id_shown);
    }
    name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
    id_shown.truncate(id_shown.floor_char_boundary(MAX_ID_BYTES));
    is_scanned
}

/// Puts the cursor here when the form was just opened.
pub(super) fn focus(response: &Response, wants_focus: &mut bool) {
    if std::mem::take(wants_focus) {
        response.request_focus();
    }
}

/// Enter was pressed in a field of one line.
pub(super) fn entered(ui: &Ui, response: &Response) -> bool {
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
