//! Files beside the log: which this node wants, who holds them, fetching, giving, and letting go.
//!
//! The bytes are kept by the host; the engine only says what to do with them ([`FileOrder`]) and hears what became of it
//! ([`FileEvent`]). What must hold: a file named by a dossier is let go only when two others have just said that they keep
//! theirs, so two copies are left whoever lets go at the same time (see [`SpareAsk`](lienquay_shared::wire::files::SpareAsk)).
//!
//! ```text
//! dossiers ─ naming ─▶ FileRow ◀─ news ─ what members hold
//!                        │ rank
//!                        ▼
//!           fetch ─ Begin, Put ─▶ host ─ Kept, Gone ─▶ own list ─ mark in the beat ─▶ members
//!           spare ─ Remove ─────▶
//! ```

mod fetch;
mod give;
mod naming;
mod news;
mod order;
mod policy;
mod row;
mod spare;
mod state;

use std::collections::BTreeMap;

use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::files::{FilesMark, PartName};
use lienquay_shared::{FileHash, codec};

use crate::engine::{Cx, Engine, fact_of};
use crate::event::Token;
use crate::store::{Store, StoreResult};

pub use order::{FileEvent, FileOrder, FileTrouble, Lacking};
pub use policy::FilesPolicy;
pub use row::{Class, FileRank, FileRow, FileTotals, FileUse, Naming};

pub use state::{Fetching, FilesState};

pub(crate) use fetch::Fetch;
pub(crate) use news::Holders;
pub(crate) use spare::Spare;

/// Names of the small facts in the store.
mod fact {
    /// Random: names the list of what this node holds. A new one when what was told of the old one may not be so.
    pub(super) const EPOCH: &str = "files-epoch";
    /// The sum over what is held.
    pub(super) const SUM: &str = "files-sum";
    /// Members, each with its bit and how far its list was read.
    pub(super) const HOLDERS: &str = "files-holders";
    /// What the person here decided.
    pub(super) const POLICY: &str = "files-policy";
}

/// The state of one node's files. What is not in the store is known only of this process.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) policy: FilesPolicy,
    pub(crate) totals: FileTotals,
    /// Random; see [`fact::EPOCH`].
    epoch: u64,
    /// See [`lienquay_shared::wire::files::FilesMark::sum`].
    sum: u64,
    holders: Holders,
    fetching: BTreeMap<FileHash, Fetch>,
    /// Files that could not be fetched: until when that is not tried again, and how often that happened.
    resting: BTreeMap<FileHash, (u64, u32)>,
    /// Asked for by a person who waits.
    wishes: BTreeMap<FileHash, Wish>,
    /// Where the look for the next file to fetch goes on, and whether there is anything to look for.
    cursor: Option<FileRank>,
    is_looking: bool,
    /// Until when nothing is written because the disk was full, monotonic milliseconds.
    full_until: u64,
    /// Whether something wanted finds no room.
    pub(crate) lacks_room: bool,
    /// Free space as last measured, MiB; none before.
    disk_free_mib: Option<u64>,
    /// Bytes of files begun since then.
    begun_bytes: u64,
    spare: Option<Spare>,
    /// Members, by bit, of whose lists something was left out, and since when.
    unread: Option<(u64, u64)>,
    /// Files that the host was told to erase.
    letting_go: BTreeMap<FileHash, LettingGo>,
    /// When unnamed files are next looked through, monotonic milliseconds.
    sweep_at: u64,
    /// Bytes that may be asked for now under the cap, and when that was computed.
    allowance: (u64, u64),
}

/// A file that the host was told to erase.
#[derive(Debug, Clone, Copy)]
struct LettingGo {
    /// When last, monotonic milliseconds.
    told_at: u64,
    /// Whether what led to it was committed. If that is undone, the file stays.
    is_committed: bool,
}

/// Somebody waits for a file.
#[derive(Debug, Default)]
struct Wish {
    /// Until when, monotonic milliseconds.
    until: u64,
    tokens: Vec<Token>,
}

