//! Joining, seen from the administrator's PC.

use std::mem;

use crate::codec::Text;
use crate::ids::{NodeId, SiteId};
use crate::roster::join::{JoinCode, JoinError, JoinNonce, code, commitment, step_name};
use crate::roster::kind::NodeName;
use crate::roster::set::RosterLog;
use crate::wire::join::{Bytes32, JoinStep};
use crate::wire::link::{NodeMode, RosterChunk};

/// The side of the administrator.
#[derive(Debug)]
pub struct Host {
    site: SiteId,
    me: NodeId,
    newcomer: NodeId,
    name: NodeName,
    mode: NodeMode,
    state: HostState,
}

#[derive(Debug)]
enum HostState {
    /// Wakes on: the administrator picks the newcomer.
    Waiting { commitment: [u8; 32] },
    /// Wakes on: the newcomer reveals.
    Challenged {
        commitment: [u8; 32],
        nonce: JoinNonce,
    },
    /// Wakes on: the administrator compared.
    Comparing,
    /// Wakes on: nothing.
    Over,
}

/// What follows for the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostNext {
    /// Show the code; then [`Host::confirm`] or [`Host::abort`].
    ReadyToCompare {
        /// For the screen.
        code: JoinCode,
    },
    /// The newcomer gave up.
    Aborted,
}

impl Host {
    /// A newcomer asked: it waits until the administrator picks it.
    pub fn asked(
        site: SiteId,
        me: NodeId,
        newcomer: NodeId,
        step: JoinStep,
    ) -> Result<Self, JoinError> {
        match step {
            JoinStep::Ask {
                name,
                mode,
                commitment,
            } => Ok(Self {
                site,
                me,
                newcomer,
                name,
                mode,
                state: HostState::Waiting {
                    commitment: commitment.into_array(),
                },
            }),
            step => Err(JoinError::OutOfOrder(step_name(&step))),
        }
    }

    /// Who asks.
    pub fn newcomer(&self) -> NodeId {
        self.newcomer
    }

    /// What it calls itself.
    pub fn name(&self) -> &NodeName {
        &self.name
    }

    /// What it says it will be used for.
    pub fn mode(&self) -> NodeMode {
        self.mode
    }

    /// The administrator picked the newcomer: the step to send.
    pub fn challenge(
        &mut self,
        site_name: Text<200>,
        nonce: JoinNonce,
    ) -> Result<JoinStep, JoinError> {
        match mem::replace(&mut self.state, HostState::Over) {
            HostState::Waiting { commitment } => {
                let step = JoinStep::Challenge {
                    site: self.site,
                    site_name,
                    nonce: Bytes32::new(nonce.0),
                };
                self.state = HostState::Challenged { commitment, nonce };
                Ok(step)
            }
            _ => Err(JoinError::OutOfOrder("challenge")),
        }
    }

    /// Takes the newcomer's next step.
    pub fn handle(&mut self, step: &JoinStep) -> Result<HostNext, JoinError> {
        match (mem::replace(&mut self.state, HostState::Over), step) {
            (HostState::Over, step) => Err(JoinError::OutOfOrder(step_name(step))),
            (_, JoinStep::Abort) => Ok(HostNext::Aborted),
            (
                HostState::Challenged {
                    commitment: committed,
                    nonce,
                },
                JoinStep::Reveal { nonce: revealed },
            ) => {
                if commitment(self.newcomer, revealed) != committed {
                    return Err(JoinError::CommitmentBroken);
                }
                self.state = HostState::Comparing;
                Ok(HostNext::ReadyToCompare {
                    code: code(self.site, self.me, self.newcomer, &nonce.0, revealed),
                })
            }
            (_, step) => Err(JoinError::OutOfOrder(step_name(step))),
        }
    }

    /// The codes agree and the caller has signed the admission into `roster`: the welcome, and further chunks of a
    /// roster longer than one message, to be sent behind it.
    pub fn confirm(
        &mut self,
        roster: &RosterLog,
    ) -> Result<(JoinStep, Vec<RosterChunk>), JoinError> {
        match mem::replace(&mut self.state, HostState::Over) {
            HostState::Comparing => {}
            _ => return Err(JoinError::OutOfOrder("welcome")),
        }
        if !roster.fold().is_member(&self.newcomer) {
            return Err(JoinError::NotAdmitted);
        }
        let mut chunks = roster.chunks();
        let first = chunks.remove(0);
        Ok((JoinStep::Welcome { roster: first }, chunks))
    }

    /// The administrator says no, or the codes differ.
    pub fn abort(&mut self) -> JoinStep {
        self.state = HostState::Over;
        JoinStep::Abort
    }
}
