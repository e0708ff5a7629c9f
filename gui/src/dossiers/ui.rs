//! Around the rows: the search field, the statuses, how many there are, and what to do when there are none.

use egui::accesskit::Role;
use egui::{Id, Response, Sense, StrokeKind, Ui};
use lienquay_shared::domain::dossier::Status;

use crate::cx::Cx;
use crate::dossiers::data::Question;
use crate::dossiers::loader::Loader;
use crate::dossiers::status::status_name;
use crate::theme;
use crate::widget::{Field, Tone, note};
use crate::words;

/// The longest text to look for, as the node takes it.
const MAX_SEARCH_BYTES: usize = 200;

/// What the officer widens when nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Widen {
    /// The status.
    EveryStatus,
    /// The words.
    EveryWord,
}

/// The search field.
pub(crate) fn search_field(ui: &mut Ui, cx: &Cx<'_>, text: &mut String) -> Response {
    Field::new(&tr!(cx, "dossiers.search"), text)
        .max_bytes(MAX_SEARCH_BYTES)
        .show(ui)
}

/// One status, or all.
pub(crate) fn statuses(ui: &mut Ui, cx: &Cx<'_>, chosen: &mut Option<Status>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(theme::GRID / 2.0, theme::GRID / 2.0);
        ui.spacing_mut().button_padding = egui::vec2(theme::GRID, 2.0);
        ui.spacing_mut().interact_size.y = theme::GRID * 3.5;
        ui.selectable_value(chosen, None, tr!(cx, "dossiers.all"));
        for status in Status::ALL {
            ui.selectable_value(chosen, Some(status), status_name(cx.lang, status));
        }
    });
}

/// How many there are; true when the officer wants to see the new ones above.
pub(crate) fn count(ui: &mut Ui, cx: &Cx<'_>, loader: &Loader, n_new: usize) -> bool {
    ui.horizontal(|ui| {
        let words = match loader.cache().n_total() {
            Some(n) if loader.is_answered() => {
                tr!(cx, "dossiers.n_found", n = words::count(cx.lang, n as u64))
            }
            _ => tr!(cx, "dossiers.loading"),
        };
        ui.label(theme::soft(words));
        n_new > 0 && {
            let words = tr!(
                cx,
                "dossiers.n_new",
                n = words::count(cx.lang, n_new as u64)
            );
            ui.button(words).clicked()
        }
    })
    .inner
}

/// Why the list could not be read; true when it is to be tried again.
pub(crate) fn trouble(ui: &mut Ui, cx: &Cx<'_>, loader: &Loader) -> bool {
    let Some(error) = loader.error() else {
        return false;
    };
    note(ui, Tone::Bad, &tr!(cx, "dossiers.not_loaded", why = error));
    ui.button(tr!(cx, "dossiers.retry")).clicked()
}

/// What to do when there is nothing to show.
pub(crate) fn nothing(ui: &mut Ui, cx: &Cx<'_>, question: &Question) -> Option<Widen> {
    let text = question.text.trim();
    let status = question.status.map(|status| status_name(cx.lang, status));
    let words = match (text, &status) {
        ("", None) => tr!(cx, "dossiers.none_yet"),
        ("", Some(status)) => tr!(cx, "dossiers.none_with_status", status = status),
        (text, None) => tr!(cx, "dossiers.none_found", text = text),
        (text, Some(status)) => {
            tr!(
                cx,
                "dossiers.none_found_with_status",
                text = text,
                status = status
            )
        }
    };
    note(ui, Tone::Plain, &words);
    let mut asked = None;
    ui.horizontal(|ui| {
        if status.is_some() && ui.button(tr!(cx, "dossiers.show_all")).clicked() {
            asked = Some(Widen::EveryStatus);
        }
        if !text.is_empty() && ui.button(tr!(cx, "dossiers.clear_search")).clicked() {
            asked = Some(Widen::EveryWord);
        }
    });
    asked
}

/// Makes what is left of the page a list that can have the keys; true when it has them.
pub(crate) fn list_area(ui: &Ui, cx: &Cx<'_>, id: Id) -> bool {
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    let name = tr!(cx, "dossiers.list");
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ListBox);
        node.set_label(name);
    });
    if response.has_focus() {
        let line = ui.visuals().selection.stroke;
        ui.painter()
            .rect_stroke(rect.expand(2.0), 2.0, line, StrokeKind::Outside);
    }
    response.has_focus()
}
