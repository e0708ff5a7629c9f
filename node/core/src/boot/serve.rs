//! Answering a node that makes its first copy. Each answer is one message; whoever loads itself answers nothing.

use lienquay_shared::codec::{Blob, List};
use lienquay_shared::log::DocKind;
use lienquay_shared::log::bounds::MAX_BATCH_ENTRIES;
use lienquay_shared::wire::bootstrap::{
    DocCursor, DocSnapshot, Docs, DocsAsk, Headers, HeadersAsk, MAX_DOCS, MAX_HEADERS, MAX_POINTS,
    MAX_SNAPSHOT_BYTES, PackedHeaders, Plan, PlanRow, PointSignature,
};
use lienquay_shared::wire::link::{Decline, MAX_ROWS};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, Hlc, LogId, NodeId};

use crate::engine::{Cx, Engine};
use crate::store::{SignedPoint, StoreResult};

/// Snapshots in one answer, unless a single one is larger.
const MAX_ANSWER_BYTES: usize = 700 * 1024;

impl Engine {
    fn declines_boot(&mut self, cx: &mut Cx<'_>, peer: NodeId, log: Option<LogId>) -> bool {
        let reason = if self.boot.is_loading() {
            Reason::Loading
        } else if self.may_have_boot_answer(peer) {
            return false;
        } else {
            Reason::TooMany
        };
        self.send(cx, peer, Message::Decline(Decline { reason, log }));
        true
    }

    /// How far each log is signed here. Losing branches are left out: they are short, and pulled as ranges.
    pub(super) fn on_plan_ask(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> StoreResult<()> {
        if self.declines_boot(cx, peer, None) {
            return Ok(());
        }
        let mut rows = Vec::new();
        for (log, held) in self.logs.iter().filter(|(_, held)| held.base.is_none()) {
            if let Some(point) = cx.store.signature_before(log, held.mark.received)? {
                rows.push(PlanRow {
                    log: *log,
                    seq: point.seq,
                    hash: point.hash,
                    signature: point.signature,
                });
            }
        }
        rows.truncate(MAX_ROWS);
        let plan = Plan {
            rows: List::truncated(rows),
            n_docs: cx.store.n_docs()?,
        };
        self.send(cx, peer, Message::Plan(plan));
        Ok(())
    }

    pub(super) fn on_docs_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: DocsAsk,
    ) -> StoreResult<()> {
        if self.declines_boot(cx, peer, None) {
            return Ok(());
        }
        let docs = if ask.docs.is_empty() {
            self.page_of_docs(cx, ask.cursor)?
        } else {
            self.named_docs(cx, &ask.docs)?
        };
        self.send(cx, peer, Message::Docs(docs));
        Ok(())
    }

    fn page_of_docs(&mut self, cx: &mut Cx<'_>, cursor: Option<DocCursor>) -> StoreResult<Docs> {
        let after = cursor.map(|cursor| (cursor.touched, cursor.doc));
        let listed = cx.store.docs_newest(after, MAX_DOCS)?;
        let is_last = listed.len() < MAX_DOCS;
        let n_listed = listed.len();
        let (docs, _) = self.snapshots(cx, listed)?;
        let next = docs
            .last()
            .filter(|_| !is_last || docs.len() < n_listed)
            .map(|last| DocCursor {
                touched: last.touched,
                doc: last.doc,
            });
        Ok(Docs {
            docs: List::truncated(docs),
            next,
            missing: List::default(),
        })
    }

    /// Those that do not fit any more are not said to be missing: they are asked for again.
    fn named_docs(&mut self, cx: &mut Cx<'_>, named: &[DocId]) -> StoreResult<Docs> {
        let (mut listed, mut missing) = (Vec::new(), Vec::new());
        for doc in named {
            match cx.store.doc_head(doc)?.filter(|row| !row.forgotten) {
                Some(row) => listed.push((row.touched, *doc, row.kind)),
                None => missing.push(*doc),
            }
        }
        let (docs, _) = self.snapshots(cx, listed)?;
        Ok(Docs {
            docs: List::truncated(docs),
            next: None,
            missing: List::truncated(missing),
        })
    }

