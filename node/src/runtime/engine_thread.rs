//! The engine's thread: takes everything that waits, lets the host handle it under one commit, then releases what is
//! owed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lienquay_core::event::{Event, Found, Now, Token};
use lienquay_core::files::FileEvent;
use lienquay_core::host::Host;
use lienquay_core::store::StoreResult;
use lienquay_core::view_live::HealthView;
use lienquay_shared::NodeId;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::wire::Reason;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::data_folder::DataFolder;
use crate::files::FileKeeper;
use crate::net::{LinkDownReason, NetCommand, NetEvent, NetHandle, Room};
use crate::notes;
use crate::runtime::dialer::Dialer;
use crate::runtime::moment::Moment;
use crate::runtime::order::{Done, Order};
use crate::runtime::safer::Safer;
use crate::runtime::waiting::Waiting;
use crate::runtime::{NodeNews, StartError, addresses, short};
use crate::store::SqliteStore;

/// Events of one group: enough that one fsync serves a busy morning, few enough that a click is answered in between.
const MAX_BATCH: usize = 256;
/// Bytes of messages in one group.
const MAX_BATCH_BYTES: usize = 8 << 20;
/// Between two looks at the machine (disk space) and at what is worth remembering.
const MACHINE_MILLIS: u64 = 30_000;
/// The thread looks up at least this often, so that a missed timer cannot stall it.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Nothing came for this long: time to tidy up.
const IDLE: Duration = Duration::from_millis(20);

/// What a thread is made of.
pub(super) struct Parts {
    pub(super) host: Host<SqliteStore>,
    pub(super) folder: DataFolder,
    /// The folder stands on another machine than before.
    pub(super) adopt: bool,
    pub(super) clock: Clock,
    pub(super) net: Option<NetHandle>,
    pub(super) net_events: Option<mpsc::Receiver<NetEvent>>,
    pub(super) keeper: FileKeeper,
    pub(super) file_events: mpsc::Receiver<FileEvent>,
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) news: broadcast::Sender<NodeNews>,
    pub(super) moments: watch::Sender<Arc<Moment>>,
    /// Typed-in addresses.
    pub(super) peers: Vec<SocketAddr>,
}

/// The state of the thread.
pub(super) struct EngineThread {
    pub(super) host: Host<SqliteStore>,
    pub(super) folder: DataFolder,
    pub(super) adopt: bool,
    pub(super) clock: Clock,
    pub(super) net: Option<NetHandle>,
    net_events: Option<mpsc::Receiver<NetEvent>>,
    pub(super) keeper: FileKeeper,
    file_events: mpsc::Receiver<FileEvent>,
    orders: mpsc::Receiver<Order>,
    pub(super) news: broadcast::Sender<NodeNews>,
    pub(super) moments: watch::Sender<Arc<Moment>>,
    /// Only to wait for channels and time; nothing is spawned on it.
    pub(super) waiter: tokio::runtime::Runtime,
    pub(super) replies: BTreeMap<Token, oneshot::Sender<Done>>,
    next_token: u64,
    pub(super) dialer: Dialer,
    pub(super) waiting: Waiting,
    pub(super) safer: Safer,
    pub(super) listening: Vec<SocketAddr>,
    /// The members the network knows of.
    told_members: BTreeSet<NodeId>,
    saved_addresses: BTreeMap<NodeId, SocketAddr>,
    machine_due_mono_millis: u64,
    is_stopping: bool,
}

/// What came in, of either kind.
enum Input {
    Order(Order),
    Net(NetEvent),
    File(FileEvent),
    /// No handle is left.
    Abandoned,
    Time,
}

/// One group.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    n_bytes: usize,
    /// What peers said in this group; they may say more when it is handled.
    rooms: Vec<Room>,
    /// A founding is a group of its own.
    founds: Vec<(Found, oneshot::Sender<Done>)>,
    /// Questions are answered after the group, so that who orders and then asks sees what was done.
    asks: Vec<(Query, oneshot::Sender<StoreResult<Answer>>)>,
    healths: Vec<oneshot::Sender<StoreResult<HealthView>>>,
}

