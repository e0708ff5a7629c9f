//! Frames on the wire, sans-IO: a message becomes one or more frames, frames become messages again.
//!
//! ```text
//! frame = length: u32 big-endian | priority: u8 | flags: u8 | payload of `length` bytes
//! ```
//!
//! A frame is at most 64 KiB with its header. Fragments of messages of different priorities may interleave, those of one
//! priority never do, so a receiver needs one unfinished message per priority and nothing else.

use lienquay_shared::wire::{MAX_MESSAGE_BYTES, Priority};
use thiserror::Error;

/// Every priority, the first to go first. Its number on the wire is its place here.
pub const PRIORITIES: [Priority; 5] = [
    Priority::Beat,
    Priority::Live,
    Priority::Range,
    Priority::Snapshot,
    Priority::File,
];
/// The longest frame, header included: 64 KiB. It bounds how long a beat waits behind a snapshot.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// `u32` length, `u8` priority, `u8` flags.
pub const HEADER_BYTES: usize = 6;
/// What one frame can carry.
pub const MAX_PAYLOAD_BYTES: usize = MAX_FRAME_BYTES - HEADER_BYTES;

/// The payload ends its message.
const FLAG_LAST: u8 = 0b0000_0001;

/// The six bytes before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Payload bytes that follow; at most [`MAX_PAYLOAD_BYTES`].
    pub n_payload_bytes: usize,
    /// The lane this fragment belongs to.
    pub priority: Priority,
    /// Whether the message is whole after this payload.
    pub is_last: bool,
}

/// Why a peer's bytes are not a frame. The link is closed: after a bad length nothing that follows can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The length announces more than a frame may carry.
    #[error("frame announces {n_bytes} payload bytes, at most {MAX_PAYLOAD_BYTES} are allowed")]
    FrameTooLong {
        /// The announced length.
        n_bytes: u32,
    },
    /// No such priority in protocol version 1.
    #[error("unknown priority {0}")]
    UnknownPriority(u8),
    /// No such flags in protocol version 1.
    #[error("unknown flags {0:#010b}")]
    UnknownFlags(u8),
    /// A fragment that carries nothing and ends nothing could be sent for ever.
    #[error("empty fragment in the middle of a message")]
    EmptyFragment,
    /// The fragments of one message add up to more than a message may hold.
    #[error("message longer than {MAX_MESSAGE_BYTES} bytes")]
    MessageTooLong,
}

impl FrameHeader {
    /// The header as sent.
    #[must_use]
    pub fn encode(self) -> [u8; HEADER_BYTES] {
        // A payload is at most MAX_PAYLOAD_BYTES; saturating keeps the conversion total, and the receiver would refuse it.
        let length = u32::try_from(self.n_payload_bytes).unwrap_or(u32::MAX);
        let [a, b, c, d] = length.to_be_bytes();
        let flags = if self.is_last { FLAG_LAST } else { 0 };
        [a, b, c, d, self.priority as u8, flags]
    }

    /// Reads a header and checks everything that can be checked before the payload arrives.
    ///
    /// # Errors
    /// Every [`FrameError`] except [`FrameError::MessageTooLong`].
    pub fn decode(bytes: [u8; HEADER_BYTES]) -> Result<Self, FrameError> {
        let [a, b, c, d, priority, flags] = bytes;
        let length = u32::from_be_bytes([a, b, c, d]);
        let too_long = FrameError::FrameTooLong { n_bytes: length };
        let n_payload_bytes = match usize::try_from(length) {
            Ok(n) if n <= MAX_PAYLOAD_BYTES => n,
            Ok(_) | Err(_) => return Err(too_long),
        };
        let priority = PRIORITIES
            .into_iter()
            .find(|known| *known as u8 == priority)
            .ok_or(FrameError::UnknownPriority(priority))?;
        let is_last = match flags {
            0 => false,
            FLAG_LAST => true,
            other => return Err(FrameError::UnknownFlags(other)),
        };
        if n_payload_bytes == 0 && !is_last {
            return Err(FrameError::EmptyFragment);
        }
        Ok(Self {
            n_payload_bytes,
            priority,
            is_last,
        })
    }
}

/// Turns a byte stream, cut anywhere, back into messages.
///
/// Memory grows only with bytes that really arrived, never with an announced length: at most one unfinished message
/// per priority, 4 × 1 MiB.
#[derive(Debug, Default)]
pub struct Decoder {
    header: [u8; HEADER_BYTES],
    n_header_bytes: usize,
    /// The frame whose payload is arriving, and how much of it is still to come.
    current: Option<(FrameHeader, usize)>,
    unfinished: [Vec<u8>; PRIORITIES.len()],
}

impl Decoder {
    /// Consumes bytes from the front of `input` until a message is whole. `Ok(None)` means `input` is used up.
    ///
    /// # Errors
    /// [`FrameError`]: the stream is broken for good, and the decoder must not be used again.
    pub fn read(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, FrameError> {
        loop {
            let (frame, n_missing) = match self.current {
                Some(current) => current,
                None => match self.read_header(input)? {
                    Some(frame) => (frame, frame.n_payload_bytes),
                    None => return Ok(None),
                },
            };
            let n_taken = n_missing.min(input.len());
            let (taken, rest) = input.split_at(n_taken);
            *input = rest;
            let message = &mut self.unfinished[frame.priority as usize];
            message.extend_from_slice(taken);
            if n_taken < n_missing {
                self.current = Some((frame, n_missing - n_taken));
                return Ok(None);
            }
            self.current = None;
            if frame.is_last {
                return Ok(Some(std::mem::take(message)));
            }
        }
    }

    fn read_header(&mut self, input: &mut &[u8]) -> Result<Option<FrameHeader>, FrameError> {
        let n_taken = (HEADER_BYTES - self.n_header_bytes).min(input.len());
        let (taken, rest) = input.split_at(n_taken);
        *input = rest;
        self.header[self.n_header_bytes..self.n_header_bytes + n_taken].copy_from_slice(taken);
        self.n_header_bytes += n_taken;
        if self.n_header_bytes < HEADER_BYTES {
            return Ok(None);
        }
        self.n_header_bytes = 0;
        let frame = FrameHeader::decode(self.header)?;
        let n_so_far = self.unfinished[frame.priority as usize].len();
        if n_so_far + frame.n_payload_bytes > MAX_MESSAGE_BYTES {
            return Err(FrameError::MessageTooLong);
        }
        Ok(Some(frame))
    }

    /// Bytes held for messages that are not whole yet.
    #[must_use]
    pub fn n_unfinished_bytes(&self) -> usize {
        self.unfinished.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
