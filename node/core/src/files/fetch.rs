//! Fetching what is wanted: the most wanted first, from all linked holders at once, below everything else.
//!
//! How much is asked of a peer at once follows how quickly its parts come, so that on a slow line a call waits behind one
//! part and not behind many.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::files::{FilePart, PartName};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{FileHash, NodeId};

use crate::engine::{Cx, Engine};
use crate::event::{Reply, Token};
use crate::files::{Fetching, FileOrder, FileRank, FileRow, FileTrouble, Lacking};
use crate::store::StoreResult;
use crate::timer::Timer;

/// Files fetched at the same time: enough to keep the line busy while one of them is finished.
const MAX_FETCHES: usize = 4;
/// Parts asked for or being written, in all: 2 MiB of memory.
const MAX_UNDER_WAY: usize = 32;
/// Parts asked of one peer at first, and at most.
pub(super) const FIRST_WINDOW: usize = 2;
const MAX_WINDOW: usize = 16;
/// A part that comes within this time shows that the line takes more.
const QUICK_MILLIS: u64 = 40;
/// One that takes longer than this was in the way of others.
const SLOW_MILLIS: u64 = 120;
/// A part that has not come after this long is asked for elsewhere.
const PART_MILLIS: u64 = 30_000;
/// Parts in a row that may be late before a peer is given a rest.
const MAX_LATE: u32 = 3;
/// How long a peer rests that is late, or that sent what is not the file.
const LATE_REST_MILLIS: u64 = 60_000;
const WRONG_REST_MILLIS: u64 = 600_000;
/// How long a file rests that could not be had, the first time and at most.
const REST_MILLIS: u64 = 30_000;
const MAX_REST_MILLIS: u64 = 3_600_000;
/// Files that rest; beyond, the oldest rest is forgotten.
const MAX_RESTING: usize = 4_096;
/// How long nothing is written after the disk was full.
const FULL_REST_MILLIS: u64 = 30_000;
/// Rows looked at for the next file to fetch, a page and in all at one time.
const PAGE: usize = 32;
const MAX_LOOKED_AT: usize = 256;
/// Space of the disk that fetched files leave free, MiB: the log and the officer's own scans need it.
const RESERVE_MIB: u64 = 2_048;
/// How often it is looked whether what was asked for came.
const LOOK_MILLIS: u64 = 1_000;
/// How long somebody waits for a file.
const WISH_MILLIS: u64 = 120_000;
/// Files that people wait for at once.
const MAX_WISHES: usize = 32;
/// Bytes of one part, the unit of the cap.
const PART_BYTES: u64 = 64 * 1024;

/// A file being fetched.
#[derive(Debug)]
pub(crate) struct Fetch {
    size: u64,
    rank: FileRank,
    /// Parts to ask for; none before the host said what is lacking.
    missing: VecDeque<Range<u64>>,
    is_begun: bool,
    n_asked: usize,
    n_putting: usize,
    /// Parts lacking when that was last told.
    n_lacking: u64,
    /// Peers whose parts of it were wrong.
    bad: BTreeSet<NodeId>,
}

impl Fetch {
    fn is_idle(&self) -> bool {
        self.n_asked == 0 && self.n_putting == 0
    }

    pub(super) fn state(&self, hash: FileHash) -> Fetching {
        let n_missing = self.missing.iter().map(|range| range.end - range.start);
        Fetching {
            hash,
            size: self.size,
            n_missing: n_missing.sum(),
            n_under_way: (self.n_asked + self.n_putting) as u64,
        }
    }

    fn next_part(&mut self) -> Option<u64> {
        let range = self.missing.front_mut()?;
        let part = range.start;
        range.start += 1;
        if range.is_empty() {
            self.missing.pop_front();
        }
        Some(part)
    }
}

impl Engine {
    /// Begins what is wanted and asks for parts, as far as the bounds allow.
    pub(crate) fn fetch_more(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.site.is_none() || self.boot.is_loading() {
            return Ok(());
        }
        self.part_timeouts(cx);
        self.wish_timeouts(cx);
        self.begin_wanted(cx)?;
        self.ask_for_parts(cx)?;
        if !self.files.fetching.is_empty() || !self.files.wishes.is_empty() {
            self.timers
                .set_if_unset(Timer::Files, cx.now.mono_millis + LOOK_MILLIS);
        }
        Ok(())
    }

