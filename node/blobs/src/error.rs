//! What can go wrong, and what the caller can do about it. No text contains a path.

use std::io;

use lienquay_shared::FileHash;

/// What operations of this crate return.
pub type BlobResult<T> = Result<T, BlobError>;

/// Why a blob was not kept, read or given. What was whole before is whole after.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No space, or the user's quota is used up.
    #[error(
        "the disk is full (to {doing}); nothing half-saved was kept; free some space, then try again"
    )]
    Full {
        /// What was being done.
        doing: &'static str,
    },
    /// More bytes than the caller or the store allows.
    #[error("larger than the {limit_bytes} bytes allowed; scan at a lower resolution or split it")]
    TooLarge {
        /// The bound that was passed.
        limit_bytes: u64,
    },
    /// What is on the disk is not what was written.
    #[error(
        "{} is damaged on this disk: {what}; remove it, then fetch it from another counter or scan the paper again",
        hash.short()
    )]
    Corrupt {
        /// Which blob.
        hash: FileHash,
        /// How.
        what: &'static str,
    },
    /// No such blob here.
    #[error("{} is not on this PC; fetch it from another counter", hash.short())]
    Absent {
        /// Which blob.
        hash: FileHash,
    },
    /// The blob is being fetched, and this part has not come yet; or it has no such part.
    #[error("part {part} of {} is not on this PC; ask another holder", hash.short())]
    PartAbsent {
        /// Which blob.
        hash: FileHash,
        /// Which part, from 0.
        part: u64,
    },
    /// What a holder sent does not prove to be that part. Nothing was changed.
    #[error(
        "what came as part {part} of {} is not that part ({what}); nothing was changed; ask another holder",
        hash.short()
    )]
    WrongPart {
        /// Which blob.
        hash: FileHash,
        /// Which part, from 0.
        part: u64,
        /// How it is wrong.
        what: &'static str,
    },
    /// The blob is already being fetched under another size.
    #[error(
        "{} is being fetched as {known_bytes} bytes, not {claimed_bytes}; remove it first if that was wrong",
        hash.short()
    )]
    OtherSize {
        /// Which blob.
        hash: FileHash,
        /// The size it was begun with.
        known_bytes: u64,
        /// The size claimed now.
        claimed_bytes: u64,
    },
    /// As many blobs are being fetched as the store allows.
    #[error(
        "{max_partials} blobs are being fetched already; finish or remove one, then begin again"
    )]
    TooManyPartials {
        /// The bound.
        max_partials: usize,
    },
    /// The caller's progress callback said stop. Nothing was kept.
    #[error("cancelled; nothing was kept")]
    Cancelled,
    /// What was to be ingested could not be read. Nothing was kept.
    #[error("the source could not be read: {0}; nothing was kept; scan or choose the file again")]
    Source(#[source] io::Error),
    /// The system gave no random bytes for a key.
    #[error("the system gives no random numbers: {0}; start the PC again")]
    NoRandomness(String),
    /// Anything else the file system says.
    #[error(
        "the disk failed (to {doing}): {error}; try again, and have the disk checked if it stays"
    )]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said; it names no path.
        #[source]
        error: io::Error,
    },
}

impl BlobError {
    /// For `map_err`: a file system error while trying `doing`.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { doing },
            _ => Self::Io { doing, error },
        }
    }

    /// For `map_err`: like [`Self::io`] while reading `hash`, whose file may also be shorter than it was.
    pub(crate) fn reading(hash: FileHash, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Corrupt {
                hash,
                what: "its file was cut short",
            },
            _ => Self::io(doing)(error),
        }
    }

    /// For `map_err`: the system's generator failed.
    pub(crate) fn no_randomness(error: getrandom::Error) -> Self {
        Self::NoRandomness(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_quota_is_a_full_disk() {
        for code in [28, 122] {
            let error = BlobError::io("write")(io::Error::from_raw_os_error(code));
            if cfg!(target_os = "linux") {
                assert!(matches!(error, BlobError::Full { .. }), "{code}: {error}");
            }
        }
    }
}
