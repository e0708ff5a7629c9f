//! Who holds which file: every member's list of what it holds, read as far as it goes.

use lienquay_shared::codec::{self, List};
use lienquay_shared::wire::files::{FileNews, FileNewsAsk, FileNewsRow, FilesMark, MAX_FILE_NEWS};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{FileHash, NodeId};
use serde::{Deserialize, Serialize};

use crate::engine::{Cx, Engine};
use crate::files::{FileRow, MAX_HOLDERS, fact};
use crate::store::{Store, StoreResult};

/// An answer that has not come after this long is asked for again.
const NEWS_MILLIS: u64 = 15_000;
/// Files noted that no dossier here names; a first copy knows its dossiers before it reads any list.
const MAX_RUMOURS: u64 = 100_000;
/// After this long a list is read again of which something was left out.
const READ_AGAIN_MILLIS: u64 = 3_600_000;
/// A list whose sum is another is read from its beginning at most this often: two live copies of a PC tell of two lists.
const READ_AGAIN_AT_MOST_MILLIS: u64 = 60_000;
/// Rows changed at a time when a member's bit is cleared everywhere.
const PAGE: usize = 512;

/// Members with their bits. A place whose member is gone is given to the next newcomer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holders(Vec<Holder>);

/// How far one member's list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    #[serde(rename = "n")]
    node: NodeId,
    #[serde(rename = "r")]
    read: FilesMark,
    /// What it last said of itself.
    #[serde(skip, default = "nothing_told")]
    told: FilesMark,
    /// When its list was last read from the beginning because its sum was another, monotonic milliseconds.
    #[serde(skip)]
    read_again_at: Option<u64>,
}

fn nothing_told() -> FilesMark {
    unread(0)
}

/// The beginning of a list.
fn unread(epoch: u64) -> FilesMark {
    FilesMark {
        epoch,
        seq: 0,
        sum: 0,
    }
}

impl Holders {
    pub(super) fn load(store: &dyn Store) -> StoreResult<Self> {
        let list: Option<Vec<Holder>> = crate::engine::fact_of(store, fact::HOLDERS)?;
        Ok(Self(list.unwrap_or_default()))
    }

    fn save(&self, store: &mut dyn Store) -> StoreResult<()> {
        store.set_meta(fact::HOLDERS, &codec::encode(&self.0))
    }

    fn place(&self, node: &NodeId) -> Option<usize> {
        self.0.iter().position(|holder| holder.node == *node)
    }

    /// The bit of a member; 0 while it has none.
    pub(super) fn bit(&self, node: &NodeId) -> u64 {
        self.place(node).map_or(0, |place| 1 << place)
    }
}

impl Engine {
    /// What this node tells of its own list.
    pub(crate) fn own_files_mark(&self) -> Option<FilesMark> {
        self.site.map(|_| FilesMark {
            epoch: self.files.epoch,
            sum: self.files.sum,
            seq: self.files.totals.own_seq,
        })
    }

    /// A member told how far its list goes.
    pub(crate) fn on_files_mark(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        told: FilesMark,
    ) -> StoreResult<()> {
        let place = match self.files.holders.place(&peer) {
            Some(place) => place,
            None => match self.give_place(cx, peer, told)? {
                Some(place) => place,
                None => {
                    self.reasons.count(Some(peer), Reason::TooMany);
                    return Ok(());
                }
            },
        };
        let now = cx.now.mono_millis;
        let bit = 1 << place;
        let is_cut = self.files.unread.is_some_and(|(bits, _)| bits & bit != 0);
        let holder = &mut self.files.holders.0[place];
        let read = holder.read;
        holder.told = told;
        let is_too_soon = |at: u64| now.saturating_sub(at) < READ_AGAIN_AT_MOST_MILLIS;
        let is_another = read.is_line(&told)
            && read.sum != told.sum
            && !is_cut
            && !holder.read_again_at.is_some_and(is_too_soon);
        if is_another {
            holder.read_again_at = Some(now);
        }
        if read.epoch != told.epoch || read.seq > told.seq || is_another {
            self.clear_bits(cx, bit)?;
            self.files.holders.0[place].read = unread(told.epoch);
            self.files.holders.save(cx.store)?;
            self.wrote_others(cx.now);
        }
        self.ask_news_of(cx, peer);
        Ok(())
    }

    fn give_place(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        told: FilesMark,
    ) -> StoreResult<Option<usize>> {
        let holder = Holder {
            node: peer,
            read: unread(told.epoch),
            told,
            read_again_at: None,
        };
        let list = &self.files.holders.0;
        let free = list
            .iter()
            .position(|holder| !self.roster.is_member(&holder.node));
        let place = match free {
            _ if list.len() < MAX_HOLDERS => {
                self.files.holders.0.push(holder);
                self.files.holders.0.len() - 1
            }
            Some(place) => {
                self.clear_bits(cx, 1 << place)?;
                // Nothing of the one before is left.
                self.files.holders.0[place] = holder;
                place
            }
            None => return Ok(None),
        };
        self.files.holders.save(cx.store)?;
        self.wrote_others(cx.now);
        Ok(Some(place))
    }

    /// Members who are gone hold nothing that counts.
    pub(crate) fn files_roster_changed(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let mut bits = 0;
        for place in 0..self.files.holders.0.len() {
            let holder = &mut self.files.holders.0[place];
            if !self.roster.is_member(&holder.node) && holder.read.seq > 0 {
                // Should it come back, its list is read anew.
                holder.read = unread(holder.read.epoch);
                bits |= 1 << place;
            }
        }
        if bits == 0 {
            return Ok(());
        }
        self.clear_bits(cx, bits)?;
        self.files.holders.save(cx.store)
    }

