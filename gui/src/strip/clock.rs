//! The date nobody vouches for: an officer looks at the calendar and says which day it is.

use egui::Ui;
use jiff::civil::Date;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::refusal::Refusal;

use super::data::StripView;
use super::watch::Watch;
use crate::cx::Cx;
use crate::link::{Pending, Polled};
use crate::start::{below_label, entered};
use crate::when;
use crate::widget::{Field, Tone, key_button, note, primary_button, refusal_note};

/// The form below the strip.
#[derive(Debug, Default)]
pub(super) struct ClockForm {
    is_open: bool,
    wants_focus: bool,
    typed: String,
    was_tried: bool,
    order: Option<Pending<Result<Outcome, Refusal>>>,
    refusal: Option<Refusal>,
}

impl ClockForm {
    /// One frame.
    pub(super) fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui, view: &StripView, watch: &Watch) {
        self.poll(watch);
        if !view.is_clock_doubtful {
            return;
        }
        let today = when::date(cx.now_millis);
        note(ui, Tone::Warn, &tr!(cx, "strip.clock", date = today));
        if !self.is_open {
            if key_button(ui, &tr!(cx, "strip.clock_open"), None, true) {
                self.is_open = true;
                self.wants_focus = true;
                cx.link.wake().now();
            }
            return;
        }
        ui.horizontal(|ui| {
            let is_wrong = self.was_tried && parse(&self.typed).is_none();
            let problem = is_wrong.then(|| tr!(cx, "strip.clock_no_date"));
            let field = Field::new(&tr!(cx, "strip.clock_date"), &mut self.typed)
                .problem(problem.as_deref())
                .max_bytes(10)
                .width(260.0)
                .show(ui);
            if std::mem::take(&mut self.wants_focus) {
                field.request_focus();
            }
            let mut wants = entered(ui, &field);
            ui.vertical(|ui| {
                below_label(ui);
                let is_free = self.order.is_none();
                wants |= primary_button(ui, &tr!(cx, "strip.clock_confirm"), None, is_free);
            });
            if wants && self.order.is_none() {
                self.confirm(cx);
            }
        });
        if let Some(refusal) = &self.refusal {
            refusal_note(ui, cx, refusal);
        }
    }

    fn confirm(&mut self, cx: &Cx<'_>) {
        self.was_tried = true;
        self.refusal = None;
        if let Some(date) = parse(&self.typed) {
            self.order = Some(cx.link.submit(Command::ConfirmDate { date }));
        }
    }

    fn poll(&mut self, watch: &Watch) {
        let Some(order) = &mut self.order else { return };
        let done = match order.poll() {
            Polled::Waiting => return,
            Polled::Ready(done) => done,
            Polled::Lost => Err(Refusal::Leaving),
        };
        self.order = None;
        match done {
            Ok(_) => {
                *self = Self::default();
                watch.again();
            }
            Err(refusal) => self.refusal = Some(refusal),
        }
    }
}

/// `21/11/2026`; a short day or month is understood.
fn parse(typed: &str) -> Option<Date> {
    Date::strptime("%d/%m/%Y", typed.trim()).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::parse;

    #[test]
    fn dates_are_typed_day_first() {
        for (typed, meant) in [
            ("21/11/2026", Some(date(2026, 11, 21))),
            (" 1/2/2027 ", Some(date(2027, 2, 1))),
            ("11/21/2026", None),
            ("2026-11-21", None),
            ("", None),
        ] {
            assert_eq!(parse(typed), meant, "{typed}");
        }
    }
}
