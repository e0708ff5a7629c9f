//! One simulated PC: its process while it runs, its disk always.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_core::engine::Settings;
use lienquay_core::event::{Effects, Event, Notice, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_core::store::StoreFault;
use lienquay_shared::NodeId;
use lienquay_shared::log::NodeKey;

use crate::sim::chance::Chance;
use crate::sim::clock::{SimClock, SimTime};
use crate::sim::disk::SimStore;
use crate::sim::schema::Schema;
use crate::sim::world::rogue::Rogue;

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerLoss {
    /// The disk keeps what was durable and any part of what was not.
    AnyUnsynced,
    /// The disk keeps only what was durable.
    AllUnsynced,
    /// The process ends in good order: everything is kept.
    InOrder,
}

/// One simulated PC.
#[derive(Debug)]
pub struct SimNode {
    /// For the trace.
    pub name: String,
    /// Its key's public half.
    pub id: NodeId,
    /// Its clocks.
    pub clock: SimClock,
    /// Whether links to others are opened by themselves.
    pub looks_for_peers: bool,
    /// Whether the site counts it out: a rogue, a stranger, a revoked or not yet admitted PC.
    pub is_outside: bool,
    /// What was told to people here since the process began.
    pub notices: Vec<(SimTime, Notice)>,
    /// Submissions and control orders that were not answered yet, with what they are.
    pub unanswered: BTreeMap<Token, super::orders::Ordered>,
    /// Gone for good: it burned, or was one copy too many. It is never switched on again.
    pub is_scrapped: bool,
    /// The power goes between the next commit and what it owes.
    pub dies_telling: bool,
    /// How long an fsync takes: what the node owes waits for it.
    pub fsync_millis: u64,
    /// Pages of documents in which it lies to whoever makes a first copy.
    pub lies: u32,
    /// Whether it ever was told that its log had two branches or was continued elsewhere, also by an earlier process.
    pub ever_told_of_copies: bool,
    /// Keys that the process has heard are gone: not one more byte may be sent to them.
    shut_out: BTreeSet<NodeId>,
    pub(super) rogue: Option<Rogue>,
    key: NodeKey,
    schema: Schema,
    host: Option<Host<SimStore>>,
    /// The disk while no process runs.
    disk: Option<SimStore>,
    chance: Chance,
    blocked: BTreeSet<NodeId>,
    inbox: Vec<Event>,
    is_busy: bool,
    /// It committed and has not told yet.
    is_writing: bool,
    /// Counts processes; what was due for an earlier one is void.
    life: u64,
    wake_at: Option<SimTime>,
    ticks: (u64, u32),
    fault: Option<StoreFault>,
    /// When the keeper of its files is done with what it was told.
    files_busy_until: SimTime,
    /// The next process must not continue the log on its disk.
    new_incarnation: bool,
}

impl SimNode {
    pub(super) fn new(
        name: String,
        secret: [u8; 32],
        chance: Chance,
        disk: SimStore,
        now: SimTime,
        schema: Schema,
    ) -> Self {
        let key = NodeKey::from_secret(&secret);
        Self {
            name,
            id: key.node(),
            clock: SimClock::new(now),
            looks_for_peers: true,
            is_outside: false,
            notices: Vec::new(),
            unanswered: BTreeMap::new(),
            is_scrapped: false,
            dies_telling: false,
            fsync_millis: 0,
            lies: 0,
            ever_told_of_copies: false,
            shut_out: BTreeSet::new(),
            rogue: None,
            key,
            schema,
            host: None,
            disk: Some(disk),
            chance,
            blocked: BTreeSet::new(),
            inbox: Vec::new(),
            is_busy: false,
            is_writing: false,
            life: 0,
            wake_at: None,
            ticks: (0, 0),
            fault: None,
            files_busy_until: now,
            new_incarnation: false,
        }
    }

    /// The process, to read from; `None` while it does not run.
    pub fn host(&self) -> Option<&Host<SimStore>> {
        self.host.as_ref()
    }

    /// The disk, in either case.
    pub fn store(&self) -> &SimStore {
        match (&self.host, &self.disk) {
            (Some(host), _) => host.store(),
            (None, Some(disk)) => disk,
            (None, None) => unreachable!("a PC without a disk"),
        }
    }

    /// The disk, to break.
    pub fn store_mut(&mut self) -> &mut SimStore {
        match (&mut self.host, &mut self.disk) {
            (Some(host), _) => host.store_mut(),
            (None, Some(disk)) => disk,
            (None, None) => unreachable!("a PC without a disk"),
        }
    }

    /// Whether its process runs (a rogue always does).
    pub fn is_running(&self) -> bool {
        self.host.is_some() || self.rogue.is_some()
    }

    /// Whether an engine stands behind it.
    pub fn is_simulated(&self) -> bool {
        self.rogue.is_none()
    }

    /// Whether it refuses links of a key.
    pub fn blocks(&self, key: &NodeId) -> bool {
        self.blocked.contains(key)
    }

    /// Whether a notice like this was heard since the process began.
    pub fn heard(&self, is_it: impl Fn(&Notice) -> bool) -> bool {
        self.notices.iter().any(|(_, notice)| is_it(notice))
    }

    pub(super) fn secret(&self) -> [u8; 32] {
        self.key.to_secret()
    }

    /// Its key, to write as a later version of its program would.
    pub fn key(&self) -> &NodeKey {
        &self.key
    }

    /// Counts its processes.
    pub fn life(&self) -> u64 {
        self.life
    }

    /// It writes and has not told yet: what arrives meanwhile waits.
    pub(super) fn stay_busy(&mut self) {
        self.is_busy = true;
        self.is_writing = true;
    }

    /// Whether its screen still shows what was before the commit under way.
    pub(super) fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// It told; the life to handle in what arrived meanwhile, if anything did.
    pub(super) fn has_told(&mut self) -> Option<u64> {
        self.is_writing = false;
        self.is_busy = !self.inbox.is_empty();
        self.is_busy.then_some(self.life)
    }

    /// What the engine knows of PCs that are gone.
    pub(super) fn note_shut_out(&mut self) {
        if let Some(host) = &self.host {
            let gone = &host.engine().members_roster().gone;
            if gone.keys().ne(&self.shut_out) {
                self.shut_out = gone.keys().copied().collect();
            }
        }
    }

    /// Whether it heard before that the key is shut out, and still knows it so: what an administrator says falls when it
    /// turns out that it was shut out itself by then.
    pub(super) fn has_shut_out(&self, key: &NodeId) -> bool {
        let gone = self
            .host
            .as_ref()
            .map(|host| &host.engine().members_roster().gone);
        self.shut_out.contains(key) && gone.is_some_and(|gone| gone.contains_key(key))
    }

    pub(super) fn block(&mut self, key: NodeId) {
        self.blocked.insert(key);
    }

    pub(super) fn hear_notice(&mut self, now: SimTime, notice: Notice) {
        if matches!(notice, Notice::NewIncarnation { .. }) {
            self.new_incarnation = false;
        }
        self.ever_told_of_copies |= matches!(
            notice,
            Notice::NewIncarnation { .. } | Notice::Forked { .. }
        );
        self.notices.push((now, notice));
    }

    /// Starts a process on the disk. Fails as a real one would when the disk cannot be read.
    pub(super) fn start(
        &mut self,
        now: SimTime,
        new_incarnation: bool,
        first_copy_from: u64,
    ) -> Result<(), StoreFault> {
        let Some(disk) = self.disk.take() else {
            return Ok(());
        };
        self.life += 1;
        self.new_incarnation |= new_incarnation;
        self.clock.restart(now, 1_000 + self.chance.below(100_000));
        let settings = Settings {
            key: self.key.clone(),
            version: "0.1.0".to_owned(),
            new_incarnation: self.new_incarnation,
            documents: self.schema.documents(),
            first_copy_from,
        };
        let rng = Rng::from_seed(self.chance.bytes());
        self.host = Some(Host::open(disk, settings, self.clock.now(now), rng)?);
        Ok(())
    }

    /// Ends the process as a loss of power does.
    pub(super) fn stop(&mut self, loss: PowerLoss) {
        if let Some(host) = self.host.take() {
            let mut disk = host.into_store();
            match loss {
                PowerLoss::InOrder => disk = disk.clone_disk(),
                PowerLoss::AnyUnsynced => disk.crash(&mut self.chance, false),
                PowerLoss::AllUnsynced => disk.crash(&mut self.chance, true),
            }
            self.disk = Some(disk);
        }
        self.dies_telling = false;
        self.shut_out.clear();
        self.life += 1;
        self.inbox.clear();
        self.is_busy = false;
        self.is_writing = false;
        self.wake_at = None;
        self.blocked.clear();
        self.notices.clear();
        self.unanswered.clear();
    }

    pub(super) fn replace_disk(&mut self, disk: SimStore) {
        self.disk = Some(disk);
    }

    /// Takes an event in; the life to handle it in, unless handling is due already or nobody is there.
    pub(super) fn take_in(&mut self, event: Event) -> Option<u64> {
        if let Some(rogue) = &mut self.rogue {
            rogue.take_in(event);
            return None;
        }
        self.host.as_ref()?;
        self.inbox.push(event);
        let was_busy = std::mem::replace(&mut self.is_busy, true);
        (!was_busy).then_some(self.life)
    }

    pub(super) fn begin_handling(&mut self, life: u64) -> bool {
        self.life == life && std::mem::take(&mut self.is_busy)
    }

    /// Handles everything taken in, under one commit; `None` when the power went meanwhile.
    pub(super) fn process(&mut self, now: SimTime) -> Option<Effects> {
        let events = std::mem::take(&mut self.inbox);
        let host = self.host.as_mut()?;
        let (effects, fault) = host.process(self.clock.now(now), events);
        self.fault = fault;
        (!host.store().is_dead()).then_some(effects)
    }

    /// When the keeper of its files has done one more thing.
    pub(super) fn next_file_order(&mut self, now: SimTime, micros: u64) -> SimTime {
        let at = self.files_busy_until.max(now).plus_micros(micros);
        self.files_busy_until = at;
        at
    }

    pub(super) fn take_fault(&mut self) -> Option<StoreFault> {
        self.fault.take()
    }

    /// When the engine wants to be woken, if nothing wakes it earlier.
    pub(super) fn next_wake(&mut self, now: SimTime) -> Option<(SimTime, u64)> {
        let wanted = self.host.as_ref()?.next_timeout();
        if wanted == u64::MAX {
            return None;
        }
        let at = self.clock.when(wanted).max(now.plus_micros(100));
        if self
            .wake_at
            .is_some_and(|planned| planned <= at && planned > now)
        {
            return None;
        }
        self.wake_at = Some(at);
        Some((at, self.life))
    }

    pub(super) fn wake_is_due(&mut self, life: u64, now: SimTime) -> bool {
        if self.life != life || self.wake_at != Some(now) {
            return false;
        }
        self.wake_at = None;
        let second = now.millis() / 1_000;
        self.ticks = if self.ticks.0 == second {
            (second, self.ticks.1 + 1)
        } else {
            (second, 1)
        };
        true
    }

    pub(super) fn ticks_within_a_second(&self, now: SimTime) -> u32 {
        if self.ticks.0 == now.millis() / 1_000 {
            self.ticks.1
        } else {
            0
        }
    }
}
