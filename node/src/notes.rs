//! Local notes: what this PC keeps for itself — form drafts, window settings. They lie encrypted in its store, are never
//! replicated, and need no site.

use lienquay_core::store::{Store as _, StoreFault, StoreResult};

use crate::handle::AskError;
use crate::store::SqliteStore;

/// The longest name.
pub const MAX_NAME_BYTES: usize = 64;
/// The largest value: a long form with everything typed into it is a tenth of this.
pub const MAX_VALUE_BYTES: usize = 256 << 10;
/// Notes at the same time.
pub const MAX_NOTES: u64 = 64;

/// Apart from the shell's other facts (identity, machine marker), which no name can reach.
const PREFIX: &str = "note/";

/// Why a note was not kept. What was kept under the name before still is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// No name.
    #[error("a note needs a name")]
    NoName,
    /// A longer name than [`MAX_NAME_BYTES`].
    #[error("the note's name has {n_bytes} bytes, more than {MAX_NAME_BYTES}")]
    NameTooLong {
        /// How long it is.
        n_bytes: usize,
    },
    /// A larger value than [`MAX_VALUE_BYTES`].
    #[error("the note has {n_bytes} bytes, more than {MAX_VALUE_BYTES}")]
    TooLarge {
        /// How large it is.
        n_bytes: usize,
    },
    /// As many as there may be; erase one first.
    #[error("{MAX_NOTES} notes are kept already; erase one first")]
    TooMany,
    /// The node could not be asked, or its store failed.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl From<StoreFault> for KeepError {
    fn from(fault: StoreFault) -> Self {
        Self::Ask(AskError::Store(fault))
    }
}

/// Under which of the shell's facts a note lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoteKey(String);

impl NoteKey {
    /// Where the note of a name lies.
    pub(crate) fn named(name: &str) -> Result<Self, KeepError> {
        match name.len() {
            0 => Err(KeepError::NoName),
            n_bytes if n_bytes > MAX_NAME_BYTES => Err(KeepError::NameTooLong { n_bytes }),
            _ => Ok(Self(format!("{PREFIX}{name}"))),
        }
    }

    /// Where the recovery sheet waits for being locked away; no name leads there.
    pub(crate) fn recovery_sheet() -> Self {
        Self("recovery-sheet".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value that may be kept.
pub(crate) fn check_value(value: &[u8]) -> Result<(), KeepError> {
    if value.len() > MAX_VALUE_BYTES {
        return Err(KeepError::TooLarge {
            n_bytes: value.len(),
        });
    }
    Ok(())
}

/// Keeps or erases a note, in a transaction of its own that is on the disk when this returns.
pub(crate) fn put(
    store: &mut SqliteStore,
    key: &NoteKey,
    value: Option<&[u8]>,
) -> Result<(), KeepError> {
    let is_new = store.local(key.as_str())?.is_none();
    if is_new && value.is_some() && store.n_locals(PREFIX)? >= MAX_NOTES {
        return Err(KeepError::TooMany);
    }
    if is_new && value.is_none() {
        return Ok(());
    }
    Ok(durably(store, |store| match value {
        Some(value) => store.set_local(key.as_str(), value),
        None => store.drop_local(key.as_str()),
    })?)
}

/// Between two groups of events: nothing of the engine's may share the fate of what is written here.
pub(crate) fn durably(
    store: &mut SqliteStore,
    write: impl FnOnce(&mut SqliteStore) -> StoreResult<()>,
) -> StoreResult<()> {
    store.commit(false)?;
    let written = write(store).and_then(|()| store.commit(true));
    if written.is_err() {
        store.rollback();
    }
    written
}
