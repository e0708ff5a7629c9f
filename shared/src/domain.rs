//! The words and rules of a commune service point.

pub mod calendar;
pub mod cccd;
pub mod deadline;
pub mod money;
pub mod text;
