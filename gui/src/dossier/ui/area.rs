//! A field for several lines: reasons, results, notes.

use egui::{Response, TextEdit, Ui};

use crate::theme;

/// Draws it with its name above.
pub(super) fn area(ui: &mut Ui, name: &str, text: &mut String, max_bytes: usize) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let label = ui.label(theme::soft(name));
        let before = text.len();
        let width = ui.available_width();
        let field = TextEdit::multiline(text)
            .desired_rows(2)
            .desired_width(width - 16.0)
            .margin(egui::Margin::symmetric(8, 6));
        let response = ui.add(field).labelled_by(label.id);
        if response.changed() && text.len() > max_bytes.max(before) {
            text.truncate(text.floor_char_boundary(max_bytes));
        }
        response
    })
    .inner
}