/// Reads the clocks once for a group.
pub(super) fn now(clock: &Clock) -> Now {
    Now {
        mono_millis: clock.mono_millis(),
        wall_millis: clock.wall_millis(),
    }
}

impl EngineThread {
    pub(super) fn new(parts: Parts) -> Result<Self, StartError> {
        let waiter = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| StartError::System(error.to_string()))?;
        let saved_addresses = addresses::load(parts.host.store())?;
        let mut dialer = Dialer::new(parts.host.engine().node());
        if parts.net.is_some() {
            let at = parts.clock.mono_millis();
            for (peer, addr) in &saved_addresses {
                dialer.remember(*peer, *addr, at);
            }
            for addr in &parts.peers {
                dialer.typed(*addr, at);
            }
        }
        Ok(Self {
            host: parts.host,
            folder: parts.folder,
            adopt: parts.adopt,
            clock: parts.clock,
            net: parts.net,
            net_events: parts.net_events,
            keeper: parts.keeper,
            file_events: parts.file_events,
            orders: parts.orders,
            news: parts.news,
            moments: parts.moments,
            waiter,
            replies: BTreeMap::new(),
            next_token: 0,
            dialer,
            waiting: Waiting::default(),
            safer: Safer::default(),
            listening: Vec::new(),
            told_members: BTreeSet::new(),
            saved_addresses,
            machine_due_mono_millis: 0,
            is_stopping: false,
        })
    }

    /// Runs until told to stop or until nobody holds a handle.
    pub(super) fn run(mut self) {
        self.tell_members();
        while !self.is_stopping {
            let input = self.wait();
            if matches!(input, Input::Time) {
                self.use_idle();
            }
            let mut batch = Batch::default();
            self.take(input, &mut batch);
            self.take_waiting(&mut batch);
            self.look_at_machine(&mut batch);
            self.handle(batch);
            self.dial_due();
            if self.safer.take_due(self.clock.mono_millis()) {
                self.tell(NodeNews::Safer);
            }
        }
        self.end();
    }

    fn wait(&mut self) -> Input {
        let due = self
            .host
            .next_timeout()
            .min(self.dialer.next_timeout())
            .min(self.safer.next_timeout())
            .min(self.machine_due_mono_millis);
        let wait = Duration::from_millis(due.saturating_sub(self.clock.mono_millis()));
        let longest = match self.host.store().wants_idle() {
            true => IDLE,
            false => LONGEST_WAIT,
        };
        let wait = wait.min(longest);
        let orders = &mut self.orders;
        let net_events = &mut self.net_events;
        let file_events = &mut self.file_events;
        let next_net_event = async {
            match net_events {
                Some(events) => events.recv().await,
                None => std::future::pending().await,
            }
        };
        let input = self.waiter.block_on(async {
            tokio::select! {
                biased;
                order = orders.recv() => order.map_or(Input::Abandoned, Input::Order),
                Some(event) = next_net_event => Input::Net(event),
                Some(event) = file_events.recv() => Input::File(event),
                () = tokio::time::sleep(wait) => Input::Time,
            }
        });
        if let Input::Time = input
            && self
                .net_events
                .as_ref()
                .is_some_and(mpsc::Receiver::is_closed)
        {
            self.net_events = None;
        }
        input
    }

    /// Lets the store tidy up while nobody waits. What fails here fails again, and is reported, with the next commit.
    fn use_idle(&mut self) {
        if let Err(fault) = self.host.store_mut().use_idle() {
            tracing::warn!(%fault, "the store could not tidy up");
        }
    }

    /// Takes what waits, officers' orders first, up to the bounds of a group.
    fn take_waiting(&mut self, batch: &mut Batch) {
        while batch.events.len() < MAX_BATCH && !self.is_stopping {
            match self.orders.try_recv() {
                Ok(order) => self.take_order(order, batch),
                Err(_none) => break,
            }
        }
        while batch.events.len() < MAX_BATCH && batch.n_bytes < MAX_BATCH_BYTES {
            let event = self
                .net_events
                .as_mut()
                .and_then(|events| events.try_recv().ok());
            match event {
                Some(event) => self.take_net_event(event, batch),
                None => break,
            }
        }
        while batch.events.len() < MAX_BATCH
            && let Ok(event) = self.file_events.try_recv()
        {
            batch.events.push(Event::File(event));
        }
    }

    fn take(&mut self, input: Input, batch: &mut Batch) {
        match input {
            Input::Order(order) => self.take_order(order, batch),
            Input::Net(event) => self.take_net_event(event, batch),
            Input::File(event) => batch.events.push(Event::File(event)),
            Input::Abandoned => self.is_stopping = true,
            Input::Time => {}
        }
    }

    fn take_order(&mut self, order: Order, batch: &mut Batch) {
        match order {
            Order::Submit { submission, reply } => {
                let token = self.token(reply);
                batch.events.push(Event::Submit { token, submission });
            }
            Order::Control { control, reply } => {
                let token = self.token(reply);
                batch.events.push(Event::Control { token, control });
            }
            Order::Found { found, reply } => batch.founds.push((*found, reply)),
            Order::Ask { query, reply } => batch.asks.push((query, reply)),
            Order::Health { reply } => batch.healths.push(reply),
            Order::Waiting { reply } => {
                reply.send(self.waiting.list()).ok();
            }
            Order::Listening { reply } => {
                reply.send(self.listening.clone()).ok();
            }
            Order::Keep { key, value, reply } => {
                let kept = notes::put(self.host.store_mut(), &key, value.as_deref());
                // Who asked may have gone.
                reply.send(kept).ok();
            }
            Order::Dial { addr } => self.dialer.typed(addr, self.clock.mono_millis()),
            Order::Stop => self.is_stopping = true,
        }
    }

    pub(super) fn token(&mut self, reply: oneshot::Sender<Done>) -> Token {
        self.next_token += 1;
        let token = Token(self.next_token);
        self.replies.insert(token, reply);
        token
    }

    fn take_net_event(&mut self, event: NetEvent, batch: &mut Batch) {
        let at = self.clock.mono_millis();
        match event {
            NetEvent::Listening { addr } => {
                tracing::debug!(%addr, "listening");
                self.listening.push(addr);
                self.tell(NodeNews::Listening { addr });
            }
            NetEvent::LinkUp {
                peer,
                link,
                addr,
                outbound,
            } => {
                tracing::debug!(peer = short(&peer), outbound, "link up");
                self.dialer.linked(peer, outbound.then_some(addr), at);
                self.tell(NodeNews::Link { peer, is_up: true });
                batch.events.push(Event::LinkUp { peer, link: link.0 });
            }
            NetEvent::LinkDown { peer, link, why } => {
                tracing::debug!(peer = short(&peer), %why, "link down");
                if why != LinkDownReason::Replaced {
                    self.dialer.unlinked(peer, at);
                }
                if let Some(reason) = broken_by(&why) {
                    batch.events.push(Event::Noted { peer, reason });
                }
                self.waiting.remove(&peer);
                self.tell(NodeNews::Link { peer, is_up: false });
                batch.events.push(Event::LinkDown { peer, link: link.0 });
            }
            NetEvent::Message {
                peer,
                link,
                bytes,
                room,
            } => {
                batch.n_bytes += bytes.len();
                batch.rooms.push(room);
                let link = link.0;
                batch.events.push(Event::Message { peer, link, bytes });
            }
            NetEvent::Seen { peer, addr } => self.dialer.seen(peer, addr, at),
            NetEvent::DialFailed { addr, why } => {
                tracing::debug!(%addr, %why, "dial failed");
                self.dialer.failed(addr, at);
            }
            NetEvent::SendDropped {
                peer,
                priority,
                n_bytes,
                ..
            } => tracing::warn!(
                peer = short(&peer),
                ?priority,
                n_bytes,
                "a message had no room; the link closes and reconciles"
            ),
        }
    }

    fn look_at_machine(&mut self, batch: &mut Batch) {
        let at = self.clock.mono_millis();
        if at < self.machine_due_mono_millis {
            return;
        }
        self.machine_due_mono_millis = at + MACHINE_MILLIS;
        match self.folder.disk_free_mib() {
            Ok(disk_free_mib) => batch.events.push(Event::Machine { disk_free_mib }),
            Err(error) => tracing::warn!(%error, "free disk space cannot be read"),
        }
        self.save_addresses();
    }

    fn handle(&mut self, mut batch: Batch) {
        let now = now(&self.clock);
        if self.host.next_timeout() <= now.mono_millis {
            batch.events.push(Event::Tick);
        }
        let (effects, fault) = if batch.events.is_empty() {
            (lienquay_core::event::Effects::default(), None)
        } else {
            self.host.process(now, batch.events)
        };
        self.release(now, effects, fault);
        for (found, reply) in batch.founds {
            self.found(found, reply);
        }
        for (query, reply) in batch.asks {
            reply.send(self.answer(now, &query)).ok();
        }
        for reply in batch.healths {
            reply.send(self.health(now)).ok();
        }
    }

    fn dial_due(&mut self) {
        if self.net.is_none() {
            return;
        }
        for (addr, expect) in self.dialer.take_due(self.clock.mono_millis()) {
            self.command(NetCommand::Dial { addr, expect });
        }
    }

    /// Hands a command to the net shell. Waiting for room cannot deadlock: the shell takes commands even while nobody
    /// reads its events.
    pub(super) fn command(&self, command: NetCommand) {
        if let Some(net) = &self.net {
            // A shell that has ended has nothing to do with it.
            self.waiter.block_on(net.send(command)).ok();
        }
    }

    /// Tells the network who belongs to the site, when that changed: they find room whoever else knocks.
    pub(super) fn tell_members(&mut self) {
        let roster = self.host.engine().members_roster();
        if roster.members.keys().eq(&self.told_members) {
            return;
        }
        let nodes: BTreeSet<NodeId> = roster.members.keys().copied().collect();
        self.told_members.clone_from(&nodes);
        self.command(NetCommand::Members { nodes });
    }

    /// Tells subscribers; nobody may be there.
    pub(super) fn tell(&self, news: NodeNews) {
        self.news.send(news).ok();
    }

    fn save_addresses(&mut self) {
        let roster = self.host.engine().members_roster();
        let mut addresses = self.dialer.answered().clone();
        addresses.retain(|peer, _| roster.is_member(peer));
        if addresses == self.saved_addresses {
            return;
        }
        match addresses::save(self.host.store_mut(), &addresses) {
            Ok(()) => self.saved_addresses = addresses,
            // The next group of events meets the same fault and reports it.
            Err(fault) => tracing::warn!(%fault, "addresses not remembered"),
        }
    }

    /// The ordered end: everything durable, then the store closes, then the folder's lock goes.
    fn end(mut self) {
        self.save_addresses();
        if let Err(fault) = lienquay_core::store::Store::commit(self.host.store_mut(), true) {
            tracing::error!(%fault, "the last commit failed");
        }
        self.tell(NodeNews::Stopping);
        // Whatever its keeper still says of files is found again at the next start.
        self.file_events.close();
        while self.file_events.try_recv().is_ok() {}
        self.keeper.end();
        drop(self.replies);
        drop(self.host);
        drop(self.folder);
    }
}

/// What belongs on the health screen of how a link ended.
fn broken_by(why: &LinkDownReason) -> Option<Reason> {
    match why {
        LinkDownReason::Protocol(_) => Some(Reason::BrokenFrames),
        LinkDownReason::WriteStalled | LinkDownReason::SendQueueFull => Some(Reason::TakesNothing),
        _ => None,
    }
}
