//! Two engines joined by nothing but memory, exchanging messages in rounds: what a reconnect costs, exactly.

use std::collections::VecDeque;

use anyhow::{Result, bail};
use lienquay_core::event::{Effects, Event, Notice, Now, Reply};
use lienquay_core::host::Host;
use lienquay_core::store::Store;
use lienquay_node::net::frame::{HEADER_BYTES, MAX_PAYLOAD_BYTES};
use lienquay_shared::NodeId;

/// What an exchange cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Messages, both ways.
    pub n_messages: usize,
    /// Their encoded bytes, before framing and encryption.
    pub n_bytes: usize,
    /// The same in frames, as the link writes them.
    pub n_framed_bytes: usize,
    /// Times a message had to cross and be answered: one way counts half.
    pub n_one_way_trips: usize,
}

/// Two hosts and what is on its way between them.
#[derive(Debug)]
pub struct Pump<S> {
    hosts: [Host<S>; 2],
    keys: [NodeId; 2],
    clock_millis: u64,
    wall_millis: u64,
    links: u64,
    /// Answers so far, newest last; whoever looks takes them out.
    pub replies: Vec<Reply>,
    /// Notices so far with the side that gave them; whoever looks takes them out.
    pub notices: Vec<(usize, Notice)>,
}

impl<S: Store> Pump<S> {
    /// Joins two hosts; no link is open yet.
    pub fn new(hosts: [Host<S>; 2], keys: [NodeId; 2], wall_millis: u64) -> Self {
        Self {
            hosts,
            keys,
            clock_millis: 0,
            wall_millis,
            links: 0,
            replies: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// One of the hosts.
    pub fn host(&self, side: usize) -> &Host<S> {
        &self.hosts[side]
    }

    fn now(&self) -> Now {
        Now {
            mono_millis: self.clock_millis,
            wall_millis: self.wall_millis + self.clock_millis,
        }
    }

    /// Lets time pass on both sides; what they would send meanwhile is delivered and counted.
    pub fn pass(&mut self, millis: u64) -> Result<Cost> {
        self.clock_millis += millis;
        let ticks = [vec![Event::Tick], vec![Event::Tick]];
        self.exchange(ticks)
    }

    /// Closes the link, if one is open, and opens a new one; runs until neither side has anything to say.
    pub fn reconnect(&mut self) -> Result<Cost> {
        let old = self.links;
        self.links += 1;
        let link = self.links;
        let events = |peer: NodeId| {
            vec![
                Event::LinkDown { peer, link: old },
                Event::LinkUp { peer, link },
            ]
        };
        self.exchange([events(self.keys[1]), events(self.keys[0])])
    }

    /// Closes the link; what is written meanwhile stays where it is.
    pub fn part(&mut self) -> Result<Cost> {
        let link = self.links;
        self.links += 1;
        let down = |peer: NodeId| vec![Event::LinkDown { peer, link }];
        self.exchange([down(self.keys[1]), down(self.keys[0])])
    }

    /// Puts another host at one end, with the link closed; the one that was there.
    pub fn replace(&mut self, side: usize, host: Host<S>, key: NodeId) -> Result<Host<S>> {
        self.part()?;
        self.keys[side] = key;
        Ok(std::mem::replace(&mut self.hosts[side], host))
    }

    /// Hands one event to a side and runs until both are quiet; the answers to its tokens.
    pub fn order(&mut self, side: usize, event: Event) -> Result<Cost> {
        let mut events = [Vec::new(), Vec::new()];
        events[side].push(event);
        self.exchange(events)
    }

    /// Hands each side its events, as one group, and runs until both are quiet.
    pub fn orders(&mut self, events: [Vec<Event>; 2]) -> Result<Cost> {
        self.exchange(events)
    }

    fn exchange(&mut self, first: [Vec<Event>; 2]) -> Result<Cost> {
        let mut cost = Cost::default();
        let mut waiting: VecDeque<[Vec<Event>; 2]> = VecDeque::from([first]);
        while let Some(round) = waiting.pop_front() {
            let mut next = [Vec::new(), Vec::new()];
            for (side, events) in round.into_iter().enumerate() {
                if events.is_empty() {
                    continue;
                }
                let now = self.now();
                let (effects, fault) = self.hosts[side].process(now, events);
                if let Some(fault) = fault {
                    bail!("side {side}: {fault}");
                }
                self.deliver(side, effects, &mut next[1 - side], &mut cost);
            }
            if next.iter().any(|events| !events.is_empty()) {
                cost.n_one_way_trips += 1;
                waiting.push_back(next);
            }
        }
        Ok(cost)
    }

    fn deliver(&mut self, side: usize, effects: Effects, to: &mut Vec<Event>, cost: &mut Cost) {
        self.replies.extend(effects.replies);
        let notices = effects.notices.into_iter();
        self.notices.extend(notices.map(|notice| (side, notice)));
        for send in effects.sends {
            let bytes = send.message.encode();
            cost.n_messages += 1;
            cost.n_bytes += bytes.len();
            let n_frames = bytes.len().div_ceil(MAX_PAYLOAD_BYTES).max(1);
            cost.n_framed_bytes += bytes.len() + n_frames * HEADER_BYTES;
            to.push(Event::Message {
                peer: self.keys[side],
                link: self.links,
                bytes,
            });
        }
    }
}
