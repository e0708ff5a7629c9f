//! What the engine's thread is asked to do.

use std::net::SocketAddr;

use lienquay_core::event::{Control, Found};
use lienquay_core::store::StoreResult;
use lienquay_core::view_live::HealthView;
use lienquay_shared::command::{Outcome, Submission};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use tokio::sync::oneshot;

use crate::notes::{KeepError, NoteKey};
use crate::runtime::waiting::WaitingPeer;

/// The answer to a submission or a control order.
pub(crate) type Done = Result<Outcome, Refusal>;

/// One order. Its answer leaves only after what it did is saved.
#[derive(Debug)]
pub(crate) enum Order {
    /// An officer's command.
    Submit {
        submission: Box<Submission>,
        reply: oneshot::Sender<Done>,
    },
    /// Something of the node itself.
    Control {
        control: Box<Control>,
        reply: oneshot::Sender<Done>,
    },
    /// Found a site, its recovery sheet kept first.
    Found {
        found: Box<Found>,
        reply: oneshot::Sender<Done>,
    },
    /// A question only the engine can answer: members, status, health.
    Ask {
        query: Query,
        reply: oneshot::Sender<StoreResult<Answer>>,
    },
    /// The health board.
    Health {
        reply: oneshot::Sender<StoreResult<HealthView>>,
    },
    /// Who waits to join, with codes.
    Waiting {
        reply: oneshot::Sender<Vec<WaitingPeer>>,
    },
    /// Where this node listens.
    Listening {
        reply: oneshot::Sender<Vec<SocketAddr>>,
    },
    /// Keep or erase a note of this PC.
    Keep {
        key: NoteKey,
        value: Option<Vec<u8>>,
        reply: oneshot::Sender<Result<(), KeepError>>,
    },
    /// A typed-in address.
    Dial { addr: SocketAddr },
    /// End: everything ordered before is done first.
    Stop,
}
