//! The harness shared by the tests that cross crates: a whole site simulated in one thread, replayable from a seed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a harness fails by panicking: its caller is a test"
)]

pub mod agreement;
pub mod crash;
pub mod display;
pub mod document_contract;
pub mod fleet;
pub mod fuzz;
pub mod hostile;
pub mod morning;
#[cfg(target_os = "linux")]
pub mod netlab;
pub mod papers;
pub mod pump;
pub mod scale;
pub mod sim;
pub mod store_contract;
pub mod tour;
