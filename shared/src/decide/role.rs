//! Who may do what. Enforced by the PC on which the officer works: a node speaks for its officers.

use super::Context;
use crate::domain::site::{Role, Site};
use crate::ids::OfficerId;
use crate::refusal::Refusal;

/// The PC itself, where nobody signs in: a kiosk, a rating tablet, a timer.
pub const THE_PC: OfficerId = OfficerId([0; 8]);

/// What an officer may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Give out tickets.
    IssueTickets,
    /// Call, serve, move tickets.
    ServeTickets,
    /// Receive dossiers, refuse them, hand results over, take withdrawals.
    Receive,
    /// Work on dossiers and finish them.
    Process,
    /// Ask for supplements and take them.
    Supplement,
    /// Correct fields and settle conflicts.
    Correct,
    /// Say what is due and paid.
    Collect,
    /// Give dossiers further codes.
    Number,
    /// Note something on a dossier.
    Note,
    /// Add files to a dossier and take them out.
    Attach,
    /// Catalogue, lanes, counters, calendar, officers.
    Configure,
    /// Admit, revoke and retire PCs, erase documents.
    ManageNodes,
}

/// Whether a role includes a right.
pub const fn has(role: Role, right: Right) -> bool {
    use Right::{
        Attach, Collect, Configure, Correct, IssueTickets, ManageNodes, Note, Number, Process,
        Receive, ServeTickets, Supplement,
    };
    match role {
        Role::Guide => matches!(right, IssueTickets),
        Role::Reception => {
            matches!(
                right,
                IssueTickets
                    | ServeTickets
                    | Receive
                    | Supplement
                    | Correct
                    | Collect
                    | Number
                    | Note
                    | Attach
            )
        }
        Role::CaseOfficer => matches!(
            right,
            ServeTickets | Process | Supplement | Correct | Note | Attach
        ),
        Role::Leader => matches!(
            right,
            ServeTickets | Process | Supplement | Correct | Note | Attach
        ),
        Role::Clerk => matches!(right, ServeTickets | Number | Note | Attach),
        Role::Cashier => matches!(right, ServeTickets | Collect),
        Role::BusinessAdmin => matches!(right, IssueTickets | Configure),
        Role::TechnicalAdmin => matches!(right, ManageNodes),
        Role::Inspector => false,
        Role::Manager => true,
    }
}

/// Lets the officer do something, or says why not. A site without officers is being set up: everybody may do everything.
pub fn allow(ctx: &Context, site: &Site, right: Right) -> Result<(), Refusal> {
    allow_officer(ctx.officer, site, right)
}

/// The same for a screen, which offers things before anybody decides.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn allow_officer(officer: OfficerId, site: &Site, right: Right) -> Result<(), Refusal> {
    if site.officers.is_empty() || (officer == THE_PC && right == Right::IssueTickets) {
        return Ok(());
    }
    match site.role_of(&officer) {
        Some(role) if has(role, right) => Ok(()),
        role => Err(Refusal::NotAllowed { role }),
    }
}
