//! The search on the screen.

use egui::{Frame, Margin, RichText, Stroke, Ui};
use lienquay_node::clock::Clock;
use lienquay_shared::NodeId;
use lienquay_shared::wire::Reason;

use super::{Code, HINT_AFTER, Search, SearchNext};
use crate::cx::Cx;
use crate::start::page;
use crate::theme;
use crate::widget::{Tone, key_button, note, primary_button, refusal_note};
use crate::words::Lang;

/// Two people read the digits to each other across a room.
const CODE_SIZE: f32 = 120.0;

impl Search {
    /// One frame.
    pub(crate) fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui, clock: Clock) -> Option<SearchNext> {
        self.advance(cx.link);
        if self.has_joined {
            return Some(SearchNext::Joined);
        }
        let decided = self.codes(cx, ui);
        if let Some((peer, is_same)) = decided {
            self.decide(cx.link, peer, is_same);
        }
        if self.codes.is_empty() {
            self.looking(cx, ui, clock);
        }
        self.what_went_wrong(cx, ui);
        ui.add_space(theme::GRID * 2.0);
        let is_bound = self.codes.values().any(|code| code.is_same);
        let back = key_button(ui, &tr!(cx, "start.back"), None, !is_bound);
        (back || (!is_bound && page::escaped(ui))).then_some(SearchNext::Back)
    }

    /// The digits, and what the person here said of them.
    fn codes(&self, cx: &Cx<'_>, ui: &mut Ui) -> Option<(NodeId, bool)> {
        let mut decided = None;
        for (peer, code) in &self.codes {
            if let Some(is_same) = one_code(cx, ui, code) {
                decided = Some((*peer, is_same));
            }
        }
        decided
    }

    fn looking(&self, cx: &Cx<'_>, ui: &mut Ui, clock: Clock) {
        page::title(
            ui,
            &tr!(cx, "start.seeking"),
            &tr!(cx, "start.seeking_about"),
        );
        ui.label(tr!(cx, "start.this_pc", name = self.form.name.trim()));
        let addresses = self.addresses.get().map(Vec::as_slice).unwrap_or_default();
        if !addresses.is_empty() {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::soft(tr!(cx, "start.own_addresses")));
                for address in addresses {
                    ui.label(RichText::new(address.to_string()).monospace());
                }
            });
        }
        ui.add_space(theme::GRID);
        let waited = clock.mono_millis().saturating_sub(self.started_mono_millis);
        if u128::from(waited) >= HINT_AFTER.as_millis() {
            note(ui, Tone::Plain, &tr!(cx, "start.seeking_hint"));
        }
    }

    fn what_went_wrong(&mut self, cx: &Cx<'_>, ui: &mut Ui) {
        if let Some(error) = &self.dial_problem {
            note(ui, Tone::Bad, &error.to_string());
        }
        if let Some(refusal) = &self.refusal {
            refusal_note(ui, cx, refusal);
        }
        let Some(reason) = self.failure else { return };
        let why = reason_words(cx.lang, reason);
        note(ui, Tone::Warn, &tr!(cx, "start.join_failed", why = why));
        if key_button(
            ui,
            &tr!(cx, "start.ask_again"),
            None,
            self.seeking.is_none(),
        ) {
            self.seek(cx.link);
        }
    }
}

/// A reason in the window's language.
pub(crate) fn reason_words(lang: Lang, reason: Reason) -> &'static str {
    match lang {
        Lang::Vi => reason.vietnamese(),
        Lang::En => reason.text(),
    }
}

fn one_code(cx: &Cx<'_>, ui: &mut Ui, code: &Code) -> Option<bool> {
    let mut decided = None;
    Frame::new()
        .stroke(Stroke::new(1.0, theme::LINE))
        .corner_radius(6)
        .inner_margin(Margin::same(24))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(theme::heading(&code.waiting.name));
            ui.label(
                RichText::new(&code.waiting.code)
                    .monospace()
                    .size(CODE_SIZE)
                    .color(theme::INK),
            );
            if code.is_same {
                note(ui, Tone::Plain, &tr!(cx, "start.other_side"));
                return;
            }
            ui.label(tr!(cx, "start.compare"));
            ui.add_space(theme::GRID);
            ui.horizontal(|ui| {
                let is_free = code.order.is_none();
                if primary_button(ui, &tr!(cx, "start.same"), None, is_free) {
                    decided = Some(true);
                }
                if key_button(ui, &tr!(cx, "start.different"), None, is_free) {
                    decided = Some(false);
                }
            });
        });
    decided
}
