//! The network shell: moves opaque messages between authenticated peers on a LAN. Nothing above it knows libp2p, and it
//! knows nothing of dossiers.
//!
//! One task (`shell`) owns the swarm. Each peer has at most one **link**: one long-lived stream of frames on one
//! connection, driven by its own task (`link`). Commands come in through a [`NetHandle`], events go out through the
//! channel given to [`spawn`]:
//!
//! ```text
//! NetHandle ──NetCommand──▶ shell                 link task ──frames──▶ peer
//!     │                       │                    ▲    │
//!     └─────messages──────────┼─────SendQueue──────┘    │
//!                             └─────NetEvent────────────┴──────▶ caller
//! ```
//!
//! What a caller can rely on:
//! - `LinkUp`, the messages of that link, then `LinkDown`, in this order; links of one peer never overlap.
//! - A peer is up only after both sides read each other's hello on the stream, so a refusing peer is never seen up.
//! - A caller that does not read events stops the reading from its peers, not the swarm: pings are still answered and
//!   commands still taken. One peer's messages wait for their turn among themselves (`room`).
//! - A member finds room however many strangers knock (`door`).
//! - The shell dials nothing by itself.

use std::{collections::BTreeSet, fmt, net::SocketAddr};

use thiserror::Error;
use tokio::{sync::mpsc, task::JoinHandle};
use zeroize::Zeroizing;

mod behaviour;
mod counters;
mod door;
pub mod frame;
mod handler;
mod identity;
mod link;
mod peers;
mod redacted;
mod room;
pub mod schedule;
mod send_queue;
mod shell;
mod sightings;
mod swarm;

pub use counters::NetCounts;
pub use frame::FrameError;
pub use identity::node_id_of_secret;
pub use lienquay_shared::{
    NodeId,
    wire::{MAX_MESSAGE_BYTES, Priority},
};
pub use room::Room;

/// Commands waiting for the shell. It takes them as fast as it can copy a pointer, so this only smooths bursts.
pub const COMMAND_CAPACITY: usize = 256;

/// How the shell is set up. `Debug` shows no key.
pub struct NetConfig {
    /// The Ed25519 seed of this node; its public key is the node's id.
    pub secret_key: Zeroizing<[u8; 32]>,
    /// Where to listen; port 0 lets the system choose, and [`NetEvent::Listening`] tells it for remembering.
    pub listen: Vec<SocketAddr>,
    /// Whether to look for peers and be found through mDNS on all interfaces.
    pub mdns: bool,
    /// Names the product (not the site). Both sides prove the same tag in the hello; others get no link. libp2p's mDNS
    /// service name is fixed, so nodes of other products are *seen* and fail here.
    pub service_tag: String,
    /// Links of strangers at one time. Members ([`NetCommand::Members`]) are never refused for want of room.
    pub max_peers: usize,
}

/// What the caller asks. `Debug` shows sizes, never contents.
pub enum NetCommand {
    /// Connect to an address, typed in, remembered or seen. Ends in `LinkUp` or `DialFailed`; ignored when `expect` is
    /// already linked or the address is being dialled.
    Dial {
        /// Where.
        addr: SocketAddr,
        /// Who must answer there; anybody if `None`.
        expect: Option<NodeId>,
    },
    /// Queue one whole message, at most [`MAX_MESSAGE_BYTES`]. Ignored when the link is gone.
    Send {
        /// To whom.
        peer: NodeId,
        /// On which link; a message never leaks into the next one.
        link: LinkId,
        /// What may overtake it.
        priority: Priority,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Close the connections of a peer. What is still queued is not sent.
    Disconnect {
        /// Whose.
        peer: NodeId,
    },
    /// Close the connections of a peer and refuse new ones until [`NetCommand::Unblock`].
    Block {
        /// Whose.
        peer: NodeId,
    },
    /// Admit a blocked peer again.
    Unblock {
        /// Whom.
        peer: NodeId,
    },
    /// Who belongs to the site from now on; everybody else is a stranger.
    Members {
        /// All of them.
        nodes: BTreeSet<NodeId>,
    },
    /// Close everything and end the task.
    Shutdown,
}

/// What happened. `Debug` shows sizes, never contents.
#[derive(Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// The shell listens here; one event for each interface.
    Listening {
        /// With the real port.
        addr: SocketAddr,
    },
    /// Messages can be exchanged.
    LinkUp {
        /// With whom.
        peer: NodeId,
        /// On which link.
        link: LinkId,
        /// The remote end. Only for an outbound link is this an address that can be dialled again.
        addr: SocketAddr,
        /// Whether this side dialled.
        outbound: bool,
    },
    /// The link is gone; nothing more comes from it.
    LinkDown {
        /// With whom.
        peer: NodeId,
        /// Which link.
        link: LinkId,
        /// What ended it.
        why: LinkDownReason,
    },
    /// A whole message.
    Message {
        /// From whom.
        peer: NodeId,
        /// On which link.
        link: LinkId,
        /// The message.
        bytes: Vec<u8>,
        /// Its share of what the peer may have said at once; dropped when the message is dealt with.
        room: Room,
    },
    /// A node announces itself through mDNS. Unauthenticated. Repeated while the announcement lasts and no link is up.
    Seen {
        /// Who it says it is.
        peer: NodeId,
        /// Where.
        addr: SocketAddr,
    },
    /// A dial ended without a link.
    DialFailed {
        /// Where.
        addr: SocketAddr,
        /// For the log and the health screen.
        why: String,
    },
    /// A message could not be queued. The link is closed after this; reconnecting reconciles.
    SendDropped {
        /// To whom.
        peer: NodeId,
        /// On which link.
        link: LinkId,
        /// The message's priority.
        priority: Priority,
        /// The message's length.
        n_bytes: usize,
    },
}