    // --- which ---

    fn begin_wanted(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let wished: Vec<FileHash> = self.files.wishes.keys().copied().collect();
        for hash in wished {
            if let Some(row) = cx.store.file(&hash)?
                && self.can_begin(cx, &row)
                && self.fits_disk(row.size)
            {
                self.begin(cx, &row);
            }
        }
        let mut n_looked_at = 0;
        while self.files.is_looking && self.files.fetching.len() < MAX_FETCHES {
            let page = cx.store.files_wanted(self.files.cursor.as_ref(), PAGE)?;
            if page.is_empty() {
                self.files.cursor = None;
                self.files.is_looking = false;
                self.files.lacks_room = false;
            }
            for row in page {
                if self.files.fetching.len() >= MAX_FETCHES {
                    return Ok(());
                }
                self.files.cursor = Some(row.rank);
                n_looked_at += 1;
                if !self.can_begin(cx, &row) {
                    continue;
                }
                if self.fits(row.size) {
                    self.begin(cx, &row);
                } else {
                    // What is wanted less makes room first.
                    if !std::mem::replace(&mut self.files.lacks_room, true) {
                        self.reasons.count(None, Reason::NoRoomForFiles);
                    }
                    self.files.is_looking = false;
                    self.files.cursor = None;
                    return self.spare_for(cx, &row.rank, row.size);
                }
            }
            if n_looked_at >= MAX_LOOKED_AT {
                // Goes on there with the next event.
                return Ok(());
            }
        }
        Ok(())
    }

    fn can_begin(&self, cx: &Cx<'_>, row: &FileRow) -> bool {
        let now = cx.now.mono_millis;
        let rests = |until: u64| now < until;
        !row.is_held
            && !rests(self.files.full_until)
            && !self.files.fetching.contains_key(&row.hash)
            && !self.files.is_erasing(&row.hash)
            && !self
                .files
                .resting
                .get(&row.hash)
                .is_some_and(|(until, _)| rests(*until))
            && self.reachable_holder(row, now).is_some()
    }

    /// A linked member that holds it and is not resting.
    fn reachable_holder(&self, row: &FileRow, now: u64) -> Option<NodeId> {
        self.links
            .iter()
            .filter(|(peer, link)| self.roster.is_member(peer) && now >= link.files.rest_until)
            .map(|(peer, _)| *peer)
            .find(|peer| row.holders & self.files.holders.bit(peer) != 0)
    }

    /// Bytes of files that are being fetched.
    pub(super) fn fetching_bytes(&self) -> u64 {
        self.files.fetching.values().map(|fetch| fetch.size).sum()
    }

    fn fits(&self, size: u64) -> bool {
        let held = self.files.totals.held_bytes + self.fetching_bytes();
        let quota = self.files.policy.quota_bytes.unwrap_or(u64::MAX);
        held.saturating_add(size) <= quota && self.fits_disk(size)
    }

    fn fits_disk(&self, size: u64) -> bool {
        let Some(free_mib) = self.files.disk_free_mib else {
            return true;
        };
        let taken = self.files.begun_bytes.saturating_add(size);
        (taken >> 20).saturating_add(RESERVE_MIB) <= free_mib
    }

    fn begin(&mut self, cx: &mut Cx<'_>, row: &FileRow) {
        let fetch = Fetch {
            size: row.size,
            rank: row.rank,
            missing: VecDeque::new(),
            is_begun: false,
            n_asked: 0,
            n_putting: 0,
            n_lacking: u64::MAX,
            bad: BTreeSet::new(),
        };
        self.files.begun_bytes = self.files.begun_bytes.saturating_add(row.size);
        self.files.fetching.insert(row.hash, fetch);
        cx.fx.files.push(FileOrder::Begin {
            hash: row.hash,
            size: row.size,
        });
    }

