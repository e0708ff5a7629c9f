//! How much one peer may have said that the caller has not dealt with: its share of the queue, and no more.
//!
//! A peer that sends faster than it is listened to waits in its own TCP connection. So what others say is never behind more
//! than one share of each other peer, and memory does not depend on how fast anybody sends.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// KiB of one link that wait for the caller: one message of the longest kind and some short ones.
const LINK_KIB: u32 = 1_280;
/// What the shortest message takes of it: at most 64 wait.
const LEAST_KIB: u32 = 20;

/// The room of one link.
#[derive(Debug, Clone)]
pub(super) struct LinkRoom(Arc<Semaphore>);

/// Part of it; given back when dropped, so a caller keeps it for as long as it works on the message.
#[derive(Debug, Default)]
pub struct Room {
    _held: Option<OwnedSemaphorePermit>,
}

impl LinkRoom {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(LINK_KIB as usize)))
    }

    /// Waits until there is room for a message. Wakes on: the caller's dropping of an earlier one.
    pub(super) async fn take(&self, n_bytes: usize) -> Room {
        let kib = u32::try_from(n_bytes / 1024).unwrap_or(LINK_KIB);
        let kib = kib.clamp(LEAST_KIB, LINK_KIB);
        // Never closed.
        let held = Arc::clone(&self.0).acquire_many_owned(kib).await.ok();
        Room { _held: held }
    }
}

/// A copy holds no room.
impl Clone for Room {
    fn clone(&self) -> Self {
        Self { _held: None }
    }
}

/// Says nothing about a message.
impl PartialEq for Room {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Room {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_link_waits_for_what_it_has_said_to_be_dealt_with() {
        let link = LinkRoom::new();
        let mut taken = Vec::new();
        for _ in 0..64 {
            taken.push(link.take(10).await);
        }
        let next = tokio::time::timeout(Duration::from_millis(20), link.take(10));
        assert!(next.await.is_err());
        taken.pop();
        link.take(10).await;
        drop(taken);
        link.take(1 << 20).await;
        link.take(usize::MAX).await;
    }
}
