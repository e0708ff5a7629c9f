//! What the network has carried and refused, for metrics and the health screen.

use std::sync::atomic::{AtomicU64, Ordering};

/// A reading of the counters, all since start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct NetCounts {
    /// Links that came up.
    pub n_links_up: u64,
    /// Whole messages received.
    pub n_messages_received: u64,
    /// Their bytes.
    pub n_bytes_received: u64,
    /// Messages queued to be sent.
    pub n_messages_queued: u64,
    /// Bytes written, frame headers included.
    pub n_bytes_sent: u64,
    /// Links closed because the peer broke the frame format.
    pub n_protocol_errors: u64,
    /// Messages dropped because a queue was full.
    pub n_sends_dropped: u64,
    /// Connections refused: blocked, over a limit, wrong kind of key, other product.
    pub n_refused: u64,
}

/// Written by the shell and its link tasks. `Relaxed`: the counters order nothing.
#[derive(Debug, Default)]
pub(super) struct NetCounters {
    pub(super) links_up: Counter,
    pub(super) messages_received: Counter,
    pub(super) bytes_received: Counter,
    pub(super) messages_queued: Counter,
    pub(super) bytes_sent: Counter,
    pub(super) protocol_errors: Counter,
    pub(super) sends_dropped: Counter,
    pub(super) refused: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, n: usize) {
        // usize is at most 64 bits on every system this runs on.
        self.0.fetch_add(n as u64, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl NetCounters {
    pub(super) fn read(&self) -> NetCounts {
        NetCounts {
            n_links_up: self.links_up.read(),
            n_messages_received: self.messages_received.read(),
            n_bytes_received: self.bytes_received.read(),
            n_messages_queued: self.messages_queued.read(),
            n_bytes_sent: self.bytes_sent.read(),
            n_protocol_errors: self.protocol_errors.read(),
            n_sends_dropped: self.sends_dropped.read(),
            n_refused: self.refused.read(),
        }
    }
}
