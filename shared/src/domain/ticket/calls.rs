//! Calls of a ticket, and how far their counters got with them.

use std::collections::BTreeMap;

use super::fold::Authored;
use super::keepership::{Epochs, Voids};
use super::{Call, TicketEvent, TicketState, TicketStep};
use crate::ids::RequestId;
use crate::schema::raw::DefectKind;

/// Every valid call by its request; void keeper steps of all kinds are flagged here.
pub(super) fn find_calls<'a>(
    ordered: &[&'a Authored],
    epochs: &Epochs<'a>,
    void: &mut Voids<'a>,
) -> BTreeMap<RequestId, Progress> {
    let mut calls = BTreeMap::new();
    for authored in ordered
        .iter()
        .filter(|authored| authored.event.step.keeper_epoch().is_some())
    {
        let Some(epoch) = epochs.epoch_of(authored) else {
            void.add(authored, DefectKind::NotKeeper);
            continue;
        };
        if let TicketStep::Called {
            request,
            counter,
            node,
            officer,
            ..
        } = &authored.event.step
        {
            calls.entry(*request).or_insert_with(|| Progress {
                state: TicketState::Granted,
                call: Call {
                    request: *request,
                    counter: *counter,
                    node: *node,
                    epoch,
                    granted_at: authored.event.stamp.at,
                    announced_at: None,
                    started_at: None,
                    finished_at: None,
                    officer: *officer,
                    n_announcements: 0,
                    n_steps: 0,
                    is_superseded: epochs.takeovers.iter().any(|takeover| *takeover > epoch),
                },
            });
        }
    }
    calls
}

/// A call and how far its counter got with it.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    pub(super) call: Call,
    pub(super) state: TicketState,
}

impl Progress {
    /// Takes a step of the counter. A finished call takes none; a missed one neither: its ticket is the keeper's again.
    fn apply(&mut self, event: &TicketEvent) -> bool {
        let at = event.stamp.at;
        self.call.n_steps = self.call.n_steps.saturating_add(1);
        match (&event.step, self.state) {
            (_, TicketState::Finished | TicketState::NoShow) => return false,
            (TicketStep::Announced { .. }, state) => {
                self.call.announced_at = Some(at);
                self.call.n_announcements = self.call.n_announcements.saturating_add(1);
                if state != TicketState::Serving {
                    self.state = TicketState::Announced;
                }
            }
            (TicketStep::NoShow { .. }, TicketState::Granted | TicketState::Announced) => {
                self.state = TicketState::NoShow;
            }
            (TicketStep::Started { .. }, state) if state != TicketState::Serving => {
                self.call.started_at = Some(at);
                self.call.officer = event.stamp.officer;
                self.state = TicketState::Serving;
            }
            (TicketStep::Finished { .. }, _) => {
                self.call.finished_at = Some(at);
                self.state = TicketState::Finished;
            }
            _ => return false,
        }
        true
    }
}

pub(super) fn apply_counter_steps<'a>(
    ordered: &[&'a Authored],
    calls: &mut BTreeMap<RequestId, Progress>,
    void: &mut Voids<'a>,
) {
    for authored in ordered {
        let Some(request) = authored.event.step.call_request() else {
            continue;
        };
        match calls.get_mut(&request) {
            Some(progress) if authored.author == Some(progress.call.node) => {
                if !progress.apply(&authored.event) {
                    void.add(authored, DefectKind::NotPossible);
                }
            }
            _ => void.add(authored, DefectKind::NotKeeper),
        }
    }
}
