//! The threads that do what the engine orders.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use lienquay_blobs::{Begun, BlobError, Blobs, PART_BYTES, Put, State};
use lienquay_core::files::{FileEvent, FileOrder, FileTrouble, Lacking};
use lienquay_core::store::StoreResult;
use lienquay_shared::FileHash;
use lienquay_shared::wire::files::PartName;
use tokio::sync::mpsc as events;

use crate::files::compare::{Compare, Known, known};
use crate::store::Reader;

/// Ranges of lacking parts told to the engine at a time.
const MAX_RANGES: usize = 64;

/// The threads. Dropping it ends them after what was ordered before.
#[derive(Debug)]
pub(crate) struct FileKeeper {
    writer: Option<mpsc::Sender<FileOrder>>,
    giver: Option<mpsc::Sender<FileOrder>>,
    threads: Vec<JoinHandle<()>>,
}

impl FileKeeper {
    /// Starts the threads. With a reader, the first thing the writer does is to compare what the store believes to be here
    /// with the disk. Orders are bounded by the engine, which has few open at a time.
    pub(crate) fn start(
        blobs: &Arc<Blobs>,
        store: Option<Reader>,
        events: &events::Sender<FileEvent>,
    ) -> io::Result<Self> {
        let (writer, orders) = mpsc::channel();
        let work = Writer {
            blobs: Arc::clone(blobs),
            events: events.clone(),
        };
        let write = move || work.run(store, &orders);
        let writing = thread::Builder::new().name("lienquay-files".to_owned());
        let writing = writing.spawn(write)?;
        let (giver, orders) = mpsc::channel();
        let work = Writer {
            blobs: Arc::clone(blobs),
            events: events.clone(),
        };
        let giving = thread::Builder::new().name("lienquay-parts".to_owned());
        let giving = giving.spawn(move || {
            while let Ok(order) = orders.recv() {
                work.carry_out(order);
            }
        })?;
        Ok(Self {
            writer: Some(writer),
            giver: Some(giver),
            threads: vec![writing, giving],
        })
    }

    /// Has something done; its event comes when it is.
    pub(crate) fn order(&self, order: FileOrder) {
        let to = match order {
            FileOrder::Give { .. } => &self.giver,
            _ => &self.writer,
        };
        let is_sent = to.as_ref().is_some_and(|to| to.send(order).is_ok());
        if !is_sent {
            tracing::error!("the keeper of files has ended");
        }
    }

    /// Waits for what was ordered. The receiver of events must be gone or drained meanwhile.
    pub(crate) fn end(mut self) {
        self.writer = None;
        self.giver = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the keeper of files panicked");
            }
        }
    }
}

/// What both threads work with.
struct Writer {
    blobs: Arc<Blobs>,
    events: events::Sender<FileEvent>,
}

impl Writer {
    fn run(&self, store: Option<Reader>, orders: &mpsc::Receiver<FileOrder>) {
        let known = store.as_ref().map(known);
        // Readers go before the writer of the store.
        drop(store);
        if let Some(known) = known {
            self.compare(known, orders);
        }
        while let Ok(order) = orders.recv() {
            self.carry_out(order);
        }
    }

    fn compare(&self, known: StoreResult<Known>, orders: &mpsc::Receiver<FileOrder>) {
        let known = match known {
            Ok(known) => known,
            Err(fault) => return tracing::error!(%fault, "the list of files cannot be read"),
        };
        let mut compare = Compare::new(&self.blobs, known);
        // Orders come first; the comparison goes on while nothing waits.
        while !compare.is_done() {
            match orders.try_recv() {
                Ok(order) => self.carry_out(order),
                Err(mpsc::TryRecvError::Empty) => {
                    for event in compare.step() {
                        self.tell(event);
                    }
                }
                Err(mpsc::TryRecvError::Disconnected) => return,
            }
        }
    }

    /// The engine may have ended; then nobody needs to know.
    fn tell(&self, event: FileEvent) {
        self.events.blocking_send(event).ok();
    }

    fn carry_out(&self, order: FileOrder) {
        match order {
            FileOrder::Begin { hash, size } => {
                let event = self.begin(hash, size);
                self.tell(event);
            }
            FileOrder::Put { name, from, bytes } => match self.put(&name, &bytes) {
                Ok(Some(kept)) => self.tell(kept),
                result => self.tell(FileEvent::Put {
                    name,
                    from,
                    result: result.map(|_not_whole| ()),
                }),
            },
            FileOrder::Give { name, peer, link } => {
                let bytes = self.give(&name);
                self.tell(FileEvent::Read {
                    name,
                    peer,
                    link,
                    bytes,
                });
            }
            FileOrder::Remove { hash } => match self.blobs.remove(hash) {
                Ok(_removed) => self.tell(FileEvent::Gone { hash }),
                // The engine orders it again.
                Err(error) => tracing::warn!(file = hash.short(), %error, "a file was not removed"),
            },
        }
    }

