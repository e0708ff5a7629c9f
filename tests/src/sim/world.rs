//! The simulated site: nodes, what is due at which moment, and the one loop that makes it happen.

mod faults;
mod files;
mod lenience;
mod node;
mod orders;
mod quiet;
mod reach;
mod rogue;
mod site;
mod tamper;

use std::collections::{BTreeMap, VecDeque};

use lienquay_core::engine::FIRST_COPY_FROM;
use lienquay_core::event::{Effects, Event, Send, Token};
use lienquay_core::files::FileOrder;
use lienquay_shared::wire::Message;
use lienquay_shared::{FileHash, NodeId};

use crate::sim::chance::Chance;
use crate::sim::clock::SimTime;
use crate::sim::invariants::Given;
use crate::sim::network::{Arrival, Arriving, Network, NodeIndex};
use crate::sim::read::Disk;
use crate::sim::schema::Schema;
use crate::sim::trace::Trace;

pub use lenience::Lenience;
pub use node::{PowerLoss, SimNode};
pub use orders::{Acknowledged, Answer, Point};
pub use quiet::Holding;
pub use site::{Prepared, lane};

/// Milliseconds between two looks of every node for others it has no link to.
const DISCOVERY_MILLIS: u64 = 500;
/// Microseconds a node may take before it handles what arrived; what arrives meanwhile is handled under one commit.
const MAX_BUSY_MICROS: u64 = 3_000;
/// Messages kept for replaying.
const MAX_RECORDED: usize = 1_000;
/// Ticks of one node within a second of simulated time: an engine that asks for more does not sleep.
const MAX_TICKS_A_SECOND: u32 = 2_000;
/// Lines of the trace that a failure prints.
const TAIL_LINES: usize = 120;

/// `LIENQUAY_TRACE=n` prints more of it.
fn tail_lines() -> usize {
    let asked = std::env::var("LIENQUAY_TRACE").ok();
    asked
        .and_then(|lines| lines.parse().ok())
        .unwrap_or(TAIL_LINES)
}

#[derive(Debug)]
enum Due {
    Arrive(Arrival),
    /// The node handles what arrived.
    Handle(NodeIndex, u64),
    /// The node's fsync is done: it tells what it owes.
    Tell(NodeIndex, u64, Box<Effects>),
    /// The keeper of a node's files does what it was told.
    File(NodeIndex, u64, FileOrder),
    /// A timer of the node's engine.
    Wake(NodeIndex, u64),
    Discover,
}

/// A message as it was sent.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// By whom.
    pub from: NodeIndex,
    /// To whom.
    pub to: NodeIndex,
    /// Its kind.
    pub name: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Cuts a pair of nodes apart at the moment one sends the other a message of a kind; the message is lost.
#[derive(Debug, Clone)]
pub struct Trap {
    /// The sender.
    pub from: NodeIndex,
    /// The message's name.
    pub name: &'static str,
}

/// The simulated site.
#[derive(Debug)]
pub struct World {
    seed: u64,
    schema: Schema,
    now: SimTime,
    queue: BTreeMap<(SimTime, u64), Due>,
    n_queued: u64,
    /// The links, to look at and to make worse.
    pub network: Network,
    /// The nodes, in the order they were added.
    pub nodes: Vec<SimNode>,
    chance: Chance,
    trace: Trace,
    recorded: VecDeque<Recorded>,
    trap: Option<Trap>,
    tamper: Option<tamper::Tamper>,
    next_token: u64,
    acknowledged: Vec<Acknowledged>,
    answers: BTreeMap<Token, Answer>,
    /// Scarce things given out so far.
    given: Given,
    /// Copies of files that went with their disks.
    burnt: BTreeMap<FileHash, u32>,
    reach: reach::Reach,
    /// Links opened so far.
    n_links: u64,
    /// How often of a thousand a power loss hits between a commit and what it owes.
    pub dies_before_telling_per_mille: u64,
    /// Missing entries from which whoever starts from now on takes a first copy by snapshots.
    pub first_copy_from: u64,
    /// What the disks that were lost or copied today excuse.
    pub lenience: Lenience,
    /// Messages by name, for measuring.
    pub sent_by_name: BTreeMap<&'static str, (u64, u64)>,
}

