//! Tickets put aside or missed, and numbers known only from their paper.

use egui::{Key, Ui};

use super::Folds;
use super::command::Action;
use super::form::{Form, Forms, pick};
use super::lanes;
use super::pen::Pen;
use crate::theme;
use crate::widget::{Field, Tone, note};

/// Digits of a number.
const MAX_DIGITS: usize = 4;

/// Parked and missed ones, and the paper number.
pub(super) fn section(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, folds: &mut Folds) {
    let data = pen.data;
    if !data.aside.is_empty() {
        ui.separator();
        ui.label(theme::bold(tr!(
            pen.cx,
            "queue.aside",
            n = data.aside.len()
        )));
        lanes::rows(ui, pen, forms, folds, data.aside.iter());
        if data.has_more_aside {
            ui.label(theme::soft(tr!(pen.cx, "queue.more_aside")));
        }
    }
    if data.seat.can_call() {
        forms.toggle_button(ui, pen, "queue.call_paper", Form::Paper);
        if forms.is_open(Form::Paper) {
            forms.frame(ui, |forms, ui| paper(ui, pen, forms));
        }
    }
}

/// Calling what this PC has never heard of: another counter may have called the same citizen.
fn paper(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms) {
    note(ui, Tone::Warn, &tr!(pen.cx, "queue.paper_warning"));
    let lanes = &pen.data.targets.lanes;
    if forms.lane.is_none() {
        forms.lane = own_lane(pen);
    }
    let words = |id: &str, name: &str| format!("{id} · {name}");
    let chosen = lanes.iter().find(|(id, _)| forms.lane.as_ref() == Some(id));
    let shown = chosen.map_or_else(String::new, |(id, name)| words(id, name));
    let options = lanes
        .iter()
        .map(|(id, name)| (Some(id.clone()), words(id, name)));
    let name = tr!(pen.cx, "queue.paper_lane");
    pick(ui, &name, &mut forms.lane, &shown, options);
    let takes_focus = forms.takes_focus();
    let name = tr!(pen.cx, "queue.paper_number");
    let missing = tr!(pen.cx, "queue.paper_number_missing");
    let number = number(&forms.number);
    let field = Field::new(&name, &mut forms.number)
        .problem(number.is_none().then_some(missing.as_str()))
        .show(ui);
    if takes_focus {
        field.request_focus();
    }
    let action = forms
        .lane
        .clone()
        .zip(number)
        .map(|(lane, number)| Action::CallPaper { lane, number });
    let by_enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if by_enter && !pen.is_busy() {
        pen.asked.extend(action.clone());
    }
    ui.horizontal_wrapped(|ui| {
        let words = tr!(pen.cx, "queue.do_call_paper");
        pen.primary_if(ui, &words, None, action);
        forms.cancel_button(ui, pen);
    });
}

/// The number on the paper. A scanned card ends with Enter too: its first digits call nobody.
fn number(typed: &str) -> Option<u32> {
    let typed = typed.trim();
    let is_short = (1..=MAX_DIGITS).contains(&typed.len());
    typed.parse().ok().filter(|n| is_short && *n > 0)
}

fn own_lane(pen: &Pen<'_, '_>) -> Option<lienquay_shared::wire::keeper::LaneId> {
    let own = pen.data.own_lanes.first().map(|lane| lane.lane.clone());
    own.or_else(|| pen.data.targets.lanes.first().map(|(id, _)| id.clone()))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn only_a_number_as_printed_is_one() {
        for (typed, expect) in [
            ("12", Some(12)),
            (" 0047 ", Some(47)),
            ("0", None),
            ("", None),
            ("001085012345", None),
            ("00108|", None),
        ] {
            assert_eq!(number(typed), expect, "{typed}");
        }
    }
}
