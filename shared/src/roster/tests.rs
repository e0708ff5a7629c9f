//! What the roster promises, by theme.

mod encoding;
mod joining;
mod order;
mod removal;
mod sheet;
mod slots;
mod storing;
