//! A peer that speaks libp2p and our frames by hand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol, Swarm, SwarmBuilder};
use libp2p::{noise, ping, tcp, yamux};
use lienquay_node::net::frame::{Decoder, FrameHeader, MAX_PAYLOAD_BYTES};
use lienquay_node::runtime::SERVICE_TAG;
use lienquay_shared::NodeId;
use lienquay_shared::log::NodeKey;
use lienquay_shared::wire::{Message, Priority};
use tokio::task::JoinHandle;

const PROTOCOL: StreamProtocol = StreamProtocol::new("/lienquay/1");
/// How long the other side may take for one step. A write that takes longer is back-pressure, and told as an error.
const PATIENCE: Duration = Duration::from_secs(8);
/// Bytes heard that are kept word for word.
const MAX_HEARD_BYTES: usize = 4 << 20;

/// Answers pings like any good peer.
#[derive(NetworkBehaviour)]
struct Behaviour {
    streams: libp2p_stream::Behaviour,
    ping: ping::Behaviour,
}

/// A key, and what can be done with it.
#[derive(Debug, Clone)]
pub struct Attacker {
    key: NodeKey,
}

/// A connection without our stream.
pub struct Dialled {
    control: libp2p_stream::Control,
    incoming: Option<libp2p_stream::IncomingStreams>,
    peer: PeerId,
    opens: bool,
    swarm: JoinHandle<()>,
}

/// A link: hellos are exchanged.
pub struct Wire {
    writer: futures::io::WriteHalf<Stream>,
    /// Kept so that what is not read stays unread.
    unread: Option<futures::io::ReadHalf<Stream>>,
    heard: Arc<Mutex<Heard>>,
    reader: Option<JoinHandle<()>>,
    dialled: Dialled,
}

#[derive(Debug, Default)]
struct Heard {
    messages: Vec<Message>,
    raw: Vec<u8>,
    n_bytes: usize,
    is_over: bool,
}

impl Attacker {
    /// Somebody whose key nobody knows.
    pub fn stranger(number: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lienquay tests 2026 stranger");
        hasher.update(&number.to_be_bytes());
        Self::with_key(NodeKey::from_secret(&hasher.finalize().into()))
    }

    /// Somebody with a given key: a member's.
    pub fn with_key(key: NodeKey) -> Self {
        Self { key }
    }

    /// Its name on the wire.
    pub fn node(&self) -> NodeId {
        self.key.node()
    }

    /// Its key.
    pub fn key(&self) -> &NodeKey {
        &self.key
    }

    /// TCP, Noise and Yamux, and nothing of ours.
    pub async fn dial(&self, addr: SocketAddr) -> Result<Dialled> {
        let mut swarm = swarm(&self.key)?;
        let mut control = swarm.behaviour().streams.new_control();
        let incoming = control.accept(PROTOCOL)?;
        swarm.dial(Multiaddr::from(addr.ip()).with(Protocol::Tcp(addr.port())))?;
        let peer = tokio::time::timeout(PATIENCE, established(&mut swarm)).await??;
        let other = peer_key(&peer)?;
        let swarm = tokio::spawn(async move {
            loop {
                swarm.select_next_some().await;
            }
        });
        Ok(Dialled {
            control,
            incoming: Some(incoming),
            peer,
            opens: self.node() < other,
            swarm,
        })
    }

    /// A link as any node has one, and everything the other side says is read.
    pub async fn link(&self, addr: SocketAddr) -> Result<Wire> {
        self.dial(addr).await?.greet(true).await
    }

    /// A link over which nothing is ever read after the hello.
    pub async fn mute_link(&self, addr: SocketAddr) -> Result<Wire> {
        self.dial(addr).await?.greet(false).await
    }
}

impl Dialled {
    /// The one stream a connection may carry.
    pub async fn stream(&mut self) -> Result<Stream> {
        let stream = async {
            match (&mut self.incoming, self.opens) {
                (Some(incoming), false) => {
                    let next = incoming.next().await;
                    next.map(|(_, stream)| stream)
                        .ok_or_else(|| anyhow!("no stream came"))
                }
                _ => Ok(self.control.open_stream(self.peer, PROTOCOL).await?),
            }
        };
        tokio::time::timeout(PATIENCE, stream).await?
    }

    async fn greet(mut self, reads: bool) -> Result<Wire> {
        let mut stream = self.stream().await?;
        let hello = async {
            stream.write_all(&product_hello()).await?;
            stream.flush().await?;
            stream.read_exact(&mut [0; 24]).await
        };
        tokio::time::timeout(PATIENCE, hello).await??;
        let (read, writer) = stream.split();
        let heard = Arc::<Mutex<Heard>>::default();
        let (reader, unread) = if reads {
            let task = tokio::spawn(listen(read, Arc::clone(&heard)));
            (Some(task), None)
        } else {
            (None, Some(read))
        };
        Ok(Wire {
            writer,
            unread,
            heard,
            reader,
            dialled: self,
        })
    }
}

