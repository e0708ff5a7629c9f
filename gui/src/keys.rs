//! Keys in their order. A key that moves the cursor (Tab, Enter, a function key) takes effect with the next frame, so letters
//! that came in the same frame would still go into the field before. On a slow PC a frame lasts as long as three letters of a
//! quick officer, or a whole scanned card: what follows such a key waits for the next frame.

use std::collections::VecDeque;

use egui::{Context, Event, Key, Plugin, RawInput};

use crate::wake::Wake;

/// Events that may wait: a scanned card has some hundred letters. What comes beyond is handled at once, out of order, rather
/// than lost.
const MAX_WAITING: usize = 8_192;

/// Holds events back that came too early. Lives in the window's context.
pub struct KeysInOrder {
    wake: Wake,
    waiting: VecDeque<Event>,
}

impl std::fmt::Debug for KeysInOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeysInOrder")
            .field("n_waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

impl KeysInOrder {
    /// For the window that `wake` wakes.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        Self {
            wake,
            waiting: VecDeque::new(),
        }
    }
}

impl Plugin for KeysInOrder {
    fn debug_name(&self) -> &'static str {
        "keys in order"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        let came = std::mem::take(&mut input.events);
        self.waiting.extend(came);
        while let Some(event) = self.waiting.pop_front() {
            let moves = moves_the_cursor(&event);
            input.events.push(event);
            if moves && self.waiting.len() < MAX_WAITING && self.waiting.iter().any(is_typed) {
                // Its own release may come along; nothing else does.
                self.wake.now();
                return;
            }
        }
    }
}

/// Whether the cursor may be elsewhere afterwards.
fn moves_the_cursor(event: &Event) -> bool {
    let Event::Key {
        key, pressed: true, ..
    } = event
    else {
        return false;
    };
    matches!(key, Key::Tab | Key::Enter | Key::Escape) || is_function_key(*key)
}

fn is_function_key(key: Key) -> bool {
    (Key::F1..=Key::F12).contains(&key)
}

/// Whether it matters where the cursor is.
fn is_typed(event: &Event) -> bool {
    matches!(
        event,
        Event::Text(_) | Event::Paste(_) | Event::Ime(_) | Event::Key { pressed: true, .. }
    )
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::*;

    fn key(key: Key) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        }
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    /// What each frame sees when all of this came within one.
    fn frames(came: Vec<Event>) -> Vec<Vec<Event>> {
        let ctx = Context::default();
        let mut keys = KeysInOrder::new(Wake::new(ctx.clone()));
        let mut input = RawInput {
            events: came,
            ..RawInput::default()
        };
        let mut frames = Vec::new();
        loop {
            keys.input_hook(&ctx, &mut input);
            frames.push(std::mem::take(&mut input.events));
            if keys.waiting.is_empty() {
                return frames;
            }
        }
    }

    #[test]
    fn letters_after_a_tab_wait_for_the_next_frame() {
        let came = vec![
            text("a"),
            key(Key::Tab),
            text("b"),
            key(Key::Tab),
            text("c"),
        ];
        assert_eq!(
            frames(came),
            [
                vec![text("a"), key(Key::Tab)],
                vec![text("b"), key(Key::Tab)],
                vec![text("c")]
            ]
        );
    }

    #[test]
    fn what_moves_no_cursor_stays_in_one_frame() {
        let came = vec![text("a"), key(Key::Backspace), text("ă"), key(Key::Enter)];
        assert_eq!(frames(came.clone()), [came]);
    }
}
