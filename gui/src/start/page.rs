//! What the pages of the first start have in common.

use egui::{Key, Modifiers, Response, ScrollArea, Ui};

use crate::theme;

/// A line of text is read well up to this width, points.
const COLUMN: f32 = 760.0;

/// A column in the middle of the window; it scrolls where the window is low.
pub(crate) fn column<R>(ui: &mut Ui, id: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
    let shown = theme::scrolled(ui, area, |ui| {
        let side = ((ui.available_width() - COLUMN) / 2.0).max(0.0);
        ui.horizontal_top(|ui| {
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.set_max_width(COLUMN);
                ui.set_width(COLUMN.min(ui.available_width()));
                add(ui)
            })
            .inner
        })
        .inner
    });
    shown.inner
}

/// Enter was pressed in this field.
pub(crate) fn entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// A button beside a field stands beside its box, not beside its name.
pub(crate) fn below_label(ui: &mut Ui) {
    let name = ui.text_style_height(&egui::TextStyle::Body);
    ui.add_space(name + 2.0 - ui.spacing().item_spacing.y);
    ui.allocate_space(egui::Vec2::ZERO);
}

/// Esc was pressed: one page back.
pub(crate) fn escaped(ui: &Ui) -> bool {
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// A page's heading and what it is about.
pub(crate) fn title(ui: &mut Ui, heading: &str, about: &str) {
    ui.label(theme::heading(heading));
    if !about.is_empty() {
        ui.label(theme::soft(about));
    }
    ui.add_space(theme::GRID);
}