    pub(super) fn on_file_begun(
        &mut self,
        cx: &mut Cx<'_>,
        hash: FileHash,
        lacking: Result<Lacking, FileTrouble>,
    ) -> StoreResult<()> {
        let Some(fetch) = self.files.fetching.get_mut(&hash) else {
            return Ok(());
        };
        match lacking {
            // Every part was written, and still as many are lacking: this disk does not keep them.
            Ok(lacking) if lacking.n_parts >= fetch.n_lacking => {
                self.file_trouble(cx, hash, FileTrouble::Failed);
            }
            Ok(lacking) => {
                fetch.n_lacking = lacking.n_parts;
                fetch.missing = lacking.ranges.into();
                fetch.is_begun = true;
            }
            Err(trouble) => self.file_trouble(cx, hash, trouble),
        }
        Ok(())
    }

    // --- from whom ---

    fn ask_for_parts(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let mut order: Vec<(FileRank, FileHash)> = Vec::new();
        for (hash, fetch) in &self.files.fetching {
            order.push((fetch.rank, *hash));
        }
        order.sort_by_key(|(rank, hash)| (!self.files.wishes.contains_key(hash), *rank));
        for (_, hash) in order {
            self.ask_for_parts_of(cx, hash)?;
        }
        Ok(())
    }

