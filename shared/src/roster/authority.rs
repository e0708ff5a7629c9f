//! Which statements count.
//!
//! Two questions, kept apart. *At its parents*: was the signer entitled to say this, by everything the statement builds
//! on? That never changes, so it is answered once, when the statement is stored ([`judge`]). *Here and now*: does a
//! removal we know, and the statement had not seen, void it, or void what its signer's right rests on
//! ([`Scope::void_reason`])? The second is answered in three passes, so that it has exactly one answer:
//!
//! 1. removals, judged by the removals of the site key alone: two administrators who remove each other are both out,
//!    and what a stolen PC signs after the site key shut it out removes nobody;
//! 2. demotions, judged by all removals;
//! 3. everything else, judged by removals and demotions.
//!
//! Within a pass a statement depends only on statements it builds on, so one walk from parents to children is enough.

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
    /// In the order stored, so parents first.
    places: Vec<usize>,
    /// By place; meaningful for `places` only.
    void: Vec<Option<VoidReason>>,
    founding: Option<usize>,
    /// By subject: what may make it a member or an administrator.
    grounds: BTreeMap<NodeId, Vec<usize>>,
    /// By target: removals that count.
    removals: BTreeMap<NodeId, Vec<usize>>,
    /// By target: demotions that count.
    demotions: BTreeMap<NodeId, Vec<usize>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(stored: &'a [Stored], within: Option<&Ancestors>) -> Self {
        let in_scope = |place: &usize| within.is_none_or(|ancestors| ancestors.contains(*place));
        let mut scope = Self {
            stored,
            places: (0..stored.len()).filter(in_scope).collect(),
            void: vec![None; stored.len()],
            founding: None,
            grounds: BTreeMap::new(),
            removals: BTreeMap::new(),
            demotions: BTreeMap::new(),
        };
        let is_founding = |place: &usize| {
            matches!(scope.kind(*place), Kind::Found(_))
                && stored[*place].judgement.entitled.is_ok()
        };
        scope.founding = scope
            .places
            .iter()
            .copied()
            .filter(is_founding)
            .min_by_key(|place| stored[*place].hash());
        scope.grounds = scope.by_subject(|scope, place| {
            scope.kind(place).is_admission() || scope.kind(place).is_grant()
        });
        scope.removals = scope.by_subject(|scope, place| {
            scope.kind(place).is_removal()
                && scope.is_by_site(place)
                && stored[place].judgement.entitled.is_ok()
        });
        scope.pass(|_| true);
        scope.removals =
            scope.by_subject(|scope, place| scope.kind(place).is_removal() && scope.counts(place));
        scope.pass(|kind| !kind.is_removal());
        scope.demotions =
            scope.by_subject(|scope, place| scope.kind(place).is_demotion() && scope.counts(place));
        scope.pass(|kind| !kind.is_removal() && !kind.is_demotion());
        scope
    }

    /// Why the statement at `place` has no effect; none if it has.
    pub(super) fn void_reason(&self, place: usize) -> Option<VoidReason> {
        self.void[place]
    }

    /// Judges all statements of the kinds that are not settled yet, parents first.
    fn pass(&mut self, open: impl Fn(&Kind) -> bool) {
        for n in 0..self.places.len() {
            let place = self.places[n];
            if open(self.kind(place)) {
                self.void[place] = self.verdict(place);
            }
        }
    }

    fn verdict(&self, place: usize) -> Option<VoidReason> {
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
        let unseen = |other: &usize| !self.stored[*other].ancestors.contains(place);
        if self.removals_of(signer).iter().any(unseen) {
            return Some(VoidReason::SignerRemoved);
        }
        let concurrent = |other: &usize| unseen(other) && !stored.ancestors.contains(*other);
        if !kind.is_demotion() && self.demotions_of(signer).iter().any(concurrent) {
            return Some(VoidReason::SignerDemoted);
        }
        (!self.has_grounds(place, signer)).then_some(VoidReason::SignersRightVoid)
    }

    /// Whether something the statement builds on, that counts itself, entitled its signer.
    fn has_grounds(&self, place: usize, signer: NodeId) -> bool {
        let stored = &self.stored[place];
        let leaves = is_leaving(stored.statement());
        let demotions: Vec<usize> = self
            .demotions_of(signer)
            .iter()
            .copied()
            .filter(|demotion| stored.ancestors.contains(*demotion))
            .collect();
        let grounds = self.grounds.get(&signer).into_iter().flatten().rev();
        grounds
            .filter(|ground| stored.ancestors.contains(**ground) && self.counts(**ground))
            .any(|ground| {
                if leaves {
                    self.kind(*ground).is_admission()
                } else {
                    self.kind(*ground).is_grant() && self.saw_all(*ground, &demotions)
                }
            })
    }

    fn saw_all(&self, place: usize, others: &[usize]) -> bool {
        let seen = &self.stored[place].ancestors;
        others.iter().all(|other| seen.contains(*other))
    }

    pub(super) fn counts(&self, place: usize) -> bool {
        self.void_reason(place).is_none()
    }

    /// Removals of `node` that count.
    pub(super) fn removals_of(&self, node: NodeId) -> &[usize] {
        self.removals.get(&node).map_or(&[], Vec::as_slice)
    }

    fn demotions_of(&self, node: NodeId) -> &[usize] {
        self.demotions.get(&node).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_removed(&self, node: NodeId) -> bool {
        self.removals.contains_key(&node)
    }

    pub(super) fn is_member(&self, node: NodeId) -> bool {
        let mut grounds = self.grounds.get(&node).into_iter().flatten();
        !self.is_removed(node)
            && grounds.any(|place| self.kind(*place).is_admission() && self.counts(*place))
    }

    /// An administrator was made one by a statement that had seen every demotion: taking wins over concurrent giving.
    pub(super) fn is_admin(&self, node: NodeId) -> bool {
        let mut grounds = self.grounds.get(&node).into_iter().flatten();
        self.is_member(node)
            && grounds.any(|place| {
                self.kind(*place).is_grant()
                    && self.counts(*place)
                    && self.saw_all(*place, self.demotions_of(node))
            })
    }

    /// The line of slot keepers: the founding, then each `SlotKeeper` statement that followed. Of several that follow
    /// the same one (named while apart) the site key's goes first, then the lowest hash: a choice no later statement
    /// by a keeper can turn round.
    pub(super) fn reigns(&self) -> Vec<usize> {
        let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &place in &self.places {
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
        let entitled = match kind {
            Kind::Found(_) => return Err(VoidReason::NotTheSiteKey),
            _ if is_leaving(statement) => self.is_member(signer),
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
        let mut grounds = self.grounds.get(&node).into_iter().flatten();
        let introduced = grounds.any(|place| self.kind(*place).is_admission());
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

    fn by_subject(&self, wanted: impl Fn(&Self, usize) -> bool) -> BTreeMap<NodeId, Vec<usize>> {
        let mut found: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
        for &place in &self.places {
            if let Some(node) = self.subject(place)
                && wanted(self, place)
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
}

/// A member that retires itself needs no administrator.
fn is_leaving(statement: &Statement) -> bool {
    let subject = statement.kind.subject().map(Signer::Node);
    matches!(statement.kind, Kind::Retire(_)) && subject == Some(statement.by)
}
