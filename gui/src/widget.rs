//! The few widgets that all screens share.

mod button;
mod field;
mod follow;
mod keys;
mod marks;
mod note;

pub use button::{key_button, primary_button};
pub use field::{Field, hint_line};
pub use follow::follow_focus;
pub use keys::{has_keys, key_pressed};
pub use marks::{Mark, marks};
pub use note::{Tone, brief_note, note, refusal_note, refusal_words};
