//! Where a morning takes place: a data folder always at the same path, because a copy elsewhere is another PC.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

/// Files of a data folder. What else appears fails the recording.
const FILES: &[&str] = &[
    "lock",
    "key",
    "key.tmp",
    "store.db",
    "store.db-wal",
    "store.db-journal",
    "store.db.new",
    "store.db.new-wal",
    "store.db.new-journal",
];
/// Memory that Linux offers as a folder: killing a process needs no disk.
const MEMORY: &str = "/dev/shm";

/// One place.
#[derive(Debug)]
pub struct Place {
    temp: TempDir,
}

impl Place {
    /// A new one, in memory where there is some.
    pub fn new() -> Result<Self> {
        let temp = if Path::new(MEMORY).is_dir() {
            tempfile::tempdir_in(MEMORY)
        } else {
            tempfile::tempdir()
        };
        Ok(Self { temp: temp? })
    }

    /// What is there before the morning: everything else stands in it.
    pub fn root(&self) -> PathBuf {
        self.temp.path().join("disk")
    }

    /// The data folder; the one it stands in is created with it.
    pub fn folder(&self) -> PathBuf {
        self.root().join("lienquay/data")
    }

    /// What was acknowledged.
    pub fn acknowledged(&self) -> PathBuf {
        self.temp.path().join("acknowledged")
    }

    /// Where strace writes.
    pub fn trace(&self) -> PathBuf {
        self.temp.path().join("trace")
    }

    /// Every path whose system calls count: the folders and the files.
    pub fn watched(&self) -> Vec<PathBuf> {
        let folder = self.folder();
        let mut watched: Vec<_> = FILES.iter().map(|file| folder.join(file)).collect();
        let folders = folder.ancestors().take(3).map(Path::to_owned);
        watched.extend(folders);
        watched
    }

    /// An empty disk on which nothing was acknowledged.
    pub fn clear(&self) -> Result<()> {
        if self.root().exists() {
            fs::remove_dir_all(self.root())?;
        }
        fs::create_dir(self.root())?;
        if self.acknowledged().exists() {
            fs::remove_file(self.acknowledged())?;
        }
        Ok(())
    }

    /// Keeps what is there under a name.
    pub fn keep(&self, name: &str) -> Result<()> {
        let kept = self.kept(name);
        fs::create_dir_all(&kept)?;
        copy_tree(&self.root(), &kept.join("disk"))?;
        let acknowledged = self.acknowledged();
        if acknowledged.exists() {
            fs::copy(acknowledged, kept.join("acknowledged"))?;
        }
        Ok(())
    }

    /// Puts back what was kept.
    pub fn put_back(&self, name: &str) -> Result<()> {
        self.clear()?;
        let kept = self.kept(name);
        copy_tree(&kept.join("disk"), &self.root())?;
        let acknowledged = kept.join("acknowledged");
        if acknowledged.exists() {
            fs::copy(acknowledged, self.acknowledged())?;
        }
        Ok(())
    }

    fn kept(&self, name: &str) -> PathBuf {
        self.temp.path().join("kept").join(name)
    }
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}
