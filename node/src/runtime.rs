//! A running node: one thread owns the engine and its store, the network has its own tasks, everybody else holds a
//! [`NodeHandle`].
//!
//! ```text
//! NodeHandle ──Order──▶ engine thread ──NetCommand──▶ net shell
//!     ▲   ▲                 │    ▲                        │
//!     │   └─replies, news───┘    └───────NetEvent─────────┘
//!     └─pages── readers (connections of their own, never waiting for the engine)
//! ```

mod addresses;
mod answers;
mod dialer;
mod engine_thread;
mod founding;
mod moment;
mod news;
mod order;
mod readers;
mod release;
mod safer;
mod waiting;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lienquay_core::engine::{FIRST_COPY_FROM, Settings};
use lienquay_core::event::Control;
use lienquay_core::host::Host;
use lienquay_core::store::StoreFault;
use lienquay_shared::NodeId;
use lienquay_shared::schema::AutomergeDocuments;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::data_folder::{MachineMarker, Opened};
use crate::files::FileKeeper;
use crate::handle::NodeHandle;
use crate::net::{self, NetCommand, NetConfig, NetError, NetEvent, NetHandle};

pub use news::{NodeNews, Subscription};
pub use waiting::WaitingPeer;

pub(crate) use founding::sheet_of;
pub(crate) use moment::Moment;
pub(crate) use order::Order;
pub(crate) use readers::Readers;

/// Where a node listens unless told otherwise. A fixed port, so that an address can be typed in and remembered.
pub const DEFAULT_PORT: u16 = 4717;
/// Proves in every hello that both sides are this program.
pub const SERVICE_TAG: &str = "lienquay/1";
/// A site has up to twenty PCs; newcomers and a few strangers on the LAN come on top.
const MAX_PEERS: usize = 64;
/// Orders waiting for the engine; an officer's screen has one or two under way.
const ORDER_CAPACITY: usize = 256;
/// Network events waiting for the engine: one batch. When full, the net shell stops reading from peers.
const NET_EVENT_CAPACITY: usize = 256;
/// What became of files' bytes, waiting for the engine; when full, their keeper waits.
const FILE_EVENT_CAPACITY: usize = 64;
/// News a subscriber may be behind before it is told to look anew.
const NEWS_CAPACITY: usize = 1024;
/// How long a node that leaves waits for others to take its tickets.
const LEAVE_WAIT: Duration = Duration::from_secs(10);

/// How a node is started.
#[derive(Debug, Clone, Default)]
pub struct NodeOptions {
    /// The network; none for a single command on a folder whose node does not run.
    pub net: Option<NetOptions>,
}

/// How a node takes part in the LAN.
#[derive(Debug, Clone)]
pub struct NetOptions {
    /// Where to listen; empty for [`DEFAULT_PORT`] on all interfaces, or any port when that is taken.
    pub listen: Vec<SocketAddr>,
    /// Typed-in addresses of other PCs.
    pub peers: Vec<SocketAddr>,
    /// Whether to look for others through mDNS.
    pub mdns: bool,
}

impl Default for NetOptions {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            peers: Vec::new(),
            mdns: true,
        }
    }
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The network.
    #[error(transparent)]
    Net(#[from] NetError),
    /// No thread or no random numbers from the system.
    #[error("the system refused: {0}")]
    System(String),
}

/// A running node. Dropping it without [`Self::shutdown`] is a crash, which loses nothing that was acknowledged.
#[derive(Debug)]
pub struct Runtime {
    handle: NodeHandle,
    net: Option<(NetHandle, JoinHandle<()>)>,
    engine: std::thread::JoinHandle<()>,
    readers: Arc<Readers>,
}

