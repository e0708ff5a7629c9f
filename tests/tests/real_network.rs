//! Real processes on a real network: every PC in a network namespace of its own, on bridges that are cut, slowed and bypassed
//! by a relay that loses, delays, doubles and reorders packets. Fails where namespaces cannot be made; never skips.
//!
//! `cargo test -p lienquay-tests --test real_network -- --nocapture` prints the times measured.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "real_network/addresses.rs"]
mod addresses;
#[path = "real_network/cables.rs"]
mod cables;
#[path = "real_network/discovery.rs"]
mod discovery;
#[path = "real_network/frozen.rs"]
mod frozen;
#[path = "real_network/halves.rs"]
mod halves;
#[path = "real_network/slow.rs"]
mod slow;
#[path = "real_network/storm.rs"]
mod storm;
#[path = "real_network/town.rs"]
mod town;
