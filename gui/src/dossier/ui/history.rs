//! What happened, the latest first: how long ago, how safe, what, who and where.

use egui::{Label, RichText, Ui, vec2};

use super::{Sheet, section};
use crate::dossier::data::{HistoryLine, What};
use crate::dossier::say;
use crate::dossier::typing::{HISTORY_STEP, Typing};
use crate::theme;
use crate::when;
use crate::widget::{Mark, key_button, marks};

/// Room for "12 phút trước" and for the marks, points.
const TIME_WIDTH: f32 = 116.0;
const MARK_WIDTH: f32 = 36.0;

pub(super) fn show(sheet: &Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    let (cx, view) = (sheet.cx, sheet.view);
    section(ui, &tr!(cx, "dossier.history"));
    for line in view.history.iter().take(typing.n_lines) {
        row(sheet, ui, line);
    }
    let n_more = view.history.len().saturating_sub(typing.n_lines);
    if n_more > 0 && key_button(ui, &tr!(cx, "dossier.more_lines", n = n_more), None, true) {
        typing.n_lines += HISTORY_STEP;
        cx.link.wake().now();
    }
}

fn row(sheet: &Sheet<'_, '_>, ui: &mut Ui, line: &HistoryLine) {
    let cx = sheet.cx;
    ui.horizontal_top(|ui| {
        column(ui, TIME_WIDTH, |ui| {
            // Another PC's clock may be a little ahead: what happened is never in the future.
            let at = line.at_millis.min(cx.now_millis);
            let words = when::relative(cx.lang, at, cx.now_millis);
            ui.label(theme::soft(words))
                .on_hover_text(when::exact(line.at_millis));
        });
        column(ui, MARK_WIDTH, |ui| match line.is_safe {
            Some(true) => marks(ui, cx, Mark::Safe),
            Some(false) => marks(ui, cx, Mark::Here),
            None => {}
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(words(sheet, line)).wrap());
            let who = say::actor(cx.lang, &line.by);
            ui.add(Label::new(theme::soft(who).small()).wrap());
        });
    });
}

fn column(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(vec2(width, 0.0), |ui| {
        ui.set_min_width(width);
        draw(ui);
    });
}

fn words(sheet: &Sheet<'_, '_>, line: &HistoryLine) -> RichText {
    let cx = sheet.cx;
    let words = say::happened(cx.lang, &line.what);
    if line.is_void {
        let words = tr!(cx, "dossier.line_void", words = words);
        return RichText::new(words).color(theme::INK_SOFT);
    }
    match line.what {
        What::Step(_) => RichText::new(words),
        What::NotApplied { .. } => RichText::new(format!("⚠ {words}")).color(theme::WARN),
    }
}