impl World {
    /// An empty world of automerge documents.
    pub fn new(seed: u64) -> Self {
        Self::of(seed, Schema::Automerge)
    }

    /// An empty world.
    pub fn of(seed: u64, schema: Schema) -> Self {
        let mut world = Self {
            seed,
            schema,
            now: SimTime::default(),
            queue: BTreeMap::new(),
            n_queued: 0,
            network: Network::new(seed),
            nodes: Vec::new(),
            chance: Chance::new(seed, "world"),
            trace: Trace::default(),
            recorded: VecDeque::new(),
            trap: None,
            tamper: None,
            next_token: 0,
            acknowledged: Vec::new(),
            answers: BTreeMap::new(),
            given: Given::new(),
            burnt: BTreeMap::new(),
            reach: reach::Reach::default(),
            n_links: 0,
            dies_before_telling_per_mille: 0,
            first_copy_from: FIRST_COPY_FROM,
            lenience: Lenience::default(),
            sent_by_name: BTreeMap::new(),
        };
        world.enqueue(SimTime::default(), Due::Discover);
        world
    }

    fn start_at(&mut self, now: SimTime) {
        self.now = now;
        self.queue.clear();
        self.enqueue(now, Due::Discover);
    }

    /// The seed everything is drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What its documents are made of.
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// The disk of a node that runs and belongs to a site, to read its documents from.
    pub fn disk(&self, node: NodeIndex) -> Option<Disk<'_>> {
        let site = self.nodes[node].host()?.engine().site()?;
        let store = self.nodes[node].store();
        Some(Disk::new(store, site, self.schema.documents()))
    }

    /// True time.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// What has happened so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Adds a line to the trace.
    pub fn note(&mut self, line: impl Into<String>) {
        self.trace.note(self.now, line.into());
    }

    /// Fails with the seed, the way to repeat the run and the last of the trace.
    #[track_caller]
    pub fn fail(&self, what: &str) -> ! {
        self.broken("story", what)
    }

    /// Fails because an invariant does not hold; its name comes first.
    #[track_caller]
    pub fn broken(&self, invariant: &str, what: &str) -> ! {
        panic!(
            "invariant: {invariant}\n{what}\n--- seed {}: repeat with LIENQUAY_SEED={} LIENQUAY_SCHEMA={} cargo test -p lienquay-tests --test simulation\n{}",
            self.seed,
            self.seed,
            self.schema,
            self.trace.tail(tail_lines())
        );
    }

    /// Lets a stretch of time pass.
    pub fn run_for(&mut self, millis: u64) {
        self.run_until_time(self.now.plus_millis(millis));
    }

    /// Lets time pass until something is so, looking after every event; false when `limit_millis` passed without it.
    pub fn run_until(&mut self, limit_millis: u64, mut is_so: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now.plus_millis(limit_millis);
        while !is_so(self) {
            match self.queue.first_key_value() {
                Some(((at, _), _)) if *at <= end => self.step(),
                _ => {
                    self.now = end;
                    return is_so(self);
                }
            }
        }
        true
    }

    fn run_until_time(&mut self, end: SimTime) {
        while self
            .queue
            .first_key_value()
            .is_some_and(|((at, _), _)| *at <= end)
        {
            self.step();
        }
        self.now = end;
    }

    fn step(&mut self) {
        let Some(((at, _), due)) = self.queue.pop_first() else {
            return;
        };
        self.now = at;
        match due {
            Due::Arrive(arrival) => self.arrive(arrival),
            Due::Handle(node, life) => {
                if self.nodes[node].begin_handling(life) {
                    self.handle(node);
                }
            }
            Due::Tell(node, life, effects) => self.tell(node, life, *effects),
            Due::File(node, life, order) => self.carry_out_file(node, life, order),
            Due::Wake(node, life) => {
                if self.nodes[node].wake_is_due(life, self.now) {
                    self.deliver(node, Event::Tick);
                }
            }
            Due::Discover => self.discover(),
        }
    }

    fn enqueue(&mut self, at: SimTime, due: Due) {
        self.n_queued += 1;
        self.queue.insert((at, self.n_queued), due);
    }

    fn enqueue_arrivals(&mut self, arrivals: impl IntoIterator<Item = (SimTime, Arrival)>) {
        for (at, arrival) in arrivals {
            self.enqueue(at, Due::Arrive(arrival));
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        if !self.network.arrives(&arrival) {
            return;
        }
        self.reach.link_changes(self.now, &arrival);
        let peer = self.nodes[arrival.peer].id;
        let link = arrival.link;
        let event = match arrival.what {
            Arriving::Up => Event::LinkUp { peer, link },
            Arriving::Down => Event::LinkDown { peer, link },
            Arriving::Bytes(bytes) => Event::Message { peer, link, bytes },
        };
        if !matches!(event, Event::Message { .. }) {
            let what = if matches!(event, Event::LinkUp { .. }) {
                "up"
            } else {
                "down"
            };
            self.note(format!(
                "{} link {link} to {} {what}",
                self.name(arrival.node),
                self.name(arrival.peer)
            ));
        }
        self.deliver(arrival.node, event);
    }

    /// Puts an event before a node and lets it be handled soon.
    fn deliver(&mut self, node: NodeIndex, event: Event) {
        let busy = self.chance.below(MAX_BUSY_MICROS);
        if let Some(life) = self.nodes[node].take_in(event) {
            self.enqueue(self.now.plus_micros(busy), Due::Handle(node, life));
        }
    }

    fn handle(&mut self, node: NodeIndex) {
        let Some(effects) = self.nodes[node].process(self.now) else {
            // The power went under a write: what the group owed was never said.
            self.crash_now(node, PowerLoss::AnyUnsynced);
            return;
        };
        if let Some(fault) = self.nodes[node].take_fault() {
            self.note(format!("{} store fault: {fault}", self.name(node)));
        }
        let dies = self.nodes[node].dies_telling
            || self.chance.below(1_000) < self.dies_before_telling_per_mille;
        if dies {
            self.note(format!("{} dies after a commit", self.name(node)));
            self.crash_now(node, PowerLoss::AnyUnsynced);
            return;
        }
        match self.nodes[node].fsync_millis {
            0 => {
                self.carry_out(node, effects);
                self.schedule_wake(node);
            }
            millis => {
                self.nodes[node].stay_busy();
                let life = self.nodes[node].life();
                let tell = Due::Tell(node, life, Box::new(effects));
                self.enqueue(self.now.plus_millis(millis), tell);
            }
        }
    }

    fn tell(&mut self, node: NodeIndex, life: u64, effects: Effects) {
        if self.nodes[node].life() != life {
            return;
        }
        self.carry_out(node, effects);
        if let Some(life) = self.nodes[node].has_told() {
            self.enqueue(self.now, Due::Handle(node, life));
        }
        self.schedule_wake(node);
    }

    fn schedule_wake(&mut self, node: NodeIndex) {
        if let Some((at, life)) = self.nodes[node].next_wake(self.now) {
            self.enqueue(at, Due::Wake(node, life));
        }
        if self.nodes[node].ticks_within_a_second(self.now) > MAX_TICKS_A_SECOND {
            self.broken("nobody-spins", &format!("{} never sleeps", self.name(node)));
        }
    }

    fn carry_out(&mut self, node: NodeIndex, effects: Effects) {
        for reply in effects.replies {
            self.note_reply(node, reply);
        }
        for send in effects.sends {
            self.send(node, send);
        }
        for order in effects.files {
            self.order_file(node, order);
        }
        for close in effects.closes {
            let Some(peer) = self.linked_by_key(node, &close.peer) else {
                continue;
            };
            self.note(format!(
                "{} closes {}: {}",
                self.name(node),
                self.name(peer),
                close.reason.text()
            ));
            if close.block {
                self.nodes[node].block(close.peer);
            }
            let downs = self.network.close(self.now, node, peer);
            self.enqueue_arrivals(downs);
        }
        for notice in effects.notices {
            self.note(format!("{} notice {notice:?}", self.name(node)));
            self.nodes[node].hear_notice(self.now, notice);
        }
        self.nodes[node].note_shut_out();
    }

    fn send(&mut self, node: NodeIndex, mut send: Send) {
        self.tamper_with(node, &mut send);
        let name = send.message.name();
        let bytes = send.message.encode();
        let counted = self.sent_by_name.entry(name).or_default();
        counted.0 += 1;
        counted.1 += bytes.len() as u64;
        let Some(to) = self.network.peer_over(node, send.link) else {
            return;
        };
        if self.nodes[node].has_shut_out(&self.nodes[to].id) {
            let (from, to) = (self.name(node), self.name(to));
            let what = format!("{from} sends {name} to {to}, which it knows is shut out");
            self.broken("revoked-learns-nothing", &what);
        }
        if self.chance.below(1_000) < self.network.weather.lost_per_mille {
            self.note(format!(
                "{name} of {} is lost with its link",
                self.name(node)
            ));
            let downs = self.network.lose(self.now, node, to);
            self.enqueue_arrivals(downs);
            return;
        }
        if self
            .trap
            .as_ref()
            .is_some_and(|trap| trap.from == node && trap.name == name)
        {
            self.trap = None;
            self.note(format!(
                "{name} of {} to {} is lost with its link",
                self.name(node),
                self.name(to)
            ));
            self.cut_pair(node, to);
            return;
        }
        if !matches!(send.message, Message::Beat(_)) {
            self.note(format!(
                "{} → {} {name} {} B",
                self.name(node),
                self.name(to),
                bytes.len()
            ));
        }
        if self.recorded.len() == MAX_RECORDED {
            self.recorded.pop_front();
        }
        self.recorded.push_back(Recorded {
            from: node,
            to,
            name,
            bytes: bytes.clone(),
        });
        let arrival = self
            .network
            .send(self.now, node, send.link, send.priority, bytes);
        self.enqueue_arrivals(arrival);
    }

    /// Every pair that could talk and does not gets a link, now or at one of the next looks.
    fn discover(&mut self) {
        for a in 0..self.nodes.len() {
            for b in a + 1..self.nodes.len() {
                if self.wants_link(a, b) && self.chance.percent(60) {
                    let (from, to) = if self.chance.percent(50) {
                        (a, b)
                    } else {
                        (b, a)
                    };
                    self.connect(from, to);
                }
            }
        }
        self.enqueue(self.now.plus_millis(DISCOVERY_MILLIS), Due::Discover);
    }

    fn wants_link(&self, a: NodeIndex, b: NodeIndex) -> bool {
        let (one, other) = (&self.nodes[a], &self.nodes[b]);
        one.is_running()
            && other.is_running()
            && one.looks_for_peers
            && other.looks_for_peers
            && !one.blocks(&other.id)
            && !other.blocks(&one.id)
            && self.network.can_connect(a, b)
            && !self.network.is_linked(a, b)
    }

    /// Opens a link between two running nodes, replacing the one they have.
    pub fn connect(&mut self, a: NodeIndex, b: NodeIndex) {
        if self.nodes[a].is_running()
            && self.nodes[b].is_running()
            && self.network.can_connect(a, b)
        {
            self.n_links += 1;
            let ups = self.network.connect(self.now, a, b);
            self.enqueue_arrivals(ups);
        }
    }

    /// Links opened so far.
    pub fn n_links(&self) -> u64 {
        self.n_links
    }

    fn linked_by_key(&self, node: NodeIndex, key: &NodeId) -> Option<NodeIndex> {
        self.network
            .peers_of(node)
            .into_iter()
            .find(|peer| self.nodes[*peer].id == *key)
    }

    /// What a node is called.
    pub fn name(&self, node: NodeIndex) -> &str {
        &self.nodes[node].name
    }

    /// The node with this key that was added first.
    pub fn index_of(&self, key: &NodeId) -> Option<NodeIndex> {
        self.nodes.iter().position(|node| node.id == *key)
    }

    /// Messages sent lately, oldest first.
    pub fn recorded(&self) -> &VecDeque<Recorded> {
        &self.recorded
    }

    /// Sets a trap for the next message of its kind.
    pub fn set_trap(&mut self, trap: Trap) {
        self.trap = Some(trap);
    }
}
