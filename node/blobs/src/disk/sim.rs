//! A disk in memory that counts operations, fails at the one it is told to, and forgets what was not synced.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Barrier, Mutex, MutexGuard};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::disk::{Disk, DiskFile, Folder, Names};

/// What happens at the operation that was chosen. Reading is an operation too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// That one finds no space; the next ones do.
    FullOnce,
    /// From then on nothing new can be written.
    FullForEver,
    /// The quota is used up, once.
    QuotaOnce,
    /// That one fails. If it is a sync, what it should have saved is forgotten although it can still be read.
    Broken,
    /// From then on nothing works; [`SimDisk::restart`] goes on.
    Dead,
}

/// What a power cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Everything: only the program was killed.
    Nothing,
    /// All that was not synced is lost.
    Unsynced,
    /// Of what was not synced each write is kept, torn or lost, and names changed up to some point.
    Some(u64),
}

type Name = (Folder, String);
type Id = u64;

#[derive(Debug, Clone, Default)]
struct Data {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Since the last sync.
    writes: Vec<(u64, Vec<u8>)>,
}

impl Data {
    fn put(content: &mut Vec<u8>, at: u64, bytes: &[u8]) {
        let at = usize::try_from(at).unwrap();
        let end = at + bytes.len();
        content.resize(content.len().max(end), 0);
        content[at..end].copy_from_slice(bytes);
    }
}

/// A change of names not known to be permanent.
#[derive(Debug, Clone)]
enum Change {
    Link(Name, Id),
    Unlink(Name),
    Rename(Name, Name, Id),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<Name, Id>) {
        match self {
            Self::Link(name, id) => {
                names.insert(name.clone(), *id);
            }
            Self::Unlink(name) => {
                names.remove(name);
            }
            Self::Rename(from, to, id) => {
                names.remove(from);
                names.insert(to.clone(), *id);
            }
        }
    }

    fn is_in(&self, folder: Folder) -> bool {
        match self {
            Self::Link(name, _) | Self::Unlink(name) => name.0 == folder,
            Self::Rename(from, to, _) => from.0 == folder || to.0 == folder,
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<Id, Data>,
    names: BTreeMap<Name, Id>,
    synced_names: BTreeMap<Name, Id>,
    changes: VecDeque<Change>,
    n_operations: u64,
    fault: Option<(u64, Fault)>,
    next_id: Id,
    meeting: Option<Arc<Barrier>>,
}

enum Step {
    Go,
    /// Fails, having done what a sync that fails does.
    Fail(io::Error),
}

impl Inner {
    /// Counts one operation and says whether it may happen.
    fn step(&mut self, what: &'static str) -> Step {
        let number = self.n_operations;
        self.n_operations += 1;
        let Some((at, fault)) = self.fault else {
            return Step::Go;
        };
        let grows = matches!(what, "create" | "write" | "sync" | "rename");
        let code = match fault {
            Fault::FullOnce if number == at && grows => 28,
            Fault::FullForEver if number >= at && matches!(what, "create" | "write") => 28,
            Fault::QuotaOnce if number == at && grows => 122,
            Fault::Broken if number == at => 5,
            Fault::Dead if number >= at => 5,
            _ => return Step::Go,
        };
        Step::Fail(io::Error::from_raw_os_error(code))
    }

    fn may(&mut self, what: &'static str) -> io::Result<()> {
        match self.step(what) {
            Step::Go => Ok(()),
            Step::Fail(error) => Err(error),
        }
    }

    fn id(&self, folder: Folder, name: &str) -> io::Result<Id> {
        let id = self.names.get(&(folder, name.to_owned()));
        id.copied().ok_or(io::ErrorKind::NotFound.into())
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.changes.push_back(change);
    }

    fn cut(&mut self, cut: Cut) {
        let mut rng = match cut {
            Cut::Nothing => return,
            Cut::Unsynced => None,
            Cut::Some(seed) => Some(ChaCha8Rng::seed_from_u64(seed)),
        };
        let n_kept = rng.as_mut().map_or(0, |rng| {
            usize::try_from(rng.next_u64()).unwrap() % (self.changes.len() + 1)
        });
        let mut names = self.synced_names.clone();
        for change in self.changes.drain(..).take(n_kept) {
            change.apply(&mut names);
        }
        for data in self.files.values_mut() {
            let mut content = data.synced.clone();
            for (at, bytes) in data.writes.drain(..) {
                let n_kept = match rng.as_mut().map(|rng| rng.next_u64() % 4) {
                    None | Some(0) => 0,
                    Some(1) => bytes.len() / 2,
                    Some(_) => bytes.len(),
                };
                Data::put(&mut content, at, &bytes[..n_kept]);
            }
            data.now.clone_from(&content);
            data.synced = content;
        }
        self.names.clone_from(&names);
        self.synced_names = names;
    }
}

/// A handle on the disk: clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<Inner>>);

impl SimDisk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Operations until now.
    pub(crate) fn n_operations(&self) -> u64 {
        self.lock().n_operations
    }

    /// From now on the operation with this number (0 is the next) meets `fault`.
    pub(crate) fn plan(&self, number: u64, fault: Fault) {
        let mut inner = self.lock();
        inner.fault = Some((inner.n_operations + number, fault));
    }

    /// No more faults; whether the planned one was met.
    pub(crate) fn heal(&self) -> bool {
        let mut inner = self.lock();
        let n_operations = inner.n_operations;
        let planned = inner.fault.take();
        planned.is_some_and(|(at, _)| n_operations > at)
    }

    /// The PC starts again after `cut`.
    pub(crate) fn restart(&self, cut: Cut) -> bool {
        let was_met = self.heal();
        self.lock().cut(cut);
        was_met
    }

    /// From now on threads that create a file wait for one another in pairs.
    pub(crate) fn meet_at_create(&self) {
        self.lock().meeting = Some(Arc::new(Barrier::new(2)));
    }

    /// The files in a folder, by name.
    pub(crate) fn files(&self, folder: Folder) -> Vec<String> {
        let inner = self.lock();
        let names = inner.names.keys().filter(|name| name.0 == folder);
        names.map(|name| name.1.clone()).collect()
    }

    /// Alters a file behind the store's back.
    pub(crate) fn meddle(&self, folder: Folder, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.lock();
        let id = inner.id(folder, name).unwrap();
        let data = inner.files.get_mut(&id).unwrap();
        change(&mut data.now);
        data.synced.clone_from(&data.now);
        data.writes.clear();
    }

    /// What is in a file now.
    pub(crate) fn content(&self, folder: Folder, name: &str) -> Vec<u8> {
        let inner = self.lock();
        inner.files[&inner.id(folder, name).unwrap()].now.clone()
    }

    fn opened(&self, id: Id) -> Box<dyn DiskFile> {
        Box::new(SimFile {
            disk: self.clone(),
            id,
        })
    }
}

