//! The engine: its state, and the one entry point that every event goes through.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::hlc::HlcClock;
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::{Roster, RosterLog};
use lienquay_shared::schema::Documents;
use lienquay_shared::{DocId, Hlc, LogId, LogTag, NodeId, SiteId, codec};

use crate::boot::Boot;
use crate::branch::again::Again;
use crate::docs::Docs;
use crate::doubt::Doubt;
use crate::ended::{Ending, OwnLog, end_own_log, void_own_ranges};
use crate::event::{Effects, Event, Now, Send};
use crate::files::{Files, LinkFiles};
use crate::joining::Joining;
use crate::keeper::Asks;
use crate::link::Link;
use crate::logs::Logs;
use crate::number::Numbers;
use crate::parted::Parted;
use crate::reasons::ReasonCounts;
use crate::rng::Rng;
use crate::share::Shares;
use crate::site_clock::SiteClock;
use crate::store::{EntryState, Store, StoreFault, StoreResult};
use crate::sync::Pull;
use crate::timer::{Timer, Timers};

/// Entries of others may be committed without fsync; after this long they are.
const FLUSH_MILLIS: u64 = 200;
/// After a store fault, entries of others are not taken in for this long. They come again with the next pull.
const STORE_REST_MILLIS: u64 = 2_000;
/// Documents with pending entries that are looked up when a node starts.
pub(crate) const MAX_PENDING_DOCS: usize = 100_000;

/// Names of the small facts in the store.
pub(crate) mod fact {
    /// The site this node belongs to.
    pub(crate) const SITE: &str = "site";
    /// The log this node writes.
    pub(crate) const OWN_LOG: &str = "own-log";
    /// The highest anchored time.
    pub(crate) const TIME_FLOOR: &str = "time-floor";
    /// A log of this node that must not be continued, until the person here was told.
    pub(crate) const ENDED_UNTOLD: &str = "ended-untold";
    /// The day on which this node opened a new incarnation: its number ranges are void until the next.
    pub(crate) const VOID_DAY: &str = "void-day";
    /// The program version to which everything that an earlier one did not understand was shown again.
    pub(crate) const VERSION: &str = "version";
    /// Calls that this counter asked their keepers to take back, and does not know whether they did.
    pub(crate) const GIVEN_BACK: &str = "given-back";
}

/// From so many missing entries on a first copy by snapshots is cheaper than replaying them one by one.
pub const FIRST_COPY_FROM: u64 = 2_000;

/// What the host decides about its node.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node's key.
    pub key: NodeKey,
    /// Program version, for the health screen.
    pub version: String,
    /// The folder was restored from a backup or stands on another machine: never continue its log.
    pub new_incarnation: bool,
    /// What documents are made of.
    pub documents: &'static dyn Documents,
    /// Missing entries from which a new node takes a first copy by snapshots; see [`FIRST_COPY_FROM`].
    pub first_copy_from: u64,
}

/// Everything a handler needs beside the engine's own state.
pub(crate) struct Cx<'a> {
    pub(crate) now: Now,
    pub(crate) rng: &'a mut Rng,
    pub(crate) store: &'a mut dyn Store,
    pub(crate) fx: &'a mut Effects,
}

/// What was written since the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    Nothing,
    /// Entries of others: may wait for the next fsync.
    Others,
    /// Something of our own: fsynced before anybody hears of it.
    Own,
}

