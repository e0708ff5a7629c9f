//! The data folder of one node: who may open it, what opens the database in it, and whether it was copied.
//!
//! ```text
//! lock       held by the running program; the text in it is its process id
//! key        the database key, sealed (`seal.rs`)
//! files/     the bytes of scanned papers, encrypted under a key that follows from it
//! store.db   everything else, encrypted: log, documents, projections, and this node's identity
//! ```
//!
//! The identity (Ed25519 secret) lies inside the database, not beside it: one secret to seal, and a copied `store.db`
//! alone is nobody. The machine marker lies there too, so that it cannot be copied away from the log it guards.
//!
//! Nothing missing or damaged is ever made anew by [`DataFolder::open`]: an empty store in place of a lost one would be
//! a silent loss. The error names the file and what to do.

mod atomic_file;
mod error;
mod key_file;
mod lock;
mod machine;
mod seal;

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lienquay_blobs::{BlobError, Blobs, FolderDisk};
use lienquay_core::store::{Store, StoreFault};
use lienquay_shared::NodeId;
use lienquay_shared::log::NodeKey;
use zeroize::Zeroizing;

use crate::files;
use crate::store::{DATABASE_FILE, SqliteStore};

pub(crate) use atomic_file::sync_directory;
pub use error::FolderError;
pub use key_file::DataKey;
pub use machine::{MachineId, MachineMarker};
pub use seal::KeySeal;

use error::FolderResult;
use lock::FolderLock;

/// The database while a folder is being created; renamed when whole.
const UNFINISHED_DATABASE_FILE: &str = "store.db.new";
const IDENTITY: &str = "identity";
const MACHINE: &str = "machine";
/// What the key of the files is derived for; never to be changed.
const FILES_KEY_CONTEXT: &str = "lienquay 2026 bytes of files at rest";

/// An open data folder. The lock is held as long as this lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    marker: [u8; 32],
    _lock: FolderLock,
}

/// What an opened folder contains.
#[derive(Debug)]
pub struct Opened {
    /// The folder; drop it after the store.
    pub folder: DataFolder,
    /// The store.
    pub store: SqliteStore,
    /// This node's identity.
    pub identity: NodeKey,
    /// The bytes of files.
    pub blobs: Arc<Blobs>,
    /// Whether the folder is where it was. If it differs, the log must not be continued: the engine opens a new
    /// incarnation, and [`DataFolder::adopt`] is called in the same transaction.
    pub machine: MachineMarker,
}

impl DataFolder {
    /// Creates a folder and everything in it. It may exist, if nothing of ours is in it.
    pub fn create(path: &Path, seal: &KeySeal, machine: &MachineId) -> FolderResult<Opened> {
        create_directory(path)?;
        let lock = FolderLock::take(path)?;
        for file in [key_file::FILE, DATABASE_FILE] {
            if path.join(file).exists() {
                return Err(FolderError::NotEmpty {
                    folder: path.to_owned(),
                    file,
                });
            }
        }
        let marker = machine.marker(path)?;
        let key = DataKey::generate()?;
        create_database(path, &key, &marker)?;
        key_file::write(path, &key, seal)?;
        finish_creation(path)?;
        Self::open_locked(path, seal, marker, lock)
    }

    /// Opens a folder that was created before.
    pub fn open(path: &Path, seal: &KeySeal, machine: &MachineId) -> FolderResult<Opened> {
        if !path.is_dir() {
            return Err(FolderError::Missing {
                folder: path.to_owned(),
            });
        }
        let lock = FolderLock::take(path)?;
        let marker = machine.marker(path)?;
        Self::open_locked(path, seal, marker, lock)
    }

    fn open_locked(
        path: &Path,
        seal: &KeySeal,
        marker: [u8; 32],
        lock: FolderLock,
    ) -> FolderResult<Opened> {
        let key = key_file::read(path, seal)?;
        if !path.join(DATABASE_FILE).exists() {
            // The last step of creating may be all that is missing.
            if !path.join(UNFINISHED_DATABASE_FILE).exists() {
                return Err(FolderError::FileMissing {
                    file: DATABASE_FILE,
                });
            }
            finish_creation(path)?;
        }
        let blobs = open_blobs(path, &key)?;
        let store = SqliteStore::open(&path.join(DATABASE_FILE), key)?;
        let identity = identity(&store)?;
        let machine = match store.local(MACHINE)? {
            Some(stored) if stored == marker => MachineMarker::Same,
            Some(_) | None => MachineMarker::Differs,
        };
        let folder = Self {
            path: path.to_owned(),
            marker,
            _lock: lock,
        };
        Ok(Opened {
            folder,
            store,
            identity,
            blobs: Arc::new(blobs),
            machine,
        })
    }