    fn begin(&self, hash: FileHash, size: u64) -> FileEvent {
        if size <= PART_BYTES && self.state(hash) == Some(State::Absent) {
            // A file of one part needs no room: it comes whole or not at all.
            let lacking = Ok(Lacking {
                ranges: std::iter::once(0..1).collect(),
                n_parts: 1,
            });
            return FileEvent::Begun { hash, lacking };
        }
        let begun = match self.blobs.begin(hash, size) {
            Err(BlobError::OtherSize { .. }) => {
                // It was begun as a false dossier named it.
                self.blobs
                    .remove(hash)
                    .and_then(|_removed| self.blobs.begin(hash, size))
            }
            Err(BlobError::TooManyPartials { .. }) => {
                self.drop_a_partial(hash);
                self.blobs.begin(hash, size)
            }
            begun => begun,
        };
        let lacking = match begun {
            Ok(Begun::Whole) => return FileEvent::Kept { hash, size },
            Ok(Begun::Fetching) => self.blobs.missing(hash, usize::MAX),
            Err(error) => Err(error),
        };
        let lacking = lacking.map(|mut ranges| {
            let n_parts = ranges.iter().map(|range| range.end - range.start).sum();
            ranges.truncate(MAX_RANGES);
            Lacking { ranges, n_parts }
        });
        FileEvent::Begun {
            hash,
            lacking: lacking.map_err(|error| trouble(hash, &error)),
        }
    }

    /// Makes room for another: what was begun and given up can be begun again.
    fn drop_a_partial(&self, but: FileHash) {
        let found = match self.blobs.scan() {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "files being fetched cannot be listed"),
        };
        let is_another = |found: lienquay_blobs::Found| match found {
            lienquay_blobs::Found::Partial { hash, .. } if hash != but => Some(hash),
            _ => None,
        };
        if let Some(hash) = found.filter_map(Result::ok).find_map(is_another)
            && let Err(error) = self.blobs.remove(hash)
        {
            tracing::warn!(file = hash.short(), %error, "a file begun was not removed");
        }
    }

    /// `Some` when it was the last part.
    fn put(&self, name: &PartName, bytes: &[u8]) -> Result<Option<FileEvent>, FileTrouble> {
        let hash = name.file;
        if self.state(hash) == Some(State::Absent) {
            return self.put_whole(hash, bytes).map(Some);
        }
        match self.blobs.put(hash, name.part, bytes) {
            Ok(Put::Held) => Ok(None),
            Ok(Put::Whole) => match self.blobs.state(hash) {
                Ok(State::Whole { size }) => Ok(Some(FileEvent::Kept { hash, size })),
                Ok(_gone_meanwhile) => Err(FileTrouble::Failed),
                Err(error) => Err(trouble(hash, &error)),
            },
            Err(error) => Err(trouble(hash, &error)),
        }
    }

    /// The only part of a small file; it has no proof but the file's name. A third of the syncs of a file that is begun.
    fn put_whole(&self, hash: FileHash, bytes: &[u8]) -> Result<FileEvent, FileTrouble> {
        if blake3::hash(bytes).as_bytes() != hash.as_bytes() {
            return Err(FileTrouble::Wrong);
        }
        let mut source = bytes;
        let mut progress = |_| ControlFlow::Continue(());
        match self.blobs.ingest(&mut source, PART_BYTES, &mut progress) {
            Ok(kept) => Ok(FileEvent::Kept {
                hash,
                size: kept.size,
            }),
            Err(error) => Err(trouble(hash, &error)),
        }
    }

    fn state(&self, hash: FileHash) -> Option<State> {
        self.blobs.state(hash).ok()
    }

    fn give(&self, name: &PartName) -> Option<Vec<u8>> {
        match self.blobs.part(name.file, name.part) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(file = name.file.short(), part = name.part, %error, "a part cannot be given");
                if matches!(error, BlobError::Corrupt { .. } | BlobError::Absent { .. }) {
                    self.erase_damaged(name.file);
                }
                None
            }
        }
    }

    /// What is damaged here is fetched again from others.
    fn erase_damaged(&self, hash: FileHash) {
        match self.blobs.remove(hash) {
            Ok(_removed) => self.tell(FileEvent::Gone { hash }),
            Err(error) => {
                tracing::warn!(file = hash.short(), %error, "a damaged file was not removed");
            }
        }
    }
}

fn trouble(hash: FileHash, error: &BlobError) -> FileTrouble {
    tracing::debug!(file = hash.short(), %error, "a file is not fetched");
    match error {
        BlobError::Full { .. } => FileTrouble::Full,
        BlobError::WrongPart { .. } => FileTrouble::Wrong,
        _ => FileTrouble::Failed,
    }
}
