//! Copies of one document on several nodes, for tests: edits go through the schema, merges through automerge.

use automerge::{ActorId, Automerge};

use super::{Edit, new_document, write};
use crate::decide::Context;
use crate::domain::site_time::{SiteTime, TimeQuality};
use crate::hlc::Hlc;
use crate::ids::{LogId, NodeId, OfficerId, SiteId};
use crate::log::DocKind;

pub(crate) const SITE: SiteId = SiteId([9; 32]);
/// Monday 2025-11-24 08:00 in Vietnam.
pub(crate) const MONDAY_8: u64 = 1_763_946_000_000;

/// The node with a small number.
pub(crate) fn node(no: u8) -> NodeId {
    NodeId([no; 32])
}

pub(crate) fn officer(no: u8) -> OfficerId {
    OfficerId([no; 8])
}

fn actor(no: u8) -> [u8; 16] {
    LogId {
        node: node(no),
        incarnation: 1,
    }
    .actor_bytes(&SITE)
}

/// Knows the logs of nodes 1 to 20.
pub(crate) fn authors(bytes: &[u8]) -> Option<NodeId> {
    (1..=20).find(|no| actor(*no) == bytes).map(node)
}

/// A context of node `no` at counter `no`, `millis` after Monday 8:00.
pub(crate) fn context(no: u8, millis: u64) -> Context {
    Context {
        now: SiteTime::new(MONDAY_8 + millis, TimeQuality::Median),
        hlc: Hlc::from_millis(MONDAY_8 + millis),
        officer: officer(no),
        counter: Some(u16::from(no)),
        node: node(no),
    }
}

/// One node's copy of one document.
#[derive(Debug, Clone)]
pub(crate) struct Copy {
    pub(crate) no: u8,
    pub(crate) document: Automerge,
}

impl Copy {
    pub(crate) fn new(no: u8, kind: DocKind) -> Self {
        let document = new_document(kind)
            .unwrap()
            .with_actor(ActorId::from(actor(no)));
        Self { no, document }
    }

    /// One copy for each of the nodes 1 to `n`.
    pub(crate) fn several(n: u8, kind: DocKind) -> Vec<Self> {
        (1..=n).map(|no| Self::new(no, kind)).collect()
    }

    pub(crate) fn write(&mut self, edits: &[Edit]) {
        let mut tx = self.document.transaction();
        write(&mut tx, edits, [self.no; 16]).unwrap();
        tx.commit();
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.document.merge(&mut other.document.clone()).unwrap();
    }
}

/// Everybody learns everything.
pub(crate) fn merge_all(copies: &mut [Copy]) {
    for from in 0..copies.len() {
        for to in 0..copies.len() {
            let source = copies[from].clone();
            copies[to].merge(&source);
        }
    }
}
