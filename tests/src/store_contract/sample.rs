//! Rows to put into a store under test.

use lienquay_core::store::{EntryState, StoredEntry};
use lienquay_shared::log::{ActionKind, DocKind, Header};
use lienquay_shared::{ChangeHash, DocId, Hlc, LogId, NodeId, OfficerId, RequestId};

pub(super) fn log(n: u8) -> LogId {
    LogId {
        node: NodeId([n; 32]),
        incarnation: u64::MAX - u64::from(n),
    }
}

pub(super) fn doc(n: u8) -> DocId {
    DocId([n; 16])
}

pub(super) fn request(n: u8) -> RequestId {
    RequestId([n; 16])
}

/// An applied entry of log `n_log`, of document `n_doc`, whose change is told apart by its bytes.
pub(super) fn entry(n_log: u8, seq: u64, n_doc: u8) -> StoredEntry {
    let change = vec![n_log, u8::try_from(seq).unwrap(), n_doc];
    let header = Header {
        seq,
        kind: DocKind::Dossier,
        doc: doc(n_doc),
        change_hash: Some(ChangeHash([change[1]; 32])),
        hlc: Hlc(1 + seq),
        officer: OfficerId([3; 8]),
        action: ActionKind::DossierNoted,
        closes: None,
    };
    StoredEntry {
        log: log(n_log),
        header_bytes: header.encode(),
        header,
        change: Some(change),
        state: EntryState::Applied,
    }
}

pub(super) fn in_state(state: EntryState, entry: StoredEntry) -> StoredEntry {
    StoredEntry { state, ..entry }
}
