//! [9] What an engine keeps in memory depends on peers and open questions, never on the number of documents.

use super::Verdict;
use crate::sim::world::World;

/// No table of a site of a dozen PCs comes near this.
const MAX_ROWS: usize = 5_000;

pub(super) fn memory_is_bounded(world: &World) -> Verdict {
    for node in &world.nodes {
        let Some(host) = node.host() else { continue };
        if let Some((table, rows)) = host
            .engine()
            .held_in_memory()
            .into_iter()
            .find(|(_, rows)| *rows > MAX_ROWS)
        {
            return Err(format!("{} holds {rows} rows of {table}", node.name));
        }
    }
    Ok(())
}
