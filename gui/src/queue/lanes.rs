//! Who waits, lane by lane: this counter's lanes first, the others folded.

use egui::{AtomExt as _, Button, Response, RichText, Ui, WidgetInfo, WidgetType};
use lienquay_shared::domain::ticket::TicketState;

use super::Folds;
use super::command::Action;
use super::data::{LaneView, TicketLine};
use super::form::{Form, Forms};
use super::moving;
use super::pen::Pen;
use crate::widget::key_button;
use crate::{theme, when};

/// Tickets listed of a lane before "Xem thêm".
const N_FIRST: usize = 4;

/// The lanes.
pub(super) fn section(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, folds: &mut Folds) {
    let data = pen.data;
    for lane in &data.own_lanes {
        ui.horizontal(|ui| lane_head(ui, pen, lane));
        tickets(ui, pen, forms, folds, lane);
    }
    for lane in &data.other_lanes {
        let is_open = folds.open_lanes.contains(&*lane.lane);
        let sign = if is_open { "−" } else { "+" };
        let count = tr!(pen.cx, "queue.n_waiting", n = lane.n_waiting);
        let words = format!("{sign} {} · {}", lane.lane, lane.name);
        if wide_button(
            ui,
            RichText::new(&words),
            &count,
            &format!("{words} · {count}"),
        )
        .clicked()
        {
            toggle(&mut folds.open_lanes, &lane.lane);
        }
        if is_open {
            tickets(ui, pen, forms, folds, lane);
        }
    }
}

fn toggle(set: &mut std::collections::BTreeSet<String>, lane: &str) {
    if !set.remove(lane) {
        set.insert(lane.to_owned());
    }
}

fn lane_head(ui: &mut Ui, pen: &Pen<'_, '_>, lane: &LaneView) {
    let count = tr!(pen.cx, "queue.n_waiting", n = lane.n_waiting);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.label(theme::bold(count));
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let words = format!("{} · {}", lane.lane, lane.name);
            ui.add(egui::Label::new(theme::bold(words)).truncate());
        });
    });
}

fn tickets(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    folds: &mut Folds,
    lane: &LaneView,
) {
    let is_long = folds.long_lanes.contains(&*lane.lane);
    let n_shown = if is_long { lane.waiting.len() } else { N_FIRST };
    rows(ui, pen, forms, folds, lane.waiting.iter().take(n_shown));
    let n_more = lane.waiting.len().saturating_sub(N_FIRST);
    if n_more > 0 {
        let words = match is_long {
            true => tr!(pen.cx, "queue.less", lane = lane.lane),
            false => tr!(pen.cx, "queue.more", n = n_more, lane = lane.lane),
        };
        if key_button(ui, &words, None, true) {
            toggle(&mut folds.long_lanes, &lane.lane);
        }
    }
    let n_unlisted = usize::try_from(lane.n_waiting)
        .unwrap_or(usize::MAX)
        .saturating_sub(lane.waiting.len());
    if is_long && n_unlisted > 0 {
        ui.label(theme::soft(tr!(pen.cx, "queue.unlisted", n = n_unlisted)));
    }
}

/// A list of tickets, close together.
pub(super) fn rows<'t>(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    folds: &mut Folds,
    tickets: impl Iterator<Item = &'t TicketLine>,
) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for ticket in tickets {
            row(ui, pen, forms, folds, ticket);
        }
    });
}

/// One ticket; pressed, it shows what can be done with it.
fn row(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    folds: &mut Folds,
    ticket: &TicketLine,
) {
    let state = state_words(pen, ticket);
    let sign = ticket.priority.map(|reason| pen.priority(reason));
    let place = place_words(pen, ticket);
    let spoken: Vec<&str> = [
        Some(&ticket.number),
        sign.as_ref(),
        place.as_ref(),
        Some(&state),
    ]
    .into_iter()
    .flatten()
    .map(String::as_str)
    .collect();
    let is_open = folds.ticket == Some(ticket.doc);
    let why: Vec<&str> = [&sign, &place]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let why = RichText::new(why.join(" ")).small().color(theme::WARN);
    // Where it is narrow the reason gives way, never the number.
    let left = (theme::bold(&ticket.number), why.atom_shrink(true));
    if wide_button(ui, left, &state, &spoken.join(" · ")).clicked() {
        folds.ticket = (!is_open).then_some(ticket.doc);
        folds.is_revealing = !is_open;
        forms.close_moving();
    } else if is_open && pen.data.seat.may_serve {
        let drawn = ui.indent(ticket.doc, |ui| actions(ui, pen, forms, ticket));
        if std::mem::take(&mut folds.is_revealing) {
            drawn.response.scroll_to_me(None);
        }
    }
}

fn actions(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, ticket: &TicketLine) {
    ui.spacing_mut().item_spacing.y = theme::GRID;
    let doc = ticket.doc;
    if !ticket.state.can_be_called() {
        ui.label(theme::soft(tr!(pen.cx, "queue.others_hold_it")));
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if ticket.state == TicketState::Waiting {
            let park = tr!(pen.cx, "queue.park");
            pen.button(ui, &park, None, Action::Park { doc, from: None });
        } else {
            let unpark = tr!(pen.cx, "queue.unpark");
            pen.button(ui, &unpark, None, Action::Unpark(doc));
        }
        if pen.data.seat.can_call() {
            forms.toggle_button(ui, pen, "queue.call_now", Form::CallNow(doc));
        }
        forms.toggle_button(ui, pen, "queue.transfer", Form::Transfer(doc));
    });
    moving::forms_of(ui, pen, forms, doc);
}

fn state_words(pen: &Pen<'_, '_>, ticket: &TicketLine) -> String {
    match (ticket.state, ticket.granted_to) {
        (TicketState::Parked, _) => tr!(pen.cx, "queue.is_parked"),
        (TicketState::NoShow, _) => tr!(pen.cx, "queue.is_no_show"),
        (_, Some(counter)) => tr!(pen.cx, "queue.held_for", n = counter),
        _ => {
            let minutes = when::minutes_between(ticket.issued_at_millis, pen.cx.now_millis);
            tr!(pen.cx, "queue.waits", n = minutes)
        }
    }
}

/// Only one counter or one officer calls it.
fn place_words(pen: &Pen<'_, '_>, ticket: &TicketLine) -> Option<String> {
    let counter = ticket
        .for_counter
        .map(|no| tr!(pen.cx, "queue.only_counter", n = no));
    let officer = ticket
        .for_officer
        .as_ref()
        .map(|name| tr!(pen.cx, "queue.only_officer", name = name));
    counter.or(officer)
}

/// A line that can be pressed: words at the left, words at the right, one name for both.
fn wide_button<'a>(
    ui: &mut Ui,
    left: impl egui::IntoAtoms<'a>,
    right: &str,
    name: &str,
) -> Response {
    let width = ui.available_width();
    let button = Button::new(left)
        .right_text(theme::soft(right).small())
        .truncate()
        .frame_when_inactive(false)
        .min_size(egui::vec2(width, 0.0));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    response
}
