//! Scanned papers on real counters: files of random bytes, added to a dossier, looked for elsewhere.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use lienquay_node::ipc::{Request, Response};
use lienquay_shared::command::DossierRef;
use lienquay_shared::domain::file::{AddedFile, Origin, Place};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::view::FilesView;
use lienquay_shared::{DocId, FileHash};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::fleet::{Pc, ask};
use crate::morning::Desk;

/// Writes a file of random bytes, as encrypted or compressed scans are.
pub fn write(path: &Path, seed: u64, n_bytes: u64) -> Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut file = File::create(path)?;
    let mut block = vec![0; 1 << 20];
    let mut left = n_bytes;
    while left > 0 {
        let now = usize::try_from(left.min(block.len() as u64))?;
        random.fill_bytes(&mut block[..now]);
        file.write_all(&block[..now])?;
        left -= now as u64;
    }
    Ok(())
}

/// Receives a dossier at a PC.
pub async fn dossier(pc: &Pc, desk: u8) -> Result<DocId> {
    let mut desk = Desk::new(pc.client().await?, desk);
    desk.receive(u64::from(desk.desk)).await?;
    let received = desk.acknowledged.received.values().next();
    received.copied().context("no dossier was received")
}

/// Adds a file to a dossier, as the officer's window or the command line would.
pub async fn add(pc: &Pc, dossier: DocId, path: PathBuf) -> Result<()> {
    let request = Request::AddFile {
        path,
        dossier: DossierRef::Id(dossier),
        place: Place::Other,
        origin: Origin::Scanned,
    };
    match pc.client().await?.ask(&request).await? {
        Response::Done(_outcome) => Ok(()),
        other => bail!("not added: {other:?}"),
    }
}

/// How a PC is doing with its files.
pub async fn state(pc: &Pc) -> Result<FilesView> {
    match ask(&mut pc.client().await?, Query::Files).await? {
        Answer::Files(view) => Ok(view),
        other => bail!("not a state of files: {other:?}"),
    }
}

/// The files of a dossier, as a PC knows them.
pub async fn of(pc: &Pc, dossier: DocId) -> Result<Vec<AddedFile>> {
    let query = Query::Dossier {
        dossier: DossierRef::Id(dossier),
    };
    match ask(&mut pc.client().await?, query).await? {
        Answer::Dossier { dossier, .. } => Ok(dossier.files),
        other => bail!("not a dossier: {other:?}"),
    }
}

/// Saves a file of a PC elsewhere and checks that it is what its name says.
pub async fn check(pc: &Pc, file: FileHash, to: PathBuf) -> Result<()> {
    let request = Request::SaveFile {
        file,
        path: to.clone(),
    };
    match pc.client().await?.ask(&request).await? {
        Response::Ok => {}
        other => bail!("not saved: {other:?}"),
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(&to)?)?;
    let is_it = hasher.finalize().as_bytes() == file.as_bytes();
    ensure!(is_it, "{} came with other bytes", file.short());
    std::fs::remove_file(to)?;
    Ok(())
}