/// What is known of files only while a link is open.
#[derive(Debug, Clone)]
pub(crate) struct LinkFiles {
    /// Parts asked for, and when.
    asked: BTreeMap<PartName, u64>,
    /// How many parts may be asked for at once: more while they come quickly.
    window: usize,
    /// Parts in a row that did not come in time.
    n_late: u32,
    /// Until when nothing is asked of this peer.
    rest_until: u64,
    /// When its list was asked for; none when no answer is awaited.
    news_asked_at: Option<u64>,
    /// Parts being read for it.
    n_giving: usize,
}

impl Default for LinkFiles {
    fn default() -> Self {
        Self {
            asked: BTreeMap::new(),
            window: fetch::FIRST_WINDOW,
            n_late: 0,
            rest_until: 0,
            news_asked_at: None,
            n_giving: 0,
        }
    }
}

impl Files {
    /// Reads what the store knows; keeps what was told to the host and is not answered yet.
    pub(crate) fn load(
        &mut self,
        store: &mut dyn Store,
        random: u64,
        is_copy: bool,
    ) -> StoreResult<()> {
        let before = std::mem::take(self);
        let epoch = match fact_of(store, fact::EPOCH)? {
            Some(epoch) if !is_copy => epoch,
            _ => {
                store.set_meta(fact::EPOCH, &codec::encode(&random))?;
                random
            }
        };
        *self = Self {
            policy: fact_of(store, fact::POLICY)?.unwrap_or_default(),
            totals: store.file_totals()?,
            epoch,
            sum: fact_of(store, fact::SUM)?.unwrap_or_default(),
            holders: Holders::load(store)?,
            is_looking: true,
            wishes: before.wishes,
            full_until: before.full_until,
            disk_free_mib: before.disk_free_mib,
            begun_bytes: before.begun_bytes,
            letting_go: {
                let mut letting_go = before.letting_go;
                letting_go.retain(|_, one| one.is_committed);
                letting_go
            },
            sweep_at: before.sweep_at,
            ..Self::default()
        };
        Ok(())
    }

    /// Another copy of this folder lives: what it told of its files is not what is here.
    pub(crate) fn begin_new_list(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.epoch = cx.rng.next_u64();
        cx.store.set_meta(fact::EPOCH, &codec::encode(&self.epoch))
    }

    /// Whether a dossier may name the file now: its bytes are here and stay.
    pub(crate) fn stays(&self, row: &FileRow) -> bool {
        row.is_held && !self.letting_go.contains_key(&row.hash)
    }

    /// Notes the free space of the disk.
    pub(crate) fn measured(&mut self, disk_free_mib: u64) {
        self.disk_free_mib = Some(disk_free_mib);
        self.begun_bytes = 0;
        self.is_looking = true;
    }

    /// Rows in memory.
    pub(crate) fn held_in_memory(&self) -> usize {
        self.fetching.len() + self.resting.len() + self.wishes.len() + self.letting_go.len()
    }

    fn is_erasing(&self, hash: &FileHash) -> bool {
        self.letting_go.contains_key(hash)
    }
}

impl Engine {
    pub(crate) fn on_file_event(&mut self, cx: &mut Cx<'_>, event: FileEvent) -> StoreResult<()> {
        match event {
            FileEvent::Kept { hash, size } => self.on_file_kept(cx, hash, size)?,
            FileEvent::Gone { hash } => self.on_file_gone(cx, hash)?,
            FileEvent::Begun { hash, lacking } => self.on_file_begun(cx, hash, lacking)?,
            FileEvent::Put { name, from, result } => self.on_part_put(cx, name, from, result)?,
            FileEvent::Read {
                name,
                peer,
                link,
                bytes,
            } => self.on_part_read(cx, name, peer, link, bytes),
        }
        self.fetch_more(cx)
    }

    /// Every beat: what no event wakes.
    pub(crate) fn files_on_beat(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.ask_for_news(cx)?;
        self.erase_again(cx);
        self.sweep_unnamed(cx)?;
        self.spare_on_beat(cx)?;
        self.files.is_looking = true;
        self.fetch_more(cx)
    }

