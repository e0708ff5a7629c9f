//! Tickets and their keepers, on simulated PCs: nobody is called twice, nobody is forgotten.
#![allow(
    clippy::unwrap_used,
    reason = "a test file: what is missing fails the test"
)]

#[path = "keeper/calls.rs"]
mod calls;
#[path = "keeper/handover.rs"]
mod handover;
#[path = "keeper/queue.rs"]
mod queue;
#[path = "keeper/takeover.rs"]
mod takeover;