    fn clear_bits(&mut self, cx: &mut Cx<'_>, bits: u64) -> StoreResult<()> {
        let mut after: Option<FileHash> = None;
        loop {
            let page = cx.store.files_of(bits, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.hash);
            for mut row in page {
                row.holders &= !bits;
                self.put_ranked(cx, row)?;
            }
        }
    }

    /// Asks every linked member whose list goes further than it was read.
    pub(super) fn ask_for_news(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.read_again(cx)?;
        for peer in self.member_links() {
            self.ask_news_of(cx, peer);
        }
        Ok(())
    }

    fn ask_news_of(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        // While the first copy loads, most files are of dossiers that are not here yet.
        if self.boot.is_loading() || !self.is_member_link(&peer) {
            return;
        }
        let Some(place) = self.files.holders.place(&peer) else {
            return;
        };
        let Holder { read, told, .. } = self.files.holders.0[place];
        let now = cx.now.mono_millis;
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let is_asked = link
            .files
            .news_asked_at
            .is_some_and(|at| now.saturating_sub(at) < NEWS_MILLIS);
        if is_asked || told.epoch != read.epoch || told.seq <= read.seq {
            return;
        }
        link.files.news_asked_at = Some(now);
        self.send(cx, peer, Message::FileNewsAsk(FileNewsAsk { after: read }));
    }

    pub(crate) fn on_file_news_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: FileNewsAsk,
    ) -> StoreResult<()> {
        if !self.may_have_file_answer(cx, peer) {
            return Ok(());
        }
        let Some(mark) = self
            .own_files_mark()
            .filter(|own| own.epoch == ask.after.epoch)
        else {
            // It hears of the list of now with the next beat.
            return Ok(());
        };
        let rows = cx.store.files_told(ask.after.seq, MAX_FILE_NEWS)?;
        let is_last = rows.len() < MAX_FILE_NEWS;
        let upto = match rows.last() {
            Some(last) if !is_last => last.own_seq,
            _ => mark.seq,
        };
        let rows = rows.iter().map(|row| FileNewsRow {
            file: row.hash,
            is_held: row.is_held,
        });
        let news = FileNews {
            after: ask.after,
            upto,
            rows: List::truncated(rows.collect()),
        };
        self.send(cx, peer, Message::FileNews(news));
        Ok(())
    }

    pub(crate) fn on_file_news(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        news: FileNews,
    ) -> StoreResult<()> {
        let asked = self
            .links
            .get_mut(&peer)
            .and_then(|link| link.files.news_asked_at.take());
        let place = self.files.holders.place(&peer);
        let expected = place.map(|place| self.files.holders.0[place].read);
        let is_expected = expected.is_some_and(|read| read.is_line(&news.after));
        let (Some(place), true) = (place, asked.is_some() && is_expected) else {
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return Ok(());
        };
        if news.upto < news.after.seq {
            self.reasons.count(Some(peer), Reason::MalformedMessage);
            return Ok(());
        }
        let bit = 1 << place;
        for line in news.rows.iter() {
            self.heard_of_holder(cx, line.file, bit, line.is_held)?;
        }
        self.files.holders.0[place].read.seq = news.upto;
        self.files.holders.save(cx.store)?;
        self.wrote_others(cx.now);
        self.ask_news_of(cx, peer);
        self.fetch_more(cx)
    }

    /// Whether no more files are noted that no dossier here names. The member's list is read again later, when the dossiers
    /// will have come.
    fn is_one_rumour_too_many(&mut self, cx: &Cx<'_>, bit: u64) -> bool {
        self.files.totals.n_rumoured += 1;
        let is_too_many = self.files.totals.n_rumoured > MAX_RUMOURS;
        if is_too_many {
            let (bits, since) = self.files.unread.unwrap_or((0, cx.now.mono_millis));
            self.files.unread = Some((bits | bit, since));
        }
        is_too_many
    }

    /// Reads lists again of which something was left out.
    fn read_again(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let is_due = |since: u64| cx.now.mono_millis.saturating_sub(since) > READ_AGAIN_MILLIS;
        let Some((bits, _)) = self.files.unread.filter(|(_, since)| is_due(*since)) else {
            return Ok(());
        };
        self.files.unread = None;
        self.files.totals.n_rumoured = cx.store.file_totals()?.n_rumoured;
        self.clear_bits(cx, bits)?;
        for (place, holder) in self.files.holders.0.iter_mut().enumerate() {
            if bits & (1 << place) != 0 {
                holder.read = unread(holder.read.epoch);
            }
        }
        Ok(())
    }

    /// A member holds a file, or does not.
    pub(super) fn heard_of_holder(
        &mut self,
        cx: &mut Cx<'_>,
        hash: FileHash,
        bit: u64,
        is_held: bool,
    ) -> StoreResult<()> {
        let known = cx.store.file(&hash)?;
        if known.is_none() && (!is_held || self.is_one_rumour_too_many(cx, bit)) {
            return Ok(());
        }
        let mut row = known.unwrap_or(FileRow::new(hash));
        let holders = match is_held {
            true => row.holders | bit,
            false => row.holders & !bit,
        };
        if holders == row.holders {
            return Ok(());
        }
        row.holders = holders;
        for (place, holder) in self.files.holders.0.iter_mut().enumerate() {
            if bit == 1 << place {
                holder.read.sum ^= FilesMark::share_of(&hash);
            }
        }
        if is_held {
            self.files.resting.remove(&hash);
        }
        self.wrote_others(cx.now);
        self.put_ranked(cx, row)
    }
}
