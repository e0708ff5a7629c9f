//! One engine with its store, a member gone bad and an honest one, without sockets: what it is told, and what it does.

use std::collections::BTreeMap;

use lienquay_core::engine::{FIRST_COPY_FROM, Settings};
use lienquay_core::event::{Control, Effects, Event, Found, Notice, Now, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_core::store::Store;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::hlc::Hlc;
use lienquay_shared::log::{EntryBatch, MarkRow, NodeKey};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::kind::{Admit, Kind};
use lienquay_shared::roster::{RosterLog, Signer};
use lienquay_shared::schema::AutomergeDocuments;
use lienquay_shared::wire::link::{
    Beat, BeatClock, Health, Hello, Marks, NodeMode, RosterChunk, SignedBytes,
};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{LogId, NodeId, RequestId, SiteId};

use crate::hostile::Forger;
use crate::sim::disk::SimStore;

/// 2026-09-21, a working day.
const START_MILLIS: u64 = 1_790_000_000_000;

/// The engine under attack.
pub struct Victim {
    host: Host<SimStore>,
    key: NodeKey,
    /// The site.
    pub site: SiteId,
    /// A member that turned hostile.
    pub turncoat: NodeKey,
    /// A member that did not.
    pub honest: NodeKey,
    mono_millis: u64,
    next: u64,
    links_of: BTreeMap<NodeId, u64>,
    answers: BTreeMap<Token, Result<Outcome, Refusal>>,
    /// What it said, newest last; whoever looks takes it out.
    pub said: Vec<(NodeId, Message)>,
    /// Whom it turned away.
    pub closed: Vec<(NodeId, Reason)>,
    /// What it told people.
    pub notices: Vec<Notice>,
}

impl Victim {
    /// A site of three, all linked.
    pub fn new() -> Self {
        let key = NodeKey::from_secret(&[1; 32]);
        let settings = Settings {
            key: key.clone(),
            version: "test".to_owned(),
            new_incarnation: false,
            documents: &AutomergeDocuments,
            first_copy_from: FIRST_COPY_FROM,
        };
        let now = Now {
            mono_millis: 0,
            wall_millis: START_MILLIS,
        };
        let host = Host::open(SimStore::new(), settings, now, Rng::from_seed([5; 32])).unwrap();
        let mut victim = Self {
            host,
            key,
            site: SiteId([0; 32]),
            turncoat: NodeKey::from_secret(&[2; 32]),
            honest: NodeKey::from_secret(&[3; 32]),
            mono_millis: 0,
            next: 0,
            links_of: BTreeMap::new(),
            answers: BTreeMap::new(),
            said: Vec::new(),
            closed: Vec::new(),
            notices: Vec::new(),
        };
        victim.found();
        let members = [victim.turncoat.node(), victim.honest.node()];
        for node in members {
            victim.admit(node);
        }
        for node in members {
            victim.link(node);
        }
        victim.said.clear();
        victim
    }

    fn found(&mut self) {
        let found = Found {
            site_secret: [7; 32],
            site_name: "Phường Thử".to_owned(),
            unit: "H26.15".to_owned(),
            officer_name: "Nguyễn Thị Thử".to_owned(),
            node_name: "Quầy 1".to_owned(),
        };
        let token = self.token();
        let control = Box::new(Control::Found(found));
        self.process(vec![Event::Control { token, control }]);
        self.site = self.host.engine().site().unwrap();
    }

    /// The roster as it holds it.
    pub fn roster(&self) -> RosterLog {
        let mut roster = RosterLog::new(self.site);
        for signed in self.host.store().statements().unwrap() {
            roster.insert(signed);
        }
        roster
    }

    /// A statement signed by a key, on top of everything.
    pub fn statement(&self, key: &NodeKey, kind: Kind) -> SignedBytes {
        let draft = self.roster().draft(
            Signer::Node(key.node()),
            kind,
            Hlc::from_millis(START_MILLIS),
        );
        draft.sign(key).unwrap()
    }

    fn admit(&mut self, node: NodeId) {
        let admit = Kind::Admit(Admit {
            node,
            name: Text::truncated("Quầy"),
            mode: NodeMode::Desk,
            admin: false,
            counter: None,
        });
        let statement = self.statement(&self.key.clone(), admit);
        self.link(node);
        let statements = List::truncated(vec![statement]);
        self.hears(node, &Message::Roster(RosterChunk { statements }));
    }

    /// The node itself.
    pub fn node(&self) -> NodeId {
        self.key.node()
    }

    /// A new link of a peer, greeted as a member greets.
    pub fn link(&mut self, peer: NodeId) {
        self.next += 1;
        let link = self.next;
        let (site, roster) = (Some(self.site), None);
        let hello = Message::Hello(Hello { site, roster }).encode();
        self.process(vec![
            Event::LinkUp { peer, link },
            Event::Message {
                peer,
                link,
                bytes: hello,
            },
        ]);
        self.links_of.insert(peer, link);
    }

    /// The link is gone.
    pub fn unlink(&mut self, peer: NodeId) {
        if let Some(link) = self.links_of.remove(&peer) {
            self.process(vec![Event::LinkDown { peer, link }]);
        }
    }

    /// A peer says something.
    pub fn hears(&mut self, peer: NodeId, message: &Message) {
        self.hears_all(peer, std::slice::from_ref(message));
    }

    /// A peer says much at once.
    pub fn hears_all(&mut self, peer: NodeId, messages: &[Message]) {
        let link = self.links_of.get(&peer).copied().unwrap_or(0);
        let event = |message: &Message| Event::Message {
            peer,
            link,
            bytes: message.encode(),
        };
        for group in messages.chunks(64) {
            self.process(group.iter().map(event).collect());
        }
    }

    /// The turncoat's whole vector.
    pub fn hears_rows(&mut self, peer: NodeId, rows: Vec<MarkRow>) {
        let rows = List::truncated(rows);
        self.hears(peer, &Message::Marks(Marks { rows, closed: None }));
    }

    /// A sign of life with changed marks.
    pub fn hears_beat(&mut self, peer: NodeId, number: u64, rows: Vec<MarkRow>) {
        let clock = BeatClock {
            wall_millis: START_MILLIS + self.mono_millis,
            hlc: Hlc::from_millis(START_MILLIS),
            anchor: None,
            confirmed: None,
        };
        let beat = Beat {
            number,
            rows: List::truncated(rows),
            clock,
            echo: None,
            links: List::default(),
            health: Health::default(),
            files: None,
        };
        self.hears(peer, &Message::Beat(beat));
    }

    /// Entries from a peer.
    pub fn hears_entries(&mut self, peer: NodeId, batches: Vec<EntryBatch>) {
        let messages: Vec<Message> = batches.into_iter().map(Message::Entries).collect();
        self.hears_all(peer, &messages);
    }

    /// Time passes, timers ring.
    pub fn pass(&mut self, millis: u64) {
        let end = self.mono_millis + millis;
        loop {
            let due = self.host.next_timeout();
            if due > end {
                break;
            }
            self.mono_millis = self.mono_millis.max(due);
            self.process(vec![Event::Tick]);
        }
        self.mono_millis = end;
    }

    /// An officer here wants something; what came of it within a while.
    pub fn does(&mut self, command: Command) -> Result<Outcome, Refusal> {
        self.next += 1;
        let mut request = [0xee; RequestId::LEN];
        request[..8].copy_from_slice(&self.next.to_be_bytes());
        let request = RequestId(request);
        let token = self.token();
        let submission = Box::new(Submission { request, command });
        self.process(vec![Event::Submit { token, submission }]);
        for _ in 0..100 {
            if let Some(result) = self.answers.remove(&token) {
                return result;
            }
            self.pass(100);
        }
        panic!("an officer was not answered");
    }

    /// What the store holds.
    pub fn store(&self) -> &SimStore {
        self.host.store()
    }

    /// The host, to look at.
    pub fn host(&self) -> &Host<SimStore> {
        &self.host
    }

    /// How often a reason was counted with a peer.
    pub fn counted(&self, peer: NodeId, reason: Reason) -> u64 {
        let all = self.host.engine().reasons().all();
        all.filter(|(who, what, _)| *who == Some(peer) && *what == reason)
            .map(|(_, _, n)| n)
            .sum()
    }

    /// How far it holds a log.
    pub fn holds(&self, log: &Forger) -> u64 {
        self.store_head(&log.log)
    }

    /// How many entries its health screen says a peer is ahead.
    pub fn n_ahead(&self, peer: NodeId) -> u64 {
        let engine = self.host.engine();
        let health = engine.health_view(self.now(), self.host.store()).unwrap();
        let mut links = health.links.iter();
        links
            .find(|link| link.peer == peer)
            .map_or(0, |link| link.n_ahead)
    }

    /// Where it holds a log's end.
    pub fn store_head(&self, log: &LogId) -> u64 {
        let logs = self.store().logs().unwrap();
        logs.iter()
            .find(|row| row.log == *log)
            .map_or(0, |row| row.received)
    }

    /// Today here.
    pub fn today(&self) -> Day {
        self.host.engine().today(self.now())
    }

    fn now(&self) -> Now {
        Now {
            mono_millis: self.mono_millis,
            wall_millis: START_MILLIS + self.mono_millis,
        }
    }

    /// One of the tables of memory.
    pub fn memory(&self, table: &str) -> usize {
        let tables = self.host.engine().held_in_memory();
        let found = tables.iter().find(|(name, _)| *name == table);
        found.map(|(_, n)| *n).unwrap()
    }

    /// Takes what it said to a peer.
    pub fn take_said(&mut self, peer: NodeId) -> Vec<Message> {
        let (to_peer, rest) = std::mem::take(&mut self.said)
            .into_iter()
            .partition(|(to, _)| *to == peer);
        self.said = rest;
        to_peer
            .into_iter()
            .map(|(_, message): (NodeId, Message)| message)
            .collect()
    }

    fn token(&mut self) -> Token {
        self.next += 1;
        Token(self.next)
    }

    fn process(&mut self, events: Vec<Event>) {
        let now = self.now();
        let (effects, fault) = self.host.process(now, events);
        assert_eq!(
            fault, None,
            "nothing a peer says may look like a broken disk"
        );
        self.note(effects);
    }

    fn note(&mut self, effects: Effects) {
        let sends = effects.sends.into_iter();
        self.said
            .extend(sends.map(|send| (send.peer, send.message)));
        let closes = effects.closes.iter();
        self.closed
            .extend(closes.map(|close| (close.peer, close.reason)));
        self.notices.extend(effects.notices);
        for reply in effects.replies {
            self.answers.insert(reply.token, reply.result);
        }
    }
}

impl Default for Victim {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Victim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Victim")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}
