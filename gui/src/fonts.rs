//! The fonts: egui's own lack most Vietnamese letters, Noto Sans has them all, composed and decomposed.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

const REGULAR: &str = "noto-sans";
const BOLD: &str = "noto-sans-bold";

/// The family of bold text.
#[must_use]
pub fn bold() -> FontFamily {
    FontFamily::Name(BOLD.into())
}

/// Noto Sans first, egui's own behind it for ✔, ⚠ and other signs; bold is a family of its own.
#[must_use]
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [(REGULAR, notosans::REGULAR_TTF), (BOLD, notosans::BOLD_TTF)] {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let signs = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let with = |first: &str| {
        let mut family = vec![first.to_owned()];
        family.extend(signs.iter().cloned());
        family
    };
    fonts
        .families
        .insert(FontFamily::Proportional, with(REGULAR));
    fonts.families.insert(bold(), with(BOLD));
    fonts
        .families
        .entry(FontFamily::Monospace)
        .or_default()
        .push(REGULAR.to_owned());
    fonts
}
