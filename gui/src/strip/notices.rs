//! What waits for somebody, one short button or line each; nothing when nothing does.

use egui::{RichText, Ui};

use super::data::StripView;
use crate::cx::{Cx, Go};
use crate::start::import::Import;
use crate::theme;
use crate::widget::{Tone, key_button, note, refusal_words};
use crate::words::count;

/// What was pressed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    pub(super) wants_sheet: bool,
}

/// Draws them.
pub(super) fn show(
    cx: &mut Cx<'_>,
    ui: &mut Ui,
    view: &StripView,
    import: &mut Option<Import>,
) -> Asked {
    let mut asked = Asked::default();
    let has_any = view.has_sheet
        || !view.conflicts.is_empty()
        || view.low_disk_mib.is_some()
        || view.store_trouble.is_some();
    if has_any {
        ui.horizontal_wrapped(|ui| {
            if view.has_sheet {
                asked.wants_sheet = chip(ui, &tr!(cx, "strip.sheet"));
            }
            conflicts(cx, ui, view);
            if let Some(mib) = view.low_disk_mib {
                let words = tr!(cx, "strip.low_disk", n = count(cx.lang, mib));
                warning(ui, &words);
            }
            if let Some(trouble) = &view.store_trouble {
                warning(ui, &tr!(cx, "strip.store_trouble", what = trouble));
            }
        });
    }
    follow(cx, ui, import);
    asked
}

fn conflicts(cx: &mut Cx<'_>, ui: &mut Ui, view: &StripView) {
    let Some(first) = view.conflicts.first() else {
        return;
    };
    // One after the other: once it is settled, the next is the first.
    if chip(ui, &tr!(cx, "strip.conflicts", n = view.conflicts.len())) {
        cx.go(Go::Dossier(*first));
    }
}

/// The catalogue's import, until it is over and whoever sat here has seen what was not taken.
fn follow(cx: &Cx<'_>, ui: &mut Ui, import: &mut Option<Import>) {
    let Some(progress) = import.as_ref().map(Import::progress) else {
        return;
    };
    if !progress.is_over() {
        let words = tr!(
            cx,
            "strip.importing",
            n = progress.n_done,
            of = progress.n_all
        );
        ui.label(theme::soft(words));
        return;
    }
    let mut is_read = progress.failed.is_empty();
    for failure in &progress.failed {
        let why = refusal_words(cx.lang, &failure.why);
        note(
            ui,
            Tone::Warn,
            &tr!(cx, "start.not_imported", name = failure.name, why = why),
        );
    }
    if !is_read {
        is_read = key_button(ui, &tr!(cx, "strip.read"), None, true);
    }
    if is_read {
        *import = None;
    }
}

fn chip(ui: &mut Ui, words: &str) -> bool {
    let text = RichText::new(format!("⚠ {words}")).color(theme::WARN);
    let response = ui.add(egui::Button::new(text).fill(theme::WARN_SOFT));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, words));
    response.clicked()
}

fn warning(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(format!("⚠ {words}")).color(theme::BAD));
}
