//! The words and rules of a commune service point.

pub mod cccd;
pub mod money;
pub mod text;
