//! Which statements count.
//!
//! Two questions, kept apart. *At its parents*: was the signer entitled to say this, by everything the statement builds
//! on? That never changes, so it is answered once, when the statement is stored ([`judge`]). *Here and now*: does a
//! removal we know, and the statement had not seen, void it ([`Scope::void_reason`])? The second is layered, so that it
//! has exactly one answer and two administrators who remove each other are both out:
//!
//! 1. what the site key says counts;
//! 2. removals by nodes count unless the site key removed their signer without having seen them;
//! 3. demotions count unless any removal of their signer had not seen them;
//! 4. everything else counts unless a removal of its signer had not seen it, or a demotion of its signer is concurrent.

use std::collections::BTreeMap;

use crate::ids::NodeId;
use crate::roster::ancestry::Ancestors;
use crate::roster::fold::VoidReason;
use crate::roster::kind::Kind;
use crate::roster::set::Stored;
use crate::roster::statement::{Signer, Statement};

/// What a statement's ancestors say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Whether its signer was entitled to it.
    pub(super) entitled: Result<(), VoidReason>,
    /// The statement that had made the slot keeper of that moment; see [`Scope::reigns`].
    pub(super) reign: Option<usize>,
}

/// Judges a statement by its ancestors.
pub(super) fn judge(stored: &[Stored], ancestors: &Ancestors, statement: &Statement) -> Judgement {
    let scope = Scope::new(stored, Some(ancestors));
    let reign = scope.reigns().last().copied();
    Judgement {
        entitled: scope
            .check_signer(statement, reign)
            .and_then(|()| scope.check_subject(&statement.kind)),
        reign,
    }
}

