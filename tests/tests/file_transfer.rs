//! Files over real sockets between real processes: half a gigabyte, one of its holders killed in the middle.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_shared::DocId;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::papers;
use tokio::time::Instant;

/// Plans of an area, scanned in colour, and some smaller papers beside them.
const N_PLANS: u64 = 9;
const PLAN_BYTES: u64 = 55 << 20;
const N_PAPERS: u64 = 20;
const PAPER_BYTES: u64 = 300_000;
const N_FILES: u64 = N_PLANS + N_PAPERS;
/// Half a gigabyte is written, sent and checked by programs that are not optimised.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until a PC has so many files.
async fn has(pc: &Pc, n_files: u64) -> Result<()> {
    let begin = Instant::now();
    loop {
        let state = papers::state(pc).await?;
        if state.n_here >= n_files {
            return Ok(());
        }
        if begin.elapsed() > PATIENCE {
            bail!("{} does not get {n_files} files: {state:?}", pc.name);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn add_all(pc: &Pc, folder: &std::path::Path) -> Result<DocId> {
    let dossier = papers::dossier(pc, 1).await?;
    for number in 0..N_FILES {
        let n_bytes = match number {
            plan if plan < N_PLANS => PLAN_BYTES,
            paper => PAPER_BYTES + paper,
        };
        let path = folder.join(format!("Bản vẽ {number}.pdf"));
        papers::write(&path, number, n_bytes)?;
        papers::add(pc, dossier, path.clone()).await?;
        std::fs::remove_file(path)?;
    }
    Ok(dossier)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_gigabyte_arrives_whole_although_a_holder_is_killed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = program()?;
    let mut one = Pc::new(&program, folder.path(), "quay 1")?;
    let mut two = Pc::new(&program, folder.path(), "quay 2")?;
    let mut three = Pc::new(&program, folder.path(), "quay 3")?;
    one.found("Xã Bình Minh", "H26.15")?;
    one.start(&[]).await?;
    one.import_catalogue()?;
    two.join(&one).await?;
    let dossier = add_all(&one, folder.path()).await?;
    has(&two, N_FILES).await?;

    three.join(&one).await?;
    three.meet(&[two.addr]).await?;
    has(&three, N_FILES / 2).await?;
    one.kill()?;
    // What was under way comes again from the other holder, also after this PC itself loses its power.
    three.kill()?;
    three.start(&[two.addr]).await?;
    has(&three, N_FILES).await?;
    for added in papers::of(&three, dossier).await? {
        let to = folder.path().join("so sánh.pdf");
        papers::check(&three, added.file.hash, to).await?;
    }
    let state = papers::state(&three).await?;
    assert_eq!((state.n_only_here, state.n_wanted), (0, 0), "{state:?}");

    one.start(&[two.addr, three.addr]).await?;
    has(&one, N_FILES).await?;
    for pc in [&mut one, &mut two, &mut three] {
        pc.stop().await?;
    }
    Ok(())
}