/// One stream with one peer, unique while the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// What ended a link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkDownReason {
    /// The peer closed it.
    #[error("closed by the peer")]
    ClosedByPeer,
    /// The caller asked ([`NetCommand::Disconnect`]).
    #[error("disconnected by this node")]
    Disconnected,
    /// The caller blocked the peer.
    #[error("peer blocked")]
    Blocked,
    /// No ping was answered in time.
    #[error("no answer to pings")]
    PingTimeout,
    /// The peer took no bytes for ten seconds.
    #[error("peer takes no bytes")]
    WriteStalled,
    /// A message had no room; see [`NetEvent::SendDropped`].
    #[error("send queue full")]
    SendQueueFull,
    /// A message to send was longer than [`MAX_MESSAGE_BYTES`]; see [`NetEvent::SendDropped`].
    #[error("message too long to send")]
    MessageTooLong,
    /// The peer broke the frame format.
    #[error("protocol violated: {0}")]
    Protocol(FrameError),
    /// The peer opened a newer link, having lost this one.
    #[error("replaced by a newer link")]
    Replaced,
    /// The connection failed.
    #[error("connection lost: {0}")]
    ConnectionLost(String),
    /// This shell is shutting down.
    #[error("shutting down")]
    Shutdown,
}

/// Why the shell did not start.
#[derive(Debug, Error)]
pub enum NetError {
    /// The secret key is no Ed25519 seed.
    #[error("not an Ed25519 secret key")]
    SecretKey,
    /// TCP, Noise or Yamux could not be set up.
    #[error("cannot set up the transport: {0}")]
    Transport(String),
    /// An address cannot be listened on, mostly because its port is taken: try port 0.
    #[error("cannot listen on {addr}: {why}")]
    Listen {
        /// Which address.
        addr: SocketAddr,
        /// The system's words.
        why: String,
    },
}

/// The shell has ended; nothing can be sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the network shell has ended")]
pub struct NetClosed;

/// Why [`NetHandle::try_send`] did not take a command.
#[derive(Debug, Error)]
pub enum TrySendError {
    /// Too many commands wait; the command is given back.
    #[error("too many commands wait")]
    Full(NetCommand),
    /// The shell has ended.
    #[error(transparent)]
    Closed(#[from] NetClosed),
}

/// Sends commands to the shell; cloneable. When the last clone is dropped the shell shuts down.
#[derive(Debug, Clone)]
pub struct NetHandle {
    local: NodeId,
    commands: mpsc::Sender<NetCommand>,
    counters: std::sync::Arc<counters::NetCounters>,
    queues: std::sync::Arc<send_queue::SendQueues>,
}

impl NetHandle {
    /// This node's id.
    #[must_use]
    pub fn local(&self) -> NodeId {
        self.local
    }

    /// Hands over a command, waiting for room; a message goes into its link's queue at once.
    ///
    /// # Errors
    /// [`NetClosed`] when the shell has ended.
    pub async fn send(&self, command: NetCommand) -> Result<(), NetClosed> {
        let Some(command) = self.queue_message(command) else {
            return Ok(());
        };
        self.commands
            .send(command)
            .await
            .map_err(|_closed| NetClosed)
    }

    /// Hands over a command if there is room now.
    ///
    /// # Errors
    /// [`TrySendError`].
    pub fn try_send(&self, command: NetCommand) -> Result<(), TrySendError> {
        let Some(command) = self.queue_message(command) else {
            return Ok(());
        };
        self.commands
            .try_send(command)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(command) => TrySendError::Full(command),
                mpsc::error::TrySendError::Closed(_) => TrySendError::Closed(NetClosed),
            })
    }

    /// Puts a message into its link's queue without a detour through the shell's task; other commands are given back.
    fn queue_message(&self, command: NetCommand) -> Option<NetCommand> {
        match command {
            NetCommand::Send {
                peer,
                link,
                priority,
                bytes,
            } if !self.commands.is_closed() => {
                self.queues
                    .send(&self.counters, (peer, link), priority, bytes);
                None
            }
            other => Some(other),
        }
    }

    /// What has passed so far, for metrics and the health screen.
    #[must_use]
    pub fn counts(&self) -> NetCounts {
        self.counters.read()
    }
}

/// Starts the shell. Must be called inside a tokio runtime.
///
/// # Errors
/// [`NetError`]; nothing keeps running then.
pub fn spawn(
    config: NetConfig,
    events: mpsc::Sender<NetEvent>,
) -> Result<(NetHandle, JoinHandle<()>), NetError> {
    let (commands, receiver) = mpsc::channel(COMMAND_CAPACITY);
    let counters = std::sync::Arc::<counters::NetCounters>::default();
    let queues = std::sync::Arc::<send_queue::SendQueues>::default();
    let shell = shell::Shell::new(config, receiver, events, counters.clone(), queues.clone())?;
    let handle = NetHandle {
        local: shell.local(),
        commands,
        counters,
        queues,
    };
    Ok((handle, tokio::spawn(shell.run())))
}

impl fmt::Debug for NetConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetConfig")
            .field("listen", &self.listen)
            .field("mdns", &self.mdns)
            .field("service_tag", &self.service_tag)
            .field("max_peers", &self.max_peers)
            .finish_non_exhaustive()
    }
}
