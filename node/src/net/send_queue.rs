//! The send queue of one link, shared by the caller, who fills it, the shell, which closes it, and the link's task, which
//! empties it; and the queues of all links.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use tracing::{debug, warn};

use super::{
    LinkDownReason, LinkId, NodeId, Priority,
    counters::NetCounters,
    schedule::{PushError, SendScheduler},
};

/// The queues of the links there are. A message goes straight into its queue: handing it to the shell's task first would
/// wake one more thread on the way of every message.
#[derive(Debug, Default)]
pub(super) struct SendQueues(Mutex<BTreeMap<LinkId, (NodeId, Arc<SendQueue>)>>);

impl SendQueues {
    pub(super) fn open(&self, link: LinkId, peer: NodeId, queue: Arc<SendQueue>) {
        self.lock().insert(link, (peer, queue));
    }

    pub(super) fn end(&self, link: LinkId) {
        self.lock().remove(&link);
    }

    /// Queues a message of exactly this link; nothing happens when the link is gone.
    pub(super) fn send(
        &self,
        counters: &NetCounters,
        (peer, link): (NodeId, LinkId),
        priority: Priority,
        bytes: Vec<u8>,
    ) {
        let found = self.lock().get(&link).cloned();
        let Some((_, queue)) = found.filter(|(of, _)| *of == peer) else {
            debug!(?peer, link = link.0, "message for a link that is gone");
            return;
        };
        match queue.push(priority, bytes) {
            Ok(()) => counters.messages_queued.add(1),
            Err(error) => {
                warn!(?peer, link = link.0, ?priority, %error, "message dropped, closing the link");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkId, (NodeId, Arc<SendQueue>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(super) struct SendQueue {
    state: Mutex<State>,
    filled: Notify,
    closed: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    scheduler: SendScheduler,
    is_up: bool,
    why_closed: Option<LinkDownReason>,
    dropped: Option<Dropped>,
}

/// The message that did not fit and closed the link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dropped {
    pub(super) priority: Priority,
    pub(super) n_bytes: usize,
}

impl SendQueue {
    /// Queues a message, or closes the link when it cannot: the peer would miss something without knowing.
    pub(super) fn push(&self, priority: Priority, bytes: Vec<u8>) -> Result<(), PushError> {
        let n_bytes = bytes.len();
        let mut state = self.lock();
        let pushed = state.scheduler.push(priority, bytes);
        match pushed {
            Ok(()) => self.filled.notify_one(),
            Err(error) => {
                state.dropped.get_or_insert(Dropped { priority, n_bytes });
                let why = match error {
                    PushError::QueueFull => LinkDownReason::SendQueueFull,
                    PushError::MessageTooLong => LinkDownReason::MessageTooLong,
                };
                state.why_closed.get_or_insert(why);
                self.closed.cancel();
            }
        }
        pushed
    }

    /// Ends the link. The first reason stays.
    pub(super) fn close(&self, why: LinkDownReason) {
        self.lock().why_closed.get_or_insert(why);
        self.closed.cancel();
    }

    /// Notes that the caller is being told of the link.
    pub(super) fn set_up(&self) {
        self.lock().is_up = true;
    }

    /// Whether the caller knows of the link and nobody has ended it.
    pub(super) fn is_up(&self) -> bool {
        let state = self.lock();
        state.is_up && state.why_closed.is_none()
    }

    /// Waits for [`Self::close`]. Wakes on: the cancellation token.
    pub(super) async fn closed(&self) -> LinkDownReason {
        self.closed.cancelled().await;
        // The reason is always set before the token.
        self.lock()
            .why_closed
            .clone()
            .unwrap_or(LinkDownReason::Disconnected)
    }

    /// Waits until there is something to send and fills `out` with at most 64 KiB of frames. Wakes on: a push.
    pub(super) async fn next_write(&self, out: &mut Vec<u8>) {
        out.clear();
        loop {
            self.lock().scheduler.fill(out);
            if !out.is_empty() {
                return;
            }
            self.filled.notified().await;
        }
    }

    pub(super) fn dropped(&self) -> Option<Dropped> {
        self.lock().dropped
    }

    /// A panic while the lock is held leaves the queue consistent enough to close the link.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