    fn ask_for_parts_of(&mut self, cx: &mut Cx<'_>, hash: FileHash) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        let Some(row) = cx.store.file(&hash)? else {
            return Ok(());
        };
        while let Some(fetch) = self.files.fetching.get(&hash)
            && !fetch.missing.is_empty()
        {
            let holders: Vec<NodeId> = self
                .links
                .iter()
                .filter(|(peer, link)| {
                    self.roster.is_member(peer)
                        && now >= link.files.rest_until
                        && !fetch.bad.contains(peer)
                        && row.holders & self.files.holders.bit(peer) != 0
                })
                .map(|(peer, _)| *peer)
                .collect();
            if holders.is_empty() {
                if fetch.is_idle() {
                    self.rest_file(now, hash);
                }
                return Ok(());
            }
            let freest = holders.into_iter().max_by_key(|peer| {
                self.links.get(peer).map_or(0, |link| {
                    link.files.window.saturating_sub(link.files.asked.len())
                })
            });
            let Some(peer) = freest else { return Ok(()) };
            if self.n_under_way() >= MAX_UNDER_WAY || !self.may_ask_now(cx) {
                return Ok(());
            }
            let (Some(link), Some(fetch)) = (
                self.links.get_mut(&peer),
                self.files.fetching.get_mut(&hash),
            ) else {
                return Ok(());
            };
            if link.files.asked.len() >= link.files.window {
                return Ok(());
            }
            let Some(part) = fetch.next_part() else {
                return Ok(());
            };
            let name = PartName { file: hash, part };
            fetch.n_asked += 1;
            link.files.asked.insert(name, now);
            self.files.allowance.0 = self.files.allowance.0.saturating_sub(PART_BYTES);
            self.send(cx, peer, Message::PartAsk(name));
        }
        let Some(fetch) = self.files.fetching.get_mut(&hash) else {
            return Ok(());
        };
        if fetch.is_begun && fetch.is_idle() {
            // Everything known to be lacking was written: the host says what else, or that the file is whole.
            fetch.is_begun = false;
            cx.fx.files.push(FileOrder::Begin {
                hash,
                size: fetch.size,
            });
        }
        Ok(())
    }

    fn n_under_way(&self) -> usize {
        self.files
            .fetching
            .values()
            .map(|fetch| fetch.n_asked + fetch.n_putting)
            .sum()
    }

    /// Whether the cap allows one more part; if not, this is looked at again when it does.
    fn may_ask_now(&mut self, cx: &Cx<'_>) -> bool {
        let Some(rate) = self.files.policy.bytes_per_second else {
            return true;
        };
        let now = cx.now.mono_millis;
        let (left, at) = self.files.allowance;
        let grown = now.saturating_sub(at).saturating_mul(rate) / 1_000;
        // What was not used within a second is lost.
        let left = left.saturating_add(grown).min(rate.max(PART_BYTES));
        if grown > 0 {
            self.files.allowance = (left, now);
        }
        if left >= PART_BYTES {
            return true;
        }
        let wait = (PART_BYTES - left).saturating_mul(1_000) / rate.max(1) + 1;
        self.timers.set(Timer::Files, now.saturating_add(wait));
        false
    }

    // --- what comes ---

    pub(crate) fn on_file_part(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        part: FilePart,
    ) -> StoreResult<()> {
        let name = part.name;
        if !self.was_asked(cx.now.mono_millis, peer, &name) {
            return Ok(());
        }
        if let Some(fetch) = self.files.fetching.get_mut(&name.file) {
            fetch.n_asked = fetch.n_asked.saturating_sub(1);
            fetch.n_putting += 1;
            cx.fx.files.push(FileOrder::Put {
                name,
                from: peer,
                bytes: part.bytes.into_vec(),
            });
        }
        self.fetch_more(cx)
    }

    /// Takes an answer off the list of what is awaited, and learns from the time it took.
    fn was_asked(&mut self, now: u64, peer: NodeId, name: &PartName) -> bool {
        let asked = self
            .links
            .get_mut(&peer)
            .and_then(|link| Some((link.files.asked.remove(name)?, link)));
        let Some((at, link)) = asked else {
            // It was late and is asked of another; or the peer says what nobody asked.
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return false;
        };
        link.files.n_late = 0;
        match now.saturating_sub(at) {
            took if took <= QUICK_MILLIS => {
                link.files.window = (link.files.window + 1).min(MAX_WINDOW);
            }
            took if took > SLOW_MILLIS => link.files.window = (link.files.window / 2).max(1),
            _ => {}
        }
        true
    }

    pub(crate) fn on_part_none(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        name: PartName,
    ) -> StoreResult<()> {
        if !self.was_asked(cx.now.mono_millis, peer, &name) {
            return Ok(());
        }
        self.give_back(name);
        let bit = self.files.holders.bit(&peer);
        self.heard_of_holder(cx, name.file, bit, false)?;
        self.fetch_more(cx)
    }

    /// A part that was asked for and does not come is asked for again.
    fn give_back(&mut self, name: PartName) {
        if let Some(fetch) = self.files.fetching.get_mut(&name.file) {
            fetch.n_asked = fetch.n_asked.saturating_sub(1);
            fetch.missing.push_back(name.part..name.part + 1);
        }
    }

    pub(super) fn on_part_put(
        &mut self,
        cx: &mut Cx<'_>,
        name: PartName,
        from: NodeId,
        result: Result<(), FileTrouble>,
    ) -> StoreResult<()> {
        let Some(fetch) = self.files.fetching.get_mut(&name.file) else {
            return Ok(());
        };
        fetch.n_putting = fetch.n_putting.saturating_sub(1);
        match result {
            Ok(()) => {}
            Err(FileTrouble::Wrong) => {
                fetch.bad.insert(from);
                fetch.missing.push_back(name.part..name.part + 1);
                self.reasons.count(Some(from), Reason::WrongFilePart);
                if let Some(link) = self.links.get_mut(&from) {
                    link.files.rest_until = cx.now.mono_millis + WRONG_REST_MILLIS;
                }
            }
            Err(trouble) => self.file_trouble(cx, name.file, trouble),
        }
        Ok(())
    }

    /// A file cannot be written.
    fn file_trouble(&mut self, cx: &Cx<'_>, hash: FileHash, trouble: FileTrouble) {
        let now = cx.now.mono_millis;
        match trouble {
            FileTrouble::Full => {
                self.reasons.count(None, Reason::NoRoomForFiles);
                self.files.full_until = now + FULL_REST_MILLIS;
                self.files.lacks_room = true;
                let all: Vec<FileHash> = self.files.fetching.keys().copied().collect();
                for hash in all {
                    self.drop_fetch(&hash);
                }
            }
            FileTrouble::Wrong | FileTrouble::Failed => {
                self.reasons.count(None, Reason::FileTrouble);
                self.rest_file(now, hash);
            }
        }
    }

    /// Gives up on a file for a while, longer each time.
    fn rest_file(&mut self, now: u64, hash: FileHash) {
        self.drop_fetch(&hash);
        if self.files.resting.len() >= MAX_RESTING {
            let oldest = self
                .files
                .resting
                .iter()
                .min_by_key(|(_, (until, _))| *until);
            if let Some(oldest) = oldest.map(|(hash, _)| *hash) {
                self.files.resting.remove(&oldest);
            }
        }
        let (until, n_times) = self.files.resting.entry(hash).or_default();
        let rest = REST_MILLIS << (*n_times).min(7);
        *until = now + rest.min(MAX_REST_MILLIS);
        *n_times += 1;
    }

    /// Forgets a fetch; what was written of it stays.
    pub(super) fn drop_fetch(&mut self, hash: &FileHash) {
        if self.files.fetching.remove(hash).is_some() {
            for link in self.links.values_mut() {
                link.files.asked.retain(|name, _| name.file != *hash);
            }
            self.files.is_looking = true;
        }
    }

    // --- what does not come ---

    fn part_timeouts(&mut self, cx: &Cx<'_>) {
        let now = cx.now.mono_millis;
        let mut late: Vec<(NodeId, PartName)> = Vec::new();
        for (peer, link) in &self.links {
            let is_late = |at: u64| now.saturating_sub(at) > PART_MILLIS;
            let asked = link.files.asked.iter();
            late.extend(
                asked
                    .filter(|(_, at)| is_late(**at))
                    .map(|(name, _)| (*peer, *name)),
            );
        }
        for (peer, name) in late {
            let Some(link) = self.links.get_mut(&peer) else {
                continue;
            };
            link.files.asked.remove(&name);
            link.files.window = 1;
            link.files.n_late += 1;
            if link.files.n_late >= MAX_LATE {
                link.files.n_late = 0;
                link.files.rest_until = now + LATE_REST_MILLIS;
            }
            self.reasons.count(Some(peer), Reason::FileNotGiven);
            self.give_back(name);
        }
    }

    /// A new link is a new chance for what could not be had.
    pub(crate) fn files_link_up(&mut self) {
        self.files.resting.clear();
        self.files.is_looking = true;
    }

    /// A link is gone: what was asked over it is asked elsewhere.
    pub(crate) fn files_link_down(&mut self, gone: &crate::link::Link) {
        for name in gone.files.asked.keys() {
            self.give_back(*name);
        }
    }

    // --- people who wait ---

    /// Fetches a file now, before all others, because somebody wants to see it.
    pub(crate) fn wish_for(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        hash: FileHash,
    ) -> StoreResult<()> {
        let row = cx.store.file(&hash)?;
        let now = cx.now.mono_millis;
        let result = match &row {
            Some(row) if row.is_held => Some(Ok(())),
            Some(row) if row.size > 0 && self.reachable_holder(row, now).is_some() => {
                match self.files.wishes.len() < MAX_WISHES && self.fits_disk(row.size) {
                    true => None,
                    false => Some(Err(Refusal::TooBusy)),
                }
            }
            _ => Some(Err(Refusal::FileAbsent)),
        };
        match result {
            Some(result) => reply(cx, token, result),
            None => {
                let wish = self.files.wishes.entry(hash).or_default();
                wish.until = now + WISH_MILLIS;
                wish.tokens.push(token);
                self.files.resting.remove(&hash);
                self.fetch_more(cx)?;
            }
        }
        Ok(())
    }

    pub(super) fn answer_wishes(
        &mut self,
        cx: &mut Cx<'_>,
        hash: &FileHash,
        result: Result<(), Refusal>,
    ) {
        let Some(wish) = self.files.wishes.remove(hash) else {
            return;
        };
        for token in wish.tokens {
            reply(cx, token, result.clone());
        }
    }

    fn wish_timeouts(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono_millis;
        let wishes = self.files.wishes.iter();
        let over: Vec<FileHash> = wishes
            .filter(|(_, wish)| now > wish.until)
            .map(|(hash, _)| *hash)
            .collect();
        for hash in over {
            self.answer_wishes(cx, &hash, Err(Refusal::FileAbsent));
        }
    }
}

fn reply(cx: &mut Cx<'_>, token: Token, result: Result<(), Refusal>) {
    cx.fx.replies.push(Reply {
        token,
        result: result.map(|()| lienquay_shared::command::Outcome::Done),
    });
}
