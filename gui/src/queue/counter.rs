//! The counter's own part: calling the next citizen, and what can be done with the one who stands here.

use egui::{Frame, Key, Margin, RichText, Stroke, Ui};
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::refusal::Refusal;

use super::command::{Action, Done};
use super::data::InHand;
use super::form::{Form, Forms};
use super::moving;
use super::pen::{Pen, is_calm};
use crate::cx::Go;
use crate::widget::{Tone, key_button, note, refusal_note, refusal_words};
use crate::{fonts, theme, when};

/// "Gọi số tiếp theo", and what came of the last action.
pub(super) fn call_button(ui: &mut Ui, pen: &mut Pen<'_, '_>) {
    let seat = &pen.data.seat;
    if seat.can_call() {
        // One citizen at a counter: an accidental second press must not call another one away from the seats.
        let current = pen.data.current();
        let action = current.is_none().then_some(Action::CallNext);
        let words = tr!(pen.cx, "queue.call_next");
        ui.vertical_centered_justified(|ui| {
            ui.spacing_mut().button_padding.y = theme::GRID;
            pen.primary_if(ui, &words, Some(Key::F2), action);
        });
        if let Some(current) = current {
            let number = &current.number;
            let words = tr!(pen.cx, "queue.finish_first", number = number);
            ui.label(theme::soft(words).small());
        }
    } else if seat.may_serve {
        note(
            ui,
            Tone::Warn,
            &refusal_words(pen.cx.lang, &Refusal::NotSeated),
        );
    } else {
        note(ui, Tone::Plain, &tr!(pen.cx, "queue.may_not_call"));
    }
    told(ui, pen);
}

/// What came of the last action, until the next one.
fn told(ui: &mut Ui, pen: &mut Pen<'_, '_>) {
    let Some((_, told)) = pen.serving.told() else {
        return;
    };
    match told {
        // Somebody came meanwhile.
        Err(Refusal::NothingWaiting) if pen.data.someone_waits_here() => return,
        Err(refusal) if is_calm(refusal) => {
            note(ui, Tone::Plain, &refusal_words(pen.cx.lang, refusal));
            return;
        }
        Err(refusal) => refusal_note(ui, pen.cx, refusal),
        Ok(Done::CalledInDoubt { number }) => {
            let words = tr!(pen.cx, "queue.called_in_doubt", number = number);
            note(ui, Tone::Warn, &words);
        }
        Ok(Done::TakenOver { n_tickets, .. }) => {
            note(
                ui,
                Tone::Good,
                &tr!(pen.cx, "queue.taken_over", n = n_tickets),
            );
        }
        Ok(Done::Shown | Done::Issued { .. }) => return,
    }
    if key_button(ui, &tr!(pen.cx, "queue.was_read"), None, true) {
        pen.was_read = true;
    }
}

/// The tickets in this counter's hand. The first one that was announced has the keys.
pub(super) fn in_hand(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms) {
    let data = pen.data;
    let current = data.current().map(|ticket| ticket.doc);
    for ticket in &data.in_hand {
        if ticket.state == TicketState::Granted {
            unresolved(ui, pen, ticket);
        } else {
            let has_keys = current == Some(ticket.doc);
            card(ui, |ui| at_counter(ui, pen, forms, ticket, has_keys));
        }
    }
    if data.in_hand.is_empty() && data.seat.can_call() {
        ui.label(theme::soft(tr!(pen.cx, "queue.nobody_here")));
    }
}

fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(theme::PAPER)
        .stroke(Stroke::new(1.0, theme::LINE))
        .corner_radius(6)
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = theme::GRID / 2.0;
            contents(ui);
        });
}

/// Granted and not announced: the officer decides before anything else.
fn unresolved(ui: &mut Ui, pen: &mut Pen<'_, '_>, ticket: &InHand) {
    let number = &ticket.number;
    note(
        ui,
        Tone::Warn,
        &tr!(pen.cx, "queue.held_here", number = number),
    );
    ui.horizontal_wrapped(|ui| {
        let announce = tr!(pen.cx, "queue.announce");
        pen.primary(ui, &announce, None, Action::Announce(ticket.doc));
        let decline = tr!(pen.cx, "queue.decline");
        pen.button(ui, &decline, None, Action::Decline(ticket.doc));
    });
}

fn at_counter(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    ticket: &InHand,
    has_keys: bool,
) {
    about(ui, pen, ticket);
    let key = |key| has_keys.then_some(key);
    let is_announced = ticket.state == TicketState::Announced;
    let finish = tr!(pen.cx, "queue.finish");
    ui.horizontal_wrapped(|ui| {
        if is_announced {
            let start = tr!(pen.cx, "queue.start");
            pen.primary(ui, &start, key(Key::F7), Action::Start(ticket.doc));
            let recall = tr!(pen.cx, "queue.recall");
            pen.button(ui, &recall, key(Key::F3), Action::Recall(ticket.doc));
            let no_show = tr!(pen.cx, "queue.no_show");
            pen.button(ui, &no_show, None, Action::NoShow(ticket.doc));
            pen.button(ui, &finish, key(Key::F9), Action::Finish(ticket.doc));
        } else {
            pen.primary(ui, &finish, key(Key::F9), Action::Finish(ticket.doc));
        }
        let reception = tr!(pen.cx, "queue.reception");
        if key_button(ui, &reception, key(Key::F4), true) {
            let ticket = Some(ticket.doc);
            pen.cx.go(Go::Reception { ticket });
        }
        let from = pen.data.seat.counter;
        let doc = ticket.doc;
        let park = tr!(pen.cx, "queue.park");
        pen.button(ui, &park, None, Action::Park { doc, from });
        forms.toggle_button(ui, pen, "queue.transfer", Form::Transfer(doc));
    });
    moving::forms_of(ui, pen, forms, ticket.doc);
}

/// The number, its state in words, why it goes first, and the papers its citizen ticked.
fn about(ui: &mut Ui, pen: &Pen<'_, '_>, ticket: &InHand) {
    ui.horizontal(|ui| {
        let number = RichText::new(&ticket.number)
            .family(fonts::bold())
            .size(theme::NUMBER);
        ui.label(number);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for line in state_lines(pen, ticket) {
                ui.add(egui::Label::new(line).wrap());
            }
            ui.add(egui::Label::new(theme::soft(&ticket.lane_name).small()).truncate());
        });
    });
    if let Some(reason) = ticket.priority {
        let words = pen.priority(reason);
        ui.label(theme::bold(words).color(theme::WARN));
    }
    if !ticket.papers.is_empty() {
        ui.label(theme::soft(tr!(pen.cx, "queue.papers")));
        for paper in &ticket.papers {
            ui.add(egui::Label::new(format!("✔ {paper}")).wrap());
        }
    }
}

/// `đang phục vụ từ 09:14`, and below it, lighter, `đã mời 09:12`.
fn state_lines(pen: &Pen<'_, '_>, ticket: &InHand) -> Vec<RichText> {
    let at = |millis| when::short(millis, pen.cx.now_millis);
    let announced = ticket
        .announced_at_millis
        .map(|millis| tr!(pen.cx, "queue.announced_at", at = at(millis)));
    let started = ticket
        .started_at_millis
        .filter(|_| ticket.state == TicketState::Serving)
        .map(|millis| tr!(pen.cx, "queue.serving_since", at = at(millis)));
    match (started, announced) {
        (Some(started), Some(announced)) => {
            vec![RichText::new(started), theme::soft(announced).small()]
        }
        (started, announced) => started
            .or(announced)
            .map(RichText::new)
            .into_iter()
            .collect(),
    }
}