    /// The first of the listed documents, as many as fit one answer, and their bytes in all.
    fn snapshots(
        &mut self,
        cx: &mut Cx<'_>,
        listed: Vec<(Hlc, DocId, DocKind)>,
    ) -> StoreResult<(Vec<DocSnapshot>, usize)> {
        let (mut docs, mut n_bytes) = (Vec::new(), 0);
        for (touched, doc, kind) in listed {
            let bytes = self.saved_whole(cx, &doc)?;
            if !docs.is_empty() && n_bytes + bytes.len() > MAX_ANSWER_BYTES {
                break;
            }
            n_bytes += bytes.len();
            docs.push(DocSnapshot {
                doc,
                kind,
                touched,
                bytes,
            });
        }
        Ok((docs, n_bytes))
    }

    /// A document as one piece: as it is stored, unless entries came since. Empty when it is too large for one message or
    /// for the receiver; its changes are then asked for.
    fn saved_whole(
        &mut self,
        cx: &mut Cx<'_>,
        doc: &DocId,
    ) -> StoreResult<Blob<MAX_SNAPSHOT_BYTES>> {
        let row = cx.store.doc(doc)?;
        let stored = row.filter(|row| row.n_since == 0 && !row.snapshot.is_empty());
        let saved = match stored {
            Some(row) => row.snapshot,
            None => match self.docs.read(cx.store, doc)? {
                Some(document) => document.save(),
                None => return Ok(Blob::default()),
            },
        };
        if self.settings.documents.may_be_sent(&saved) {
            Ok(Blob::new(saved).unwrap_or_default())
        } else {
            Ok(Blob::default())
        }
    }

    /// Headers up to a signed point, with the signatures within: whoever takes them in can serve ranges from them.
    pub(super) fn on_headers_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: HeadersAsk,
    ) -> StoreResult<()> {
        if self.declines_boot(cx, peer, Some(ask.log)) {
            return Ok(());
        }
        let points = self.points_between(cx, &ask)?;
        let Some(end) = points.last().copied() else {
            let (reason, log) = (Reason::Gap, Some(ask.log));
            self.send(cx, peer, Message::Decline(Decline { reason, log }));
            return Ok(());
        };
        let stored = cx.store.headers(&ask.log, ask.after, MAX_HEADERS)?;
        let headers = stored
            .into_iter()
            .take_while(|(seq, _)| *seq <= end.seq)
            .map(|(_, header)| header)
            .collect();
        let within = points[..points.len() - 1]
            .iter()
            .map(|point| PointSignature {
                seq: point.seq,
                signature: point.signature,
            })
            .collect();
        let answer = Headers {
            log: ask.log,
            after: ask.after,
            headers: PackedHeaders::truncated(headers),
            signature: end.signature,
            within: List::truncated(within),
        };
        self.send(cx, peer, Message::Headers(answer));
        Ok(())
    }

    /// Signed points after the start, no further apart than a range may be long, until one answer is full or the end of
    /// what was asked for is reached.
    fn points_between(&self, cx: &Cx<'_>, ask: &HeadersAsk) -> StoreResult<Vec<SignedPoint>> {
        let stretch = MAX_BATCH_ENTRIES as u64;
        let last = ask.after.saturating_add(MAX_HEADERS as u64);
        let (mut points, mut at) = (Vec::<SignedPoint>::new(), ask.after);
        while at < ask.upto && points.len() < MAX_POINTS {
            let near = cx
                .store
                .signature_before(&ask.log, at.saturating_add(stretch))?;
            let next = match near.filter(|point| point.seq > at) {
                Some(point) => Some(point),
                None => cx.store.signature_after(&ask.log, at.saturating_add(1))?,
            };
            match next.filter(|point| point.seq <= last) {
                Some(point) => points.push(point),
                None => break,
            }
            at = points.last().map_or(at, |point| point.seq);
        }
        Ok(points)
    }
}
