//! The words and rules of a commune service point.

pub mod calendar;
pub mod cccd;
pub mod deadline;
pub mod importer;
pub mod money;
pub mod procedure;
pub mod text;
