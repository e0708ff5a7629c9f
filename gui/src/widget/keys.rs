//! Keys that stand for a button.

use egui::{Event, Key, Modifiers, Ui};

/// Whether keys reach what is drawn here: not while something else lies over it.
#[must_use]
pub fn has_keys(ui: &Ui) -> bool {
    let layer = ui.layer_id();
    ui.memory(|memory| memory.allows_interaction(layer))
}

/// A key pressed for what is drawn here. Taken once: a key held down presses nothing again, else a hand resting on it would
/// announce a number over and over.
#[must_use]
pub fn key_pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    if !has_keys(ui) {
        return false;
    }
    let mut is_pressed = false;
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Key {
                key: pressed,
                pressed: true,
                repeat,
                modifiers: with,
                ..
            } if *pressed == key && with.matches_logically(modifiers) => {
                is_pressed |= !repeat;
                false
            }
            _ => true,
        });
    });
    is_pressed
}
