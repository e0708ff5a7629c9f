//! A ticket of the queue: where it stands, who keeps it, who called it.

mod calls;
mod epoch;
mod event;
mod fold;
mod keepership;

use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::domain::site_time::{Day, SiteTime};
use crate::hlc::Hlc;
use crate::ids::{NodeId, OfficerId, RequestId};
use crate::schema::Defect;
use crate::wire::keeper::{CounterNo, LaneId, PriorityReason};

pub use epoch::Epoch;
pub use event::{Stamp, TicketEvent, TicketStep};
pub use fold::{Authored, fold};

/// Papers a citizen can tick before taking a number.
pub type Papers = List<Text<120>, 24>;

/// One ticket, folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// As printed: `A012`.
    pub number_text: Text<12>,
    /// Its number in its lane's series.
    pub number: u32,
    /// The lane whose letters it carries.
    pub issued_lane: LaneId,
    /// The day of its series.
    pub day: Day,
    /// Who issued it; none while only the paper is known here.
    pub issuer: Option<NodeId>,
    /// When it was issued, or when its paper was entered.
    pub issued_at: SiteTime,
    /// The same by the issuer's logical clock.
    pub issued_hlc: Hlc,
    /// Papers ticked by the citizen.
    pub papers: Papers,
    /// The keeper that stands.
    pub epoch: Epoch,
    /// Where it waits.
    pub place: Place,
    /// Its state.
    pub state: TicketState,
    /// The call that stands, even after service ended.
    pub call: Option<Call>,
    /// Calls that stand against each other: both counters are to be told.
    pub double_calls: Vec<DoubleCall>,
    /// Marks left by the citizen, 1 to 5; the last counts.
    pub rating: Option<u8>,
    /// Events in causal order, for the history.
    pub history: Vec<TicketHistory>,
    /// Steps that do not count, and what could not be read.
    pub defects: Vec<Defect>,
}

/// Where a ticket waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The lane.
    pub lane: LaneId,
    /// Only for this counter.
    pub counter: Option<CounterNo>,
    /// Only for this officer.
    pub officer: Option<OfficerId>,
    /// Served before others, and why.
    pub priority: Option<PriorityReason>,
    /// When it was moved here; orders it behind those already waiting. None in the lane it was issued for.
    pub moved: Option<Hlc>,
}

/// The state of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// In its lane.
    Waiting,
    /// Put aside.
    Parked,
    /// Granted to a counter that has not announced it yet.
    Granted,
    /// Announced; nobody served yet.
    Announced,
    /// Being served.
    Serving,
    /// Served.
    Finished,
    /// Announced in vain.
    NoShow,
}

impl TicketState {
    /// Whether a keeper may grant it.
    pub const fn can_be_called(self) -> bool {
        matches!(self, Self::Waiting | Self::Parked | Self::NoShow)
    }

    /// Whether a counter has it in hand.
    pub const fn is_at_counter(self) -> bool {
        matches!(self, Self::Granted | Self::Announced | Self::Serving)
    }
}

/// A call of a ticket to a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The request it answers.
    pub request: RequestId,
    /// Where to.
    pub counter: CounterNo,
    /// The counter's node: only it may announce, start and finish.
    pub node: NodeId,
    /// Who granted it.
    pub epoch: Epoch,
    /// When it was granted.
    pub granted_at: SiteTime,
    /// When it was announced last: recalls count.
    pub announced_at: Option<SiteTime>,
    /// When service began.
    pub started_at: Option<SiteTime>,
    /// When it ended.
    pub finished_at: Option<SiteTime>,
    /// Who serves.
    pub officer: OfficerId,
    /// How often it was announced.
    pub n_announcements: u32,
    /// Steps of the counter on this call.
    pub n_steps: u32,
    /// Its keeper was taken over since: the call may be pulled back from a counter that is gone.
    pub is_superseded: bool,
}

/// Two calls of one ticket to different counters, after a takeover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubleCall {
    /// The call of the higher epoch: it stands.
    pub standing: Call,
    /// The other.
    pub other: Call,
}

/// One line of a ticket's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHistory {
    /// What happened.
    pub step: TicketStep,
    /// Who, when.
    pub stamp: Stamp,
    /// By which node; none when its log is not known here.
    pub author: Option<NodeId>,
    /// Whether it counts.
    pub counts: bool,
}

#[cfg(test)]
mod tests;
