//! What the statements add up to: who takes part, who is gone and where their logs are cut.

use std::collections::{BTreeMap, BTreeSet};

use crate::hlc::Hlc;
use crate::ids::{EntryHash, LogId, NodeId, SiteId, StatementHash};
use crate::log::LogPoint;
use crate::roster::fold::VoidReason;
use crate::roster::kind::NodeName;
use crate::wire::link::NodeMode;

/// The highest number slot: 3000 + 500 × 13 = 9500, so slots 0 to 13 fill a day's four digits.
pub const MAX_SLOT: u8 = 13;

/// Who takes part in a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// Whose roster it is.
    pub site: SiteId,
    /// Those that take part.
    pub members: BTreeMap<NodeId, Member>,
    /// Those that did.
    pub gone: BTreeMap<NodeId, Gone>,
    /// Those admitted only by administrators who, as it turned out, were none any more. What they wrote travels, so that every
    /// node holds the same, and counts nowhere.
    pub unadmitted: BTreeSet<NodeId>,
    /// The only node that allots number slots; none before the founding is known. It may be gone: then any
    /// administrator can name another.
    pub slot_keeper: Option<NodeId>,
    /// Statements without effect and why, parents first.
    pub void: Vec<(StatementHash, VoidReason)>,
    /// Holder of each slot that is not free, members and gone ones alike.
    pub(super) holders: BTreeMap<u8, NodeId>,
    /// How many keepers there were before this one.
    pub(super) n_successions: usize,
}

/// One that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub name: NodeName,
    /// What it is used for.
    pub mode: NodeMode,
    /// Whether it may admit and remove others.
    pub admin: bool,
    /// Its slot of the day's number series.
    pub slot: Option<u8>,
    /// The counter it stands at.
    pub counter: Option<u16>,
    /// When it was first admitted, by the clock of who admitted it.
    pub admitted: Hlc,
}

/// How a node left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HowGone {
    /// In good order.
    Retired,
    /// Shut out; also when it was retired as well.
    Revoked,
}

/// One that took part. What it wrote up to the cuts stays valid for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// How it left.
    pub how: HowGone,
    /// What it was called.
    pub name: NodeName,
    /// Where its logs end; a log that is not listed ends before its first entry.
    pub cuts: BTreeMap<LogId, LogPoint>,
    /// When the first removal was signed, by its signer's clock.
    pub hlc: Hlc,
    /// The latest day any removal gives (days since 1970-01-01, site time).
    pub day: i32,
}

/// Where the log of a node that is gone ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Last valid entry; 0 for none.
    pub seq: u64,
    /// The entry hash there; none when the log was not known to the signers.
    pub hash: Option<EntryHash>,
}

impl Roster {
    /// Whether `node` takes part now.
    pub fn is_member(&self, node: &NodeId) -> bool {
        self.members.contains_key(node)
    }

    /// Whether `node` may admit and remove others.
    pub fn is_admin(&self, node: &NodeId) -> bool {
        self.members.get(node).is_some_and(|member| member.admin)
    }

    /// Whether entries of `node` have a known author.
    pub fn is_author(&self, node: &NodeId) -> bool {
        self.knows(node) || self.unadmitted.contains(node)
    }

    /// Whether `node` takes part or did.
    pub fn knows(&self, node: &NodeId) -> bool {
        self.members.contains_key(node) || self.gone.contains_key(node)
    }

    /// Where `log` is cut; `None` while its node is not gone.
    pub fn cut_of(&self, log: &LogId) -> Option<Cut> {
        if self.unadmitted.contains(&log.node) {
            return Some(Cut { seq: 0, hash: None });
        }
        let gone = self.gone.get(&log.node)?;
        Some(match gone.cuts.get(log) {
            Some(point) => Cut {
                seq: point.seq,
                hash: Some(point.hash),
            },
            None => Cut { seq: 0, hash: None },
        })
    }

    /// The slot to allot next on `day` (days since 1970-01-01, site time); only the slot keeper's choice counts.
    ///
    /// Slots nobody had come before those of nodes gone since an earlier day. Every other keeper chooses from the top:
    /// one that succeeds a keeper it cannot reach thereby stays clear of what that keeper may still be allotting.
    pub fn free_slot(&self, day: i32) -> Option<u8> {
        let mut slots: Vec<u8> = (0..=MAX_SLOT).collect();
        if self.n_successions % 2 == 1 {
            slots.reverse();
        }
        let unused = |slot: &&u8| !self.holders.contains_key(slot);
        let left = |slot: &&u8| {
            let holder = self
                .holders
                .get(slot)
                .and_then(|holder| self.gone.get(holder));
            holder.is_some_and(|gone| gone.day < day)
        };
        slots
            .iter()
            .find(unused)
            .or_else(|| slots.iter().find(left))
            .copied()
    }
}
