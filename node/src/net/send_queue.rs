//! The send queue of one link, shared by the shell, which fills and closes it, and the link's task, which empties it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    LinkDownReason, Priority,
    schedule::{PushError, SendScheduler},
};

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
