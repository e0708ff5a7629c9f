//! Attackers that speak the protocol, against real nodes: strangers with a key of their own, and members gone bad.
//!
//! An [`Attacker`] has full control over the bytes it sends; it shares no code with the shell it attacks beyond the wire
//! format. A [`Forger`] writes logs with a member's key. A [`Victim`] is one engine attacked without sockets.

mod forger;
mod socket;
mod target;
mod victim;

pub use forger::{Forger, bomb, unknown_doc};
pub use socket::{Attacker, Dialled, Wire, frames};
pub use target::{Target, Vitals, site_with_turncoat};
pub use victim::Victim;
