//! Fsync of the write-ahead log, apart from the commit.
//!
//! SQLite refuses to change `synchronous` inside a transaction, and whether a transaction must be durable is known only
//! when it is committed. So every commit is made at NORMAL (the WAL is written, not synced), and a durable one then
//! syncs the WAL through a second handle: the same call SQLite itself makes at FULL (`walFrames`: after the last frame,
//! one fsync of the whole file). It covers every earlier commit, too, and is possible with nothing new to commit.
//! What a checkpoint moved out of the WAL was synced by the checkpoint.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// How much of a leftover log is written again at once.
const CHUNK_BYTES: usize = 256 << 10;

/// The file beside the database that holds the commits since the last checkpoint.
#[derive(Debug)]
pub(crate) struct WalFile {
    file: File,
    n_syncs: u64,
}

impl WalFile {
    /// Opens the WAL of a database. SQLite has created it and keeps it as long as a connection is open. Locks of POSIX
    /// systems are on the database and its shared memory, so closing this handle loses none.
    pub(crate) fn open(database: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name_of(database))?;
        Ok(Self { file, n_syncs: 0 })
    }

    /// Before a database is opened: what an earlier process left in the WAL is written once more and synced. After a
    /// sync that failed, systems read back what was to be written but never write it, and call the next sync a
    /// success: frames appended behind such a hole would be gone with the power.
    pub(crate) fn write_again(database: &Path) -> io::Result<()> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name_of(database));
        let mut file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = 0;
        loop {
            file.seek(SeekFrom::Start(at))?;
            let n_bytes = file.read(&mut chunk)?;
            if n_bytes == 0 {
                return file.sync_data();
            }
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&chunk[..n_bytes])?;
            at += n_bytes as u64;
        }
    }

    /// Waits until everything committed is on the disk.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.n_syncs += 1;
        Ok(())
    }

    /// How often [`Self::sync`] succeeded.
    pub(crate) fn n_syncs(&self) -> u64 {
        self.n_syncs
    }

    /// How long the file is.
    pub(crate) fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

fn name_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
