//! Taking files in for an officer, and reading them.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lienquay_blobs::{BlobError, BlobReader, BlobResult, Blobs};
use lienquay_core::event::Control;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::file::{File, MAX_FILE_BYTES, MediaType, Origin, Place, clean_name};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{EventId, FileHash};

use crate::handle::NodeHandle;

/// The largest file that is taken in.
pub const MAX_KEPT_BYTES: u64 = MAX_FILE_BYTES;

/// A file whose bytes are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptFile {
    /// BLAKE3 of its bytes.
    pub hash: FileHash,
    /// Its bytes.
    pub size: u64,
    /// What they are, whatever its name says.
    pub media: MediaType,
}

/// Why a file was not kept. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum KeepFileError {
    /// It could not be read or written.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The node refused.
    #[error("{}", .0.english())]
    Refused(Refusal),
}

impl KeepFileError {
    /// The same as a refusal, for the officer.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Blob(BlobError::Full { .. }) => Refusal::DiskFull,
            Self::Blob(BlobError::TooLarge { limit_bytes }) => Refusal::invalid(
                "file",
                format!(
                    "Tệp lớn hơn {} MB. Anh/chị quét lại với độ phân giải thấp hơn hoặc chia thành nhiều tệp.",
                    limit_bytes >> 20
                ),
            ),
            Self::Blob(BlobError::Source(error)) => Refusal::FileUnreadable {
                why: Text::truncated(&error.to_string()),
            },
            Self::Blob(_) => Refusal::StoreFault,
        }
    }
}

/// Remembers the first bytes that pass, from which a file's type is told.
struct Probe<R> {
    source: R,
    first: Vec<u8>,
}

impl<R: Read> Read for Probe<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        let wanted = MediaType::PROBE.saturating_sub(self.first.len());
        self.first.extend(buffer[..n_bytes].iter().take(wanted));
        Ok(n_bytes)
    }
}

impl NodeHandle {
    /// Keeps the bytes of a file: when this returns `Ok` they are on the disk, and a dossier may name them within the next
    /// two days. `progress` is told the bytes done; `Break` cancels. The name only helps to tell the type.
    ///
    /// # Errors
    /// [`KeepFileError`]; nothing of the file is kept then.
    pub async fn keep_file(
        &self,
        source: impl Read + Send + 'static,
        name: &str,
        mut progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<KeptFile, KeepFileError> {
        let blobs = Arc::clone(self.blobs());
        let name = name.to_owned();
        let work = move || {
            let mut probe = Probe {
                source,
                first: Vec::new(),
            };
            let ingested = blobs.ingest(&mut probe, MAX_KEPT_BYTES, &mut progress)?;
            let media = MediaType::of(&probe.first, &name);
            Ok::<_, BlobError>((ingested, media))
        };
        let (ingested, media) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|panic| KeepFileError::Blob(BlobError::Source(io::Error::other(panic))))??;
        let (hash, size) = (ingested.hash, ingested.size);
        if size == 0 {
            self.forget_kept(hash).await;
            return Err(KeepFileError::Refused(Refusal::invalid(
                "file",
                "Tệp trống, không có nội dung. Anh/chị quét hoặc chọn lại.",
            )));
        }
        match self.control(Control::KeepFile { hash, size }).await {
            Ok(_kept) => Ok(KeptFile { hash, size, media }),
            Err(refusal) => {
                if !ingested.was_here {
                    self.forget_kept(hash).await;
                }
                Err(KeepFileError::Refused(refusal))
            }
        }
    }

    /// Removes bytes that were taken in and not noted.
    async fn forget_kept(&self, hash: FileHash) {
        let blobs = Arc::clone(self.blobs());
        match tokio::task::spawn_blocking(move || blobs.remove(hash)).await {
            Ok(Ok(_removed)) => {}
            // The comparison at the next start finds it.
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file that was refused stays until the next start");
            }
            Err(panic) => tracing::error!(%panic, "removing a file panicked"),
        }
    }

    /// Keeps a file and adds it to a dossier.
    ///
    /// # Errors
    /// As [`Self::keep_file`] and [`Self::submit`].
    pub async fn add_file(
        &self,
        path: &Path,
        dossier: DossierRef,
        place: Place,
        origin: Origin,
        replaces: Option<EventId>,
    ) -> Result<(KeptFile, Outcome), Refusal> {
        let unreadable = |error: io::Error| Refusal::FileUnreadable {
            why: Text::truncated(&error.to_string()),
        };
        let raw = path.file_name().unwrap_or_default().to_string_lossy();
        let name = clean_name(&raw);
        let to_open = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || open_plain(&to_open)).await;
        let source = opened
            .unwrap_or_else(|panic| Err(io::Error::other(panic)))
            .map_err(unreadable)?;
        let kept = self
            .keep_file(source, &name, |_| ControlFlow::Continue(()))
            .await
            .map_err(|error| error.refusal())?;
        let file = File {
            hash: kept.hash,
            size: kept.size,
            media: kept.media,
            name,
            place,
            origin,
        };
        let add = Command::AddFile {
            dossier,
            file,
            replaces,
        };
        let outcome = self.command(add).await?;
        Ok((kept, outcome))
    }

    /// Opens a file whose bytes are here, to read. Its first part is checked when it is read, and so on.
    ///
    /// # Errors
    /// [`BlobError::Absent`] when they are not here: fetch it first.
    pub fn open_file(&self, hash: FileHash) -> BlobResult<BlobReader> {
        self.blobs().read(hash)
    }

    /// Writes a file's bytes under a name where nothing stands.
    ///
    /// # Errors
    /// When they are not here or damaged, or the place cannot be written to; nothing stands there then.
    pub async fn save_file(&self, hash: FileHash, path: PathBuf) -> io::Result<u64> {
        let blobs = Arc::clone(self.blobs());
        tokio::task::spawn_blocking(move || save_as(&blobs, hash, &path))
            .await
            .map_err(io::Error::other)?
    }

    /// Has a file fetched before all others; returns when its bytes are here.
    ///
    /// # Errors
    /// [`Refusal::FileAbsent`] when no PC in reach has it.
    pub async fn fetch_file(&self, hash: FileHash) -> Result<Outcome, Refusal> {
        self.control(Control::FetchFile { hash }).await
    }
}

/// Opens a plain file: a pipe or a device could be read for ever.
fn open_plain(path: &Path) -> io::Result<std::fs::File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a plain file",
        ));
    }
    std::fs::File::open(path)
}

fn save_as(blobs: &Blobs, hash: FileHash, path: &Path) -> io::Result<u64> {
    let mut reader = blobs.read(hash).map_err(io::Error::other)?;
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let partly = path.with_extension("lienquay-part");
    let written = std::fs::File::create_new(&partly).and_then(|mut file| {
        let n_bytes = io::copy(&mut reader, &mut file)?;
        file.sync_all()?;
        Ok(n_bytes)
    });
    let written = written.and_then(|n_bytes| {
        std::fs::rename(&partly, path)?;
        Ok(n_bytes)
    });
    if written.is_err() {
        // Whatever stopped the writing may also stop the removing; the name says what it is.
        std::fs::remove_file(&partly).ok();
    }
    written
}
