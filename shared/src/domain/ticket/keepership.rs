//! Who keeps a ticket: which keeperships are valid, where each ended, and which steps are void for want of one.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::Authored;
use super::{Epoch, TicketStep};
use crate::ids::NodeId;
use crate::schema::raw::DefectKind;
use crate::schema::{Defect, OpId};

/// The keeperships that are valid, and where each ended by its own keeper's handover.
pub(super) struct Epochs<'a> {
    pub(super) valid: BTreeSet<Epoch>,
    ended: BTreeMap<Epoch, &'a OpId>,
    pub(super) takeovers: BTreeSet<Epoch>,
}

impl<'a> Epochs<'a> {
    pub(super) fn find(ordered: &[&'a Authored], void: &mut Voids<'a>) -> Self {
        let mut epochs = Self {
            valid: BTreeSet::new(),
            ended: BTreeMap::new(),
            takeovers: BTreeSet::new(),
        };
        let mut claims: Vec<(Epoch, &'a Authored, NodeId)> = Vec::new();
        let mut is_issued = false;
        for authored in ordered {
            let Some(author) = authored.author else {
                continue;
            };
            match &authored.event.step {
                TicketStep::Issued { keeper, .. } if !is_issued => {
                    is_issued = true;
                    epochs.valid.insert(Epoch::first(*keeper));
                }
                TicketStep::PaperEntered { .. } => {
                    let epoch = Epoch { n: 1, node: author };
                    epochs.valid.insert(epoch);
                    epochs.takeovers.insert(epoch);
                }
                TicketStep::HandedOver { epoch, .. } if epoch.node != author => {
                    void.add(authored, DefectKind::NotKeeper);
                }
                TicketStep::HandedOver { epoch, to } => claims.push((*epoch, authored, *to)),
                TicketStep::TakenOver { supersedes } => {
                    claims.push((*supersedes, authored, author));
                }
                _ => {}
            }
        }
        // A stable sort: claims on one epoch stay in causal order, and a parent is decided before its children.
        claims.sort_by_key(|(parent, ..)| *parent);
        for (parent, authored, node) in claims {
            epochs.admit(parent, authored, node, void);
        }
        epochs
    }

    fn admit(&mut self, parent: Epoch, authored: &'a Authored, node: NodeId, void: &mut Voids<'a>) {
        let is_handover = matches!(authored.event.step, TicketStep::HandedOver { .. });
        if !self.valid.contains(&parent) || (is_handover && self.ended.contains_key(&parent)) {
            return void.add(authored, DefectKind::NotKeeper);
        }
        if is_handover {
            self.ended.insert(parent, &authored.by);
        }
        let epoch = parent.next(node);
        self.valid.insert(epoch);
        if !is_handover {
            self.takeovers.insert(epoch);
        }
    }

    /// The keepership a keeper's step was taken under, if it is valid.
    pub(super) fn epoch_of(&self, authored: &Authored) -> Option<Epoch> {
        let epoch = Epoch {
            n: authored.event.step.keeper_epoch()?,
            node: authored.author?,
        };
        let is_over = self
            .ended
            .get(&epoch)
            .is_some_and(|end| **end < authored.by);
        (self.valid.contains(&epoch) && !is_over).then_some(epoch)
    }

    pub(super) fn steps_in_order(&self, ordered: &[&'a Authored]) -> Vec<(Epoch, &'a Authored)> {
        let mut steps: Vec<_> = ordered
            .iter()
            .filter_map(|authored| Some((self.epoch_of(authored)?, *authored)))
            .collect();
        steps.sort_by_key(|(epoch, _)| *epoch);
        steps
    }
}

/// Events that do not count, and why.
#[derive(Default)]
pub(super) struct Voids<'a> {
    pub(super) ids: BTreeSet<&'a OpId>,
    pub(super) defects: Vec<Defect>,
}

impl<'a> Voids<'a> {
    pub(super) fn add(&mut self, authored: &'a Authored, what: DefectKind) {
        if self.ids.insert(&authored.by) && self.defects.len() < crate::schema::bounds::MAX_DEFECTS
        {
            self.defects.push(Defect {
                at: format!("event {:?}", authored.by),
                what,
            });
        }
    }
}
