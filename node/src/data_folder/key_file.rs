//! The file `key`: magic, format, the sealed key, and a checksum that tells a damaged file from a wrong passphrase.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::data_folder::atomic_file;
use crate::data_folder::error::{FolderError, FolderResult};
use crate::data_folder::seal::KeySeal;

/// Name of the file.
pub(crate) const FILE: &str = "key";
const MAGIC: &[u8; 6] = b"LQKEY\0";
const FORMAT: u8 = 1;
const CHECKSUM_BYTES: usize = 16;
/// A key file of today has at most 125 bytes.
const MAX_FILE_BYTES: u64 = 4096;

/// The random key of the database. Never shown.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    /// A new key from the system's generator.
    pub fn generate() -> FolderResult<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(FolderError::no_randomness)?;
        Ok(Self(bytes))
    }

    /// From exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Zeroizing::new).map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Opens the content of a key file.
    pub fn from_file(content: &[u8], seal: &KeySeal) -> FolderResult<Self> {
        let body = content
            .len()
            .checked_sub(CHECKSUM_BYTES)
            .map(|at| content.split_at(at))
            .filter(|(body, sum)| checksum(body) == *sum)
            .map(|(body, _)| body)
            .ok_or_else(|| damaged("it is truncated or was altered"))?;
        let (format, sealed) = body
            .strip_prefix(MAGIC)
            .and_then(<[u8]>::split_first)
            .ok_or_else(|| damaged("it is not a key file"))?;
        if *format == 0 {
            return Err(damaged("no version of this program wrote it"));
        }
        if *format > FORMAT {
            return Err(FolderError::NewerFormat {
                file: FILE,
                found: *format,
                known: FORMAT,
            });
        }
        seal.open(sealed)
    }

    /// A key file's body with the checksum that makes it whole.
    pub fn with_checksum(body: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([body, &checksum(body)].concat())
    }
}

/// Seals the key and writes the file, whole or not at all.
pub(crate) fn write(folder: &Path, key: &DataKey, seal: &KeySeal) -> FolderResult<()> {
    let mut content = Zeroizing::new(Vec::with_capacity(128));
    content.extend_from_slice(MAGIC);
    content.push(FORMAT);
    content.extend_from_slice(&seal.seal(key)?);
    let content = DataKey::with_checksum(&content);
    atomic_file::write(folder, FILE, &content).map_err(FolderError::io(FILE, "write"))
}

/// Reads the file and opens the seal.
pub(crate) fn read(folder: &Path, seal: &KeySeal) -> FolderResult<DataKey> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Err(FolderError::FileMissing { file: FILE });
    }
    let mut content = Zeroizing::new(Vec::with_capacity(128));
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut content))
        .map_err(FolderError::io(FILE, "read"))?;
    DataKey::from_file(&content, seal)
}

fn damaged(what: &str) -> FolderError {
    FolderError::Damaged {
        file: FILE,
        what: what.to_owned(),
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut sum = [0; CHECKSUM_BYTES];
    blake3::Hasher::new_derive_key("lienquay 2026 key file checksum")
        .update(body)
        .finalize_xof()
        .fill(&mut sum);
    sum
}