/// The state of one node. All of it can be read anew from the store, except what is known only of live links.
#[derive(Debug)]
pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) me: NodeId,
    pub(crate) site: Option<SiteId>,
    pub(crate) roster_log: RosterLog,
    pub(crate) roster: Roster,
    pub(crate) logs: Logs,
    /// The log this node writes; none before its first entry, or when the next entry must open a new incarnation.
    pub(crate) own: Option<LogId>,
    /// The log the next incarnation closes.
    pub(crate) closing: Option<LogId>,
    pub(crate) ending: Option<Ending>,
    /// Entries of the own log up to here were signed and pushed.
    pub(crate) sealed: u64,
    /// Bytes written to the own log since its last signature.
    pub(crate) unsigned_bytes: usize,
    pub(crate) docs: Docs,
    pub(crate) pending_docs: BTreeSet<DocId>,
    pub(crate) again: Again,
    /// Documents with entries that an earlier version of the program did not understand.
    pub(crate) not_understood: BTreeSet<DocId>,
    pub(crate) clock: HlcClock,
    pub(crate) site_clock: SiteClock,
    pub(crate) links: BTreeMap<NodeId, Link>,
    /// Members that told of another branch of a log than ours, until they tell of ours.
    pub(crate) other_branches: BTreeSet<(LogTag, NodeId)>,
    /// Members whose link ended since the program began.
    pub(crate) parted: BTreeMap<NodeId, Parted>,
    pub(crate) pulls: BTreeMap<LogTag, Pull>,
    /// The log whose pull timed out last: the next gap looked at is the one after it.
    pub(crate) last_timeout: LogTag,
    /// The member whose whole vector was compared last.
    pub(crate) last_compared: NodeId,
    pub(crate) timers: Timers,
    pub(crate) reasons: ReasonCounts,
    pub(crate) asks: Asks,
    pub(crate) numbers: Numbers,
    pub(crate) boot: Boot,
    pub(crate) joining: Joining,
    /// What peers say of our own log.
    pub(crate) doubt: Doubt,
    /// What each peer had of our work.
    pub(crate) shares: Shares,
    /// Files, whose bytes lie outside the log.
    pub(crate) files: Files,
    /// Bytes of entries sent to those who asked, in this group of events.
    pub(crate) n_answered_bytes: usize,
    /// Messages that must follow the entries pushed when the group is sealed.
    pub(crate) after_push: Vec<Send>,
    pub(crate) disk_free_mib: u64,
    /// The last store fault and when it was, until a write succeeds again.
    pub(crate) store_trouble: Option<(StoreFault, u64)>,
    /// When every link was greeted again after a store fault, monotonic milliseconds, and whether that is due again.
    pub(crate) greeted_all_at: Option<u64>,
    pub(crate) is_greeting_owed: bool,
    /// Why the state could not be read after a store fault, and until when that is not tried again, monotonic milliseconds;
    /// nothing is handled until it can.
    unreadable: Option<(StoreFault, u64)>,
    pub(crate) leaving: bool,
    /// Whether the officer was asked for the date.
    pub(crate) clock_doubt_told: bool,
    /// The site as last read from its document.
    pub(crate) site_cache: Option<std::sync::Arc<lienquay_shared::domain::site::Site>>,
    /// Procedure versions as last read from their documents.
    pub(crate) procedure_cache: BTreeMap<DocId, crate::commands::InForce>,
    written: Written,
}

fn no_site() -> RosterLog {
    RosterLog::new(SiteId([0; 32]))
}

pub(crate) fn fact_of<T: serde::de::DeserializeOwned>(
    store: &dyn Store,
    name: &str,
) -> StoreResult<Option<T>> {
    store
        .meta(name)?
        .map(|bytes| codec::decode(&bytes).map_err(StoreFault::from))
        .transpose()
}

impl Engine {
    /// Reads a node's state.
    pub fn load(
        store: &mut dyn Store,
        settings: Settings,
        now: Now,
        rng: &mut Rng,
    ) -> StoreResult<Self> {
        let me = settings.key.node();
        let docs = Docs::new(settings.documents);
        let mut engine = Self {
            settings,
            me,
            site: None,
            roster_log: no_site(),
            roster: no_site().fold(),
            logs: Logs::default(),
            own: None,
            closing: None,
            ending: None,
            sealed: 0,
            unsigned_bytes: 0,
            docs,
            pending_docs: BTreeSet::new(),
            again: Again::default(),
            not_understood: BTreeSet::new(),
            clock: HlcClock::default(),
            site_clock: SiteClock::default(),
            links: BTreeMap::new(),
            parted: BTreeMap::new(),
            other_branches: BTreeSet::new(),
            pulls: BTreeMap::new(),
            last_timeout: LogTag([0; LogTag::LEN]),
            last_compared: NodeId([0; NodeId::LEN]),
            timers: Timers::default(),
            reasons: ReasonCounts::default(),
            asks: Asks::default(),
            numbers: Numbers::default(),
            boot: Boot::default(),
            joining: Joining::default(),
            doubt: Doubt::default(),
            shares: Shares::default(),
            files: Files::default(),
            n_answered_bytes: 0,
            after_push: Vec::new(),
            disk_free_mib: 0,
            store_trouble: None,
            greeted_all_at: None,
            is_greeting_owed: false,
            unreadable: None,
            leaving: false,
            clock_doubt_told: false,
            site_cache: None,
            procedure_cache: BTreeMap::new(),
            written: Written::Nothing,
        };
        engine.read_state(now, rng, store)?;
        Ok(engine)
    }

