//! [8] Reconnecting where nothing changed costs by the number of logs and PCs, never by the number of documents.

use lienquay_core::store::Store;

use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// What two greetings may take beside their rows.
const GREETING_BYTES: u64 = 400;
/// One row of a vector: a tag, a number, half a hash, a lag.
const ROW_BYTES: u64 = 48;
/// Long enough for greetings, shorter than anything else that happens by itself.
const LOOK_MILLIS: u64 = 1_500;

/// Two members connect anew; what they say to each other beside their beats is bounded.
#[track_caller]
pub fn check_reconnect(world: &mut World) {
    let members = world.members();
    let [one, other, ..] = members.as_slice() else {
        return;
    };
    let said = |world: &World| -> u64 {
        let all = world.sent_by_name.iter();
        all.filter(|(name, _)| **name != "Beat")
            .map(|(_, (_, bytes))| bytes)
            .sum()
    };
    let n_logs = world.nodes[*one].store().logs().unwrap_or_default().len() as u64;
    let files_before = files_told(world);
    let (held, n_reconnects, before) = (world.holding(*one), world.n_links(), said(world));
    world.connect(*one, *other);
    world.run_for(LOOK_MILLIS);
    let fetched = files_told(world) != files_before;
    if world.holding(*one) != held || fetched {
        // A timer made somebody write or fetch just now: this was no reconnect where nothing changed.
        return;
    }
    // Rogues and PCs that were shut out go on knocking: each connection is a greeting of its own.
    let n_links = (world.n_links() - n_reconnects).max(1);
    let bound = n_links * 2 * (GREETING_BYTES + n_logs * ROW_BYTES);
    let cost = said(world) - before;
    if cost > bound {
        let what = format!(
            "{n_links} reconnects of {} and {} with {n_logs} logs took {cost} bytes, at most {bound} were due",
            world.name(*one),
            world.name(*other)
        );
        world.broken("reconnect-costs-no-documents", &what);
    }
}

/// How far the members' lists of files go.
fn files_told(world: &World) -> Vec<u64> {
    let members = world.members().into_iter();
    let told = |node: NodeIndex| world.nodes[node].store().file_totals().unwrap_or_default();
    members.map(|node| told(node).own_seq).collect()
}
