//! Giving out numbers.

use egui::{Align, Layout, RichText, Ui};
use lienquay_shared::wire::keeper::PriorityReason;

use super::command::{Action, Done};
use super::form::{Form, Forms, pick};
use super::pen::{Pen, priority_key};
use crate::widget::{key_button, refusal_note};
use crate::{fonts, theme};

const REASONS: [PriorityReason; 6] = [
    PriorityReason::Elderly,
    PriorityReason::Disabled,
    PriorityReason::NearPoor,
    PriorityReason::Pregnant,
    PriorityReason::SmallChildren,
    PriorityReason::Other,
];

/// "Đang chờ", with "Phát số" beside it.
pub(super) fn section(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms) {
    ui.separator();
    // A PC that calls nobody is there to give out numbers.
    let is_guide = !pen.data.seat.can_call();
    ui.horizontal(|ui| {
        let words = tr!(pen.cx, "queue.waiting", n = pen.data.n_waiting());
        ui.label(theme::heading(words));
        if pen.data.seat.may_issue && !is_guide {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                forms.toggle_button(ui, pen, "queue.issue", Form::Issue);
            });
        }
    });
    let is_open = forms.is_open(Form::Issue) || (is_guide && pen.data.seat.may_issue);
    if is_open {
        forms.frame(ui, |forms, ui| form(ui, pen, forms, is_guide));
    } else if let Some((_, Err(refusal))) = pen.issuing.told() {
        refusal_note(ui, pen.cx, refusal);
    }
}

fn form(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, is_guide: bool) {
    let none = tr!(pen.cx, "queue.no_priority");
    let reasons = REASONS.map(|reason| (Some(reason), tr!(pen.cx, priority_key(reason))));
    let options = std::iter::once((None, none.clone())).chain(reasons);
    let shown = forms.priority.map_or(none, |reason| pen.priority(reason));
    let name = tr!(pen.cx, "queue.priority");
    let combo = pick(ui, &name, &mut forms.priority, &shown, options);
    if forms.takes_focus() {
        ui.memory_mut(|memory| memory.request_focus(combo));
    }
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for (lane, name) in &pen.data.targets.lanes {
            let words = tr!(pen.cx, "queue.issue_lane", lane = lane, name = name);
            let action = Action::Issue {
                lane: lane.clone(),
                priority: forms.priority,
            };
            pen.button(ui, &words, None, action);
        }
    });
    if pen.data.targets.lanes.is_empty() {
        ui.label(tr!(pen.cx, "queue.no_lanes"));
    }
    // Below the buttons, so that the next one stays where the hand is.
    issued(ui, pen);
    if !is_guide && key_button(ui, &tr!(pen.cx, "queue.close"), None, true) {
        forms.close();
    }
}

/// The number that was given out last, large: the officer writes it down or reads it out.
fn issued(ui: &mut Ui, pen: &Pen<'_, '_>) {
    match pen.issuing.told() {
        Some((
            _,
            Ok(Done::Issued {
                number, n_ahead, ..
            }),
        )) => {
            ui.label(theme::soft(tr!(pen.cx, "queue.issued")));
            let number = RichText::new(number)
                .family(fonts::bold())
                .size(theme::NUMBER);
            ui.label(number);
            ui.label(tr!(pen.cx, "queue.n_ahead", n = n_ahead));
        }
        Some((_, Err(refusal))) => refusal_note(ui, pen.cx, refusal),
        Some((_, Ok(_))) | None => {}
    }
}
