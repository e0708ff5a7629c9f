//! How a new PC joins: a commit–reveal exchange after which both screens show the same six digits.
//!
//! The newcomer commits to its nonce before it sees the administrator's; the administrator's nonce is out before the
//! newcomer reveals. Somebody in the middle has to commit towards the administrator before it knows either nonce, and
//! to challenge the newcomer before it knows the newcomer's: one guess in a million per comparison by a person. Site and
//! both node keys are part of the code, so the two codes only agree when both ends speak to each other.

use std::fmt;
use std::mem;

use crate::codec::Text;
use crate::ids::{NodeId, SiteId};
use crate::roster::kind::NodeName;
use crate::roster::set::{InsertOutcome, Refused, RosterLog};
use crate::wire::join::{Bytes32, JoinStep};
use crate::wire::link::{NodeMode, RosterChunk};

/// The random half of one side. Neither `Clone` nor `Copy`: a nonce that serves twice lets a listener of the first
/// exchange choose the code of the second.
pub struct JoinNonce([u8; 32]);

impl JoinNonce {
    /// From 32 fresh random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }
}

impl fmt::Debug for JoinNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinNonce")
    }
}

/// The six digits a person compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinCode(u32);

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// What the newcomer says first: binds it to its nonce without telling it.
pub fn commitment(newcomer: NodeId, nonce: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 join commitment");
    hasher.update(newcomer.as_bytes()).update(nonce);
    hasher.finalize().into()
}

/// The code of one exchange.
pub fn code(
    site: SiteId,
    admin: NodeId,
    newcomer: NodeId,
    admin_nonce: &[u8; 32],
    newcomer_nonce: &[u8; 32],
) -> JoinCode {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 join code");
    hasher
        .update(site.as_bytes())
        .update(admin.as_bytes())
        .update(newcomer.as_bytes())
        .update(admin_nonce)
        .update(newcomer_nonce);
    let mut wide = [0; 8];
    hasher.finalize_xof().fill(&mut wide);
    // 64 bits over a million: the bias is below 10⁻¹³.
    let digits = u64::from_be_bytes(wide) % 1_000_000;
    JoinCode(u32::try_from(digits).unwrap_or_default())
}

/// Why joining failed. After any of these the exchange is over; a new one starts with new nonces.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// A step that does not belong here.
    #[error("the step {0} does not belong here")]
    OutOfOrder(&'static str),
    /// The revealed nonce is not the committed one: somebody tries to choose the code.
    #[error("the revealed nonce is not the committed one")]
    CommitmentBroken,
    /// A statement of the roster is forged, of another site, or unreadable.
    #[error("the roster is not this site's: {0}")]
    Roster(Refused),
    /// The whole roster came, and it does not admit the newcomer.
    #[error("the roster does not admit the newcomer")]
    NotAdmitted,
}

fn step_name(step: &JoinStep) -> &'static str {
    match step {
        JoinStep::Ask { .. } => "ask",
        JoinStep::Challenge { .. } => "challenge",
        JoinStep::Reveal { .. } => "reveal",
        JoinStep::Welcome { .. } => "welcome",
        JoinStep::Abort => "abort",
    }
}

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
