//! What must hold during and after every run, whatever went wrong in it. Numbers in brackets are those of the list of
//! invariants in ARCHITECTURE.md.

mod acknowledged;
mod bounds;
mod convergence;
mod dossiers;
mod tickets;

use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::world::World;

/// Broken, and how.
pub type Verdict = Result<(), String>;

/// Holds at every moment: nothing acknowledged is given twice, nothing in memory grows without bound.
#[track_caller]
pub fn check_running(world: &World) {
    let verdict =
        acknowledged::nothing_is_given_twice(world).and_then(|()| bounds::memory_is_bounded(world));
    if let Err(what) = verdict {
        world.fail(&what);
    }
}

/// Holds once everything runs, is linked and has settled.
#[track_caller]
pub fn check_settled(world: &World) {
    let members = world.members();
    let verdict = convergence::equal_vectors_mean_equal_data(world, &members)
        .and_then(|()| convergence::nothing_waits(world, &members))
        .and_then(|()| acknowledged::nothing_is_lost(world, &members))
        .and_then(|()| acknowledged::nothing_is_given_twice(world))
        .and_then(|()| tickets::no_ticket_is_called_twice_unnoticed(world, &members))
        .and_then(|()| tickets::no_granted_ticket_is_forgotten(world, &members))
        .and_then(|()| tickets::no_number_is_printed_twice(world, &members))
        .and_then(|()| dossiers::no_code_is_given_twice(world, &members))
        .and_then(|()| dossiers::every_due_date_is_explained(world, &members))
        .and_then(|()| dossiers::no_edit_is_swallowed(world, &members))
        .and_then(|()| bounds::memory_is_bounded(world));
    if let Err(what) = verdict {
        world.fail(&what);
    }
}

/// Holds also where a log was split in two, and entries therefore stand elsewhere than where they were acknowledged.
#[track_caller]
pub fn check_converged(world: &World) {
    let members = world.members();
    let verdict = convergence::equal_vectors_mean_equal_data(world, &members)
        .and_then(|()| convergence::nothing_waits(world, &members))
        .and_then(|()| bounds::memory_is_bounded(world));
    if let Err(what) = verdict {
        world.fail(&what);
    }
}

/// The first member's disk: after convergence it speaks for all.
fn any_disk<'a>(world: &'a World, members: &[NodeIndex]) -> Option<Disk<'a>> {
    world.disk(*members.first()?)
}
