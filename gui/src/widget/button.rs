//! Buttons that show their key.

use egui::{Button, Color32, Key, Modifiers, Response, RichText, Ui};

use super::keys::key_pressed;
use crate::theme;

/// A button with its key behind the words: `Gọi lại  F3`. Pressing the key anywhere clicks it, if it is enabled.
pub fn key_button(ui: &mut Ui, words: &str, key: Option<Key>, is_enabled: bool) -> bool {
    let text = RichText::new(words);
    pressed(
        ui,
        words,
        button(text, key, theme::INK_SOFT),
        key,
        is_enabled,
    )
}

/// The one action a screen is for.
pub fn primary_button(ui: &mut Ui, words: &str, key: Option<Key>, is_enabled: bool) -> bool {
    // While it cannot be pressed it looks like any other that cannot: pale words on a coloured ground are not read.
    let button = if is_enabled {
        let text = theme::bold(words).color(theme::PAPER);
        button(text, key, theme::ACCENT_SOFT).fill(theme::ACCENT)
    } else {
        button(theme::bold(words), key, theme::INK_SOFT)
    };
    pressed(ui, words, button, key, is_enabled)
}

fn button(text: RichText, key: Option<Key>, key_colour: Color32) -> Button<'static> {
    let button = Button::new(text);
    match key {
        Some(key) => button.shortcut_text(RichText::new(key.name()).color(key_colour)),
        None => button,
    }
}

fn pressed(
    ui: &mut Ui,
    words: &str,
    button: Button<'_>,
    key: Option<Key>,
    is_enabled: bool,
) -> bool {
    let response: Response = ui.add_enabled(is_enabled, button);
    // Its name is the words alone: the key is no part of what it is called.
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Button, is_enabled, words.to_owned())
    });
    let by_key = response.enabled() && key.is_some_and(|key| key_pressed(ui, Modifiers::NONE, key));
    response.clicked() || by_key
}
