//! The head: which dossier, how it stands, by when, how safe it is.

use egui::{Button, Frame, Label, Margin, RichText, Stroke, Ui};
use lienquay_shared::domain::dossier::{Channel, Status};
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};

use super::{Sheet, Wish};
use crate::dossiers::{Nearness, due_words, status_name};
use crate::theme;
use crate::when;
use crate::widget::{Mark, key_button, marks};

pub(super) fn show(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, shows_why: &mut bool) {
    let (cx, view) = (sheet.cx, sheet.view);
    ui.horizontal_wrapped(|ui| {
        if key_button(ui, &tr!(cx, "dossier.back"), None, true) {
            sheet.wish(Wish::Back);
        }
        let code = view.dossier.code();
        if code.is_empty() {
            ui.label(theme::title(tr!(cx, "dossier.no_code")));
        } else {
            ui.label(theme::title(code));
        }
        status_chip(sheet, ui);
    });
    codes_and_procedure(sheet, ui);
    ui.horizontal_wrapped(|ui| {
        due(sheet, ui, shows_why);
        safety(sheet, ui);
    });
    if *shows_why && let Some(due) = &view.dossier.due {
        for line in due.explanation.iter() {
            ui.add(Label::new(theme::soft(&**line)).wrap());
        }
    }
}

/// The status in words on its colour.
fn status_chip(sheet: &Sheet<'_, '_>, ui: &mut Ui) {
    let status = sheet.view.dossier.status;
    let (ink, fill) = match status {
        Status::Registered | Status::Received | Status::Processing => {
            (theme::ACCENT, theme::ACCENT_SOFT)
        }
        Status::SupplementRequired => (theme::WARN, theme::WARN_SOFT),
        Status::Finished | Status::Returned => (theme::GOOD, theme::GOOD_SOFT),
        Status::Refused | Status::Withdrawn => (theme::INK_SOFT, theme::PANEL),
    };
    Frame::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, ink))
        .corner_radius(4)
        .inner_margin(Margin::symmetric(8, 3))
        .show(ui, |ui| {
            ui.label(theme::bold(status_name(sheet.cx.lang, status)).color(ink));
        });
}

/// The marks with a word beside each.
fn safety(sheet: &Sheet<'_, '_>, ui: &mut Ui) {
    let cx = sheet.cx;
    let (mark, words) = if sheet.view.is_safe {
        (Mark::Safe, tr!(cx, "dossier.is_safe"))
    } else {
        (Mark::Here, tr!(cx, "dossier.is_here"))
    };
    marks(ui, cx, mark);
    ui.add(Label::new(theme::soft(words).small()).extend());
    let n = sheet.view.conflicts.len();
    if n > 0 {
        marks(ui, cx, Mark::Conflict);
        let words = RichText::new(tr!(cx, "dossier.n_conflicts", n = n));
        ui.add(Label::new(words.small().color(theme::WARN)).extend());
    }
}

fn codes_and_procedure(sheet: &Sheet<'_, '_>, ui: &mut Ui) {
    let (cx, view) = (sheet.cx, sheet.view);
    if let Some(procedure) = &view.dossier.procedure {
        ui.add(Label::new(theme::bold(&*procedure.name)).truncate());
    }
    let mut facts: Vec<String> = Vec::new();
    if view.dossier.codes.len() > 1 {
        let others: Vec<&str> = view.dossier.codes[1..]
            .iter()
            .map(|code| &*code.0)
            .collect();
        facts.push(tr!(cx, "dossier.other_codes", codes = others.join(", ")));
    }
    if let Some(procedure) = &view.dossier.procedure {
        facts.push(procedure.code.to_string());
    }
    facts.extend(view.dossier.case.as_ref().map(ToString::to_string));
    facts.push(channel(sheet));
    if let Some(received) = view.dossier.received_at {
        let at = when::short(received.millis, cx.now_millis);
        facts.push(tr!(cx, "dossier.received_at", at = at));
    }
    if let Some(ticket) = &view.ticket {
        facts.push(tr!(cx, "dossier.ticket", number = ticket));
    }
    ui.add(Label::new(theme::soft(facts.join(" · ")).small()).wrap());
}

fn channel(sheet: &Sheet<'_, '_>) -> String {
    let cx = sheet.cx;
    match sheet.view.dossier.channel {
        Channel::Direct => tr!(cx, "dossier.channel_direct"),
        Channel::Online => tr!(cx, "dossier.channel_online"),
        Channel::Post => tr!(cx, "dossier.channel_post"),
    }
}

/// When it is due, the word for how far that is, and the whole explanation behind a click.
fn due(sheet: &Sheet<'_, '_>, ui: &mut Ui, shows_why: &mut bool) {
    let (cx, view) = (sheet.cx, sheet.view);
    let Some(due) = &view.dossier.due else {
        if view.dossier.received_at.is_some() {
            let words = format!("⚠ {}", tr!(cx, "dossier.no_due"));
            ui.label(RichText::new(words).color(theme::WARN));
        }
        return;
    };
    let title = tr!(cx, "dossier.due", at = when::exact(due.at.millis));
    let (tone, word) = standing(sheet, due.at.millis);
    ui.label(theme::bold(title));
    ui.label(theme::bold(word).color(tone));
    if let Some(original) = &view.dossier.original_due
        && original.at != due.at
    {
        let at = when::exact(original.at.millis);
        ui.label(theme::soft(tr!(cx, "dossier.original_due", at = at)));
    }
    let words = RichText::new(tr!(cx, "dossier.why")).small();
    let button = Button::new(words).small().min_size(theme::SMALL_BUTTON);
    if ui.add(button).clicked() {
        *shows_why = !*shows_why;
    }
}

/// On time, soon, late: a word and its colour, the same as in the list.
fn standing(sheet: &Sheet<'_, '_>, due_millis: u64) -> (egui::Color32, String) {
    let (cx, dossier) = (sheet.cx, &sheet.view.dossier);
    if let Some(ended) = dossier.ended_at() {
        return if ended.millis <= due_millis {
            (theme::GOOD, tr!(cx, "dossier.was_on_time"))
        } else {
            (theme::BAD, tr!(cx, "dossier.was_late"))
        };
    }
    let (nearness, words) = due_words(cx.lang, dossier.status, due_millis, cx.now_millis);
    if nearness != Nearness::Calm {
        return (nearness.ink(), words);
    }
    // The date stands beside it already.
    let day = |millis| SiteTime::new(millis, TimeQuality::Unconfirmed).day().0;
    let n_days = day(due_millis) - day(cx.now_millis);
    (theme::GOOD, tr!(cx, "dossier.days_left", n = n_days))
}
