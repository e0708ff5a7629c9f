//! Who may take part in a site: signed statements, what they add up to, how a new PC joins, and the recovery sheet.
//!
//! A [`RosterLog`] keeps [`Statement`]s exactly as they were signed; [`RosterLog::fold`] turns them into a [`Roster`],
//! the same on every node that holds the same statements, in whatever order they came. A statement cites the statements
//! its signer knew (its parents), and is judged by those: a signer must have been an administrator *there*. Removal
//! wins: a retired or revoked node is out for ever under its key, and what it signed counts only as far as its removal
//! had seen it. The site key on the recovery sheet stands above all nodes.

mod ancestry;
mod authority;
pub mod fold;
pub mod join;
pub mod kind;
pub mod members;
pub mod recovery;
pub mod set;
mod slots;
pub mod statement;

pub use fold::VoidReason;
pub use join::{Host, HostNext, JoinCode, JoinError, JoinNonce, Newcomer, NewcomerNext};
pub use kind::{Kind, cuts_of};
pub use members::{Cut, Gone, HowGone, MAX_SLOT, Member, Roster};
pub use recovery::{RecoveryError, RecoverySheet};
pub use set::{InsertOutcome, Refused, RosterLog};
pub use statement::{SignedStatement, Signer, Statement, StatementError};

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
