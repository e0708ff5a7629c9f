//! Draws the page from the form and the views; what the officer does changes the form or is given back.

mod due;
mod hints;
mod money;
mod papers;
mod people;
mod procedure;
mod prose;
mod saved;
pub(super) mod scan;
pub(super) mod term;

use egui::{Id, ScrollArea, Ui, UiBuilder};
use lienquay_shared::domain::person::Who;

use self::hints::Hints;
use super::{ReceptionPage, Reopened};
use crate::cx::Cx;
use crate::theme;
use crate::when;
use crate::widget::{Tone, key_button, note};

/// Wider lines are hard to read, and fields need no more.
const MAX_WIDTH: f32 = 860.0;

impl ReceptionPage {
    /// The form. True when the officer pressed save.
    pub(super) fn show_form(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) -> bool {
        let bar_height = due::bar_height(self, cx);
        let area = ScrollArea::vertical()
            .id_salt("reception")
            .auto_shrink(false)
            .max_height((ui.available_height() - bar_height).max(120.0));
        theme::scrolled(ui, area, |ui| {
            ui.set_max_width(MAX_WIDTH.min(ui.available_width() - theme::GRID));
            self.show_notes(cx, ui);
            let is_saving = self.saving.is_some();
            ui.add_enabled_ui(!is_saving, |ui| self.show_sections(cx, ui));
        });
        due::save_bar(self, cx, ui)
    }

    fn show_notes(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        if let Some(reopened) = self.reopened {
            let words = match reopened {
                Reopened::Unreadable => tr!(cx, "reception.draft_unreadable"),
                Reopened::From { millis, was_saving } => {
                    let at = when::short(millis, cx.now_millis);
                    let key = if was_saving {
                        "reception.draft_was_saving"
                    } else {
                        "reception.draft_reopened"
                    };
                    tr!(cx, key, at = at)
                }
            };
            note(ui, Tone::Plain, &words);
            self.drop_button(cx, ui, "reception.drop_draft");
        }
        if let Some(ticket) = &self.form.ticket {
            let words = tr!(cx, "reception.for_ticket", number = ticket.number);
            if self.is_ticket_doubtful {
                let more = tr!(cx, "reception.ticket_doubtful");
                note(ui, Tone::Warn, &format!("{words} {more}"));
                self.drop_button(cx, ui, "reception.drop_typed");
            } else if self.is_for_another() {
                let more = tr!(cx, "reception.another_served");
                note(ui, Tone::Warn, &format!("{words} {more}"));
            } else {
                note(ui, Tone::Plain, &words);
            }
        }
        if self.keeper.has_failed() {
            note(ui, Tone::Warn, &tr!(cx, "reception.draft_failed"));
        }
    }

    fn drop_button(&mut self, cx: &mut Cx<'_>, ui: &mut Ui, key: &str) {
        if key_button(ui, &tr!(cx, key), None, self.saving.is_none()) {
            self.drop_draft(cx);
        }
    }

    fn show_sections(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        let mut hints = Hints::new(&self.problems, &mut self.focus);
        if let Some(asked) = procedure::show(cx, ui, &mut hints, &mut self.search, &self.form) {
            match asked {
                procedure::Asked::Choose(chosen) => {
                    self.choose(chosen);
                    cx.link.wake().now();
                }
                procedure::Asked::Card(burst) => {
                    scan::take_scan(self, cx, Who::Transacting, &burst);
                }
            }
            return;
        }
        if let Some((who, burst)) = self.show_rest(cx, ui) {
            scan::take_scan(self, cx, who, &burst);
        }
    }

    /// Everything below the procedure, once its record is there. Gives what was scanned, and for whom.
    fn show_rest(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> Option<(Who, String)> {
        let Some(Some(record)) = self.record.get() else {
            return None;
        };
        let mut hints = Hints::new(&self.problems, &mut self.focus);
        let form = &mut self.form;
        term::show(cx, ui, &mut hints, form, record);
        papers::show(cx, ui, &mut hints, form, &mut self.added_paper);
        let scan = people::show(cx, ui, &mut hints, form, record, &mut self.scanners);
        money::show(cx, ui, &mut hints, form, record);
        due::show(cx, ui, self.preview.get());
        scan
    }

    /// After it was received.
    pub(super) fn show_saved(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        let wants_next = self
            .saved
            .as_ref()
            .is_some_and(|saved| saved::show(cx, ui, saved));
        if wants_next {
            self.start_anew();
            cx.link.wake().now();
        }
    }
}

/// One part of the page, numbered as on the paper form.
fn section<T>(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui) -> T) -> T {
    steady(ui, title, |ui| {
        ui.add_space(theme::GRID);
        ui.label(theme::heading(title));
        let inner = add(ui);
        ui.add_space(theme::GRID);
        ui.separator();
        inner
    })
}

/// What stands in here keeps its identity, and with it the cursor and a half-done click, when something appears above it.
fn steady<T>(
    ui: &mut Ui,
    what: impl std::hash::Hash + std::fmt::Debug,
    add: impl FnOnce(&mut Ui) -> T,
) -> T {
    let builder = UiBuilder::new().id(Id::new(("reception steady", what)));
    ui.scope_builder(builder, add).inner
}
