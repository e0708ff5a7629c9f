//! Files: what is told of them is so, and whoever wants one that somebody linked has gets it.

use std::collections::BTreeMap;

use lienquay_core::files::{Class, FileRow};
use lienquay_shared::FileHash;

use crate::sim::invariants::Verdict;
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// How long files may take once everything is repaired: a peer that sent wrong parts rests for ten minutes, and what rests
/// begins anew with a link.
const SETTLING_MILLIS: u64 = 900_000;

/// Waits until files have settled, and fails when they do not.
#[track_caller]
pub fn check_files(world: &mut World) {
    let members = world.members();
    let is_settled = |world: &World| settled(world, &members).is_ok();
    let mut calm = 0;
    for _ in 0..SETTLING_MILLIS / 1_000 {
        if is_settled(world) {
            calm += 1;
        } else {
            calm = 0;
        }
        if calm > 2 {
            return;
        }
        world.run_for(1_000);
    }
    if let Err(what) = settled(world, &members) {
        world.broken("files-settle", &what);
    }
}

fn rows(world: &World, node: NodeIndex) -> BTreeMap<FileHash, FileRow> {
    world.nodes[node].store().file_rows()
}

fn settled(world: &World, members: &[NodeIndex]) -> Verdict {
    for node in members {
        what_is_told_is_so(world, members, *node)?;
        nothing_is_under_way(world, *node)?;
        what_is_wanted_is_here(world, members, *node)?;
        the_quota_holds(world, members, *node)?;
    }
    Ok(())
}

/// The own list is what is on the disk; what is known of the others is theirs.
fn what_is_told_is_so(world: &World, members: &[NodeIndex], node: NodeIndex) -> Verdict {
    let name = world.name(node);
    let rows = rows(world, node);
    for hash in world.nodes[node].store().blobs().whole().keys() {
        if !rows.get(hash).is_some_and(|row| row.is_held) {
            return Err(format!("{name} does not know that it has {}", hash.short()));
        }
    }
    let Some(host) = world.nodes[node].host() else {
        return Ok(());
    };
    for (hash, row) in &rows {
        if row.is_held && !world.has_file(node, hash) {
            return Err(format!("{name} takes {} for held", hash.short()));
        }
        for other in members.iter().filter(|other| **other != node) {
            let bit = host.engine().holder_bit(&world.nodes[*other].id);
            let (said, is_so) = (row.holders & bit != 0, world.has_file(*other, hash));
            if said != is_so && world.network.is_linked(node, *other) {
                let other = world.name(*other);
                let short = hash.short();
                return Err(format!("{name} believes of {other} and {short}: {said}"));
            }
        }
    }
    Ok(())
}

fn nothing_is_under_way(world: &World, node: NodeIndex) -> Verdict {
    let Some(host) = world.nodes[node].host() else {
        return Ok(());
    };
    let state = host.engine().files_state();
    match state.fetching.first() {
        Some(one) => Err(format!("{} still fetches {one:?}", world.name(node))),
        None => Ok(()),
    }
}

/// Without a quota, whatever a PC wants and a linked member has is here.
fn what_is_wanted_is_here(world: &World, members: &[NodeIndex], node: NodeIndex) -> Verdict {
    let Some(host) = world.nodes[node].host() else {
        return Ok(());
    };
    if host.engine().files_state().policy.quota_bytes.is_some() {
        return Ok(());
    }
    for (hash, row) in rows(world, node) {
        let is_wanted = !row.is_held && row.rank.class <= Class::LAST_WANTED;
        let holder = members.iter().find(|other| {
            world.network.is_linked(node, **other)
                && world.has_file(**other, &hash)
                && !world.nodes[**other].store().blobs().lies
        });
        if let Some(holder) = holder.filter(|_| is_wanted) {
            return Err(format!(
                "{} wants {} and does not get it from {}: {row:?}, {}",
                world.name(node),
                hash.short(),
                world.name(*holder),
                world.reasons_of(node)
            ));
        }
    }
    Ok(())
}

/// Beyond its quota a PC keeps only what not enough others have.
fn the_quota_holds(world: &World, members: &[NodeIndex], node: NodeIndex) -> Verdict {
    let Some(host) = world.nodes[node].host() else {
        return Ok(());
    };
    let state = host.engine().files_state();
    let quota = state.policy.quota_bytes.unwrap_or(u64::MAX);
    if state.totals.held_bytes <= quota {
        return Ok(());
    }
    for (hash, row) in rows(world, node) {
        let others = members.iter().filter(|other| {
            **other != node
                && world.network.is_linked(node, **other)
                && world.has_file(**other, &hash)
        });
        let is_sheddable = row.is_held && row.rank.class != Class::Unnamed;
        if is_sheddable && others.count() >= 2 {
            return Err(format!(
                "{} is beyond its quota and keeps {}",
                world.name(node),
                hash.short()
            ));
        }
    }
    Ok(())
}