    /// Reads everything that the store knows; keeps what only live links know.
    fn read_state(&mut self, now: Now, rng: &mut Rng, store: &mut dyn Store) -> StoreResult<()> {
        self.docs.clear();
        self.unsigned_bytes = 0;
        self.site_cache = None;
        self.procedure_cache.clear();
        self.after_push.clear();
        self.n_answered_bytes = 0;
        self.written = Written::Nothing;
        self.site = fact_of(store, fact::SITE)?;
        self.clock = HlcClock::default();
        self.site_clock
            .raise_floor(fact_of(store, fact::TIME_FLOOR)?.unwrap_or(0));
        let Some(site) = self.site else {
            // Founding or joining was undone with its commit.
            self.roster_log = no_site();
            self.roster = self.roster_log.fold();
            self.logs = Logs::default();
            self.own = None;
            return Ok(());
        };
        self.roster_log = RosterLog::new(site);
        for statement in store.statements()? {
            self.roster_log.insert(statement);
        }
        self.roster = self.roster_log.fold();
        self.logs = Logs::load(store, &site)?;
        self.clock = HlcClock::new(self.last_given_out(store)?);
        let own: Option<OwnLog> = fact_of(store, fact::OWN_LOG)?;
        let ended = own.filter(|own| own.ended || self.settings.new_incarnation);
        // What a copy of this folder told of its files may not be so here.
        let is_copy = self.settings.new_incarnation && own.is_none_or(|own| !own.ended);
        if let Some(own) = ended.filter(|own| !own.ended) {
            // Said on the disk too: the first entry of the new log may be undone with its commit, and with it that the
            // old one must not be continued.
            end_own_log(store, own.log)?;
        }
        if own.is_none() && self.settings.new_incarnation {
            // It had written nothing when the copy was made; what it gave out since is not known here all the same.
            void_own_ranges(store)?;
            store.release_grants()?;
        }
        self.closing = ended.map(|own| own.log);
        self.ending = Ending::load(store)?;
        self.own = own.filter(|_| ended.is_none()).map(|own| own.log);
        self.sealed = self.own.map_or(0, |own| self.logs.head(&site, &own).0);
        self.pending_docs = store
            .docs_with(&[EntryState::Pending], MAX_PENDING_DOCS)?
            .into_iter()
            .collect();
        self.again = self.waiting_for_ground(store)?;
        self.boot.load(now, rng, store)?;
        self.asks.load(store)?;
        self.files.load(store, rng.next_u64(), is_copy)?;
        for link in self.links.values_mut() {
            link.files = LinkFiles::default();
        }
        self.timers.set_if_unset(Timer::Beat, now.mono_millis);
        self.note_upgrade(store)
    }

    /// The highest timestamp given out: that of the newest entry of this node's logs. Kept nowhere else, so that an action
    /// writes one place less.
    fn last_given_out(&self, store: &dyn Store) -> StoreResult<Hlc> {
        let mut last = Hlc::default();
        for (log, held) in self.logs.iter().filter(|(log, _)| log.node == self.me) {
            if let Some(newest) = store.entry(log, held.mark.received)? {
                last = last.max(newest.header.hlc);
            }
        }
        Ok(last)
    }

    /// After a store fault undid a group of events: reads the state anew and greets every link again.
    pub fn reload(
        &mut self,
        now: Now,
        rng: &mut Rng,
        store: &mut dyn Store,
        fault: &StoreFault,
        links: &[Event],
        fx: &mut Effects,
    ) {
        let before = self.logs.clone();
        let read = self.read_anew(now, rng, store);
        self.logs.only_durable_as(&before);
        if self.logs.has_undurable() {
            self.timers
                .set_if_unset(Timer::Flush, now.mono_millis + FLUSH_MILLIS);
        }
        self.store_trouble = Some((fault.clone(), now.mono_millis));
        self.pulls.clear();
        self.asks.forget_all();
        self.numbers.forget_all();
        let mut cx = Cx {
            now,
            rng,
            store,
            fx,
        };
        for event in links {
            match event {
                Event::LinkUp { peer, link } => self.link_up(&mut cx, *peer, *link),
                Event::LinkDown { peer, link } => self.link_down(&mut cx, *peer, *link),
                _ => {}
            }
        }
        if read.is_ok() {
            self.greet_all_but_seldom(&mut cx);
        }
    }

