//! The real disk: one folder of a file system.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskFile, Folder, Names};

/// A folder that holds a store, for its owner only.
#[derive(Debug)]
pub struct FolderDisk {
    root: PathBuf,
}

impl FolderDisk {
    /// Opens `root`, whose parent exists; makes it and the folders in it if they are not there, for good.
    pub fn open(root: &Path) -> io::Result<Self> {
        make_folder(root)?;
        for folder in [Folder::Whole, Folder::Partial, Folder::Temp] {
            make_folder(&root.join(folder.name()))?;
        }
        sync_directory(root)?;
        if let Some(parent) = root.parent() {
            sync_directory(parent)?;
        }
        Ok(Self {
            root: root.to_owned(),
        })
    }

    fn path(&self, folder: Folder, name: &str) -> PathBuf {
        self.root.join(folder.name()).join(name)
    }
}

impl Disk for FolderDisk {
    fn create(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut options = owner_only();
        options.read(true).write(true).create_new(true);
        boxed(options.open(self.path(folder, name)))
    }

    fn open(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        boxed(File::open(self.path(folder, name)))
    }

    fn open_to_write(&self, folder: Folder, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        boxed(options.open(self.path(folder, name)))
    }

    fn rename(&self, from: (Folder, &str), to: (Folder, &str)) -> io::Result<()> {
        fs::rename(self.path(from.0, from.1), self.path(to.0, to.1))
    }

    fn remove(&self, folder: Folder, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(folder, name))
    }

    fn sync_folder(&self, folder: Folder) -> io::Result<()> {
        sync_directory(&self.root.join(folder.name()))
    }

    fn names(&self, folder: Folder) -> io::Result<Names> {
        let entries = fs::read_dir(self.root.join(folder.name()))?;
        Ok(Box::new(entries.map(|entry| {
            Ok(entry?.file_name().to_string_lossy().into_owned())
        })))
    }
}

fn boxed(file: io::Result<File>) -> io::Result<Box<dyn DiskFile>> {
    Ok(Box::new(file?))
}

impl DiskFile for File {
    #[cfg(unix)]
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buffer, offset)
    }

    #[cfg(unix)]
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(self, bytes, offset)
    }

    #[cfg(windows)]
    fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            let n_read = std::os::windows::fs::FileExt::seek_read(self, buffer, offset)?;
            if n_read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer = &mut buffer[n_read..];
            offset += n_read as u64;
        }
        Ok(())
    }

    #[cfg(windows)]
    fn write_all_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let n_written = std::os::windows::fs::FileExt::seek_write(self, bytes, offset)?;
            if n_written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[n_written..];
            offset += n_written as u64;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    #[cfg(unix)]
    fn taken(&self) -> io::Result<u64> {
        // `st_blocks` counts 512 bytes whatever the file system's blocks are (POSIX).
        Ok(std::os::unix::fs::MetadataExt::blocks(&self.metadata()?) * 512)
    }

    #[cfg(not(unix))]
    fn taken(&self) -> io::Result<u64> {
        DiskFile::len(self)
    }
}

fn owner_only() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folder(folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes the names in a folder permanent; no name at all is the current one.
#[cfg(unix)]
fn sync_directory(folder: &Path) -> io::Result<()> {
    let is_current = folder.as_os_str().is_empty();
    let folder = if is_current { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Windows writes renames through its own journal and cannot open a folder as a file.
#[cfg(not(unix))]
fn sync_directory(_folder: &Path) -> io::Result<()> {
    Ok(())
}
