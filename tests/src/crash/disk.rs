//! A disk that knows what was synced: what a power cut may leave of everything else is drawn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::crash::trace::{FileNo, Op};
use crate::sim::chance::Chance;

/// What becomes of writes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// None reached the disk.
    Lost,
    /// All did: as after a killed process.
    Kept,
    /// All did but the last, of which only some sectors.
    TornLast(u64),
    /// Some did, whole or in sectors, in any order; names of files likewise.
    Some(u64),
}

#[derive(Debug, Clone)]
enum Pending {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

#[derive(Debug, Clone, Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

#[derive(Debug, Clone)]
enum Entry {
    File(FileNo),
    Folder,
}

#[derive(Debug, Clone)]
enum Naming {
    Add(PathBuf, Entry),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

#[derive(Debug, Clone, Default)]
struct Folder {
    durable: BTreeMap<PathBuf, Entry>,
    pending: Vec<Naming>,
}

/// The disk.
#[derive(Debug, Default)]
pub struct Disk {
    files: BTreeMap<FileNo, File>,
    folders: BTreeMap<PathBuf, Folder>,
    /// The file written last, as long as nothing else was done.
    last_written: Option<FileNo>,
}

impl Disk {
    /// Does one operation.
    pub fn apply(&mut self, op: &Op) {
        if !matches!(op, Op::Acknowledged(_)) {
            self.last_written = None;
        }
        match op {
            Op::Mkdir(path) => self.naming(path, Naming::Add(path.clone(), Entry::Folder)),
            Op::Create(path, file) => {
                self.files.insert(*file, File::default());
                self.naming(path, Naming::Add(path.clone(), Entry::File(*file)));
            }
            Op::Write(file, at, bytes) => {
                self.pending(*file, Pending::Write(*at, bytes.clone()));
                self.last_written = Some(*file);
            }
            Op::SetLen(file, len) => self.pending(*file, Pending::SetLen(*len)),
            Op::Rename(from, to) => self.naming(from, Naming::Rename(from.clone(), to.clone())),
            Op::Unlink(path) => self.naming(path, Naming::Remove(path.clone())),
            Op::Sync(file) => {
                let file = self.files.entry(*file).or_default();
                for pending in std::mem::take(&mut file.pending) {
                    put(&mut file.durable, &pending);
                }
            }
            Op::SyncFailed(file) => {
                let file = self.files.entry(*file).or_default();
                file.pending
                    .retain(|pending| matches!(pending, Pending::SetLen(_)));
            }
            Op::SyncFolder(path) => {
                let folder = self.folders.entry(path.clone()).or_default();
                for naming in std::mem::take(&mut folder.pending) {
                    name(&mut folder.durable, &naming);
                }
            }
            Op::SyncFolderFailed | Op::Acknowledged(_) => {}
        }
    }

    fn pending(&mut self, file: FileNo, pending: Pending) {
        self.files.entry(file).or_default().pending.push(pending);
    }

    fn naming(&mut self, path: &Path, naming: Naming) {
        let folder = path.parent().unwrap_or(path).to_owned();
        self.folders.entry(folder).or_default().pending.push(naming);
    }

    /// Whether the last operation was a write: only then it can be torn.
    pub fn can_tear(&self) -> bool {
        self.last_written.is_some()
    }

    /// Whether anything is not synced.
    pub fn is_dirty(&self) -> bool {
        self.files.values().any(|file| !file.pending.is_empty())
            || self
                .folders
                .values()
                .any(|folder| !folder.pending.is_empty())
    }

    /// What a power cut leaves, below `root`: each file's path and content, none for a folder.
    pub fn left(&self, root: &Path, fate: Fate) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut chance = match fate {
            Fate::Lost | Fate::Kept => Chance::new(0, "unused"),
            Fate::TornLast(seed) | Fate::Some(seed) => Chance::new(seed, "power cut"),
        };
        let mut left = BTreeMap::new();
        let mut todo = vec![root.to_owned()];
        while let Some(path) = todo.pop() {
            let Some(folder) = self.folders.get(&path) else {
                continue;
            };
            for (path, entry) in folder.left(fate, &mut chance) {
                let content = match entry {
                    Entry::Folder => {
                        todo.push(path.clone());
                        None
                    }
                    Entry::File(file) => Some(self.content(file, fate, &mut chance)),
                };
                left.insert(path, content);
            }
        }
        left
    }

    fn content(&self, no: FileNo, fate: Fate, chance: &mut Chance) -> Vec<u8> {
        let Some(file) = self.files.get(&no) else {
            return Vec::new();
        };
        let mut content = file.durable.clone();
        let n_pending = file.pending.len();
        let some = Some(chance.within(5..=95)).filter(|_| matches!(fate, Fate::Some(_)));
        for (at, pending) in (1..).zip(&file.pending) {
            let is_last = self.last_written == Some(no) && at == n_pending;
            match (fate, some) {
                (Fate::Lost, _) => {}
                (Fate::TornLast(_), _) if is_last => tear(&mut content, pending, chance),
                (Fate::Some(_), Some(percent)) => match chance.percent(percent) {
                    true if chance.percent(15) => tear(&mut content, pending, chance),
                    true => put(&mut content, pending),
                    false => {}
                },
                _ => put(&mut content, pending),
            }
        }
        content
    }
}

impl Folder {
    fn left(&self, fate: Fate, chance: &mut Chance) -> BTreeMap<PathBuf, Entry> {
        let mut entries = self.durable.clone();
        // A journalled file system keeps a beginning of what was done; another one anything.
        let in_order = chance.percent(50);
        let first = chance.index(self.pending.len() + 1);
        for (at, naming) in self.pending.iter().enumerate() {
            let is_kept = match fate {
                Fate::Lost => false,
                Fate::Kept | Fate::TornLast(_) => true,
                Fate::Some(_) if in_order => at < first,
                Fate::Some(_) => chance.percent(50),
            };
            if is_kept {
                name(&mut entries, naming);
            }
        }
        entries
    }
}

fn put(content: &mut Vec<u8>, pending: &Pending) {
    match pending {
        Pending::SetLen(len) => content.resize(*len, 0),
        Pending::Write(at, bytes) => {
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
    }
}

/// Some sectors of a write reach the disk, in any order.
fn tear(content: &mut Vec<u8>, pending: &Pending, chance: &mut Chance) {
    let Pending::Write(at, bytes) = pending else {
        return;
    };
    let sector = [512, 4096][chance.index(2)];
    let (mut from, end) = (*at, at + bytes.len());
    while from < end {
        let to = end.min((from / sector + 1) * sector);
        if chance.percent(50) {
            put(
                content,
                &Pending::Write(from, bytes[from - at..to - at].to_vec()),
            );
        }
        from = to;
    }
}

fn name(entries: &mut BTreeMap<PathBuf, Entry>, naming: &Naming) {
    match naming {
        Naming::Add(path, entry) => {
            entries.insert(path.clone(), entry.clone());
        }
        Naming::Remove(path) => {
            entries.remove(path);
        }
        Naming::Rename(from, to) => {
            if let Some(entry) = entries.remove(from) {
                entries.insert(to.clone(), entry);
            }
        }
    }
}

/// Writes what is left below an empty root.
pub fn write_out(left: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<()> {
    for (path, content) in left {
        match content {
            None => fs::create_dir(path),
            Some(content) => fs::write(path, content),
        }
        .with_context(|| path.display().to_string())?;
    }
    Ok(())
}
