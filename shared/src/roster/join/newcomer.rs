//! Joining, seen from the PC that wants in.

use std::mem;

use crate::codec::Text;
use crate::ids::{NodeId, SiteId};
use crate::roster::join::{JoinCode, JoinError, JoinNonce, code, commitment, step_name};
use crate::roster::kind::NodeName;
use crate::roster::set::{InsertOutcome, RosterLog};
use crate::wire::join::{Bytes32, JoinStep};
use crate::wire::link::{NodeMode, RosterChunk};

/// The side of the PC that wants in; one per member asked, each with its own nonce.
#[derive(Debug)]
pub struct Newcomer {
    me: NodeId,
    admin: NodeId,
    state: NewcomerState,
}

#[derive(Debug)]
enum NewcomerState {
    /// Wakes on: the administrator picks this PC from the waiting ones.
    Asked { nonce: JoinNonce },
    /// Wakes on: the administrator compared the codes and confirms; then, on the rest of a long roster.
    Comparing { log: RosterLog, welcomed: bool },
    /// Wakes on: nothing.
    Over,
}

/// What follows for the newcomer.
#[derive(Debug)]
pub enum NewcomerNext {
    /// Send the step and show the code.
    Compare {
        /// To the administrator.
        reveal: JoinStep,
        /// For the screen.
        code: JoinCode,
        /// Which site.
        site: SiteId,
        /// What it is called.
        site_name: Text<200>,
    },
    /// Welcome, but the roster is longer than one message: wait for the next chunk.
    MoreToCome,
    /// Admitted; this is the site's roster.
    Joined(Box<RosterLog>),
    /// The administrator said no.
    Aborted,
}

impl Newcomer {
    /// Starts: the state and the step to send to `admin`.
    pub fn ask(
        me: NodeId,
        admin: NodeId,
        name: NodeName,
        mode: NodeMode,
        nonce: JoinNonce,
    ) -> (Self, JoinStep) {
        let step = JoinStep::Ask {
            name,
            mode,
            commitment: Bytes32::new(commitment(me, &nonce.0)),
        };
        let state = NewcomerState::Asked { nonce };
        (Self { me, admin, state }, step)
    }

    /// Takes the administrator's next step.
    pub fn handle(&mut self, step: JoinStep) -> Result<NewcomerNext, JoinError> {
        match (mem::replace(&mut self.state, NewcomerState::Over), step) {
            (NewcomerState::Over, step) => Err(JoinError::OutOfOrder(step_name(&step))),
            (_, JoinStep::Abort) => Ok(NewcomerNext::Aborted),
            (
                NewcomerState::Asked { nonce },
                JoinStep::Challenge {
                    site,
                    site_name,
                    nonce: admin_nonce,
                },
            ) => {
                self.state = NewcomerState::Comparing {
                    log: RosterLog::new(site),
                    welcomed: false,
                };
                Ok(NewcomerNext::Compare {
                    code: code(site, self.admin, self.me, &admin_nonce, &nonce.0),
                    reveal: JoinStep::Reveal {
                        nonce: Bytes32::new(nonce.0),
                    },
                    site,
                    site_name,
                })
            }
            (
                NewcomerState::Comparing {
                    log,
                    welcomed: false,
                },
                JoinStep::Welcome { roster },
            ) => self.take_in(log, roster),
            (_, step) => Err(JoinError::OutOfOrder(step_name(&step))),
        }
    }

    /// Takes a further part of a roster longer than one message.
    pub fn handle_roster(&mut self, roster: RosterChunk) -> Result<NewcomerNext, JoinError> {
        match mem::replace(&mut self.state, NewcomerState::Over) {
            NewcomerState::Comparing {
                log,
                welcomed: true,
            } => self.take_in(log, roster),
            _ => Err(JoinError::OutOfOrder("roster")),
        }
    }

    /// The person at the newcomer says no.
    pub fn abort(&mut self) -> JoinStep {
        self.state = NewcomerState::Over;
        JoinStep::Abort
    }

    fn take_in(
        &mut self,
        mut log: RosterLog,
        roster: RosterChunk,
    ) -> Result<NewcomerNext, JoinError> {
        let n_before = log.len();
        for signed in roster.statements.into_vec() {
            if let InsertOutcome::Refused(refused) = log.insert(signed) {
                return Err(JoinError::Roster(refused));
            }
        }
        let folded = log.fold();
        // Every statement was checked against the site key that is part of the compared code; a counting founding
        // makes the first administrator, and only a chain from it can admit.
        if folded.slot_keeper.is_some() && folded.is_member(&self.me) {
            return Ok(NewcomerNext::Joined(Box::new(log)));
        }
        if log.len() == n_before {
            return Err(JoinError::NotAdmitted);
        }
        self.state = NewcomerState::Comparing {
            log,
            welcomed: true,
        };
        Ok(NewcomerNext::MoreToCome)
    }
}
