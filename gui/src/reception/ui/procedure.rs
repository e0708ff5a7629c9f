//! 1. The procedure: found by words with or without marks, folded into a line once it is chosen.

use egui::{Align, Button, Id, Key, Layout, Modifiers, Ui};
use lienquay_shared::view::ProcedureRow;

use super::hints::Hints;
use super::section;
use crate::cx::Cx;
use crate::reception::form::{Chosen, Form};
use crate::reception::problem::Place;
use crate::reception::search::{Search, chosen};
use crate::theme;
use crate::widget::{Tone, note};

/// What the officer did.
#[derive(Debug)]
pub(super) enum Asked {
    /// This procedure.
    Choose(Chosen),
    /// A card was scanned into the search.
    Card(String),
}

/// Draws it.
pub(super) fn show(
    cx: &mut Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    search: &mut Search,
    form: &Form,
) -> Option<Asked> {
    section(
        ui,
        &tr!(cx, "reception.section_procedure"),
        |ui| match &form.procedure {
            Some(chosen) if !search.is_changing => {
                folded(cx, ui, hints, search, chosen);
                None
            }
            before => {
                let can_close = before.is_some();
                let asked = open(cx, ui, hints, search, can_close);
                if before.is_none() && !form.transacting.name.is_empty() {
                    let name = &form.transacting.name;
                    note(
                        ui,
                        Tone::Good,
                        &tr!(cx, "reception.person_is_there", name = name),
                    );
                }
                asked
            }
        },
    )
}

fn folded(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, search: &mut Search, chosen: &Chosen) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::bold(chosen.name.as_str()));
        ui.label(theme::soft(chosen.code.as_str()));
        if ui.button(tr!(cx, "reception.change")).clicked() {
            search.is_changing = true;
            hints.go(Place::Procedure);
            cx.link.wake().now();
        }
    });
    if chosen.is_sample {
        note(ui, Tone::Warn, &tr!(cx, "reception.sample_note"));
    }
    hints.line(ui, Place::Procedure);
}

fn open(
    cx: &mut Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    search: &mut Search,
    can_close: bool,
) -> Option<Asked> {
    let by_wait = search.refresh(cx.link);
    let is_entered = keys(ui, search, can_close);
    let before = search.text.len();
    let width = ui.available_width();
    let response = hints.field(
        ui,
        Place::Procedure,
        &tr!(cx, "reception.search"),
        &mut search.text,
        1_200,
        width,
    );
    remember(ui, response.id);
    let now = ui.input(|input| input.time);
    let has_ended = response.lost_focus() || is_entered;
    if let Some(burst) = search.burst.look(&mut search.text, has_ended, now) {
        return Some(Asked::Card(burst));
    }
    if search.burst.is_under_way() {
        cx.link.wake().after(std::time::Duration::from_millis(500));
        return None;
    }
    if before != search.text.len() {
        search.selected = 0;
        // The question goes out with this frame, not with the next key.
        search.refresh(cx.link);
    }
    // After the field: Enter is about what was typed before it, even within this frame.
    let by_key = if is_entered { search.enter() } else { None };
    let by_click = rows(cx, ui, search);
    by_wait.or(by_key).or(by_click).map(Asked::Choose)
}

/// ↑ ↓ Enter and Esc, while the cursor is in the search; true for Enter.
fn keys(ui: &Ui, search: &mut Search, can_close: bool) -> bool {
    let id: Option<Id> = ui.data(|data| data.get_temp(field_id()));
    if id.is_none() || ui.memory(egui::Memory::focused) != id || search.burst.is_under_way() {
        return false;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        search.step(true);
    }
    if pressed(Key::ArrowUp) {
        search.step(false);
    }
    if can_close && pressed(Key::Escape) {
        search.close();
    }
    // A scanner's Enter ends its burst and chooses nothing.
    !search.text.contains('|') && pressed(Key::Enter)
}

fn field_id() -> Id {
    Id::new("reception search field")
}

/// Keys come before the field is drawn: its identity is kept from frame to frame.
fn remember(ui: &Ui, id: Id) {
    ui.data_mut(|data| data.insert_temp(field_id(), id));
}

fn rows(cx: &Cx<'_>, ui: &mut Ui, search: &Search) -> Option<Chosen> {
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, row) in search.rows().iter().enumerate() {
            let words = row_words(cx, row);
            let button = Button::selectable(index == search.selected, words).wrap();
            if ui.add(button).clicked() {
                clicked = Some(chosen(row));
            }
        }
    });
    if search.has_failed() {
        note(ui, Tone::Bad, &tr!(cx, "reception.search_failed"));
    } else if search.is_current() && search.rows().is_empty() {
        let key = if search.text.trim().is_empty() {
            "reception.search_no_catalogue"
        } else {
            "reception.search_nothing"
        };
        note(ui, Tone::Plain, &tr!(cx, key));
    } else if search.has_more() {
        ui.label(theme::soft(tr!(cx, "reception.search_more")));
    }
    clicked
}

fn row_words(cx: &Cx<'_>, row: &ProcedureRow) -> String {
    let mut words = format!("{} · {}", row.name, row.code);
    if let Some(field) = &row.field_name {
        words = format!("{words} · {field}");
    }
    if row.state == "SAMPLE" {
        words = format!("{words} · ⚠ {}", tr!(cx, "reception.sample"));
    }
    words
}
