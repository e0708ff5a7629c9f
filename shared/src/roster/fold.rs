//! From statements to a roster: the same on every node that holds the same statements.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{LogId, NodeId};
use crate::log::LogPoint;
use crate::roster::authority::Scope;
use crate::roster::kind::{Cuts, Kind};
use crate::roster::members::{Gone, HowGone, Member, Roster};
use crate::roster::set::{RosterLog, Stored};
use crate::roster::slots;

/// Why a statement has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum VoidReason {
    /// Its signer was no administrator by what it builds on.
    #[error("its signer was not an administrator")]
    NotAdmin,
    /// Only the site key can say this.
    #[error("only the site key can found a site")]
    NotTheSiteKey,
    /// A site is founded once, before anything else.
    #[error("the site was founded already")]
    SecondFounding,
    /// Its signer did not keep the slots, or another keeper was named meanwhile.
    #[error("its signer was not the keeper of the number slots")]
    NotSlotKeeper,
    /// Its signer was retired or revoked by somebody who had not seen it.
    #[error("its signer was removed, and the removal had not seen it")]
    SignerRemoved,
    /// What had made its signer an administrator (or a member) has no effect itself.
    #[error("what entitled its signer has no effect itself")]
    SignersRightVoid,
    /// Its signer lost the administrator's right at the same time.
    #[error("its signer stopped being an administrator at the same time")]
    SignerDemoted,
    /// It is about a node that was retired or revoked.
    #[error("it is about a node that was removed")]
    NodeRemoved,
    /// It is about a node nobody admitted.
    #[error("it is about a node that was not admitted")]
    UnknownNode,
    /// The slot is another node's, or not free yet.
    #[error("the slot is not free")]
    SlotTaken,
    /// There is no such slot.
    #[error("there is no such slot")]
    NoSuchSlot,
    /// The node has a slot already.
    #[error("the node has a slot already")]
    HasSlot,
    /// Of a kind, or with a body, this version does not know.
    #[error("of a kind this version does not know ({0})")]
    UnknownKind(u16),
}

impl RosterLog {
    /// Adds the statements up.
    pub fn fold(&self) -> Roster {
        let stored = self.stored();
        let scope = Scope::new(stored, None);
        let order = self.canonical_order();
        let mut void: BTreeMap<usize, VoidReason> = BTreeMap::new();
        for place in &order {
            if let Some(reason) = scope.void_reason(*place) {
                void.insert(*place, reason);
            }
        }
        let counting: Vec<usize> = order
            .iter()
            .filter(|place| !void.contains_key(place))
            .copied()
            .collect();
        let mut roster = Roster {
            site: self.site(),
            members: members(stored, &counting),
            gone: BTreeMap::new(),
            unadmitted: BTreeSet::new(),
            slot_keeper: None,
            void: Vec::new(),
            holders: BTreeMap::new(),
            n_successions: 0,
        };
        part_with_the_gone(stored, &scope, &mut roster);
        roster.unadmitted = unadmitted(stored, &void, &roster);
        for (node, member) in &mut roster.members {
            member.admin = scope.is_admin(*node);
        }
        void.extend(slots::allot(stored, &scope, &counting, &mut roster));
        roster.void = order
            .iter()
            .filter_map(|place| Some((stored[*place].hash(), *void.get(place)?)))
            .collect();
        roster
    }
}

/// Everybody ever admitted, as last described.
fn members(stored: &[Stored], counting: &[usize]) -> BTreeMap<NodeId, Member> {
    let mut members: BTreeMap<NodeId, Member> = BTreeMap::new();
    for statement in counting.iter().map(|place| stored[*place].statement()) {
        let (node, name, mode) = match &statement.kind {
            Kind::Found(found) => (found.node, &found.name, found.mode),
            Kind::Admit(admit) => (admit.node, &admit.name, admit.mode),
            Kind::Rename(rename) => (rename.node, &rename.name, rename.mode),
            _ => continue,
        };
        if statement.kind.is_admission() {
            let member = members.entry(node).or_insert_with(|| Member {
                name: name.clone(),
                mode,
                admin: false,
                slot: None,
                counter: None,
                admitted: statement.hlc,
            });
            member.admitted = member.admitted.min(statement.hlc);
        }
        let Some(member) = members.get_mut(&node) else {
            continue;
        };
        (member.name, member.mode) = (name.clone(), mode);
        if let Kind::Admit(admit) = &statement.kind {
            member.counter = admit.counter;
        }
    }
    members
}

/// Those whom somebody admitted that had been an administrator, and nobody else did.
fn unadmitted(
    stored: &[Stored],
    void: &BTreeMap<usize, VoidReason>,
    roster: &Roster,
) -> BTreeSet<NodeId> {
    let was_entitled = |reason: &VoidReason| {
        matches!(
            reason,
            VoidReason::SignerRemoved | VoidReason::SignerDemoted | VoidReason::SignersRightVoid
        )
    };
    void.iter()
        .filter(|(_, reason)| was_entitled(reason))
        .filter_map(|(place, _)| match &stored[*place].statement().kind {
            Kind::Admit(admit) => Some(admit.node),
            _ => None,
        })
        .filter(|node| !roster.knows(node))
        .collect()
}

/// Moves those removed from the members to the gone.
fn part_with_the_gone(stored: &[Stored], scope: &Scope<'_>, roster: &mut Roster) {
    let removed: Vec<NodeId> = roster.members.keys().copied().collect();
    for node in removed {
        let removals = scope.removals_of(node);
        if removals.is_empty() {
            continue;
        }
        let Some(member) = roster.members.remove(&node) else {
            continue;
        };
        roster.gone.insert(node, gone(stored, removals, member));
    }
}

fn gone(stored: &[Stored], removals: &[usize], member: Member) -> Gone {
    let mut gone = Gone {
        how: HowGone::Retired,
        name: member.name,
        cuts: BTreeMap::new(),
        hlc: crate::hlc::Hlc(u64::MAX),
        day: i32::MIN,
    };
    for (n, removal) in removals.iter().enumerate() {
        let statement = stored[*removal].statement();
        let (points, day, how) = match &statement.kind {
            Kind::Retire(retire) => (&retire.points, retire.day, HowGone::Retired),
            Kind::Revoke(revoke) => (&revoke.cuts, revoke.day, HowGone::Revoked),
            _ => continue,
        };
        gone.how = gone.how.max(how);
        gone.hlc = gone.hlc.min(statement.hlc);
        gone.day = gone.day.max(day);
        let points = lowest_by_log(points, &statement.kind);
        gone.cuts = if n == 0 {
            points
        } else {
            lowest(&gone.cuts, &points)
        };
    }
    gone
}

/// The points of one removal: the lowest where it names a log twice, none of other nodes' logs.
fn lowest_by_log(points: &Cuts, kind: &Kind) -> BTreeMap<LogId, LogPoint> {
    let mut cuts: BTreeMap<LogId, LogPoint> = BTreeMap::new();
    for point in points
        .iter()
        .filter(|point| kind.subject() == Some(point.log.node))
    {
        let cut = cuts.entry(point.log).or_insert(*point);
        *cut = (*cut).min(*point);
    }
    cuts
}

/// The lower cut of each log both name; one that only one of them names is cut at 0 by the other, as if unlisted.
fn lowest(
    left: &BTreeMap<LogId, LogPoint>,
    right: &BTreeMap<LogId, LogPoint>,
) -> BTreeMap<LogId, LogPoint> {
    let both = left
        .iter()
        .filter_map(|(log, point)| Some((*log, (*point).min(*right.get(log)?))));
    both.collect()
}
