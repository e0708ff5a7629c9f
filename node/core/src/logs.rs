//! The logs this node holds: its version vector, and the hashes inside them.

use std::collections::BTreeMap;

use lienquay_shared::log::bounds::{MAX_BATCH_ENTRIES, MAX_STRETCH_BYTES};
use lienquay_shared::log::{ActionKind, Mark, MarkRow, entry_hash, log_root};
use lienquay_shared::{EntryHash, LogId, LogTag, SiteId};

use crate::store::{Base, LogRow, Store, StoreResult};

/// Logs of one node taken in, losing branches included. A PC opens a new one after a restore, a move or a fork: a few in
/// ten years. Only a hostile one comes near, and every row of the vector is told to everybody.
const MAX_LOGS_OF_ONE: usize = 256;
/// How many stored headers are read at once while a hash inside a log is recomputed.
const REHASH_PAGE: usize = 64;

/// One log as held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How far.
    pub mark: Mark,
    /// Whether it is known to have ended.
    pub closed: bool,
    /// The last signed point that stays, and the bytes of the log since.
    pub stretch: Stretch,
    /// Where it starts, when it is a losing branch kept as a log of its own; a log starts at its root.
    pub base: Option<Base>,
}

/// The part of a log since the last signed point that stays: as long as it fits one batch, only the signature at its end is
/// needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Position of that point.
    pub kept: u64,
    /// Position of the signature after it, dropped when a later one replaces it.
    pub last: u64,
    /// Bytes of headers and changes since.
    pub n_bytes: usize,
}

/// The version vector, with the tags that stand for its logs on the wire.
#[derive(Debug, Clone, Default)]
pub struct Logs {
    held: BTreeMap<LogId, Held>,
    tags: BTreeMap<LogTag, LogId>,
}

impl Logs {
    /// Reads the vector; everything read from a store was committed, and what was committed before this process is
    /// made durable by the host's first commit.
    pub fn load(store: &dyn Store, site: &SiteId) -> StoreResult<Self> {
        let mut logs = Self::default();
        for row in store.logs()? {
            logs.insert(site, row);
        }
        Ok(logs)
    }

    fn insert(&mut self, site: &SiteId, row: LogRow) {
        let mark = Mark {
            received: row.received,
            hash: row.hash,
            durable: row.received,
        };
        self.held.insert(
            row.log,
            Held {
                mark,
                closed: row.closed,
                stretch: Stretch {
                    kept: row.received,
                    last: row.received,
                    n_bytes: 0,
                },
                base: row.base,
            },
        );
        self.tags.insert(row.log.tag(site), row.log);
    }

    /// One log.
    pub fn get(&self, log: &LogId) -> Option<&Held> {
        self.held.get(log)
    }

    /// Whether a log is known to have ended.
    pub fn is_closed(&self, log: &LogId) -> bool {
        self.held.get(log).is_some_and(|held| held.closed)
    }

    /// The log a tag stands for.
    pub fn by_tag(&self, tag: &LogTag) -> Option<LogId> {
        self.tags.get(tag).copied()
    }

    /// Every log.
    pub fn iter(&self) -> impl Iterator<Item = (&LogId, &Held)> {
        self.held.iter()
    }

    /// Whether a log is held, or may be begun.
    pub fn has_room(&self, log: &LogId) -> bool {
        self.held.contains_key(log) || self.of_node(log).count() < MAX_LOGS_OF_ONE
    }

    /// Whether losing branches are held.
    pub fn has_branches(&self) -> bool {
        self.held.values().any(|held| held.base.is_some())
    }

    /// Number of logs.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no log is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How far a log is held, and the hash there; the root for one not held.
    pub fn head(&self, site: &SiteId, log: &LogId) -> (u64, EntryHash) {
        self.held.get(log).map_or_else(
            || (0, log_root(site, log)),
            |held| (held.mark.received, held.mark.hash),
        )
    }

    /// Moves a log's head, creating the log (at `base`, for a branch) if need be, and writes its row.
    pub fn advance(
        &mut self,
        store: &mut dyn Store,
        site: &SiteId,
        log: &LogId,
        base: Option<Base>,
        to: (u64, EntryHash),
    ) -> StoreResult<()> {
        let from = base.map_or(0, |base| base.at);
        let closed = !self.held.contains_key(log) && self.has_ended(store, log)?;
        let held = self.held.entry(*log).or_insert(Held {
            mark: Mark {
                received: from,
                hash: to.1,
                durable: from,
            },
            closed,
            stretch: Stretch {
                kept: from,
                last: from,
                n_bytes: 0,
            },
            base,
        });
        held.mark.received = to.0;
        held.mark.hash = to.1;
        held.mark.durable = held.mark.durable.min(to.0);
        if to.0 < held.stretch.last {
            // The log was cut back to where a branch left it.
            held.stretch = Stretch {
                kept: to.0,
                last: to.0,
                n_bytes: 0,
            };
        }
        self.tags.insert(log.tag(site), *log);
        let row = self.row(log);
        row.map_or(Ok(()), |row| store.put_log(&row))
    }