    /// An officer's file was taken in.
    pub(crate) fn keep_file(
        &mut self,
        cx: &mut Cx<'_>,
        hash: FileHash,
        size: u64,
    ) -> StoreResult<Result<(), Refusal>> {
        if self.files.is_erasing(&hash) {
            // The same bytes were here and are about to go: a moment later they can be taken in anew.
            return Ok(Err(Refusal::TooBusy));
        }
        self.on_file_kept(cx, hash, size)?;
        Ok(Ok(()))
    }

    /// The bytes are here: said to others once that is on the disk.
    fn on_file_kept(&mut self, cx: &mut Cx<'_>, hash: FileHash, size: u64) -> StoreResult<()> {
        self.drop_fetch(&hash);
        self.files.resting.remove(&hash);
        let mut row = cx.store.file(&hash)?.unwrap_or(FileRow::new(hash));
        if !row.is_held {
            row.is_held = true;
            row.size = size;
            row.rank.touched = self.site_clock.read(cx.now).millis;
            row.own_seq = self.next_own_seq();
            self.files.totals.n_held += 1;
            self.files.totals.held_bytes += size;
            self.change_sum(cx, &hash)?;
            self.put_ranked(cx, row)?;
            self.wrote_own();
            self.beat_soon(cx.now);
        }
        self.answer_wishes(cx, &hash, Ok(()));
        Ok(())
    }

    /// The bytes are not here any more, or never came.
    fn on_file_gone(&mut self, cx: &mut Cx<'_>, hash: FileHash) -> StoreResult<()> {
        self.files.letting_go.remove(&hash);
        self.drop_fetch(&hash);
        let Some(mut row) = cx.store.file(&hash)?.filter(|row| row.is_held) else {
            return Ok(());
        };
        row.is_held = false;
        row.own_seq = self.next_own_seq();
        self.files.totals.n_held = self.files.totals.n_held.saturating_sub(1);
        self.files.totals.held_bytes = self.files.totals.held_bytes.saturating_sub(row.size);
        self.change_sum(cx, &hash)?;
        self.put_ranked(cx, row)?;
        self.wrote_own();
        self.beat_soon(cx.now);
        Ok(())
    }

    fn change_sum(&mut self, cx: &mut Cx<'_>, hash: &FileHash) -> StoreResult<()> {
        self.files.sum ^= FilesMark::share_of(hash);
        cx.store
            .set_meta(fact::SUM, &codec::encode(&self.files.sum))
    }

    fn next_own_seq(&mut self) -> u64 {
        self.files.totals.own_seq += 1;
        self.files.totals.own_seq
    }

    /// Tells the host to erase a file's bytes.
    fn erase(&mut self, cx: &mut Cx<'_>, hash: FileHash) {
        let letting_go = LettingGo {
            told_at: cx.now.mono_millis,
            is_committed: false,
        };
        self.files.letting_go.entry(hash).or_insert(letting_go);
        self.drop_fetch(&hash);
        cx.fx.files.push(FileOrder::Remove { hash });
    }

    /// The group of events was committed: what it had erased goes.
    pub(crate) fn erasing_is_committed(&mut self) {
        for one in self.files.letting_go.values_mut() {
            one.is_committed = true;
        }
    }

    /// Says again what the host did not do: its disk may have failed.
    fn erase_again(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono_millis;
        for (hash, one) in &mut self.files.letting_go {
            if now.saturating_sub(one.told_at) > ERASE_AGAIN_MILLIS {
                one.told_at = now;
                cx.fx.files.push(FileOrder::Remove { hash: *hash });
            }
        }
    }
}

/// After this long without an answer the host is told again to erase.
const ERASE_AGAIN_MILLIS: u64 = 60_000;
/// Files erased and not answered for at once.
const MAX_LETTING_GO: usize = 256;

/// Members other than this node, by bit; 63, since a store's integers have a sign.
const MAX_HOLDERS: usize = 63;
