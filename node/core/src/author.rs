//! Writing entries: a decision's edits become one automerge change, sealed into the node's own log.

use lienquay_shared::codec;
use lienquay_shared::decide::Write;
use lienquay_shared::log::bounds::{MAX_BATCH_ENTRIES, MAX_CHANGE_BYTES, MAX_STRETCH_BYTES};
use lienquay_shared::log::{ActionKind, DocKind, EntryBatch, Header, LogPoint, entry_hash};
use lienquay_shared::wire::Message;
use lienquay_shared::{ChangeHash, DocId, EntryHash, LogId, OfficerId, SiteId};

use crate::ended::OwnLog;
use crate::engine::{Cx, Engine, fact};
use crate::event::Notice;
use crate::number::VOID_UNTIL_KNOWN;
use crate::store::{EntryState, SignedPoint, StoreFault, StoreResult, StoredEntry};

/// What an entry carries beside its place in the log.
struct Body {
    doc: DocId,
    kind: DocKind,
    action: ActionKind,
    change: Option<(ChangeHash, Vec<u8>)>,
}

impl Engine {
    /// Writes one entry. The caller has decided that it may be written.
    pub(crate) fn author(
        &mut self,
        cx: &mut Cx<'_>,
        write: &Write,
        officer: OfficerId,
    ) -> StoreResult<u64> {
        self.author_beside(cx, write, officer, &[])
            .map(|(seq, _)| seq)
    }

    /// Writes one entry as if nothing after `beside` were known, so that what others wrote since stands beside it as a
    /// conflict and neither hides the other; on top of everything when `beside` is empty. Returns its place and hash.
    pub(crate) fn author_beside(
        &mut self,
        cx: &mut Cx<'_>,
        write: &Write,
        officer: OfficerId,
        beside: &[ChangeHash],
    ) -> StoreResult<(u64, ChangeHash)> {
        let (site, log) = self.own_log(cx)?;
        let salt = cx.rng.bytes();
        let Some(document) = self.docs.for_change(cx.store, &write.doc, write.kind)? else {
            return Err(StoreFault::Failed(format!(
                "document {} cannot be written",
                write.doc.short()
            )));
        };
        let written = document.write(log.actor_bytes(&site), beside, &write.edits, salt);
        let change = match written {
            Ok(change) if change.bytes().len() <= MAX_CHANGE_BYTES => change,
            refused => {
                self.docs.drop_loaded(&write.doc);
                let why = refused.err().map_or_else(
                    || "a change larger than the format allows".to_owned(),
                    |error| error.to_string(),
                );
                return Err(StoreFault::Failed(why));
            }
        };
        self.docs.grew(&write.doc, change.bytes().len());
        let hash = change.hash();
        let body = Body {
            doc: write.doc,
            kind: write.kind,
            action: write.action,
            change: Some((hash, change.bytes().to_vec())),
        };
        let (seq, header) = self.append(cx, &site, log, body, officer)?;
        cx.store
            .touch_doc(&header.doc, header.kind, header.hlc, None)?;
        self.docs.mark_dirty(header.doc);
        Ok((seq, hash))
    }

    /// Writes an entry without a change: about the log itself, or about the existence of a document.
    pub(crate) fn author_bare(
        &mut self,
        cx: &mut Cx<'_>,
        action: ActionKind,
        kind: DocKind,
        doc: DocId,
        officer: OfficerId,
    ) -> StoreResult<u64> {
        let (site, log) = self.own_log(cx)?;
        let (seq, header) = self.append(
            cx,
            &site,
            log,
            Body {
                doc,
                kind,
                action,
                change: None,
            },
            officer,
        )?;
        if let Some(entry) = cx.store.entry(&log, header.seq)? {
            self.apply_log_action(cx, &entry)?;
        }
        Ok(seq)
    }

