//! Why a command was not done, and what the officer can do about it. A refusal is not an error.

mod text;

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::dossier::Status;
use crate::domain::site::Role;
use crate::domain::ticket::TicketState;
use crate::ids::{DocId, NodeId};
use crate::wire::keeper::{CounterNo, KeeperRefusal, LaneId};

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No ticket waits in these lanes.
    NothingWaiting,
    /// The keeper does not answer.
    KeeperUnreachable {
        /// Which PC.
        keeper: NodeId,
        /// Its counter.
        counter: Option<CounterNo>,
        /// Since when, Unix milliseconds; none if it never answered.
        since_millis: Option<u64>,
    },
    /// The keeper refused.
    Keeper(KeeperRefusal),
    /// The ticket was taken over by another PC meanwhile.
    TakenOver {
        /// By which.
        by: NodeId,
    },
    /// The disk is full.
    DiskFull,
    /// The store failed.
    StoreFault,
    /// This PC stands at no counter.
    NotSeated,
    /// Nobody is signed in.
    NotSignedIn,
    /// No such lane.
    UnknownLane {
        /// What was asked for.
        lane: LaneId,
    },
    /// No such counter.
    UnknownCounter {
        /// What was asked for.
        counter: CounterNo,
    },
    /// No such officer.
    UnknownOfficer,
    /// No such PC.
    UnknownNode,
    /// No such procedure.
    UnknownProcedure {
        /// What was asked for.
        code: Text<60>,
    },
    /// No such dossier.
    UnknownDossier,
    /// No such ticket.
    UnknownTicket,
    /// Several dossiers carry the code.
    AmbiguousCode {
        /// Which.
        candidates: Vec<DocId>,
    },
    /// Nobody vouches for this PC's date.
    ClockUnconfirmed,
    /// Required papers are neither there nor accepted as missing.
    MissingComponents {
        /// Their names.
        names: Vec<String>,
    },
    /// The procedure has several cases.
    MustChooseCase {
        /// Their names, to be given back as they are.
        options: Vec<String>,
    },
    /// The channel has several processing times.
    MustChooseProcessing {
        /// In words; chosen by position.
        options: Vec<String>,
    },
    /// The procedure states no processing time: the officer enters one.
    MustEnterTerm {
        /// What it says instead; may be empty.
        text: String,
    },
    /// The procedure is not offered through the channel.
    ChannelNotOffered,
    /// No due date can be computed.
    NoDueDate {
        /// Why, in Vietnamese.
        why: String,
    },
    /// The dossier's status does not allow it.
    WrongStatus {
        /// Its status.
        status: Status,
    },
    /// Steps of the dossier contradict each other: settle that first.
    StatusInConflict,
    /// The ticket's state does not allow it.
    WrongTicketState {
        /// Its state.
        state: TicketState,
    },
    /// The ticket was called to another counter.
    OtherCounter {
        /// Which.
        counter: CounterNo,
    },
    /// The officer's role does not allow it.
    NotAllowed {
        /// The role; none for an officer unknown here.
        role: Option<Role>,
    },
    /// The numbers of the day are used up.
    NumbersExhausted,
    /// This PC has not loaded the site yet.
    Loading,
    /// This PC is leaving.
    Leaving,
    /// Too many commands wait.
    TooBusy,
    /// No answer in time.
    Timeout,
    /// An input cannot be used.
    InvalidInput {
        /// Which field.
        field: String,
        /// Why, in Vietnamese.
        why: String,
    },
    /// Only an administrator's PC may do this.
    NotAdmin,
    /// There is nothing to settle, or not with this choice.
    NothingToSettle,
    /// Nothing would change.
    NoChange,
    /// The dossier has no such file, or not any more.
    UnknownFile,
    /// The file's bytes are not on this PC.
    FileAbsent,
    /// A file that was to be added cannot be read.
    FileUnreadable {
        /// What the system says.
        why: Text<200>,
    },
    /// The dossier has as many files as it may.
    TooManyFiles {
        /// How many those are.
        max: u32,
    },
}

impl Refusal {
    /// An input that cannot be used.
    pub fn invalid(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::InvalidInput {
            field: field.into(),
            why: why.into(),
        }
    }
}

impl From<KeeperRefusal> for Refusal {
    fn from(refusal: KeeperRefusal) -> Self {
        Self::Keeper(refusal)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.english())
    }
}

#[cfg(test)]
mod tests;
