//! Small files that are either the old one or the new one, whatever happens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file readable by its owner only: a temporary file, synced, renamed over the old one, and the folder synced.
pub(crate) fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!("{name}.tmp"));
    // A leftover might have other permissions than the new file must have.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = owner_only().write(true).create_new(true).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, folder.join(name))?;
    sync_directory(folder)
}

fn owner_only() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a folder permanent; no name at all is the current one.
#[cfg(unix)]
pub(crate) fn sync_directory(folder: &Path) -> io::Result<()> {
    let is_current = folder.as_os_str().is_empty();
    let folder = if is_current { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Windows writes renames through its own journal and cannot open a folder as a file.
#[cfg(not(unix))]
pub(crate) fn sync_directory(_folder: &Path) -> io::Result<()> {
    Ok(())
}