impl Drop for Dialled {
    fn drop(&mut self) {
        self.swarm.abort();
    }
}

impl Wire {
    /// Says one message as a well-behaved node would frame it.
    pub async fn say(&mut self, message: &Message) -> Result<()> {
        let framed = frames(message.priority(), &message.encode());
        self.write(&framed).await
    }

    /// Says a message of any bytes.
    pub async fn say_bytes(&mut self, priority: Priority, bytes: &[u8]) -> Result<()> {
        self.write(&frames(priority, bytes)).await
    }

    /// Writes bytes as they are.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let write = async {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await
        };
        Ok(tokio::time::timeout(PATIENCE, write).await??)
    }

    /// Everything understood so far.
    pub fn heard(&self) -> Vec<Message> {
        self.locked().messages.clone()
    }

    /// Everything heard so far, word for word, up to a bound.
    pub fn heard_raw(&self) -> Vec<u8> {
        self.locked().raw.clone()
    }

    /// How much was heard.
    pub fn n_heard_bytes(&self) -> usize {
        self.locked().n_bytes
    }

    /// Whether the other side ended it.
    pub fn is_over(&self) -> bool {
        self.unread.is_none() && self.locked().is_over
    }

    /// Waits for something that the other side must say or do.
    pub async fn until<T>(
        &self,
        what: &str,
        mut look: impl FnMut(&[Message], bool) -> Option<T>,
    ) -> Result<T> {
        let found = tokio::time::timeout(PATIENCE * 4, async {
            loop {
                {
                    let heard = self.locked();
                    if let Some(found) = look(&heard.messages, heard.is_over) {
                        return found;
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        found
            .await
            .map_err(|_elapsed| anyhow!("waited in vain for {what}"))
    }

    /// Waits until the other side ends it.
    pub async fn until_over(&self) -> Result<()> {
        self.until("the end of the link", |_, over| over.then_some(()))
            .await
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.abort();
        }
        self.dialled.swarm.abort();
    }
}

/// Bytes of a message as frames of a priority.
pub fn frames(priority: Priority, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut parts = bytes.chunks(MAX_PAYLOAD_BYTES).peekable();
    while let Some(part) = parts.next() {
        let header = FrameHeader {
            n_payload_bytes: part.len(),
            priority,
            is_last: parts.peek().is_none(),
        };
        out.extend(header.encode());
        out.extend(part);
    }
    out
}

fn product_hello() -> Vec<u8> {
    let mut hello = b"lienquay".to_vec();
    hello.extend_from_slice(&blake3::hash(SERVICE_TAG.as_bytes()).as_bytes()[..16]);
    hello
}

async fn listen(mut read: futures::io::ReadHalf<Stream>, heard: Arc<Mutex<Heard>>) {
    let mut decoder = Decoder::default();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let n = match read.read(&mut chunk).await {
            Ok(n) if n > 0 => n,
            Ok(_) | Err(_) => break,
        };
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.n_bytes += n;
        let n_kept = n.min(MAX_HEARD_BYTES.saturating_sub(heard.raw.len()));
        heard.raw.extend_from_slice(&chunk[..n_kept]);
        let mut input = &chunk[..n];
        while let Ok(Some(bytes)) = decoder.read(&mut input) {
            if let Ok(message) = Message::decode(&bytes)
                && heard.n_bytes < MAX_HEARD_BYTES
            {
                heard.messages.push(message);
            }
        }
    }
    heard.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
}

fn swarm(key: &NodeKey) -> Result<Swarm<Behaviour>> {
    let keypair = Keypair::ed25519_from_bytes(key.to_secret())?;
    Ok(SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux::Config::default,
        )?
        .with_behaviour(|_| Behaviour {
            streams: libp2p_stream::Behaviour::new(),
            ping: ping::Behaviour::default(),
        })?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build())
}

async fn established(swarm: &mut Swarm<Behaviour>) -> Result<PeerId> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => return Ok(peer_id),
            SwarmEvent::OutgoingConnectionError { error, .. } => bail!("not connected: {error}"),
            _ => {}
        }
    }
}

/// The Ed25519 key inside a peer id.
fn peer_key(peer: &PeerId) -> Result<NodeId> {
    let key = libp2p::identity::PublicKey::try_decode_protobuf(peer.as_ref().digest())?;
    Ok(NodeId(key.try_into_ed25519()?.to_bytes()))
}

impl std::fmt::Debug for Dialled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialled").field("peer", &self.peer).finish()
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("dialled", &self.dialled)
            .finish()
    }
}
