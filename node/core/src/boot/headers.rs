//! Headers of a first copy: chained from what is here up to the plan, stored without their changes.

use std::collections::BTreeMap;

use lienquay_shared::log::chain::verify_entry_signature;
use lienquay_shared::log::{ActionKind, Header, entry_hash};
use lienquay_shared::wire::bootstrap::{Headers, HeadersAsk};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{EntryHash, LogId, NodeId, Signature};

use super::{Asked, Row};
use crate::engine::{Cx, Engine};
use crate::store::{EntryState, SignedPoint, StoreResult, StoredEntry};

/// A header with the log's hash after it.
type Chained = (Header, Vec<u8>, EntryHash);

impl Engine {
    pub(super) fn ask_next_headers(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let Some(copy) = &self.boot.copy else { return };
        let Some(row) = copy.rows.iter().find(|row| !row.is_done()) else {
            return;
        };
        let ask = HeadersAsk {
            log: row.plan.log,
            after: row.at,
            upto: row.plan.seq,
        };
        self.boot_ask(cx, peer, Asked::Headers(ask.log), Message::HeadersAsk(ask));
    }

    pub(super) fn on_headers(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        headers: Headers,
    ) -> StoreResult<()> {
        let Some(copy) = &mut self.boot.copy else {
            return Ok(());
        };
        let row = copy.rows.iter_mut().find(|row| row.plan.log == headers.log);
        let Some(row) = row else { return Ok(()) };
        let log = headers.log;
        let chained = match check(row, &headers) {
            Ok(chained) => chained,
            Err(reason) => {
                self.boot_blame(cx, peer, reason);
                return match reason {
                    Reason::BadSignature => self.headers_unchained(cx, peer, log),
                    _ => Ok(()),
                };
            }
        };
        self.boot.unchained.remove(&log);
        if let Some((header, _, hash)) = chained.last() {
            (row.at, row.hash) = (header.seq, *hash);
        }
        for point in points(&headers, &chained) {
            cx.store.put_signature(&log, &point)?;
        }
        let mut forgotten = BTreeMap::new();
        for (header, bytes, _) in chained {
            let is_forgotten = match forgotten.get(&header.doc) {
                Some(known) => *known,
                None => {
                    let row = cx.store.doc_head(&header.doc)?;
                    let is_forgotten = row.is_some_and(|row| row.forgotten);
                    forgotten.insert(header.doc, is_forgotten);
                    is_forgotten
                }
            };
            if header.action == ActionKind::DocForgotten {
                forgotten.remove(&header.doc);
            }
            self.store_header(cx, log, header, bytes, is_forgotten)?;
        }
        self.boot_store(cx)
    }

    fn store_header(
        &mut self,
        cx: &mut Cx<'_>,
        log: LogId,
        header: Header,
        header_bytes: Vec<u8>,
        is_forgotten: bool,
    ) -> StoreResult<()> {
        self.clock.observe(header.hlc, cx.now.wall_millis);
        if let Some(ended) = header.closes.filter(|ended| ended.log.node == log.node) {
            self.logs.close(cx.store, &ended.log)?;
        }
        let state = match header.change_hash {
            None => EntryState::Applied,
            Some(_) if is_forgotten => EntryState::Forgotten,
            Some(_) => EntryState::Unproven,
        };
        if header.change_hash.is_some() && header.action.name().is_none() {
            let reason = Some(Reason::NeedsNewerVersion);
            cx.store.flag_doc(&header.doc, header.kind, reason)?;
        }
        let stored = StoredEntry {
            log,
            header,
            header_bytes,
            change: None,
            state,
        };
        cx.store.put_entry(&stored)?;
        if stored.header.change_hash.is_none() {
            self.apply_log_action(cx, &stored)?;
        }
        Ok(())
    }
}

/// Chains headers on to what is here, up to the plan. The end is proven by the plan, or by the author's signature.
fn check(row: &Row, headers: &Headers) -> Result<Vec<Chained>, Reason> {
    if headers.after != row.at || headers.headers.is_empty() {
        return Err(Reason::Gap);
    }
    let (mut hash, mut seq) = (row.hash, row.at);
    let mut chained = Vec::with_capacity(headers.headers.len());
    for header_bytes in headers.headers.iter().map(<[u8]>::to_vec) {
        seq += 1;
        let header = Header::decode(&header_bytes)
            .ok()
            .filter(|header| header.seq == seq)
            .ok_or(Reason::MalformedEntry)?;
        hash = entry_hash(&hash, &header_bytes);
        if seq == row.plan.seq && hash != row.plan.hash {
            return Err(Reason::BadSignature);
        }
        chained.push((header, header_bytes, hash));
    }
    let is_proven = |hash: &EntryHash, signature: &Signature| {
        verify_entry_signature(&row.plan.log.node, hash, signature)
    };
    let ends_in_plan = seq >= row.plan.seq;
    if !ends_in_plan && !is_proven(&hash, &headers.signature) {
        return Err(Reason::BadSignature);
    }
    // What lies behind the plan comes, or came, as live entries.
    chained.retain(|(header, ..)| header.seq <= row.plan.seq);
    let within_is_proven = points(headers, &chained)
        .iter()
        .all(|point| is_proven(&point.hash, &point.signature));
    if within_is_proven {
        Ok(chained)
    } else {
        Err(Reason::BadSignature)
    }
}

/// The signatures that belong to the headers taken in.
fn points(headers: &Headers, chained: &[Chained]) -> Vec<SignedPoint> {
    let end = headers.after + headers.headers.len() as u64;
    let signed = headers
        .within
        .iter()
        .map(|point| (point.seq, point.signature))
        .chain([(end, headers.signature)]);
    signed
        .filter_map(|(seq, signature)| {
            let place = seq.checked_sub(headers.after + 1)?;
            let (header, _, hash) = chained.get(usize::try_from(place).ok()?)?;
            Some(SignedPoint {
                seq: header.seq,
                hash: *hash,
                signature,
            })
        })
        .collect()
}
