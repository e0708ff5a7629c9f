//! Strangers and members gone bad, who speak the protocol: nothing of theirs stops the others, fills the memory or counts
//! beyond what it is.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "these are tests: their helpers fail by panicking, and what an officer waits is read off the real clock"
)]

#[path = "hostile/entries.rs"]
mod entries;
#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/marks.rs"]
mod marks;
#[path = "hostile/real.rs"]
mod real;
#[path = "hostile/roster.rs"]
mod roster;
