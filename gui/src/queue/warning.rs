//! What went wrong elsewhere and what to do: silent keepers, numbers called twice. And what other counters call.

use std::collections::{BTreeMap, BTreeSet};

use egui::Ui;
use lienquay_shared::{DocId, NodeId};

use super::command::Action;
use super::data::DoubleCalled;
use super::form::{Form, Forms};
use super::pen::Pen;
use crate::widget::{Tone, key_button, note};
use crate::{theme, when};

/// A silent keeper whose tickets can be taken over.
#[derive(Debug, Clone, Default)]
pub(super) struct Offer {
    since_millis: Option<u64>,
    /// The PC's name, once looked up: a kiosk has no counter.
    pub(super) name: Option<String>,
    /// Told before a clock was at hand.
    silent_millis: Option<u64>,
}

impl Offer {
    /// Silent since a moment, if it ever answered.
    pub(super) const fn since(since_millis: Option<u64>) -> Self {
        Self {
            since_millis,
            silent_millis: None,
            name: None,
        }
    }

    /// Silent for a while.
    pub(super) const fn silent_for(silent_millis: u64) -> Self {
        Self {
            since_millis: None,
            silent_millis: Some(silent_millis),
            name: None,
        }
    }

    /// Turns a while into a moment.
    pub(super) fn settle_time(&mut self, now_millis: u64) {
        if let Some(silent) = self.silent_millis.take() {
            self.since_millis = Some(now_millis.saturating_sub(silent));
        }
    }
}

/// Everything an officer has to be told.
pub(super) fn warnings(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    offers: &mut BTreeMap<NodeId, Offer>,
    read: &mut BTreeSet<DocId>,
) {
    let data = pen.data;
    let unread = |ticket: &&DoubleCalled| !read.contains(&ticket.doc);
    let doubles: Vec<&DoubleCalled> = data.double_called.iter().filter(unread).collect();
    for ticket in doubles {
        note(ui, Tone::Warn, &double_words(pen, ticket));
        let number = &ticket.number;
        if key_button(
            ui,
            &tr!(pen.cx, "queue.double_read", number = number),
            None,
            true,
        ) {
            read.insert(ticket.doc);
        }
    }
    if !data.seat.may_serve {
        return;
    }
    let mut put_off = None;
    for (keeper, offer) in &*offers {
        if offered(ui, pen, forms, *keeper, offer) {
            put_off = Some(*keeper);
        }
    }
    if let Some(keeper) = put_off {
        offers.remove(&keeper);
    }
}

/// Which counter goes on, and what the others do.
fn double_words(pen: &Pen<'_, '_>, ticket: &DoubleCalled) -> String {
    let number = &ticket.number;
    let standing = ticket.standing;
    let others: Vec<String> = ticket.others.iter().map(ToString::to_string).collect();
    let others = others.join(", ");
    match pen.data.seat.counter {
        Some(here) if here == standing => {
            tr!(
                pen.cx,
                "queue.double_stands_here",
                number = number,
                others = others
            )
        }
        Some(here) if ticket.others.contains(&here) => {
            tr!(
                pen.cx,
                "queue.double_stands_there",
                number = number,
                standing = standing
            )
        }
        _ => tr!(
            pen.cx,
            "queue.double_elsewhere",
            number = number,
            standing = standing,
            others = others
        ),
    }
}

/// Offers the tickets of one silent keeper. True when the officer puts it off.
fn offered(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    keeper: NodeId,
    offer: &Offer,
) -> bool {
    let is_own = keeper == pen.cx.link.node().node();
    let counter = pen.data.counter_of.get(&keeper);
    let (subject, who) = match (counter, &offer.name) {
        (Some(no), _) => (
            tr!(pen.cx, "queue.counter", n = no),
            tr!(pen.cx, "queue.counter_in_text", n = no),
        ),
        (None, name) => {
            let name = name.clone().unwrap_or_else(|| keeper.short());
            (
                tr!(pen.cx, "queue.pc", name = name),
                tr!(pen.cx, "queue.pc_in_text", name = name),
            )
        }
    };
    let words = match offer.since_millis {
        _ if is_own => tr!(pen.cx, "queue.own_lost"),
        Some(millis) => {
            let at = when::short(millis, pen.cx.now_millis);
            tr!(pen.cx, "queue.silent_since", who = subject, at = at)
        }
        None => tr!(pen.cx, "queue.silent", who = subject),
    };
    note(ui, Tone::Warn, &words);
    let form = Form::TakeOver(keeper);
    if forms.is_open(form) {
        forms.frame(ui, |forms, ui| {
            confirm(ui, pen, forms, keeper, &who, is_own);
        });
        return false;
    }
    let mut is_put_off = false;
    ui.horizontal_wrapped(|ui| {
        if key_button(ui, &tr!(pen.cx, "queue.take_over", who = who), None, true) {
            forms.open(form);
        }
        is_put_off = key_button(ui, &tr!(pen.cx, "queue.put_off"), None, true);
    });
    is_put_off
}

/// The risk in plain words before the officer decides.
fn confirm(
    ui: &mut Ui,
    pen: &mut Pen<'_, '_>,
    forms: &mut Forms,
    keeper: NodeId,
    who: &str,
    is_own: bool,
) {
    let risk = match is_own {
        true => tr!(pen.cx, "queue.own_lost_risk"),
        false => tr!(pen.cx, "queue.take_over_risk", who = who),
    };
    ui.add(egui::Label::new(risk).wrap());
    ui.horizontal_wrapped(|ui| {
        let words = tr!(pen.cx, "queue.confirm_take_over");
        pen.primary(ui, &words, None, Action::TakeOver(keeper));
        forms.cancel_button(ui, pen);
    });
}

/// `A011 → Quầy 2 · 09:10`.
pub(super) fn last_calls(ui: &mut Ui, pen: &Pen<'_, '_>) {
    if pen.data.last_calls.is_empty() {
        return;
    }
    ui.separator();
    ui.label(theme::bold(tr!(pen.cx, "queue.last_calls")));
    for call in &pen.data.last_calls {
        let counter = tr!(pen.cx, "queue.counter", n = call.counter);
        let at = when::short(call.at_millis, pen.cx.now_millis);
        ui.label(format!("{} → {counter} · {at}", call.number));
    }
}
