//! The task that owns the swarm: commands in, libp2p's events in, decisions of the peer table out.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures::StreamExt;
use libp2p::{
    Swarm,
    core::transport::ListenerId,
    swarm::{ConnectionId, SwarmEvent},
};
use tokio::{
    select,
    sync::mpsc,
    task::JoinSet,
    time::{Instant, Interval, MissedTickBehavior, interval, timeout},
};
use tracing::{debug, info, warn};

use super::{
    LinkDownReason, NetCommand, NetConfig, NetError, NetEvent, NodeId,
    behaviour::{Behaviour, LIVENESS},
    counters::NetCounters,
    identity,
    link::{Hello, LinkEnded},
    peers::PeerTable,
    send_queue::SendQueues,
    sightings::Sightings,
    swarm,
};

mod commands;
mod libp2p_events;
mod link_tasks;

/// Events of the shell itself that wait for a caller who does not read. Links report on their own, so these are only
/// `Listening`, `Seen` and `DialFailed`: the caller's own backoff recovers what is dropped beyond.
const OUTBOX_CAPACITY: usize = 1024;
/// How precisely dead connections are found.
const TICK: Duration = Duration::from_secs(1);
/// A tick that took longer means that this process was stopped.
const LONGEST_TICK: Duration = Duration::from_secs(3);
/// `Seen` is repeated every so many ticks.
const TICKS_PER_SEEN: u32 = 5;
/// What links and connections get to end in an orderly way.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

pub(super) struct Shell {
    swarm: Swarm<Behaviour>,
    local: NodeId,
    hello: Hello,
    commands: mpsc::Receiver<NetCommand>,
    events: mpsc::Sender<NetEvent>,
    outbox: VecDeque<NetEvent>,
    peers: PeerTable,
    links: JoinSet<LinkEnded>,
    next_link: u64,
    dials: BTreeMap<ConnectionId, SocketAddr>,
    listeners: Vec<ListenerId>,
    sightings: Sightings,
    n_ticks: u32,
    last_tick: Instant,
    counters: Arc<NetCounters>,
    queues: Arc<SendQueues>,
}

impl Shell {
    pub(super) fn new(
        config: NetConfig,
        commands: mpsc::Receiver<NetCommand>,
        events: mpsc::Sender<NetEvent>,
        counters: Arc<NetCounters>,
        queues: Arc<SendQueues>,
    ) -> Result<Self, NetError> {
        let local = identity::node_id_of_secret(&config.secret_key)?;
        let keypair = identity::keypair(&config.secret_key)?;
        let (swarm, listeners) = swarm::build(keypair, local, &config)?;
        Ok(Self {
            swarm,
            local,
            hello: Hello::new(&config.service_tag),
            commands,
            events,
            outbox: VecDeque::new(),
            peers: PeerTable::new(local, config.max_peers),
            links: JoinSet::new(),
            next_link: 1,
            dials: BTreeMap::new(),
            listeners,
            sightings: Sightings::default(),
            n_ticks: 0,
            last_tick: Instant::now(),
            counters,
            queues,
        })
    }

    pub(super) fn local(&self) -> NodeId {
        self.local
    }

    pub(super) async fn run(mut self) {
        let mut ticks: Interval = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // A clone, so that waiting for room does not borrow the shell.
        let events = self.events.clone();
        loop {
            // Wakes on: a command, the end of a link's task, room for our own events, the tick, libp2p.
            select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(NetCommand::Shutdown) | None => break,
                    Some(command) => self.handle_command(command),
                },
                Some(ended) = self.links.join_next_with_id() => self.handle_link_task(ended),
                permit = events.reserve(), if !self.outbox.is_empty() => match (permit, self.outbox.pop_front()) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    (Err(_caller_gone), _) => break,
                    (Ok(_), None) => {}
                },
                _ = ticks.tick() => self.handle_tick(),
                event = self.swarm.select_next_some() => self.handle_swarm(event),
            }
        }
        self.shut_down().await;
    }

    fn handle_tick(&mut self) {
        let now = Instant::now();
        // A laptop that slept, a virtual machine that was paused: the answers are still in our buffers.
        if now.saturating_duration_since(std::mem::replace(&mut self.last_tick, now)) > LONGEST_TICK
        {
            self.peers.forgive_pause(now);
        }
        for (peer, connection) in self.peers.close_dead(now, LIVENESS) {
            info!(?peer, "no answer to pings");
            self.swarm.close_connection(connection);
            self.open_next(peer);
        }
        self.n_ticks = self.n_ticks.wrapping_add(1);
        if self.n_ticks.is_multiple_of(TICKS_PER_SEEN) {
            let seen: Vec<_> = self
                .sightings
                .iter()
                .filter(|(peer, _)| !self.peers.is_linked(*peer))
                .collect();
            for (peer, addr) in seen {
                self.tell(NetEvent::Seen { peer, addr });
            }
        }
    }

    fn tell_dial_failed(&mut self, addr: SocketAddr, why: String) {
        debug!(%addr, why, "dial failed");
        self.tell(NetEvent::DialFailed { addr, why });
    }

    fn tell(&mut self, event: NetEvent) {
        if self.outbox.len() < OUTBOX_CAPACITY {
            self.outbox.push_back(event);
        } else {
            warn!(?event, "the caller reads no events; dropped");
        }
    }

    async fn shut_down(mut self) {
        // 1. No new connections; without listen addresses libp2p's detached mDNS tasks have nothing to announce.
        for listener in std::mem::take(&mut self.listeners) {
            self.swarm.remove_listener(listener);
        }
        // 2. Every link ends and says so; every connection is closed, which tells the peers at once.
        for connection in self.peers.close_all(&LinkDownReason::Shutdown) {
            self.swarm.close_connection(connection);
        }
        // 3. Let that happen, but not for ever: a caller may have stopped reading, a cable may be out.
        let orderly = async {
            while self.peers.has_connections() || !self.links.is_empty() {
                select! {
                    biased;
                    Some(ended) = self.links.join_next_with_id() => {
                        self.handle_link_task(ended);
                    }
                    event = self.swarm.select_next_some() => {
                        if let SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } = event
                            && let Some(peer) = identity::node_id(&peer_id)
                        {
                            self.peers.remove(peer, connection_id, LinkDownReason::Shutdown);
                        }
                    }
                }
            }
        };
        if timeout(SHUTDOWN_GRACE, orderly).await.is_err() {
            warn!("connections still open at shutdown");
        }
        // 4. Dropping the swarm and the set of link tasks ends what is left.
        info!("network shell ended");
    }
}