    /// Marks the store as living here, within its open transaction: together with the first entry of the new
    /// incarnation, or not at all.
    pub fn adopt(&self, store: &mut SqliteStore) -> FolderResult<()> {
        Ok(store.set_local(MACHINE, &self.marker)?)
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Seals the database key anew, for example with a passphrase when a PC becomes a laptop that travels.
    pub fn reseal(&self, old: &KeySeal, new: &KeySeal) -> FolderResult<()> {
        let key = key_file::read(&self.path, old)?;
        key_file::write(&self.path, &key, new)
    }

    /// Space that is free for us on the folder's disk, in MiB.
    pub fn disk_free_mib(&self) -> FolderResult<u64> {
        let bytes = fs4::available_space(&self.path).map_err(FolderError::io("", "measure"))?;
        Ok(bytes >> 20)
    }
}

/// Every folder of the way is named on the disk before anything is put into it: a power cut must not take the data folder
/// with everything in it. One that is there already may have been left unnamed by a crash.
fn create_directory(path: &Path) -> FolderResult<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    if let Some(there) = path.ancestors().nth(missing.len()) {
        sync_name(there)?;
    }
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(FolderError::io("", "create"))?,
        }
        sync_name(folder)?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(FolderError::io("", "restrict"))?;
    }
    Ok(())
}

/// Puts a folder's name on the disk, where its parent may be read.
fn sync_name(folder: &Path) -> FolderResult<()> {
    let Some(parent) = folder.parent() else {
        return Ok(());
    };
    match sync_directory(parent) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced.map_err(FolderError::io("", "sync")),
    }
}

/// Builds the whole database under another name, so that a crash leaves no half of one under the real name.
fn create_database(path: &Path, key: &DataKey, marker: &[u8; 32]) -> FolderResult<()> {
    let file = path.join(UNFINISHED_DATABASE_FILE);
    for suffix in ["", "-wal", "-shm"] {
        let leftover = path.join(format!("{UNFINISHED_DATABASE_FILE}{suffix}"));
        if leftover.exists() {
            fs::remove_file(leftover)
                .map_err(FolderError::io(UNFINISHED_DATABASE_FILE, "remove"))?;
        }
    }
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(FolderError::no_randomness)?;
    let mut store = SqliteStore::create(&file, key.clone())?;
    store.set_local(IDENTITY, &*secret)?;
    store.set_local(MACHINE, marker)?;
    store.commit(true)?;
    store.close_as_one_file()?;
    Ok(())
}

fn finish_creation(path: &Path) -> FolderResult<()> {
    fs::rename(
        path.join(UNFINISHED_DATABASE_FILE),
        path.join(DATABASE_FILE),
    )
    .map_err(FolderError::io(DATABASE_FILE, "rename"))?;
    sync_directory(path).map_err(FolderError::io("", "sync"))
}

/// Opens the store of bytes, making it where a folder of an earlier version has none.
fn open_blobs(path: &Path, key: &DataKey) -> FolderResult<Blobs> {
    let secret = Zeroizing::new(blake3::derive_key(FILES_KEY_CONTEXT, key.bytes()));
    let disk = FolderDisk::open(&path.join(files::FOLDER))
        .map_err(FolderError::io(files::FOLDER, "open"))?;
    Blobs::open(Box::new(disk), &secret, files::LIMITS).map_err(|error| {
        FolderError::Store(match error {
            BlobError::Full { .. } => StoreFault::Full(error.to_string()),
            error => StoreFault::Failed(error.to_string()),
        })
    })
}

fn identity(store: &SqliteStore) -> FolderResult<NodeKey> {
    let secret = Zeroizing::new(store.local(IDENTITY)?.unwrap_or_default());
    let secret: Zeroizing<[u8; NodeId::LEN]> =
        Zeroizing::new(secret.as_slice().try_into().map_err(|_wrong_length| {
            FolderError::Damaged {
                file: DATABASE_FILE,
                what: "this node's identity is not in it".to_owned(),
            }
        })?);
    Ok(NodeKey::from_secret(&secret))
}