/// Starts a node on an opened data folder. Must be called inside a tokio runtime.
///
/// # Errors
/// [`StartError`]; nothing keeps running then.
pub fn start(opened: Opened, options: NodeOptions) -> Result<Runtime, StartError> {
    let clock = Clock::start();
    let differs = opened.machine == MachineMarker::Differs;
    let node = opened.identity.node();
    let secret = Zeroizing::new(opened.identity.to_secret());
    let settings = Settings {
        key: opened.identity,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        new_incarnation: differs,
        documents: &AutomergeDocuments,
        first_copy_from: FIRST_COPY_FROM,
    };
    let mut host = Host::open(opened.store, settings, engine_thread::now(&clock), rng()?)?;
    if host.store().projections_stale() {
        host.project_anew(engine_thread::now(&clock))?;
        host.store_mut().projections_rebuilt()?;
    }
    founding::drop_stale_sheet(&mut host)?;
    // A single command leaves comparing the disk with the store to the node that will run.
    let compares = match options.net {
        Some(_) => Some(host.store().reader()?),
        None => None,
    };
    let (file_events, file_event_receiver) = mpsc::channel(FILE_EVENT_CAPACITY);
    let blobs = opened.blobs;
    let keeper = FileKeeper::start(&blobs, compares, &file_events)
        .map_err(|error| StartError::System(error.to_string()))?;
    let readers = Arc::new(Readers::new(host.store().reader()?));
    let (orders, order_receiver) = mpsc::channel(ORDER_CAPACITY);
    let (news, _) = broadcast::channel(NEWS_CAPACITY);
    let moment = Moment::of(host.engine(), engine_thread::now(&clock));
    let (moments, moment_receiver) = watch::channel(Arc::new(moment));
    let peers = options.net.as_ref().map(|net| net.peers.clone());
    let (net, net_events) = match &options.net {
        Some(net_options) => {
            let (handle, task, events) = start_net(net_options, &secret)?;
            (Some((handle, task)), Some(events))
        }
        None => (None, None),
    };
    let thread = engine_thread::EngineThread::new(engine_thread::Parts {
        host,
        folder: opened.folder,
        adopt: differs,
        clock,
        net: net.as_ref().map(|(handle, _)| handle.clone()),
        net_events,
        keeper,
        file_events: file_event_receiver,
        orders: order_receiver,
        news: news.clone(),
        moments,
        peers: peers.unwrap_or_default(),
    })?;
    let engine = std::thread::Builder::new()
        .name("lienquay-engine".to_owned())
        .spawn(move || thread.run())
        .map_err(|error| StartError::System(error.to_string()))?;
    let handle = NodeHandle::new(
        node,
        orders,
        news,
        moment_receiver,
        Arc::clone(&readers),
        blobs,
    );
    Ok(Runtime {
        handle,
        net,
        engine,
        readers,
    })
}

impl Runtime {
    /// The handle everybody works with.
    #[must_use]
    pub fn handle(&self) -> &NodeHandle {
        &self.handle
    }

    /// Ends the node in order.
    ///
    /// # Errors
    /// When the engine's thread had panicked.
    pub async fn shutdown(self) -> io::Result<()> {
        // 1. Others take over what this node keeps, while the network still stands. Bounded: a site whose other PCs
        //    are off must be able to close. Without a network or a site there is nobody to ask.
        if self.net.is_some() && self.handle.has_site() {
            let leaving = self.handle.control(Control::Leave);
            match tokio::time::timeout(LEAVE_WAIT, leaving).await {
                Ok(Ok(_handed_over)) => tracing::info!("handed over"),
                Ok(Err(refusal)) => tracing::warn!(why = refusal.code(), "not handed over"),
                Err(_elapsed) => tracing::warn!("others did not confirm the handover in time"),
            }
        }
        // 2. The network closes; its last events still reach the engine.
        if let Some((net, task)) = self.net {
            net.send(NetCommand::Shutdown).await.ok();
            task.await.map_err(io::Error::other)?;
        }
        // 3. Readers go before the writer: the last connection to close empties the write-ahead log.
        self.readers.close().await;
        // 4. The engine handles what was sent before this, makes everything durable, closes the store and, last,
        //    releases the folder's lock.
        self.handle.stop().await;
        let engine = self.engine;
        tokio::task::spawn_blocking(move || engine.join())
            .await
            .map_err(io::Error::other)?
            .map_err(|_panic| io::Error::other("the engine's thread panicked"))
    }
}

type NetParts = (NetHandle, JoinHandle<()>, mpsc::Receiver<NetEvent>);

fn start_net(options: &NetOptions, secret: &Zeroizing<[u8; 32]>) -> Result<NetParts, NetError> {
    let spawn = |listen: Vec<SocketAddr>| {
        let (sender, events) = mpsc::channel(NET_EVENT_CAPACITY);
        let config = NetConfig {
            secret_key: secret.clone(),
            listen,
            mdns: options.mdns,
            service_tag: SERVICE_TAG.to_owned(),
            max_peers: MAX_PEERS,
        };
        net::spawn(config, sender).map(|(handle, task)| (handle, task, events))
    };
    if !options.listen.is_empty() {
        return spawn(options.listen.clone());
    }
    let everywhere = |port| vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))];
    match spawn(everywhere(DEFAULT_PORT)) {
        Err(NetError::Listen { why, .. }) => {
            tracing::info!(%why, "the usual port is taken, using any other");
            spawn(everywhere(0))
        }
        started => started,
    }
}

fn rng() -> Result<lienquay_core::rng::Rng, StartError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StartError::System(error.to_string()))?;
    Ok(lienquay_core::rng::Rng::from_seed(seed))
}

/// Random bytes for request ids and the site key, outside the engine.
///
/// # Errors
/// When the system gives none.
pub fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// For messages about a peer: enough of its key to tell it apart.
pub(crate) fn short(node: &NodeId) -> String {
    node.short()
}
