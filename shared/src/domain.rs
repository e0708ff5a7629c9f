//! The words and rules of a commune service point.

pub mod calendar;
pub mod cccd;
pub mod deadline;
pub mod dossier;
pub mod file;
pub mod importer;
pub mod money;
pub mod person;
pub mod procedure;
pub mod queue;
pub mod series;
pub mod site;
pub mod site_time;
pub mod text;
pub mod ticket;
