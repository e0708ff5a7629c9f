//! Sending a ticket elsewhere, and calling one out of order.

use egui::Ui;
use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::wire::keeper::TransferTarget;

use super::command::Action;
use super::data::Targets;
use super::form::{Form, Forms, TargetKind, pick};
use super::pen::Pen;
use crate::theme;
use crate::widget::Field;

/// The longest reason, bytes: as the command has it.
const MAX_REASON_BYTES: usize = 200;

/// The forms about this ticket, if one is open.
pub(super) fn forms_of(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, doc: DocId) {
    if forms.is_open(Form::Transfer(doc)) {
        forms.frame(ui, |forms, ui| transfer(ui, pen, forms, doc));
    }
    if forms.is_open(Form::CallNow(doc)) {
        forms.frame(ui, |forms, ui| call_now(ui, pen, forms, doc));
    }
}

fn transfer(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, doc: DocId) {
    ui.label(theme::soft(tr!(pen.cx, "queue.transfer_to")));
    ui.horizontal_wrapped(|ui| {
        for (kind, key) in [
            (TargetKind::Lane, "queue.to_lane"),
            (TargetKind::Counter, "queue.to_counter"),
            (TargetKind::Officer, "queue.to_officer"),
        ] {
            let choice = ui.radio_value(&mut forms.kind, kind, tr!(pen.cx, key));
            if kind == TargetKind::Lane && forms.takes_focus() {
                choice.request_focus();
            }
            if choice.changed() {
                forms.target = None;
            }
        }
    });
    let options = options(pen, &pen.data.targets, forms.kind);
    if options.is_empty() {
        ui.label(tr!(pen.cx, "queue.no_target"));
    } else {
        let chosen = options
            .iter()
            .find(|(target, _)| target.as_ref() == forms.target.as_ref());
        let shown = chosen.map_or_else(|| tr!(pen.cx, "queue.choose"), |(_, words)| words.clone());
        let name = tr!(pen.cx, "queue.target");
        pick(ui, &name, &mut forms.target, &shown, options);
    }
    ui.horizontal_wrapped(|ui| {
        let action = forms.target.clone().map(|to| Action::Transfer { doc, to });
        let words = tr!(pen.cx, "queue.do_transfer");
        pen.primary_if(ui, &words, None, action);
        forms.cancel_button(ui, pen);
    });
}

fn options(
    pen: &Pen<'_, '_>,
    targets: &Targets,
    kind: TargetKind,
) -> Vec<(Option<TransferTarget>, String)> {
    match kind {
        TargetKind::Lane => targets
            .lanes
            .iter()
            .map(|(lane, name)| {
                let words = format!("{lane} · {name}");
                (Some(TransferTarget::Lane(lane.clone())), words)
            })
            .collect(),
        TargetKind::Counter => targets
            .counters
            .iter()
            .map(|(no, name)| {
                let counter = tr!(pen.cx, "queue.counter", n = no);
                (
                    Some(TransferTarget::Counter(*no)),
                    format!("{counter} · {name}"),
                )
            })
            .collect(),
        TargetKind::Officer => targets
            .officers
            .iter()
            .map(|(officer, name)| (Some(TransferTarget::Officer(*officer)), name.clone()))
            .collect(),
    }
}

/// Somebody is called before others who came earlier: the history keeps why.
fn call_now(ui: &mut Ui, pen: &mut Pen<'_, '_>, forms: &mut Forms, doc: DocId) {
    let takes_focus = forms.takes_focus();
    let name = tr!(pen.cx, "queue.reason");
    let missing = tr!(pen.cx, "queue.reason_missing");
    let is_missing = forms.reason.trim().is_empty();
    let field = Field::new(&name, &mut forms.reason)
        .max_bytes(MAX_REASON_BYTES)
        .problem(is_missing.then_some(missing.as_str()))
        .show(ui);
    if takes_focus {
        field.request_focus();
    }
    let action = (!is_missing).then(|| Action::CallNow {
        doc,
        reason: Text::truncated(forms.reason.trim()),
    });
    let by_enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if by_enter && !pen.is_busy() {
        pen.asked.extend(action.clone());
    }
    ui.horizontal_wrapped(|ui| {
        let words = tr!(pen.cx, "queue.do_call_now");
        pen.primary_if(ui, &words, None, action);
        forms.cancel_button(ui, pen);
    });
}
