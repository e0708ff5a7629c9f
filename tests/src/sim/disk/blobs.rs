//! The bytes of files on a simulated disk: which are whole, and which parts of others came. A part's bytes only say whose
//! part they are, so that a wrong one can be told.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_core::files::{FileEvent, FileOrder, FileTrouble, Lacking};
use lienquay_shared::FileHash;
use lienquay_shared::wire::files::PartName;

/// Bytes of a file in one part.
const PART_BYTES: u64 = 64 * 1024;

/// What is here.
#[derive(Debug, Clone, Default)]
pub struct SimBlobs {
    whole: BTreeMap<FileHash, u64>,
    partial: BTreeMap<FileHash, Partial>,
    /// No space for further bytes.
    pub is_full: bool,
    /// Gives wrong parts to others.
    pub lies: bool,
}

#[derive(Debug, Clone, Default)]
struct Partial {
    size: u64,
    synced: BTreeSet<u64>,
    unsynced: BTreeSet<u64>,
}

impl Partial {
    fn missing(&self) -> Vec<u64> {
        (0..n_parts(self.size))
            .filter(|part| !self.synced.contains(part) && !self.unsynced.contains(part))
            .collect()
    }
}

fn n_parts(size: u64) -> u64 {
    size.div_ceil(PART_BYTES).max(1)
}

fn bytes_of(name: &PartName) -> Vec<u8> {
    let mut bytes = name.file.as_bytes().to_vec();
    bytes.extend(name.part.to_be_bytes());
    bytes
}

impl SimBlobs {
    /// Files whose bytes are here.
    pub fn whole(&self) -> &BTreeMap<FileHash, u64> {
        &self.whole
    }

    /// Takes a file in that was scanned here.
    pub fn ingest(&mut self, hash: FileHash, size: u64) {
        self.partial.remove(&hash);
        self.whole.insert(hash, size);
    }

    /// The power is gone: of files being fetched, parts that were not synced go.
    pub(super) fn crash(&mut self) {
        for partial in self.partial.values_mut() {
            partial.unsynced.clear();
        }
    }

    /// Does what the engine asks, and says what became of it.
    pub fn carry_out(&mut self, order: FileOrder, is_full: bool) -> FileEvent {
        match order {
            FileOrder::Begin { hash, size } => self.begin(hash, size, is_full),
            FileOrder::Put { name, from, bytes } => {
                let result = self.put(&name, &bytes, is_full);
                match self.whole.get(&name.file) {
                    Some(size) if result.is_ok() => FileEvent::Kept {
                        hash: name.file,
                        size: *size,
                    },
                    _ => FileEvent::Put { name, from, result },
                }
            }
            FileOrder::Give { name, peer, link } => {
                let is_here = self
                    .whole
                    .get(&name.file)
                    .is_some_and(|size| name.part < n_parts(*size));
                let mut bytes = is_here.then(|| bytes_of(&name));
                if self.lies
                    && let Some(bytes) = &mut bytes
                {
                    bytes[0] ^= 1;
                }
                FileEvent::Read {
                    name,
                    peer,
                    link,
                    bytes,
                }
            }
            FileOrder::Remove { hash } => {
                self.partial.remove(&hash);
                self.whole.remove(&hash);
                FileEvent::Gone { hash }
            }
        }
    }

    fn begin(&mut self, hash: FileHash, size: u64, is_full: bool) -> FileEvent {
        if let Some(size) = self.whole.get(&hash) {
            return FileEvent::Kept { hash, size: *size };
        }
        if is_full {
            let lacking = Err(FileTrouble::Full);
            return FileEvent::Begun { hash, lacking };
        }
        let partial = self.partial.entry(hash).or_default();
        partial.size = size;
        let missing = partial.missing();
        let lacking = Lacking {
            n_parts: missing.len() as u64,
            ranges: missing.into_iter().map(|part| part..part + 1).collect(),
        };
        FileEvent::Begun {
            hash,
            lacking: Ok(lacking),
        }
    }

    fn put(&mut self, name: &PartName, bytes: &[u8], is_full: bool) -> Result<(), FileTrouble> {
        if bytes != bytes_of(name) {
            return Err(FileTrouble::Wrong);
        }
        if is_full {
            return Err(FileTrouble::Full);
        }
        if self.whole.contains_key(&name.file) {
            return Ok(());
        }
        let Some(partial) = self.partial.get_mut(&name.file) else {
            return Err(FileTrouble::Failed);
        };
        partial.unsynced.insert(name.part);
        if partial.missing().is_empty() {
            let size = partial.size;
            self.ingest(name.file, size);
        }
        Ok(())
    }
}
