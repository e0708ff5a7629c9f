//! Which frame goes next, sans-IO: bounded queues per priority, the lower number first between frames.

use std::collections::VecDeque;

use lienquay_shared::wire::{MAX_MESSAGE_BYTES, Priority};
use thiserror::Error;

use super::frame::{FrameHeader, HEADER_BYTES, MAX_FRAME_BYTES, MAX_PAYLOAD_BYTES, PRIORITIES};

/// Messages waiting in the beat and live lanes of one link. 4,096 at the measured 150–350 bytes per change is about
/// 1 MiB: minutes of work of a busy counter. A peer that far behind is better served by a pull after reconnecting.
pub const MAX_URGENT_MESSAGES: usize = 4096;
/// Bytes waiting in the beat and live lanes of one link.
pub const MAX_URGENT_BYTES: usize = 4 * 1024 * 1024;
/// Messages waiting in the range and snapshot lanes of one link. These answer requests, so few are ever under way.
pub const MAX_BULK_MESSAGES: usize = 1024;
/// Bytes waiting in the range and snapshot lanes of one link: eight messages of the longest kind.
pub const MAX_BULK_BYTES: usize = 8 * 1024 * 1024;
/// Messages waiting in the lane of files of one link: the engine gives a peer fewer parts at a time.
pub const MAX_FILE_MESSAGES: usize = 128;
/// Bytes waiting there.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Why a message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PushError {
    /// The peer reads more slowly than we send.
    #[error("send queue full")]
    QueueFull,
    /// Longer than [`MAX_MESSAGE_BYTES`]: a mistake of the caller.
    #[error("message longer than {MAX_MESSAGE_BYTES} bytes")]
    MessageTooLong,
}

/// The messages of one link that still have bytes to send.
#[derive(Debug, Default)]
pub struct SendScheduler {
    lanes: [VecDeque<Outgoing>; PRIORITIES.len()],
    urgent: Load,
    bulk: Load,
    files: Load,
}

#[derive(Debug)]
struct Outgoing {
    bytes: Vec<u8>,
    n_sent_bytes: usize,
}

/// What a class of lanes holds. Bytes are given back when the whole message is gone, since only then its memory is.
#[derive(Debug, Default, Clone, Copy)]
struct Load {
    n_messages: usize,
    n_bytes: usize,
}

impl Load {
    fn has_room(self, n_bytes: usize, max_messages: usize, max_bytes: usize) -> bool {
        self.n_messages < max_messages && self.n_bytes + n_bytes <= max_bytes
    }
}

impl SendScheduler {
    /// Queues one whole message behind the others of its priority.
    ///
    /// # Errors
    /// [`PushError`]; the message is given up, the queue is unchanged.
    pub fn push(&mut self, priority: Priority, bytes: Vec<u8>) -> Result<(), PushError> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(PushError::MessageTooLong);
        }
        let (load, max_messages, max_bytes) = match priority {
            Priority::Beat | Priority::Live => {
                (&mut self.urgent, MAX_URGENT_MESSAGES, MAX_URGENT_BYTES)
            }
            Priority::Range | Priority::Snapshot => {
                (&mut self.bulk, MAX_BULK_MESSAGES, MAX_BULK_BYTES)
            }
            Priority::File => (&mut self.files, MAX_FILE_MESSAGES, MAX_FILE_BYTES),
        };
        if !load.has_room(bytes.len(), max_messages, max_bytes) {
            return Err(PushError::QueueFull);
        }
        load.n_messages += 1;
        load.n_bytes += bytes.len();
        self.lanes[priority as usize].push_back(Outgoing {
            bytes,
            n_sent_bytes: 0,
        });
        Ok(())
    }

    /// Appends frames to `out` while it stays within one frame's size, so that what is written at once never delays a
    /// beat by more than 64 KiB. Small messages share a write.
    pub fn fill(&mut self, out: &mut Vec<u8>) {
        while let Some((priority, n_payload_bytes)) = self.next_payload() {
            if !out.is_empty() && out.len() + HEADER_BYTES + n_payload_bytes > MAX_FRAME_BYTES {
                return;
            }
            self.append_frame(priority, n_payload_bytes, out);
        }
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.iter().all(VecDeque::is_empty)
    }

    /// The size of the frame that must go next.
    fn next_payload(&self) -> Option<(Priority, usize)> {
        PRIORITIES.into_iter().find_map(|priority| {
            let message = self.lanes[priority as usize].front()?;
            let n_left_bytes = message.bytes.len() - message.n_sent_bytes;
            Some((priority, n_left_bytes.min(MAX_PAYLOAD_BYTES)))
        })
    }

    fn append_frame(&mut self, priority: Priority, n_payload_bytes: usize, out: &mut Vec<u8>) {
        let lane = &mut self.lanes[priority as usize];
        let Some(message) = lane.front_mut() else {
            return;
        };
        let end = message.n_sent_bytes + n_payload_bytes;
        let is_last = end == message.bytes.len();
        let header = FrameHeader {
            n_payload_bytes,
            priority,
            is_last,
        };
        out.extend_from_slice(&header.encode());
        out.extend_from_slice(&message.bytes[message.n_sent_bytes..end]);
        message.n_sent_bytes = end;
        if is_last {
            let n_bytes = message.bytes.len();
            lane.pop_front();
            let load = match priority {
                Priority::Beat | Priority::Live => &mut self.urgent,
                Priority::Range | Priority::Snapshot => &mut self.bulk,
                Priority::File => &mut self.files,
            };
            load.n_messages -= 1;
            load.n_bytes -= n_bytes;
        }
    }
}
