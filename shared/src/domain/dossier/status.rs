//! The business status: a function of the set of events, so that no merge order can undo a step.

use serde::{Deserialize, Serialize};

use super::{DossierStep, Recorded};
use crate::ids::EventId;

/// Business status, with the national code on the wire to province and portal.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 1 Mới đăng ký.
    #[default]
    Registered,
    /// 2 Được tiếp nhận.
    Received,
    /// 4 Đang xử lý.
    Processing,
    /// 5 Yêu cầu bổ sung giấy tờ.
    SupplementRequired,
    /// 9 Đã xử lý xong.
    Finished,
    /// 3 Không được tiếp nhận.
    Refused,
    /// 7 Công dân yêu cầu rút hồ sơ.
    Withdrawn,
    /// 10 Đã trả kết quả.
    Returned,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Registered,
        Self::Received,
        Self::Processing,
        Self::SupplementRequired,
        Self::Finished,
        Self::Refused,
        Self::Withdrawn,
        Self::Returned,
    ];

    /// The national code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Registered => 1,
            Self::Received => 2,
            Self::Refused => 3,
            Self::Processing => 4,
            Self::SupplementRequired => 5,
            Self::Withdrawn => 7,
            Self::Finished => 9,
            Self::Returned => 10,
        }
    }

    /// As shown to officers.
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Registered => "Mới đăng ký",
            Self::Received => "Được tiếp nhận",
            Self::Refused => "Không được tiếp nhận",
            Self::Processing => "Đang xử lý",
            Self::SupplementRequired => "Yêu cầu bổ sung giấy tờ",
            Self::Withdrawn => "Công dân yêu cầu rút hồ sơ",
            Self::Finished => "Đã xử lý xong",
            Self::Returned => "Đã trả kết quả",
        }
    }

    /// Whether nothing more is to be done.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Refused | Self::Withdrawn | Self::Returned)
    }

    /// Whether the clock runs.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Received | Self::Processing | Self::SupplementRequired
        )
    }
}

/// A step that takes part in a contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusStep {
    /// The event.
    pub id: EventId,
    /// The status it leads to.
    pub status: Status,
}

/// Steps that cannot all be true, taken at the same time on counters that did not see each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusConflict {
    /// The status shown until it is settled.
    pub shown: Status,
    /// The steps, in causal order.
    pub steps: Vec<StatusStep>,
}

/// An officer's word on a contradiction: one step stands, the others do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The event that stands.
    #[serde(rename = "k")]
    pub keep: EventId,
    /// The events that do not count.
    #[serde(rename = "v")]
    pub void: crate::codec::List<EventId, 64>,
}

/// The folded status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusFold {
    /// The status shown.
    pub status: Status,
    /// What contradicts it.
    pub conflict: Option<StatusConflict>,
    /// Events an officer declared void.
    pub void: Vec<EventId>,
}

/// Folds the status from events in causal order.
///
/// It depends on which steps were taken, not on their order: *returned* stands above *withdrawn*, that above *refused*, that
/// above *finished*, that above an unanswered supplement request, that above *processing*, that above *received*. So a step that
/// arrives late can never un-return a dossier. Steps that exclude each other (two different endings, two hand-overs, a result beside
/// an unanswered request) are a conflict. Of several settlements only the last in causal order counts.
pub fn fold_status(events: &[Recorded]) -> StatusFold {
    let settled = events.iter().rev().find_map(|step| match &step.event.step {
        DossierStep::StatusSettled(settlement) => Some(settlement),
        _ => None,
    });
    let void: Vec<EventId> = settled
        .map(|settlement| settlement.void.to_vec())
        .unwrap_or_default();
    let counting: Vec<&Recorded> = events
        .iter()
        .filter(|step| !void.contains(&step.id))
        .collect();
    let answered = |request: &EventId| {
        counting.iter().any(|step| matches!(&step.event.step, DossierStep::Supplemented { round, .. } if round == request))
    };
    let leads: Vec<StatusStep> = counting
        .iter()
        .filter_map(|step| {
            let status = match &step.event.step {
                DossierStep::Received { .. } => Status::Received,
                DossierStep::ProcessingStarted | DossierStep::Supplemented { .. } => {
                    Status::Processing
                }
                DossierStep::SupplementRequested { .. } if answered(&step.id) => Status::Processing,
                DossierStep::SupplementRequested { .. } => Status::SupplementRequired,
                DossierStep::Finished { .. } => Status::Finished,
                DossierStep::Returned { .. } => Status::Returned,
                DossierStep::Refused { .. } => Status::Refused,
                DossierStep::Withdrawn { .. } => Status::Withdrawn,
                _ => return None,
            };
            Some(StatusStep {
                id: step.id,
                status,
            })
        })
        .collect();
    let status = leads
        .iter()
        .map(|lead| lead.status)
        .max()
        .unwrap_or_default();
    StatusFold {
        status,
        conflict: contradiction(status, leads),
        void,
    }
}

fn contradiction(shown: Status, leads: Vec<StatusStep>) -> Option<StatusConflict> {
    let steps: Vec<StatusStep> = leads
        .into_iter()
        .filter(|lead| lead.status >= Status::SupplementRequired)
        .collect();
    let count = |status: Status| steps.iter().filter(|step| step.status == status).count();
    let endings = [Status::Refused, Status::Withdrawn, Status::Returned];
    let n_endings: usize = endings.map(count).iter().sum();
    let is_ended_without_result = count(Status::Refused) + count(Status::Withdrawn) > 0;
    let has_result = count(Status::Finished) > 0;
    let is_contradiction = n_endings > 1
        || (is_ended_without_result && has_result)
        || (has_result && count(Status::SupplementRequired) > 0)
        || (n_endings > 0 && !is_ended_without_result && count(Status::SupplementRequired) > 0);
    is_contradiction.then_some(StatusConflict { shown, steps })
}
