//! What is on the disk beside what the store believes: somebody may have removed files, a crash may have come between
//! the bytes and the note of them.

use std::collections::BTreeSet;

use lienquay_blobs::{Blobs, Found, Scan};
use lienquay_core::files::FileEvent;
use lienquay_core::store::StoreResult;
use lienquay_shared::FileHash;

use crate::store::Reader;

/// Files the store believes to be here.
pub(crate) type Known = BTreeSet<FileHash>;

/// Rows read at a time.
const PAGE: usize = 1_024;
/// Files looked at in one step.
const STEP: usize = 64;

/// Reads what the store believes to be here.
pub(crate) fn known(store: &Reader) -> StoreResult<Known> {
    let mut known = Known::new();
    let mut after = 0;
    loop {
        let page = store.files_told(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(known);
        };
        after = last.own_seq;
        known.extend(page.iter().filter(|row| row.is_held).map(|row| row.hash));
    }
}

/// A comparison under way.
pub(crate) struct Compare<'a> {
    blobs: &'a Blobs,
    scan: Option<Scan<'a>>,
    /// Those not found yet.
    known: Known,
    is_whole: bool,
}

impl<'a> Compare<'a> {
    pub(crate) fn new(blobs: &'a Blobs, known: Known) -> Self {
        let scan = blobs.scan();
        if let Err(error) = &scan {
            tracing::error!(%error, "the files of this PC cannot be listed");
        }
        Self {
            blobs,
            scan: scan.ok(),
            known,
            is_whole: true,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.scan.is_none()
    }

    /// Looks at some files; what must be told to the engine.
    pub(crate) fn step(&mut self) -> Vec<FileEvent> {
        let mut events = Vec::new();
        for _ in 0..STEP {
            let Some(scan) = &mut self.scan else {
                return events;
            };
            match scan.next() {
                Some(Ok(found)) => events.extend(self.look_at(&found)),
                Some(Err(error)) => {
                    tracing::warn!(%error, "a file of this PC cannot be looked at");
                    // What was not seen is not said to be gone.
                    self.is_whole = false;
                }
                None => {
                    self.scan = None;
                    if self.is_whole {
                        let gone = std::mem::take(&mut self.known).into_iter();
                        events.extend(gone.filter_map(|hash| self.gone(hash)));
                    }
                }
            }
        }
        events
    }

    fn look_at(&mut self, found: &Found) -> Option<FileEvent> {
        match found {
            Found::Whole { hash, size } => {
                let is_known = self.known.remove(hash);
                (!is_known).then_some(FileEvent::Kept {
                    hash: *hash,
                    size: *size,
                })
            }
            Found::Partial { .. } => None,
            Found::Damaged { hash, file, what } => {
                tracing::warn!(file, what, "a damaged file");
                let hash = (*hash)?;
                match self.blobs.remove(hash) {
                    Ok(_removed) => self.known.remove(&hash).then_some(FileEvent::Gone { hash }),
                    Err(error) => {
                        tracing::warn!(file = hash.short(), %error, "it was not removed");
                        None
                    }
                }
            }
        }
    }

    /// A file that the listing did not show may have come back, or been removed by an order, meanwhile.
    fn gone(&self, hash: FileHash) -> Option<FileEvent> {
        match self.blobs.state(hash) {
            Ok(lienquay_blobs::State::Whole { .. }) => None,
            Ok(_not_whole) => Some(FileEvent::Gone { hash }),
            Err(error) => {
                tracing::warn!(file = hash.short(), %error, "a file of this PC cannot be looked at");
                None
            }
        }
    }
}
