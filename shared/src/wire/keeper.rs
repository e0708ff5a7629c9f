//! Asking the keeper of something scarce: a ticket's next step, the next number of a series.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::ids::{DocId, NodeId, OfficerId, RequestId};

/// A lane's letter series, `A` to `ZZZZ`.
pub type LaneId = Text<4>;

/// A counter's number at its site, from 1.
pub type CounterNo = u16;

/// Why a ticket is served before others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityReason {
    /// Người cao tuổi.
    Elderly,
    /// Người khuyết tật.
    Disabled,
    /// Hộ cận nghèo.
    NearPoor,
    /// Phụ nữ mang thai.
    Pregnant,
    /// Có con nhỏ.
    SmallChildren,
    /// Another reason, told by the officer.
    Other,
}

/// Where a ticket is moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTarget {
    /// To the end of another lane.
    Lane(LaneId),
    /// To one counter, in its present lane.
    Counter(CounterNo),
    /// To one officer, in its present lane.
    Officer(OfficerId),
}

/// A step of a ticket that only its keeper may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperOp {
    /// Call it to a counter; `out_of_order` carries the reason when it is not the lane's first.
    Call {
        /// The calling counter.
        counter: CounterNo,
        /// Why it is called before others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out_of_order: Option<Text<200>>,
    },
    /// Put a waiting ticket aside.
    Park,
    /// Put a parked or missed ticket back into its lane.
    Unpark,
    /// Move it; a called or served ticket goes back to waiting at its new place.
    Transfer(TransferTarget),
    /// Give or take priority.
    Prioritise(Option<PriorityReason>),
    /// Take back a call its counter declines.
    Decline,
}

/// One request to a ticket's keeper. Repeating it under the same id gives the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeeperAsk {
    /// Names the request.
    #[serde(rename = "r")]
    pub request: RequestId,
    /// The ticket.
    #[serde(rename = "d")]
    pub ticket: DocId,
    /// The officer who asks.
    #[serde(rename = "o")]
    pub officer: OfficerId,
    /// What is asked.
    #[serde(rename = "p")]
    pub op: KeeperOp,
    /// The call under which the asker sees the ticket at a counter: it gives back that one, not one it has not heard of yet.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<RequestId>,
}

/// Why a keeper does not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperRefusal {
    /// This node is not the ticket's keeper, as far as it knows.
    NotKeeper {
        /// Who is, by this node's knowledge.
        keeper: Option<NodeId>,
    },
    /// Another counter has it.
    AlreadyCalled {
        /// Which.
        counter: CounterNo,
    },
    /// Its state does not allow the step.
    NotPossible,
    /// Taken over a moment ago; not yet stored by every connected member.
    Fenced,
    /// This node is loading, leaving or overloaded and decides nothing.
    NotNow,
}

/// The keeper's answer. A grant is sent after the entry that records it is durable, and after that entry itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeeperAnswer {
    /// The request.
    #[serde(rename = "r")]
    pub request: RequestId,
    /// Granted, or why not.
    #[serde(rename = "v")]
    pub verdict: Result<(), KeeperRefusal>,
}

/// A series of numbers that starts anew every day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesKey {
    /// Dossier codes of the unit.
    Dossier,
    /// Tickets of a lane.
    Lane(LaneId),
}

/// Asks the keeper of a series for its next number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberAsk {
    /// Names the request.
    #[serde(rename = "r")]
    pub request: RequestId,
    /// Which series.
    #[serde(rename = "s")]
    pub series: SeriesKey,
    /// Which day: days since 1970-01-01, site date.
    #[serde(rename = "y")]
    pub day: i32,
    /// The document that will carry the number.
    #[serde(rename = "d")]
    pub doc: DocId,
    /// The officer who asks.
    #[serde(rename = "o")]
    pub officer: OfficerId,
}

/// Why no number was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberRefusal {
    /// This node does not keep the series.
    NotKeeper,
    /// The keeper's range of the day is used up.
    Exhausted,
    /// The keeper's date differs from the day asked for.
    WrongDay,
    /// Loading, leaving or overloaded.
    NotNow,
}

/// The series keeper's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberAnswer {
    /// The request.
    #[serde(rename = "r")]
    pub request: RequestId,
    /// The number, or why none.
    #[serde(rename = "v")]
    pub verdict: Result<u32, NumberRefusal>,
}
