//! What must hold during and after every run, whatever went wrong in it. Each has a short name that a failure tells
//! first; the numbers in brackets are those of the list of invariants in ARCHITECTURE.md.

mod acknowledged;
mod bounds;
mod convergence;
mod copies;
mod dossiers;
mod edits;
mod files;
mod kept;
mod reconnect;
mod removed;
mod tickets;

use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::World;

pub use acknowledged::Given;
pub(in crate::sim) use acknowledged::give;
pub use copies::check_copies_told;
pub(in crate::sim) use edits::seen_by_edit;
pub use files::check_files;
pub use reconnect::check_reconnect;
pub(in crate::sim) use tickets::was_called_to;

/// Broken, and how.
pub type Verdict = Result<(), String>;

/// A check, and the name of what it checks.
type Check = (&'static str, fn(&World, &[NodeIndex]) -> Verdict);

/// What is looked at whenever a site has settled, in this order: what differs between PCs is told before what that leads
/// to.
const SETTLED: &[Check] = &[
    (
        "equal-vectors-equal-data",
        convergence::equal_vectors_mean_equal_data,
    ),
    ("nothing-waits-for-ever", convergence::nothing_waits),
    (
        "nothing-acknowledged-is-lost",
        acknowledged::nothing_is_lost,
    ),
    (
        "documents-are-their-entries",
        kept::documents_are_their_entries,
    ),
    ("answers-are-visible", acknowledged::outcomes_are_visible),
    ("no-number-twice", dossiers::no_code_is_given_twice),
    ("no-number-twice", tickets::no_number_is_printed_twice),
    (
        "no-double-call",
        tickets::no_ticket_is_called_twice_unnoticed,
    ),
    (
        "no-double-call-in-reach",
        tickets::keepers_in_reach_call_once,
    ),
    (
        "no-ticket-forgotten",
        tickets::no_granted_ticket_is_forgotten,
    ),
    ("both-edits-kept", edits::every_edit_stands_or_was_seen),
    ("due-dates-stand", dossiers::every_due_date_is_explained),
    (
        "removed-injects-nothing",
        removed::nothing_beyond_a_cut_counts_by_itself,
    ),
    (
        "strangers-learn-nothing",
        removed::strangers_learn_that_a_site_exists,
    ),
    ("memory-is-bounded", |world, _| {
        bounds::memory_is_bounded(world)
    }),
];

/// Holds at every moment: nothing in memory grows without bound. (That nothing is given twice, that a revoked PC is sent
/// nothing and that every answer is the only one is checked by the world at the moment it would happen.)
#[track_caller]
pub fn check_running(world: &mut World) {
    if let Err(what) = bounds::memory_is_bounded(world) {
        world.broken("memory-is-bounded", &what);
    }
}

/// Holds once everything runs, is linked and has settled.
#[track_caller]
pub fn check_settled(world: &World) {
    let members = world.members();
    for (name, check) in SETTLED {
        if let Err(what) = check(world, &members) {
            world.broken(name, &what);
        }
    }
}

/// Holds also where somebody only looks at what the PCs have in common.
#[track_caller]
pub fn check_converged(world: &World) {
    let members = world.members();
    for (name, check) in SETTLED.iter().take(2) {
        if let Err(what) = check(world, &members) {
            world.broken(name, &what);
        }
    }
}

/// On a site where nothing goes wrong, a PC that wants to join does.
#[track_caller]
pub fn check_joining(world: &World, left: &[NodeIndex]) {
    if let Some(node) = left.first() {
        let what = format!(
            "{} has not joined: loading {:?}, {}",
            world.name(*node),
            world.nodes[*node]
                .host()
                .map(|host| host.engine().loading()),
            world.reasons_of(*node)
        );
        world.broken("joining-ends", &what);
    }
}

/// The first member's disk: after convergence it speaks for all.
fn any_disk<'a>(world: &'a World, members: &[NodeIndex]) -> Option<Disk<'a>> {
    world.disk(*members.first()?)
}