    /// Whether a later log of the same node ends this one: it may have come first, and its first entry says so.
    fn has_ended(&self, store: &dyn Store, log: &LogId) -> StoreResult<bool> {
        for (later, _) in self.of_node(log) {
            let first = store.entry(later, 1)?;
            let ended = first.and_then(|entry| entry.header.closes);
            if ended.is_some_and(|ended| ended.log == *log) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The logs of the node that wrote this one.
    fn of_node(&self, log: &LogId) -> impl Iterator<Item = (&LogId, &Held)> {
        let of_node = |incarnation| LogId {
            node: log.node,
            incarnation,
        };
        self.held.range(of_node(0)..=of_node(u64::MAX))
    }

    /// A signature was stored at `seq`, after entries of `n_bytes`. Returns the earlier signature it makes unnecessary.
    pub fn signed(&mut self, log: &LogId, seq: u64, n_bytes: usize) -> Option<u64> {
        let stretch = &mut self.held.get_mut(log)?.stretch;
        let replaced = (stretch.last > stretch.kept && stretch.last < seq).then_some(stretch.last);
        let fits = stretch.n_bytes + n_bytes <= MAX_STRETCH_BYTES;
        if seq.is_multiple_of(MAX_BATCH_ENTRIES as u64) {
            *stretch = Stretch {
                kept: seq,
                last: seq,
                n_bytes: 0,
            };
        } else if fits {
            *stretch = Stretch {
                last: seq,
                n_bytes: stretch.n_bytes + n_bytes,
                ..*stretch
            };
        } else {
            *stretch = Stretch {
                kept: stretch.last,
                last: seq,
                n_bytes,
            };
        }
        replaced.filter(|_| fits)
    }

    /// Notes that a log has ended.
    pub fn close(&mut self, store: &mut dyn Store, log: &LogId) -> StoreResult<()> {
        match self.held.get_mut(log) {
            Some(held) if !held.closed => held.closed = true,
            Some(_) | None => return Ok(()),
        }
        self.row(log).map_or(Ok(()), |row| store.put_log(&row))
    }

    /// What said that a log has ended may be gone: it goes on, unless something else says so too.
    pub fn reopen(&mut self, store: &mut dyn Store, log: &LogId) -> StoreResult<()> {
        let Some(received) = self.get(log).map(|held| held.mark.received) else {
            return Ok(());
        };
        let last = store.entry(log, received)?;
        let closes_itself = last.is_some_and(|last| last.header.action == ActionKind::LogClosed);
        let closed = closes_itself || self.has_ended(store, log)?;
        if let Some(held) = self.held.get_mut(log) {
            held.closed = closed;
        }
        self.row(log).map_or(Ok(()), |row| store.put_log(&row))
    }

    fn row(&self, log: &LogId) -> Option<LogRow> {
        self.held.get(log).map(|held| LogRow {
            log: *log,
            received: held.mark.received,
            hash: held.mark.hash,
            closed: held.closed,
            base: held.base,
        })
    }

    /// After a commit that was fsynced: everything received is durable.
    pub fn all_durable(&mut self) {
        for held in self.held.values_mut() {
            held.mark.durable = held.mark.received;
        }
    }

    /// After the vector was read anew within one process: committed is not yet durable, only what was so before is.
    pub fn only_durable_as(&mut self, before: &Self) {
        for (log, held) in &mut self.held {
            let durable = before.get(log).map_or(0, |held| held.mark.durable);
            held.mark.durable = held.mark.durable.min(durable);
        }
    }

    /// Whether anything received is not durable yet.
    pub fn has_undurable(&self) -> bool {
        self.held
            .values()
            .any(|held| held.mark.durable < held.mark.received)
    }

    /// The vector as rows for the wire.
    pub fn rows(&self, site: &SiteId) -> Vec<(LogId, MarkRow)> {
        self.held
            .iter()
            .map(|(log, held)| (*log, MarkRow::new(log.tag(site), &held.mark)))
            .collect()
    }

    /// The hash of a log at a position this node holds; `None` beyond it or before its base.
    pub fn hash_at(
        &self,
        store: &dyn Store,
        site: &SiteId,
        log: &LogId,
        seq: u64,
    ) -> StoreResult<Option<EntryHash>> {
        let Some(held) = self.held.get(log) else {
            return Ok(None);
        };
        if seq == held.mark.received {
            return Ok(Some(held.mark.hash));
        }
        let (from, root) = held
            .base
            .map_or_else(|| (0, log_root(site, log)), |base| (base.at, base.hash));
        if seq < from || seq > held.mark.received {
            return Ok(None);
        }
        let (mut at, mut hash) = match store.signature_before(log, seq)? {
            Some(point) if point.seq >= from => (point.seq, point.hash),
            Some(_) | None => (from, root),
        };
        while at < seq {
            let n_wanted = usize::try_from(seq - at).unwrap_or(REHASH_PAGE);
            let page = store.entries(log, at, n_wanted.min(REHASH_PAGE))?;
            if page.first().is_none_or(|entry| entry.header.seq != at + 1) {
                // During a first copy the entries behind the plan are here before those within it.
                return Ok(None);
            }
            for entry in page.iter().take_while(|entry| entry.header.seq <= seq) {
                hash = entry_hash(&hash, &entry.header_bytes);
                at = entry.header.seq;
            }
        }
        Ok(Some(hash))
    }
}
