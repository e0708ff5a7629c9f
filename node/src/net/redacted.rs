//! `Debug` for commands and events that shows sizes and never contents: they carry personal data, and logs must not.

use std::fmt;

use super::{NetCommand, NetEvent};

impl fmt::Debug for NetCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dial { addr, expect } => f
                .debug_struct("Dial")
                .field("addr", addr)
                .field("expect", expect)
                .finish(),
            Self::Send {
                peer,
                link,
                priority,
                bytes,
            } => f
                .debug_struct("Send")
                .field("peer", peer)
                .field("link", link)
                .field("priority", priority)
                .field("n_bytes", &bytes.len())
                .finish(),
            Self::Disconnect { peer } => f.debug_tuple("Disconnect").field(peer).finish(),
            Self::Block { peer } => f.debug_tuple("Block").field(peer).finish(),
            Self::Unblock { peer } => f.debug_tuple("Unblock").field(peer).finish(),
            Self::Members { nodes } => f.debug_tuple("Members").field(&nodes.len()).finish(),
            Self::Shutdown => f.write_str("Shutdown"),
        }
    }
}

impl fmt::Debug for NetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening { addr } => f.debug_tuple("Listening").field(addr).finish(),
            Self::LinkUp {
                peer,
                link,
                addr,
                outbound,
            } => f
                .debug_struct("LinkUp")
                .field("peer", peer)
                .field("link", link)
                .field("addr", addr)
                .field("outbound", outbound)
                .finish(),
            Self::LinkDown { peer, link, why } => f
                .debug_struct("LinkDown")
                .field("peer", peer)
                .field("link", link)
                .field("why", why)
                .finish(),
            Self::Message {
                peer, link, bytes, ..
            } => f
                .debug_struct("Message")
                .field("peer", peer)
                .field("link", link)
                .field("n_bytes", &bytes.len())
                .finish(),
            Self::Seen { peer, addr } => f
                .debug_struct("Seen")
                .field("peer", peer)
                .field("addr", addr)
                .finish(),
            Self::DialFailed { addr, why } => f
                .debug_struct("DialFailed")
                .field("addr", addr)
                .field("why", why)
                .finish(),
            Self::SendDropped {
                peer,
                link,
                priority,
                n_bytes,
            } => f
                .debug_struct("SendDropped")
                .field("peer", peer)
                .field("link", link)
                .field("priority", priority)
                .field("n_bytes", n_bytes)
                .finish(),
        }
    }
}