    /// The log to write to; opens a new incarnation when there is none or the old one must not be continued.
    pub(crate) fn own_log(&mut self, cx: &mut Cx<'_>) -> StoreResult<(SiteId, LogId)> {
        let Some(site) = self.site else {
            return Err(StoreFault::Failed(
                "this node belongs to no site".to_owned(),
            ));
        };
        if let Some(own) = self.own {
            return Ok((site, own));
        }
        let log = LogId {
            node: self.me,
            incarnation: cx.rng.next_u64(),
        };
        cx.store
            .set_meta(fact::OWN_LOG, &codec::encode(&OwnLog { log, ended: false }))?;
        self.own = Some(log);
        self.sealed = 0;
        self.settings.new_incarnation = false;
        if self.closing.is_some() {
            // What the old log had given out after the copy was made is not known here.
            let today = if self.site_clock.is_doubtful(cx.now) {
                VOID_UNTIL_KNOWN
            } else {
                self.site_clock.read(cx.now).day()
            };
            cx.store.set_meta(fact::VOID_DAY, &codec::encode(&today))?;
            cx.store.release_grants()?;
            cx.fx.notices.push(Notice::NewIncarnation { log });
        }
        Ok((site, log))
    }

    fn append(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        log: LogId,
        body: Body,
        officer: OfficerId,
    ) -> StoreResult<(u64, Header)> {
        let (head, previous) = self.logs.head(site, &log);
        let hlc = self.clock.tick(cx.now.wall_millis);
        let closes = self.closing.take().map(|old| {
            let (seq, hash) = self.logs.head(site, &old);
            LogPoint {
                log: old,
                seq,
                hash,
            }
        });
        let header = Header {
            seq: head + 1,
            kind: body.kind,
            doc: body.doc,
            change_hash: body.change.as_ref().map(|(hash, _)| *hash),
            hlc,
            officer,
            action: body.action,
            closes,
        };
        let header_bytes = header.encode();
        let hash = entry_hash(&previous, &header_bytes);
        let entry = StoredEntry {
            log,
            header: header.clone(),
            header_bytes,
            change: body.change.map(|(_, bytes)| bytes),
            state: EntryState::Applied,
        };
        cx.store.put_entry(&entry)?;
        self.logs
            .advance(cx.store, site, &log, None, (header.seq, hash))?;
        if let Some(old) = closes {
            self.logs.close(cx.store, &old.log)?;
        }
        self.wrote_own();
        self.unsigned_bytes += entry.header_bytes.len() + entry.change.as_ref().map_or(0, Vec::len);
        let due = header.seq.is_multiple_of(MAX_BATCH_ENTRIES as u64)
            || self.unsigned_bytes > MAX_STRETCH_BYTES;
        if due {
            self.sign_own(cx, &log, header.seq, hash)?;
        }
        Ok((header.seq, header))
    }

    fn sign_own(
        &mut self,
        cx: &mut Cx<'_>,
        log: &LogId,
        seq: u64,
        hash: EntryHash,
    ) -> StoreResult<()> {
        let point = SignedPoint {
            seq,
            hash,
            signature: self.settings.key.sign_entry(&hash),
        };
        let n_bytes = std::mem::take(&mut self.unsigned_bytes);
        self.keep_signature(cx, log, point, n_bytes)
    }

    /// Signs what was written in this group of events and pushes it to every member: one signature for all of it, and one
    /// at each multiple of 64.
    pub(crate) fn seal_own(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let (Some(site), Some(log)) = (self.site, self.own) else {
            return Ok(());
        };
        let (head, hash) = self.logs.head(&site, &log);
        if self.sealed >= head {
            return Ok(());
        }
        if self.unsigned_bytes > 0 {
            self.sign_own(cx, &log, head, hash)?;
        }
        let from = std::mem::replace(&mut self.sealed, head);
        if self.member_links().is_empty() {
            return Ok(());
        }
        for batch in self.own_batches(cx, &site, &log, from, head)? {
            for peer in self.member_links() {
                self.send(cx, peer, Message::Entries(batch.clone()));
            }
        }
        Ok(())
    }

    /// New entries as batches that end at signatures; the author's signatures are near enough for each to fit.
    fn own_batches(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        log: &LogId,
        from: u64,
        upto: u64,
    ) -> StoreResult<Vec<EntryBatch>> {
        let mut batches = Vec::new();
        let mut after = from;
        while after < upto {
            let Some(batch) = self.batch_from(cx, site, log, after, false)? else {
                break;
            };
            after = batch.last_seq();
            batches.push(batch);
        }
        Ok(batches)
    }
}