/// All statements, or those among the ancestors of one.
pub(super) struct Scope<'a> {
    stored: &'a [Stored],
    within: Option<&'a Ancestors>,
    founding: Option<usize>,
    /// By target: removals that count.
    removals: BTreeMap<NodeId, Vec<usize>>,
    /// By target: demotions that count.
    demotions: BTreeMap<NodeId, Vec<usize>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(stored: &'a [Stored], within: Option<&'a Ancestors>) -> Self {
        let mut scope = Self {
            stored,
            within,
            founding: None,
            removals: BTreeMap::new(),
            demotions: BTreeMap::new(),
        };
        scope.founding = scope
            .places()
            .filter(|place| matches!(scope.kind(*place), Kind::Found(_)))
            .filter(|place| stored[*place].judgement.entitled.is_ok())
            .min_by_key(|place| stored[*place].hash());
        // Layer by layer: each step judges by what the steps before it found.
        let is_removal = |scope: &Self, place: usize| scope.kind(place).is_removal();
        scope.removals = scope.collect(|scope, at| is_removal(scope, at) && scope.is_by_site(at));
        let by_nodes = scope.collect(|scope, at| is_removal(scope, at) && !scope.is_by_site(at));
        for (node, places) in by_nodes {
            scope.removals.entry(node).or_default().extend(places);
        }
        scope.demotions = scope.collect(|scope, at| scope.kind(at).is_demotion());
        scope
    }

    /// Why the statement at `place` has no effect; none if it has.
    pub(super) fn void_reason(&self, place: usize) -> Option<VoidReason> {
        let stored = &self.stored[place];
        if let Err(reason) = stored.judgement.entitled {
            return Some(reason);
        }
        let kind = self.kind(place);
        match kind {
            Kind::Unknown(code) => return Some(VoidReason::UnknownKind(*code)),
            Kind::Found(_) if self.founding != Some(place) => {
                return Some(VoidReason::SecondFounding);
            }
            _ => {}
        }
        let Signer::Node(signer) = stored.statement().by else {
            return None;
        };
        let mut removals = self.removals.get(&signer).into_iter().flatten();
        let unseen = |removal: &usize| !self.stored[*removal].ancestors.contains(place);
        if kind.is_removal() {
            let by_site = |removal: &&usize| self.is_by_site(**removal);
            return removals
                .filter(by_site)
                .any(unseen)
                .then_some(VoidReason::SignerRemoved);
        }
        if removals.any(unseen) {
            return Some(VoidReason::SignerRemoved);
        }
        let mut demotions = self.demotions.get(&signer).into_iter().flatten();
        let concurrent =
            |demotion: &usize| unseen(demotion) && !stored.ancestors.contains(*demotion);
        (!kind.is_demotion() && demotions.any(concurrent)).then_some(VoidReason::SignerDemoted)
    }

    pub(super) fn counts(&self, place: usize) -> bool {
        self.void_reason(place).is_none()
    }

    /// Removals of `node` that count.
    pub(super) fn removals_of(&self, node: NodeId) -> &[usize] {
        self.removals.get(&node).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_removed(&self, node: NodeId) -> bool {
        self.removals.contains_key(&node)
    }

    pub(super) fn is_member(&self, node: NodeId) -> bool {
        !self.is_removed(node)
            && self
                .places_about(node)
                .any(|place| self.kind(place).is_admission() && self.counts(place))
    }

    /// An administrator was made one by a statement that had seen every demotion: taking wins over concurrent giving.
    pub(super) fn is_admin(&self, node: NodeId) -> bool {
        let demotions = self.demotions.get(&node).map_or(&[][..], Vec::as_slice);
        self.is_member(node)
            && self.places_about(node).any(|place| {
                let saw_all = |ancestors: &Ancestors| {
                    demotions
                        .iter()
                        .all(|demotion| ancestors.contains(*demotion))
                };
                self.kind(place).is_grant()
                    && saw_all(&self.stored[place].ancestors)
                    && self.counts(place)
            })
    }

    /// The line of slot keepers: the founding, then each `SlotKeeper` statement that followed. Of several that follow
    /// the same one (named while apart) the site key's goes first, then the lowest hash: a choice no later statement
    /// by a keeper can turn round.
    pub(super) fn reigns(&self) -> Vec<usize> {
        let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in self.places() {
            if let (Kind::SlotKeeper(_), Some(reign)) =
                (self.kind(place), self.stored[place].judgement.reign)
                && self.counts(place)
            {
                followers.entry(reign).or_default().push(place);
            }
        }
        let mut line: Vec<usize> = self.founding.into_iter().collect();
        while let Some(next) = line.last().and_then(|last| followers.get(last)) {
            line.extend(
                next.iter()
                    .min_by_key(|place| (!self.is_by_site(**place), self.stored[**place].hash())),
            );
        }
        line
    }

    pub(super) fn subject(&self, place: usize) -> Option<NodeId> {
        self.kind(place).subject()
    }

    fn check_signer(&self, statement: &Statement, reign: Option<usize>) -> Result<(), VoidReason> {
        let kind = &statement.kind;
        let Signer::Node(signer) = statement.by else {
            return match kind {
                Kind::Found(_) if !statement.parents.is_empty() => Err(VoidReason::SecondFounding),
                Kind::Slot(_) => Err(VoidReason::NotSlotKeeper),
                _ => Ok(()),
            };
        };
        let leaves = matches!(kind, Kind::Retire(_)) && kind.subject() == Some(signer);
        let entitled = match kind {
            Kind::Found(_) => return Err(VoidReason::NotTheSiteKey),
            _ if leaves => self.is_member(signer),
            _ => self.is_admin(signer),
        };
        if !entitled {
            return Err(VoidReason::NotAdmin);
        }
        let keeper = reign.and_then(|reign| self.subject(reign));
        let may_keep = match kind {
            Kind::Slot(_) => keeper == Some(signer),
            // A keeper that is gone, or no longer trusted with it, can be succeeded by any administrator.
            Kind::SlotKeeper(_) => {
                keeper == Some(signer) || keeper.is_none_or(|keeper| !self.is_admin(keeper))
            }
            _ => true,
        };
        may_keep.then_some(()).ok_or(VoidReason::NotSlotKeeper)
    }

    fn check_subject(&self, kind: &Kind) -> Result<(), VoidReason> {
        let Some(node) = kind.subject() else {
            return Ok(());
        };
        let introduced = self
            .places_about(node)
            .any(|place| self.kind(place).is_admission());
        match kind {
            Kind::Found(_) => Ok(()),
            Kind::Admit(_) if self.is_removed(node) => Err(VoidReason::NodeRemoved),
            Kind::Admit(_) => Ok(()),
            _ if !introduced => Err(VoidReason::UnknownNode),
            Kind::Slot(slot) if slot.slot.is_none() => Ok(()),
            _ if kind.is_removal() => Ok(()),
            _ if self.is_removed(node) => Err(VoidReason::NodeRemoved),
            _ => Ok(()),
        }
    }

    fn collect(&self, wanted: impl Fn(&Self, usize) -> bool) -> BTreeMap<NodeId, Vec<usize>> {
        let mut found: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
        for place in self.places() {
            if let Some(node) = self.subject(place)
                && wanted(self, place)
                && self.counts(place)
            {
                found.entry(node).or_default().push(place);
            }
        }
        found
    }

    fn is_by_site(&self, place: usize) -> bool {
        self.stored[place].statement().by == Signer::Site
    }

    fn kind(&self, place: usize) -> &'a Kind {
        let stored: &'a [Stored] = self.stored;
        &stored[place].statement().kind
    }

    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.stored.len()).filter(|place| {
            self.within
                .is_none_or(|ancestors| ancestors.contains(*place))
        })
    }

    fn places_about(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.places()
            .filter(move |place| self.subject(*place) == Some(node))
    }
}
