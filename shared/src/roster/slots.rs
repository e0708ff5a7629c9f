//! Number slots: allotted by one keeper at a time, so that no two nodes ever number from the same one.

use std::collections::BTreeMap;

use crate::ids::NodeId;
use crate::roster::authority::Scope;
use crate::roster::fold::VoidReason;
use crate::roster::kind::{Kind, Slot};
use crate::roster::members::{MAX_SLOT, Roster};
use crate::roster::set::Stored;

/// Fills in slots and their keeper; gives the slot statements without effect.
///
/// `counting` is in canonical order. An allotment stands if its keeper's reign belongs to the line of reigns and the
/// next keeper had seen it: what a superseded keeper still allots, and all that a keeper named on the losing side of a
/// split allotted, is void.
pub(super) fn allot(
    stored: &[Stored],
    scope: &Scope<'_>,
    counting: &[usize],
    roster: &mut Roster,
) -> BTreeMap<usize, VoidReason> {
    let reigns = scope.reigns();
    roster.slot_keeper = reigns.last().and_then(|reign| scope.subject(*reign));
    roster.n_successions = reigns.len().saturating_sub(1);
    if let Some(founder) = reigns.first().and_then(|founding| scope.subject(*founding)) {
        roster.holders.insert(0, founder);
    }
    let mut void = BTreeMap::new();
    for place in counting {
        let Kind::Slot(slot) = &stored[*place].statement().kind else {
            continue;
        };
        let verdict = if in_line(stored, &reigns, *place) {
            apply(stored, scope, *place, slot, roster)
        } else {
            Err(VoidReason::NotSlotKeeper)
        };
        if let Err(reason) = verdict {
            void.insert(*place, reason);
        }
    }
    for (slot, holder) in &roster.holders {
        if let Some(member) = roster.members.get_mut(holder) {
            member.slot = Some(*slot);
        }
    }
    void
}

/// Whether the statement was made under a reign of the line, before the next one.
fn in_line(stored: &[Stored], reigns: &[usize], place: usize) -> bool {
    let reign = stored[place].judgement.reign;
    let Some(position) = reigns.iter().position(|other| Some(*other) == reign) else {
        return false;
    };
    reigns
        .get(position + 1)
        .is_none_or(|next| stored[*next].ancestors.contains(place))
}

fn apply(
    stored: &[Stored],
    scope: &Scope<'_>,
    place: usize,
    slot: &Slot,
    roster: &mut Roster,
) -> Result<(), VoidReason> {
    let is_free_again = |holder: NodeId| {
        let seen = &stored[place].ancestors;
        let days: Vec<Option<i32>> = scope
            .removals_of(holder)
            .iter()
            .filter(|removal| seen.contains(**removal))
            .map(|removal| removal_day(stored, *removal))
            .collect();
        !days.is_empty() && days.iter().all(|day| *day < Some(slot.day))
    };
    let Some(wanted) = slot.slot else {
        // Only a removed node's slot can be freed: a living one may be numbering from it where nobody sees it.
        return match held_by(roster, slot.node) {
            Some(held) if is_free_again(slot.node) => {
                roster.holders.remove(&held);
                Ok(())
            }
            Some(_) => Err(VoidReason::SlotTaken),
            None => Err(VoidReason::NoSuchSlot),
        };
    };
    if wanted > MAX_SLOT {
        return Err(VoidReason::NoSuchSlot);
    }
    if !roster.knows(&slot.node) {
        return Err(VoidReason::UnknownNode);
    }
    match roster.holders.get(&wanted) {
        Some(holder) if *holder == slot.node => return Ok(()),
        Some(holder) if !is_free_again(*holder) => return Err(VoidReason::SlotTaken),
        _ => {}
    }
    if held_by(roster, slot.node).is_some() {
        return Err(VoidReason::HasSlot);
    }
    roster.holders.insert(wanted, slot.node);
    Ok(())
}

fn held_by(roster: &Roster, node: NodeId) -> Option<u8> {
    roster
        .holders
        .iter()
        .find(|(_, holder)| **holder == node)
        .map(|(slot, _)| *slot)
}

fn removal_day(stored: &[Stored], removal: usize) -> Option<i32> {
    match &stored[removal].statement().kind {
        Kind::Retire(retire) => Some(retire.day),
        Kind::Revoke(revoke) => Some(revoke.day),
        _ => None,
    }
}
