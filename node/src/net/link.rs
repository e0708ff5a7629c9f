//! One link: a task that proves the peer speaks our protocol, then moves frames both ways until something ends it.
//!
//! The task itself reports `LinkUp`, messages and `LinkDown`, so they are in order, and a caller that does not read
//! events stops this task's reading and nothing else.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::{Stream, swarm::ConnectionId};
use tokio::{
    select,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tracing::{info, warn};

use super::{
    LinkDownReason, LinkId, NetEvent, NodeId,
    counters::NetCounters,
    frame::{Decoder, MAX_FRAME_BYTES},
    room::LinkRoom,
    send_queue::SendQueue,
};

/// From the open stream to the other side's hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// One write is at most 64 KiB; a peer that cannot take it in this time is closed rather than waited for.
const WRITE_STALL_TIMEOUT: Duration = Duration::from_secs(10);
const HELLO_BYTES: usize = 24;

/// The first bytes each side sends: our name and a digest of the service tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hello([u8; HELLO_BYTES]);

impl Hello {
    pub(super) fn new(service_tag: &str) -> Self {
        let mut bytes = [0; HELLO_BYTES];
        let (name, tag) = bytes.split_at_mut(8);
        name.copy_from_slice(b"lienquay");
        tag.copy_from_slice(&blake3::hash(service_tag.as_bytes()).as_bytes()[..16]);
        Self(bytes)
    }
}

/// Everything the task owns or shares.
pub(super) struct Link {
    pub(super) peer: NodeId,
    pub(super) id: LinkId,
    pub(super) connection: ConnectionId,
    pub(super) addr: SocketAddr,
    pub(super) outbound: bool,
    pub(super) hello: Hello,
    pub(super) queue: Arc<SendQueue>,
    pub(super) events: mpsc::Sender<NetEvent>,
    pub(super) counters: Arc<NetCounters>,
    /// Ends when the peer's previous link has reported its end.
    pub(super) predecessor: Option<oneshot::Receiver<()>>,
    /// Dropped with the task: lets a successor report.
    pub(super) done: oneshot::Sender<()>,
}

/// What the shell learns when the task ends.
#[derive(Debug)]
pub(super) struct LinkEnded {
    pub(super) peer: NodeId,
    pub(super) id: LinkId,
    pub(super) connection: ConnectionId,
    /// Whether the caller ever saw it.
    pub(super) was_up: bool,
    pub(super) why: LinkDownReason,
}

/// The caller dropped its end of the event channel.
struct CallerGone;

impl Link {
    /// Runs to the end of the link. Every way out closes the stream.
    pub(super) async fn run(mut self, mut stream: Stream) -> LinkEnded {
        let (was_up, why) = match self.greet(&mut stream).await {
            Err(why) => (false, why),
            Ok(()) => match self.report_up().await {
                Err(CallerGone) => (false, LinkDownReason::Shutdown),
                Ok(()) => (true, self.exchange(stream).await),
            },
        };
        // Before the report: a caller that dials as soon as it hears of the end must not be told that it has a link.
        self.queue.close(why.clone());
        if was_up {
            self.report_down(&why).await;
        }
        drop(self.done);
        LinkEnded {
            peer: self.peer,
            id: self.id,
            connection: self.connection,
            was_up,
            why,
        }
    }

    /// Both sides send and read a hello, so a link that is up works in both directions.
    async fn greet(&self, stream: &mut Stream) -> Result<(), LinkDownReason> {
        let exchange = async {
            stream.write_all(&self.hello.0).await?;
            stream.flush().await?;
            let mut theirs = [0; HELLO_BYTES];
            stream.read_exact(&mut theirs).await?;
            Ok::<_, io::Error>(Hello(theirs))
        };
        let hello = select! {
            biased;
            why = self.queue.closed() => return Err(why),
            hello = timeout(HELLO_TIMEOUT, exchange) => hello,
        };
        match hello {
            Ok(Ok(theirs)) if theirs == self.hello => Ok(()),
            Ok(Ok(_)) => {
                self.counters.refused.add(1);
                Err(LinkDownReason::ConnectionLost(
                    "another product answered".to_owned(),
                ))
            }
            Ok(Err(error)) => Err(ended_by(&error)),
            Err(_elapsed) => Err(LinkDownReason::ConnectionLost(
                "no hello in time".to_owned(),
            )),
        }
    }

    async fn report_up(&mut self) -> Result<(), CallerGone> {
        if let Some(predecessor) = self.predecessor.take() {
            // An error means the predecessor's task is gone, which is what we wait for.
            predecessor.await.unwrap_or(());
        }
        self.queue.set_up();
        self.counters.links_up.add(1);
        info!(peer = ?self.peer, link = self.id.0, addr = %self.addr, outbound = self.outbound, "link up");
        self.report(NetEvent::LinkUp {
            peer: self.peer,
            link: self.id,
            addr: self.addr,
            outbound: self.outbound,
        })
        .await
    }

    async fn report_down(&self, why: &LinkDownReason) {
        info!(peer = ?self.peer, link = self.id.0, %why, "link down");
        if let Some(dropped) = self.queue.dropped() {
            self.counters.sends_dropped.add(1);
            let event = NetEvent::SendDropped {
                peer: self.peer,
                link: self.id,
                priority: dropped.priority,
                n_bytes: dropped.n_bytes,
            };
            if self.report(event).await.is_err() {
                return;
            }
        }
        let event = NetEvent::LinkDown {
            peer: self.peer,
            link: self.id,
            why: why.clone(),
        };
        // A caller that is gone does not need to know.
        self.report(event).await.unwrap_or(());
    }

    async fn report(&self, event: NetEvent) -> Result<(), CallerGone> {
        self.events.send(event).await.map_err(|_closed| CallerGone)
    }

    /// Reading and writing side by side: a reader that waits for the caller does not stop the writer.
    async fn exchange(&self, stream: Stream) -> LinkDownReason {
        let (reader, writer) = stream.split();
        select! {
            biased;
            why = self.queue.closed() => why,
            why = self.read(reader) => why,
            why = self.write(writer) => why,
        }
    }

    async fn read(&self, mut reader: impl AsyncRead + Unpin) -> LinkDownReason {
        let mut decoder = Decoder::default();
        let room_of_link = LinkRoom::new();
        let mut chunk = vec![0; MAX_FRAME_BYTES];
        loop {
            let n_bytes = match reader.read(&mut chunk).await {
                Ok(0) => return LinkDownReason::ClosedByPeer,
                Ok(n_bytes) => n_bytes,
                Err(error) => return ended_by(&error),
            };
            self.counters.bytes_received.add(n_bytes);
            let mut input = &chunk[..n_bytes];
            loop {
                let bytes = match decoder.read(&mut input) {
                    Ok(Some(bytes)) => bytes,
                    Ok(None) => break,
                    Err(error) => {
                        warn!(peer = ?self.peer, %error, "peer broke the frame format");
                        self.counters.protocol_errors.add(1);
                        return LinkDownReason::Protocol(error);
                    }
                };
                self.counters.messages_received.add(1);
                let (peer, link) = (self.peer, self.id);
                let room = room_of_link.take(bytes.len()).await;
                let message = NetEvent::Message {
                    peer,
                    link,
                    bytes,
                    room,
                };
                if self.report(message).await.is_err() {
                    return LinkDownReason::Shutdown;
                }
            }
        }
    }

    async fn write(&self, mut writer: impl AsyncWrite + Unpin) -> LinkDownReason {
        let mut frames = Vec::with_capacity(MAX_FRAME_BYTES);
        loop {
            self.queue.next_write(&mut frames).await;
            let write = async {
                writer.write_all(&frames).await?;
                writer.flush().await
            };
            match timeout(WRITE_STALL_TIMEOUT, write).await {
                Ok(Ok(())) => self.counters.bytes_sent.add(frames.len()),
                Ok(Err(error)) => return ended_by(&error),
                Err(_elapsed) => return LinkDownReason::WriteStalled,
            }
        }
    }
}

fn ended_by(error: &io::Error) -> LinkDownReason {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => LinkDownReason::ClosedByPeer,
        _ => LinkDownReason::ConnectionLost(error.to_string()),
    }
}
