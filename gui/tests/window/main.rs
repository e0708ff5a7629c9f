//! The window, driven by role and name as an officer drives it, on a real node in a folder of its own.
#![allow(
    clippy::unwrap_used,
    reason = "these are tests; their helpers fail by panicking"
)]

mod close;
mod desk;
mod dossier;
mod dossiers;
mod find;
mod fonts;
mod health;
mod idle;
mod pictures;
mod queue;
mod reception;
mod site;
mod start;
mod strip;
