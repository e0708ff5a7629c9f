//! The small marks of trust a dossier wears.

use egui::Ui;

use crate::cx::Cx;
use crate::theme;

/// How safe a dossier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// ✔ on this PC's disk.
    Here,
    /// ✔✔ on another counter's disk as well.
    Safe,
    /// ⚠ two values for one thing: an officer must choose.
    Conflict,
}

/// Draws one mark with its meaning on hover and for screen readers.
pub fn marks(ui: &mut Ui, cx: &Cx<'_>, mark: Mark) {
    let (sign, key, colour) = match mark {
        Mark::Here => ("✔", "mark.here", theme::INK_SOFT),
        Mark::Safe => ("✔✔", "mark.safe", theme::GOOD),
        Mark::Conflict => ("⚠", "mark.conflict", theme::WARN),
    };
    let words = tr!(cx, key);
    let response = ui.label(egui::RichText::new(sign).color(colour));
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, words.clone()));
    response.on_hover_text(words);
}
