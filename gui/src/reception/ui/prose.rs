//! Legal prose can be pages long: folded after some lines, never cut.

use egui::{Id, Label, Ui};

use crate::cx::Cx;
use crate::theme;

/// Letters shown of a long text: about four lines.
const FOLDED_CHARS: usize = 320;

/// A text, folded if long. `id` tells it apart from others on the page.
pub(super) fn prose(
    cx: &Cx<'_>,
    ui: &mut Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    text: &str,
) {
    let end = text.char_indices().nth(FOLDED_CHARS).map(|(at, _)| at);
    let Some(end) = end else {
        ui.add(Label::new(text).wrap());
        return;
    };
    let id = Id::new(("reception prose", id));
    let is_open = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    if is_open {
        ui.add(Label::new(text).wrap());
    } else {
        ui.add(Label::new(format!("{}…", &text[..end])).wrap());
    }
    let words = if is_open {
        tr!(cx, "reception.fold")
    } else {
        tr!(cx, "reception.unfold")
    };
    if ui.button(theme::soft(words)).clicked() {
        ui.data_mut(|data| data.insert_temp(id, !is_open));
        cx.link.wake().now();
    }
}
