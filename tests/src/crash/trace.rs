//! What strace wrote down, as operations on a disk.

mod line;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::crash::strace::UNKNOWN;
use line::{Call, joined, last_number, open_path, parse, paths, quoted};

/// A file, whatever it is called at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileNo(pub usize);

/// One operation, in the order in which they ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A folder was made.
    Mkdir(PathBuf),
    /// A file was made.
    Create(PathBuf, FileNo),
    /// Bytes were written.
    Write(FileNo, usize, Vec<u8>),
    /// A file was cut, or lengthened with zeros.
    SetLen(FileNo, usize),
    /// A file got another name, in the same folder.
    Rename(PathBuf, PathBuf),
    /// A file was removed.
    Unlink(PathBuf),
    /// A file was synced.
    Sync(FileNo),
    /// Syncing a file failed: what was waiting may be gone, though reading shows it.
    SyncFailed(FileNo),
    /// A folder was synced.
    SyncFolder(PathBuf),
    /// Syncing a folder failed: its names may not be on the disk.
    SyncFolderFailed,
    /// A line was acknowledged.
    Acknowledged(String),
}

/// A call that syncs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncCall {
    /// By which thread.
    pub thread: String,
    /// Its name: SQLite says `fsync`, our own handle on the write-ahead log `fdatasync`.
    pub call: String,
    /// The how many-th of its name by its thread.
    pub n: usize,
    /// Of which file; none for a folder.
    pub file: Option<FileNo>,
}

/// Reads traces of one place, one life after the other.
#[derive(Debug, Default)]
pub struct Trace {
    acknowledged: PathBuf,
    /// The names of files at the moment.
    names: BTreeMap<PathBuf, FileNo>,
    /// Where writing without a position goes on, of the one handle that each such file has.
    positions: BTreeMap<FileNo, usize>,
    n_files: usize,
    /// What happened.
    pub ops: Vec<Op>,
    /// Per life: how often each call was made by the thread that made it most.
    pub counts: Vec<BTreeMap<String, usize>>,
    /// Per life: every sync.
    pub syncs: Vec<Vec<SyncCall>>,
}

impl Trace {
    /// Nothing happened yet; lines written to `acknowledged` are what was told.
    pub fn new(acknowledged: &Path) -> Self {
        Self {
            acknowledged: acknowledged.to_owned(),
            ..Self::default()
        }
    }

    /// Another course of what comes next: files as they are now, nothing happened since.
    pub fn fork(&self) -> Self {
        Self {
            acknowledged: self.acknowledged.clone(),
            names: self.names.clone(),
            positions: self.positions.clone(),
            n_files: self.n_files,
            ..Self::default()
        }
    }

    /// Reads one more life.
    pub fn read(&mut self, text: &str) -> Result<()> {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut unfinished: BTreeMap<String, String> = BTreeMap::new();
        let mut syncs = Vec::new();
        for line in text.lines() {
            let Some(line) = joined(line, &mut unfinished)? else {
                continue;
            };
            let call = parse(&line).with_context(|| line.chars().take(300).collect::<String>())?;
            let counted = (call.thread.to_owned(), call.name.to_owned());
            let n = counts.entry(counted).or_default();
            *n += 1;
            if matches!(call.name, "fsync" | "fdatasync") {
                syncs.push(SyncCall {
                    thread: call.thread.to_owned(),
                    call: call.name.to_owned(),
                    n: *n,
                    file: self.file(&call)?,
                });
            }
            self.take(&call)
                .with_context(|| line.chars().take(300).collect::<String>())?;
        }
        let mut most = BTreeMap::new();
        for ((_, name), n) in counts {
            let so_far = most.entry(name).or_insert(0);
            *so_far = n.max(*so_far);
        }
        self.counts.push(most);
        self.syncs.push(syncs);
        Ok(())
    }

    fn take(&mut self, call: &Call<'_>) -> Result<()> {
        if call.result < 0 {
            // A call that did nothing, except that a failed sync may have forgotten what it should have written.
            if matches!(call.name, "fsync" | "fdatasync") {
                let op = self.file(call)?.map(Op::SyncFailed);
                self.ops.push(op.unwrap_or(Op::SyncFolderFailed));
            }
            return Ok(());
        }
        match call.name {
            "pwrite64" | "write" => self.write(call),
            "ftruncate" => {
                let len = last_number(call.arguments)?;
                if let Some(file) = self.file(call)? {
                    self.ops.push(Op::SetLen(file, len));
                }
                Ok(())
            }
            "fsync" | "fdatasync" => {
                let op = match self.file(call)? {
                    Some(file) => Some(Op::Sync(file)),
                    None => open_path(call.arguments)?.map(Op::SyncFolder),
                };
                self.ops.extend(op);
                Ok(())
            }
            "unlink" => {
                let [path] = paths(call.arguments)?;
                self.names.remove(&path);
                self.ops.push(Op::Unlink(path));
                Ok(())
            }
            "rename" => {
                let [from, to] = paths(call.arguments)?;
                ensure!(from.parent() == to.parent(), "moved between folders");
                if let Some(file) = self.names.remove(&from) {
                    self.names.insert(to.clone(), file);
                }
                self.ops.push(Op::Rename(from, to));
                Ok(())
            }
            "mkdir" => {
                let [path] = paths(call.arguments)?;
                self.ops.push(Op::Mkdir(path));
                Ok(())
            }
            "lseek" => {
                if let Some(file) = self.file(call)? {
                    self.positions.insert(file, usize::try_from(call.result)?);
                }
                Ok(())
            }
            "chmod" => Ok(()),
            "openat" => self.open(call),
            name if UNKNOWN.contains(&name) => bail!("the replay does not know {name}"),
            name => bail!("{name} was not asked for"),
        }
    }

    fn open(&mut self, call: &Call<'_>) -> Result<()> {
        let [path] = paths(call.arguments)?;
        if path == self.acknowledged {
            return Ok(());
        }
        if call.arguments.contains("O_CREAT") && !self.names.contains_key(&path) {
            let file = FileNo(self.n_files);
            self.n_files += 1;
            self.names.insert(path.clone(), file);
            self.ops.push(Op::Create(path.clone(), file));
        }
        if let Some(file) = self.names.get(&path).copied() {
            self.positions.insert(file, 0);
            if call.arguments.contains("O_TRUNC") {
                self.ops.push(Op::SetLen(file, 0));
            }
        }
        Ok(())
    }

    fn write(&mut self, call: &Call<'_>) -> Result<()> {
        let bytes = quoted(call.arguments)?.next().context("no bytes")??;
        let n = usize::try_from(call.result)?;
        ensure!(
            bytes.len() == n,
            "{n} of {} bytes were written",
            bytes.len()
        );
        let path = open_path(call.arguments)?;
        if path.as_deref() == Some(&self.acknowledged) {
            self.ops.push(Op::Acknowledged(String::from_utf8(bytes)?));
            return Ok(());
        }
        let Some(file) = self.file(call)? else {
            // A file without a name is gone with whoever has it open.
            return Ok(());
        };
        let at = if call.name == "pwrite64" {
            last_number(call.arguments)?
        } else {
            let position = self.positions.entry(file).or_default();
            *position += n;
            *position - n
        };
        self.ops.push(Op::Write(file, at, bytes));
        Ok(())
    }

    /// The file behind the first argument; none for a folder or a removed file.
    fn file(&self, call: &Call<'_>) -> Result<Option<FileNo>> {
        let path = open_path(call.arguments)?;
        Ok(path.and_then(|path| self.names.get(&path).copied()))
    }
}
