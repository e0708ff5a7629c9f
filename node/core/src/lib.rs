//! The engine of a node, sans-IO: everything a counter PC decides, with the clock, the randomness, the disk and the wire as
//! arguments.
//!
//! [`host::Host`] feeds groups of [`event::Event`]s to the [`engine::Engine`], which writes to the [`store::Store`]'s open
//! transaction and lists what it owes in [`event::Effects`]; the host commits once and only then lets them out. Inside,
//! entries are written by `author`, taken in by `accept`, kept equal between nodes by `sync`, and become documents in
//! [`docs`]; what is scarce is decided in `keeper` and `number`.
#![deny(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod accept;
mod apply;
mod author;
mod beat;
mod boot;
mod branch;
mod commands;
mod dispatch;
pub mod docs;
mod doubt;
mod ended;
pub mod engine;
pub mod event;
pub mod files;
pub mod host;
mod inspect;
mod joining;
mod keeper;
mod link;
pub mod logs;
mod membership;
mod number;
mod parted;
mod project;
pub mod reasons;
mod removal;
pub mod rng;
mod serve;
mod set_aside;
mod share;
pub mod site_clock;
mod slim;
pub mod store;
mod sync;
mod timer;
mod upgrade;
pub mod view_live;
