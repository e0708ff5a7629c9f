//! The list of PCs below the state: each with what a neighbour would ask of it.

use egui::{Grid, Ui};

use super::data::{Pc, PcState};
use super::watch::Shown;
use crate::cx::{Cx, Go};
use crate::theme;
use crate::when;
use crate::widget::key_button;
use crate::words::count;

/// Draws it.
pub(super) fn show(cx: &mut Cx<'_>, ui: &mut Ui, shown: &Shown) {
    ui.set_min_width(360.0);
    Grid::new("pcs")
        .num_columns(3)
        .spacing([24.0, 6.0])
        .show(ui, |ui| {
            for pc in &shown.view.pcs {
                ui.label(theme::bold(&pc.name));
                ui.label(state(cx, pc));
                let round_trip = shown.round_trips.get(&pc.node);
                ui.label(theme::soft(numbers(cx, pc, round_trip.copied())).small());
                ui.end_row();
            }
        });
    ui.add_space(theme::GRID);
    if key_button(ui, &tr!(cx, "strip.more"), None, true) {
        cx.go(Go::Health);
        ui.close();
    }
}

/// `✔ đang nối từ 08:00`; the sign says it without colour.
pub(crate) fn state(cx: &Cx<'_>, pc: &Pc) -> String {
    let short = |at| when::short(at, cx.now_millis);
    match pc.state {
        _ if pc.is_this => tr!(cx, "strip.this_pc"),
        PcState::Up(Some(since)) => tr!(cx, "strip.pc_up_since", since = short(since)),
        PcState::Up(None) => tr!(cx, "strip.pc_up"),
        PcState::Gone(Some(since)) => tr!(cx, "strip.pc_gone_since", since = short(since)),
        PcState::Gone(None) => tr!(cx, "strip.pc_gone"),
    }
}

fn numbers(cx: &Cx<'_>, pc: &Pc, round_trip: Option<u64>) -> String {
    let mut parts = Vec::new();
    if let Some(counter) = pc.counter {
        parts.push(tr!(cx, "strip.pc_counter", n = counter));
    }
    if pc.n_behind > 0 {
        parts.push(tr!(cx, "strip.pc_behind", n = count(cx.lang, pc.n_behind)));
    }
    if let Some(millis) = round_trip.filter(|_| pc.state.is_up()) {
        parts.push(tr!(cx, "strip.pc_round_trip", n = millis));
    }
    parts.join(" · ")
}
