//! How ids, timestamps and states stand in columns.

use lienquay_core::store::EntryState;
use lienquay_shared::wire::Reason;
use lienquay_shared::{
    ChangeHash, DocId, EntryHash, FileHash, Hlc, LogId, NodeId, RequestId, Signature, StatementHash,
};
use rusqlite::Row;

use crate::store::fault::{SqlFault, SqlResult};

/// An id of fixed length.
pub(crate) trait BlobId: Sized {
    /// From exactly the bytes that were stored.
    fn from_blob(bytes: &[u8]) -> Option<Self>;
}

macro_rules! blob_ids {
    ($($name:ident),*) => { $(
        impl BlobId for $name {
            fn from_blob(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes)
            }
        }
    )* };
}

blob_ids!(
    ChangeHash,
    DocId,
    EntryHash,
    FileHash,
    NodeId,
    RequestId,
    Signature,
    StatementHash
);

impl BlobId for LogId {
    fn from_blob(bytes: &[u8]) -> Option<Self> {
        let (node, incarnation) = bytes.split_at_checked(NodeId::LEN)?;
        Some(Self {
            node: NodeId::from_slice(node)?,
            incarnation: u64::from_be_bytes(incarnation.try_into().ok()?),
        })
    }
}

/// Node id and incarnation, so that SQLite's order of blobs is the order of logs.
pub(crate) fn log_blob(log: &LogId) -> [u8; NodeId::LEN + 8] {
    let mut blob = [0; NodeId::LEN + 8];
    let (node, incarnation) = blob.split_at_mut(NodeId::LEN);
    node.copy_from_slice(log.node.as_bytes());
    incarnation.copy_from_slice(&log.incarnation.to_be_bytes());
    blob
}

/// Reads an id.
pub(crate) fn id<T: BlobId>(row: &Row<'_>, column: usize) -> SqlResult<T> {
    let blob = row
        .get_ref(column)?
        .as_blob()
        .map_err(|_not_a_blob| SqlFault::damaged("an identifier is no blob"))?;
    T::from_blob(blob).ok_or_else(|| SqlFault::damaged("an identifier of the wrong length"))
}

/// Reads an id that may be absent.
pub(crate) fn optional_id<T: BlobId>(row: &Row<'_>, column: usize) -> SqlResult<Option<T>> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    id(row, column).map(Some)
}

/// A position to write; positions count from 1 and never reach 2^63.
pub(crate) fn position(value: u64) -> SqlResult<i64> {
    i64::try_from(value)
        .map_err(|_too_large| SqlFault::failed(format!("position {value} is out of range")))
}

/// A position to compare with: the largest stands for "no bound".
pub(crate) fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// How many rows at most.
pub(crate) fn limit(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads what [`position`] wrote.
pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> SqlResult<u64> {
    u64::try_from(row.get::<_, i64>(column)?)
        .map_err(|_negative| SqlFault::damaged("a negative position"))
}

/// A timestamp, with the top bit flipped so that SQLite's signed order is the order of timestamps.
pub(crate) fn hlc_column(hlc: Hlc) -> i64 {
    (hlc.0 ^ (1 << 63)).cast_signed()
}

/// Reads what [`hlc_column`] wrote.
pub(crate) fn hlc(row: &Row<'_>, column: usize) -> SqlResult<Hlc> {
    Ok(Hlc(row.get::<_, i64>(column)?.cast_unsigned() ^ (1 << 63)))
}

/// The stored name of a reason: its name on the wire.
pub(crate) fn reason_text(reason: Reason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The reason of that name. One this version does not know was written by a newer one.
pub(crate) fn reason_of(text: &str) -> Reason {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .unwrap_or(Reason::NeedsNewerVersion)
}

/// The code of [`EntryState::Applied`]; the partial index leaves these out.
pub(crate) const APPLIED: i64 = 0;
/// The code of [`EntryState::Pending`].
pub(crate) const PENDING: i64 = 1;
/// The code of [`EntryState::Quarantined`].
pub(crate) const QUARANTINED: i64 = 2;
/// The code of [`EntryState::Withheld`].
pub(crate) const WITHHELD: i64 = 3;
/// The code of [`EntryState::Forgotten`].
pub(crate) const FORGOTTEN: i64 = 4;
/// The code of [`EntryState::Unproven`].
pub(crate) const UNPROVEN: i64 = 5;

/// The two columns of a state.
pub(crate) fn state_columns(state: EntryState) -> (i64, Option<String>) {
    match state {
        EntryState::Applied => (APPLIED, None),
        EntryState::Pending => (PENDING, None),
        EntryState::Quarantined(reason) => (QUARANTINED, Some(reason_text(reason))),
        EntryState::Withheld(reason) => (WITHHELD, Some(reason_text(reason))),
        EntryState::Forgotten => (FORGOTTEN, None),
        EntryState::Unproven => (UNPROVEN, None),
    }
}

/// Reads the state from `column` and its reason from the next.
pub(crate) fn state(row: &Row<'_>, column: usize) -> SqlResult<EntryState> {
    let reason = row
        .get::<_, Option<String>>(column + 1)?
        .map_or(Reason::NeedsNewerVersion, |text| reason_of(&text));
    match row.get::<_, i64>(column)? {
        APPLIED => Ok(EntryState::Applied),
        PENDING => Ok(EntryState::Pending),
        QUARANTINED => Ok(EntryState::Quarantined(reason)),
        WITHHELD => Ok(EntryState::Withheld(reason)),
        FORGOTTEN => Ok(EntryState::Forgotten),
        UNPROVEN => Ok(EntryState::Unproven),
        other => Err(SqlFault::damaged(&format!("entry state {other}"))),
    }
}
