//! What subscribers are told: that something changed, never the data itself.

use std::net::SocketAddr;

use lienquay_core::event::Notice;
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, LogId, NodeId};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::runtime::waiting::WaitingPeer;

/// One piece of news. A subscriber that missed some asks its questions anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeNews {
    /// What screens see of these documents changed.
    Changed {
        /// Which.
        docs: Vec<DocId>,
    },
    /// More entries are durable on another member: a mark of one tick may become two (`Query::Safe`). About once a
    /// second at most.
    Safer,
    /// This subscriber was too slow and missed news: whatever it shows may be old.
    Lagged,
    /// A link to a PC opened or closed.
    Link {
        /// Which PC.
        peer: NodeId,
        /// Open.
        is_up: bool,
    },
    /// This node listens here.
    Listening {
        /// Where.
        addr: SocketAddr,
    },
    /// Digits to compare.
    JoinCode(WaitingPeer),
    /// This PC was admitted.
    Joined,
    /// Joining ended without success.
    JoinFailed {
        /// The other side.
        peer: NodeId,
        /// Why.
        reason: Reason,
    },
    /// A keeper does not answer: taking over its tickets can be offered.
    KeeperSilent {
        /// The keeper.
        keeper: NodeId,
        /// Since when, milliseconds ago.
        silent_millis: u64,
    },
    /// A ticket was called by two counters.
    DoubleCall {
        /// Which.
        ticket: DocId,
    },
    /// A log has two branches.
    Forked {
        /// Which.
        log: LogId,
    },
    /// This PC writes a new log.
    NewIncarnation {
        /// Which.
        log: LogId,
    },
    /// The date must be confirmed.
    ClockDoubtful,
    /// A conflict waits for an officer.
    Conflict {
        /// In which document.
        doc: DocId,
    },
    /// The store failed; what was ordered last was refused.
    StoreTrouble {
        /// How.
        what: String,
    },
    /// The node ends.
    Stopping,
}

impl NodeNews {
    /// A notice of the engine.
    pub(crate) fn from_notice(notice: Notice, mono_millis: u64) -> Self {
        match notice {
            Notice::JoinCode { peer, name, code } => Self::JoinCode(WaitingPeer {
                peer,
                name,
                code: code.to_string(),
            }),
            Notice::Joined => Self::Joined,
            Notice::JoinFailed { peer, reason } => Self::JoinFailed { peer, reason },
            Notice::KeeperSilent {
                keeper,
                since_mono_millis,
            } => Self::KeeperSilent {
                keeper,
                silent_millis: mono_millis.saturating_sub(since_mono_millis),
            },
            Notice::DoubleCall { ticket } => Self::DoubleCall { ticket },
            Notice::Forked { log } => Self::Forked { log },
            Notice::NewIncarnation { log } => Self::NewIncarnation { log },
            Notice::ClockDoubtful => Self::ClockDoubtful,
            Notice::Conflict { doc } => Self::Conflict { doc },
        }
    }
}

/// A subscriber's end.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<NodeNews>);

impl Subscription {
    pub(crate) fn new(receiver: broadcast::Receiver<NodeNews>) -> Self {
        Self(receiver)
    }

    /// The next piece of news; `None` when the node has ended.
    pub async fn next(&mut self) -> Option<NodeNews> {
        match self.0.recv().await {
            Ok(news) => Some(news),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(NodeNews::Lagged),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// News that is there now, for a screen that polls once a frame.
    pub fn try_next(&mut self) -> Option<NodeNews> {
        match self.0.try_recv() {
            Ok(news) => Some(news),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(NodeNews::Lagged),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => {
                None
            }
        }
    }
}
