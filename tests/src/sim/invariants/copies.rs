//! [2] Two live copies of one folder are reported on both screens.

use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// Two copies continued one log, and each has met the others since the other had told them: both must have been told.
#[track_caller]
pub fn check_copies_told(world: &World, one: NodeIndex, other: NodeIndex) {
    let told = [one, other].map(|copy| world.nodes[copy].ever_told_of_copies);
    if told != [true, true] {
        let (one, other) = (world.name(one), world.name(other));
        let what = format!("{one} and {other} continued one log; told of it were {told:?}");
        world.broken("copies-are-told", &what);
    }
}
