//! The steps: the most likely next one first, each with its form right below.

use egui::{Button, Key, Ui};
use lienquay_shared::command::Outcome;
use lienquay_shared::decide::dossier::StepKind;
use lienquay_shared::refusal::Refusal;

use super::forms;
use super::{Sheet, Wish};
use crate::dossier::command::{Ask, Place};
use crate::dossier::form::Form;
use crate::dossier::typing::{Told, Typing};
use crate::when;
use crate::widget::{Tone, key_button, note, primary_button, refusal_note, refusal_words};

/// The key of the one action that comes next.
pub(super) const NEXT: Key = Key::F10;

/// The buttons.
pub(super) fn show(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &Typing) {
    let (cx, view) = (sheet.cx, sheet.view);
    // With a form open the key, and the weight, belong to the form.
    let has_form = typing.form.is_some();
    let is_idle = !sheet.asked.is_busy();
    ui.horizontal_wrapped(|ui| {
        let mut is_first = true;
        for (step, why_not) in &view.steps {
            let words = step_name(sheet, *step);
            if let Some(why_not) = why_not {
                forbidden(sheet, ui, &words, why_not);
                continue;
            }
            let is_pressed = if std::mem::take(&mut is_first) && !has_form {
                primary_button(ui, &words, Some(NEXT), is_idle)
            } else {
                key_button(ui, &words, None, is_idle)
            };
            if is_pressed {
                let form = Form::of(*step, &view.dossier);
                sheet.wish(form.map_or(Wish::Ask(Ask::Start), Wish::OpenForm));
            }
        }
        let notes = [
            (
                tr!(cx, "dossier.step_note"),
                &view.rights.note,
                Form::note(),
            ),
            (
                tr!(cx, "dossier.step_number"),
                &view.rights.number,
                Form::number(),
            ),
        ];
        for (words, why_not, form) in notes {
            match why_not {
                Some(why_not) => forbidden(sheet, ui, &words, why_not),
                None if key_button(ui, &words, None, true) => sheet.wish(Wish::OpenForm(form)),
                None => {}
            }
        }
    });
    // Always in sight, wherever on the page it was asked.
    if let Some(told) = &typing.told {
        note(ui, Tone::Good, &told_words(sheet, told));
    }
}

/// A button this officer may not press, and why.
fn forbidden(sheet: &Sheet<'_, '_>, ui: &mut Ui, words: &str, why_not: &Refusal) {
    let why = refusal_words(sheet.cx.lang, why_not);
    ui.add_enabled(false, Button::new(words))
        .on_disabled_hover_text(why);
}

/// What a step is called on its button.
pub(super) fn step_name(sheet: &Sheet<'_, '_>, step: StepKind) -> String {
    let cx = sheet.cx;
    match step {
        StepKind::Start => tr!(cx, "dossier.step_start"),
        StepKind::RequestSupplement => tr!(cx, "dossier.step_request"),
        StepKind::Supplement => tr!(cx, "dossier.step_supplement"),
        StepKind::Finish => tr!(cx, "dossier.step_finish"),
        StepKind::Return => tr!(cx, "dossier.step_return"),
        StepKind::Refuse => tr!(cx, "dossier.step_refuse"),
        StepKind::Withdraw => tr!(cx, "dossier.step_withdraw"),
    }
}

/// The open form, and why the last step was not taken.
pub(super) fn below(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    if let Some(mut form) = typing.form.take() {
        forms::show(sheet, ui, &mut form, &mut typing.wants_focus);
        typing.form = Some(form);
    } else if let Some(refusal) = sheet.asked.refusal(Place::Steps) {
        refusal_note(ui, sheet.cx, refusal);
    }
}

fn told_words(sheet: &Sheet<'_, '_>, told: &Told) -> String {
    let cx = sheet.cx;
    if let Outcome::DueChanged { due: Some(due), .. } = &told.outcome {
        return tr!(cx, "dossier.told_due", at = when::exact(due.at.millis));
    }
    match &told.ask {
        Ask::Start => tr!(cx, "dossier.told_started"),
        Ask::Submit(Form::RequestSupplement { .. }) => tr!(cx, "dossier.told_requested"),
        Ask::Submit(Form::Supplement) => tr!(cx, "dossier.told_supplemented"),
        Ask::Submit(Form::Finish { .. }) => tr!(cx, "dossier.told_finished"),
        Ask::Submit(Form::Return { .. }) => tr!(cx, "dossier.told_returned"),
        Ask::Submit(Form::Refuse { .. }) => tr!(cx, "dossier.told_refused"),
        Ask::Submit(Form::Withdraw { .. }) => tr!(cx, "dossier.told_withdrawn"),
        Ask::Submit(Form::Note { .. }) => tr!(cx, "dossier.told_noted"),
        Ask::Submit(Form::Number { .. }) => tr!(cx, "dossier.told_numbered"),
        Ask::Edit { .. } => tr!(cx, "dossier.told_edited"),
        Ask::Settle(_) => tr!(cx, "dossier.told_settled"),
    }
}
