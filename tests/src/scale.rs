//! Sites of any size for measurements: distinct dossiers made with real commands at two counters, written again under
//! new ids as often as wanted.
//!
//! The copies are complete: every header is chained and signed by its author, every document has its snapshot and its
//! projection, so that a filled folder passes `lienquay-node verify` and serves a newcomer like one that grew by years of
//! work. What is the same in all copies of one dossier is its content: the change bytes name no document.

mod distinct;
mod dossier;
mod fill;
mod site;

pub use distinct::Distinct;
pub use dossier::reception;
pub use fill::{Filler, copy_id};
pub use site::{Counter, Counters, MORNING_MILLIS};

/// Distinct dossiers a large site is made of.
pub const N_DISTINCT: u64 = 1_000;