    /// Reads the state anew; when that fails, nothing is tried for a while: every event and every timer that is due would
    /// fail again, at the cost of reading all there is.
    fn read_anew(&mut self, now: Now, rng: &mut Rng, store: &mut dyn Store) -> StoreResult<()> {
        if let Some((fault, until)) = &self.unreadable
            && now.mono_millis < *until
        {
            return Err(fault.clone());
        }
        self.unreadable = None;
        self.read_state(now, rng, store).inspect_err(|fault| {
            tracing::error!(error = %fault, "the store cannot be read");
            self.unreadable = Some((fault.clone(), now.mono_millis + STORE_REST_MILLIS));
        })
    }

    /// When [`Event::Tick`] is due at the latest, in monotonic milliseconds.
    pub fn next_timeout(&self) -> u64 {
        match self.unreadable {
            Some((_, until)) => until,
            None => self.timers.next(),
        }
    }

    /// Handles one event. A store error means that nothing of the open transaction may be kept.
    pub fn handle(
        &mut self,
        now: Now,
        rng: &mut Rng,
        store: &mut dyn Store,
        event: Event,
        fx: &mut Effects,
    ) -> StoreResult<()> {
        let was_unreadable = self.unreadable.is_some();
        if was_unreadable {
            // Memory may be ahead of the disk: nothing is done before the state could be read anew.
            self.read_anew(now, rng, store)?;
        }
        let cx = &mut Cx {
            now,
            rng,
            store,
            fx,
        };
        if was_unreadable {
            self.greet_all_but_seldom(cx);
        }
        match event {
            Event::LinkUp { peer, link } => self.link_up(cx, peer, link),
            Event::LinkDown { peer, link } => self.link_down(cx, peer, link),
            Event::Message { peer, link, bytes } => return self.on_bytes(cx, peer, link, &bytes),
            Event::Submit { token, submission } => return self.on_submit(cx, token, *submission),
            Event::Control { token, control } => return self.on_control(cx, token, *control),
            Event::Machine { disk_free_mib } => {
                self.disk_free_mib = disk_free_mib;
                self.files.measured(disk_free_mib);
            }
            Event::Noted { peer, reason } => self.reasons.count(Some(peer), reason),
            Event::File(event) => return self.on_file_event(cx, event),
            Event::Tick => return self.on_tick(cx),
        }
        Ok(())
    }

    /// Ends a group of events: projects what was touched, signs and pushes the entries written.
    pub fn seal(
        &mut self,
        now: Now,
        rng: &mut Rng,
        store: &mut dyn Store,
        fx: &mut Effects,
    ) -> StoreResult<()> {
        let cx = &mut Cx {
            now,
            rng,
            store,
            fx,
        };
        self.write_due_again(cx)?;
        self.project_touched(cx)?;
        self.seal_own(cx)?;
        self.start_pulls(cx);
        self.n_answered_bytes = 0;
        self.shares.group_ended();
        let after = std::mem::take(&mut self.after_push);
        cx.fx.sends.extend(after);
        Ok(())
    }

    /// Something of our own was written: it must be durable before anybody hears of it.
    pub(crate) fn wrote_own(&mut self) {
        self.written = Written::Own;
    }

    /// Entries of others were written: the next fsync may be a little later.
    pub(crate) fn wrote_others(&mut self, now: Now) {
        self.written = self.written.max(Written::Others);
        self.timers
            .set_if_unset(Timer::Flush, now.mono_millis + FLUSH_MILLIS);
    }

    /// Whether a write failed a moment ago, so that trying at once again would only undo and greet in a loop. After the
    /// rest the next entries are tried: on an idle PC nothing else would find out that there is space again.
    pub(crate) fn store_rests(&self, now: Now) -> bool {
        self.store_trouble
            .as_ref()
            .is_some_and(|(_, since)| now.mono_millis < since.saturating_add(STORE_REST_MILLIS))
    }

    /// Whether the host must commit now, and whether with fsync.
    pub fn commit_due(&self) -> Option<bool> {
        let flush = !self.timers.is_set(Timer::Flush) && self.logs.has_undurable();
        match self.written {
            Written::Own => Some(true),
            Written::Nothing | Written::Others if flush => Some(true),
            Written::Others => Some(false),
            Written::Nothing => None,
        }
    }

    /// The host committed.
    pub fn committed(&mut self, now: Now, durable: bool) {
        self.written = Written::Nothing;
        self.store_trouble = None;
        if durable {
            self.timers.stop(Timer::Flush);
            if self.logs.has_undurable() {
                self.logs.all_durable();
                self.beat_soon(now);
            }
        }
    }
}
