//! One process a folder: two writers of one log would be a fork.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::data_folder::error::{FolderError, FolderResult};

const FILE: &str = "lock";
/// A process id has at most 20 digits; whatever else is in the file is not shown.
const MAX_PID_CHARS: u64 = 20;

/// The lock. The system releases it when the process ends, however it ends, so a stale file locks nobody out.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock or says who has it.
    pub(crate) fn take(folder: &Path) -> FolderResult<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(FILE))
            .map_err(FolderError::io(FILE, "open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::InUse {
                    pid: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(FolderError::io(FILE, "lock")(error)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(FolderError::io(FILE, "write"))?;
        Ok(Self { _file: file })
    }
}

/// The process id in the file. Windows does not let others read a locked file.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(MAX_PID_CHARS).read_to_string(&mut text);
    let pid = text.trim();
    if read.is_err() || pid.is_empty() || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        return "(unknown)".to_owned();
    }
    pid.to_owned()
}
