//! What nothing can be faster than: the disk's sync, and one change taken into a document and its projection.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use automerge::{Automerge, Change};
use lienquay_core::store::{ProjectionRow, Store as _};
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId, Opened};
use lienquay_shared::log::DocKind;
use lienquay_shared::view::{conflict_rows, dossier_row};
use lienquay_shared::{DocId, NodeId, schema};
use tokio::time::Instant;

/// Written over again and again, as SQLite does with its write-ahead log.
const FILE_BYTES: usize = 4 << 20;

/// A file on the disk under test, whose space is allocated.
pub(crate) struct SyncFile {
    file: File,
    at: usize,
}

impl SyncFile {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let path = folder.join("floor.dat");
        std::fs::write(&path, vec![1; FILE_BYTES])?;
        let file = File::options().read(true).write(true).open(path)?;
        file.sync_all()?;
        Ok(Self { file, at: 0 })
    }

    /// Writes so many bytes and waits until the disk has them.
    pub(crate) fn sync(&mut self, n_bytes: usize) -> io::Result<Duration> {
        let bytes = vec![u8::try_from(self.at % 251).unwrap_or_default(); n_bytes];
        if self.at + n_bytes > FILE_BYTES {
            self.at = 0;
        }
        let start = Instant::now();
        self.file.write_all_at(&bytes, self.at as u64)?;
        self.file.sync_data()?;
        self.at += n_bytes;
        Ok(start.elapsed())
    }
}

/// One edited dossier outside of any node: the change is taken in and projected, and nothing else.
pub(crate) struct Apply {
    before: Automerge,
    change: Vec<u8>,
    doc: DocId,
    opened: Opened,
}

impl Apply {
    /// Takes the newest change of a dossier in a node's folder; the node does not run.
    pub(crate) fn of(node: &Path, doc: DocId, scratch: &Path) -> Result<Self> {
        let machine = MachineId::of_this_machine();
        let held = DataFolder::open(node, &KeySeal::OwnerFile, &machine)?;
        let mut changes = Vec::new();
        for entry in held.store.entries_of(&doc)? {
            let stored = held.store.entry(&entry.log, entry.seq)?;
            changes.push(
                stored
                    .and_then(|stored| stored.change)
                    .context("no change")?,
            );
        }
        let change = changes.pop().context("no entry")?;
        let mut before = schema::new_document(DocKind::Dossier).context("no such kind")?;
        before.apply_changes(
            changes
                .into_iter()
                .map(Change::from_bytes)
                .collect::<Result<Vec<_>, _>>()?,
        )?;
        let opened = DataFolder::create(scratch, &KeySeal::OwnerFile, &machine)?;
        let mut floor = Self {
            before,
            change,
            doc,
            opened,
        };
        floor.apply()?;
        Ok(floor)
    }

    /// Takes the change in, projects the dossier, commits without sync.
    pub(crate) fn apply(&mut self) -> Result<Duration> {
        let mut document = self.before.clone();
        let bytes = self.change.clone();
        let start = Instant::now();
        document.apply_changes([Change::from_bytes(bytes)?])?;
        let author = |_: &[u8]| Some(NodeId([1; NodeId::LEN]));
        let (dossier, _defects) = schema::dossier::read(&document, &author);
        let row = dossier_row(self.doc, &dossier);
        let conflicts = conflict_rows(self.doc, &dossier);
        self.opened
            .store
            .project(&ProjectionRow::Dossier(row, conflicts))?;
        self.opened.store.commit(false)?;
        Ok(start.elapsed())
    }
}
