//! What is written into a ticket's document.

use serde::{Deserialize, Serialize};

use super::{Epoch, Papers};
use crate::codec::Text;
use crate::domain::site_time::{Day, SiteTime};
use crate::hlc::Hlc;
use crate::ids::{NodeId, OfficerId, RequestId};
use crate::wire::keeper::{CounterNo, LaneId, PriorityReason, TransferTarget};

/// When, by whom, where. The node is the author of the change and not repeated here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Site time.
    #[serde(rename = "t")]
    pub at: SiteTime,
    /// Logical time.
    #[serde(rename = "h")]
    pub hlc: Hlc,
    /// The officer.
    #[serde(rename = "o")]
    pub officer: OfficerId,
    /// The counter the PC stands at.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterNo>,
}

/// One event of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketEvent {
    /// When, by whom, where.
    #[serde(rename = "s")]
    pub stamp: Stamp,
    /// What.
    #[serde(rename = "e")]
    pub step: TicketStep,
}

/// What happened to a ticket. Steps that carry `epoch` are the keeper's: they count only from that keeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStep {
    /// Given out.
    Issued {
        /// Its lane.
        lane: LaneId,
        /// Its number.
        number: u32,
        /// The day of its series.
        day: Day,
        /// Served before others, and why.
        priority: Option<PriorityReason>,
        /// Papers ticked.
        papers: Papers,
        /// The first keeper.
        keeper: NodeId,
    },
    /// A number typed from its paper: a takeover by the author.
    PaperEntered {
        /// Its lane.
        lane: LaneId,
        /// Its number.
        number: u32,
        /// The day of its series.
        day: Day,
    },
    /// The keeper gave it to another keeper.
    HandedOver {
        /// The keepership that ends; the author's.
        epoch: Epoch,
        /// The next keeper.
        to: NodeId,
    },
    /// The author took it over.
    TakenOver {
        /// What it supersedes.
        supersedes: Epoch,
    },
    /// Granted to a counter.
    Called {
        /// The keeper's epoch number.
        epoch: u32,
        /// The request it answers.
        request: RequestId,
        /// Where to.
        counter: CounterNo,
        /// The counter's node.
        node: NodeId,
        /// Who asked.
        officer: OfficerId,
        /// Why it is called before others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out_of_order: Option<Text<200>>,
    },
    /// A call taken back before it was announced.
    Declined {
        /// The keeper's epoch number.
        epoch: u32,
        /// The call's request.
        request: RequestId,
        /// Steps of the counter on this call that the keeper had seen.
        #[serde(default)]
        seen: u32,
    },
    /// Put aside.
    Parked {
        /// The keeper's epoch number.
        epoch: u32,
    },
    /// Back in its lane.
    Unparked {
        /// The keeper's epoch number.
        epoch: u32,
    },
    /// Moved.
    Transferred {
        /// The keeper's epoch number.
        epoch: u32,
        /// Where to.
        to: TransferTarget,
        /// Steps of the counter on the open call that the keeper had seen.
        #[serde(default)]
        seen: u32,
    },
    /// Priority given or taken.
    Prioritised {
        /// The keeper's epoch number.
        epoch: u32,
        /// Why; none takes it.
        reason: Option<PriorityReason>,
    },
    /// Announced at the counter, for the first time or again.
    Announced {
        /// The call.
        request: RequestId,
    },
    /// Nobody came.
    NoShow {
        /// The call.
        request: RequestId,
    },
    /// Service began.
    Started {
        /// The call.
        request: RequestId,
    },
    /// Service ended.
    Finished {
        /// The call.
        request: RequestId,
        /// The dossiers it led to.
        #[serde(default)]
        dossiers: crate::codec::List<crate::ids::DocId, 16>,
    },
    /// The citizen's mark, 1 to 5.
    Rated {
        /// The mark.
        mark: u8,
    },
}

impl TicketStep {
    /// The keeper's epoch number, for a step that only its keeper may take.
    pub const fn keeper_epoch(&self) -> Option<u32> {
        match self {
            Self::Called { epoch, .. }
            | Self::Declined { epoch, .. }
            | Self::Parked { epoch }
            | Self::Unparked { epoch }
            | Self::Transferred { epoch, .. }
            | Self::Prioritised { epoch, .. } => Some(*epoch),
            _ => None,
        }
    }

    /// The call a counter's step belongs to.
    pub const fn call_request(&self) -> Option<RequestId> {
        match self {
            Self::Announced { request }
            | Self::NoShow { request }
            | Self::Started { request }
            | Self::Finished { request, .. } => Some(*request),
            _ => None,
        }
    }
}