impl Disk for SimDisk {
    fn create(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut inner = self.lock();
        inner.may("create")?;
        if inner.id(folder, name).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = inner.next_id;
        inner.next_id += 1;
        inner.files.insert(id, Data::default());
        inner.change(Change::Link((folder, name.to_owned()), id));
        let meeting = inner.meeting.clone();
        drop(inner);
        if let Some(meeting) = meeting {
            meeting.wait();
        }
        Ok(self.opened(id))
    }

    fn open(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut inner = self.lock();
        inner.may("open")?;
        let id = inner.id(folder, name)?;
        drop(inner);
        Ok(self.opened(id))
    }

    fn open_to_write(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open(folder, name)
    }

    fn rename(&self, from: (Folder, &str), to: (Folder, &str)) -> io::Result<()> {
        let mut inner = self.lock();
        inner.may("rename")?;
        let id = inner.id(from.0, from.1)?;
        let (from, to) = ((from.0, from.1.to_owned()), (to.0, to.1.to_owned()));
        inner.change(Change::Rename(from, to, id));
        Ok(())
    }

    fn remove(&self, folder: Folder, name: &str) -> io::Result<()> {
        let mut inner = self.lock();
        inner.may("remove")?;
        inner.id(folder, name)?;
        inner.change(Change::Unlink((folder, name.to_owned())));
        Ok(())
    }

    fn sync_folder(&self, folder: Folder) -> io::Result<()> {
        let mut inner = self.lock();
        inner.may("sync folder")?;
        let changes = std::mem::take(&mut inner.changes);
        for change in changes {
            if change.is_in(folder) {
                change.apply(&mut inner.synced_names);
            } else {
                inner.changes.push_back(change);
            }
        }
        Ok(())
    }

    fn names(&self, folder: Folder) -> io::Result<Names> {
        self.lock().may("list")?;
        Ok(Box::new(self.files(folder).into_iter().map(Ok)))
    }
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    id: Id,
}

impl DiskFile for SimFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.may("read")?;
        let at = usize::try_from(offset).unwrap();
        let bytes = inner.files[&self.id].now.get(at..at + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        let step = inner.step("write");
        let data = inner.files.get_mut(&self.id).unwrap();
        // A write that fails has written something all the same.
        let (n_written, result) = match step {
            Step::Go => (bytes.len(), Ok(())),
            Step::Fail(error) => (bytes.len() / 3, Err(error)),
        };
        Data::put(&mut data.now, offset, &bytes[..n_written]);
        data.writes.push((offset, bytes[..n_written].to_vec()));
        result
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.disk.lock();
        let step = inner.step("sync");
        let is_dead = matches!(inner.fault, Some((_, Fault::Dead)));
        let data = inner.files.get_mut(&self.id).unwrap();
        match step {
            Step::Go => {
                for (at, bytes) in std::mem::take(&mut data.writes) {
                    Data::put(&mut data.synced, at, &bytes);
                }
                Ok(())
            }
            Step::Fail(error) => {
                if !is_dead {
                    data.writes.clear();
                }
                Err(error)
            }
        }
    }

    fn len(&self) -> io::Result<u64> {
        let mut inner = self.disk.lock();
        inner.may("measure")?;
        Ok(inner.files[&self.id].now.len() as u64)
    }

    fn taken(&self) -> io::Result<u64> {
        self.len()
    }
}
