//! The steps: idle, background events, start, memory, scrolling.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_shared::query::{Answer, Query};
use lienquay_tests::display::Display;
use lienquay_tests::fleet::{Pc, ask, until, window_program};
use lienquay_tests::morning::{Desk, fill};
use serde_json::Value;

use crate::process::{Measured, cpu_seconds, share};
use crate::{row, site};

/// How long idleness and background work are watched.
const WATCH: Duration = Duration::from_secs(20);
/// After a start: caches fill, the first pages load.
const CALM: Duration = Duration::from_secs(5);
/// Between two background events: ten a second.
const EVENT: Duration = Duration::from_millis(100);
/// Frames painted while scrolling.
const N_FRAMES: u32 = 300;
/// An old PC's screen.
const SCREEN: (u32, u32) = (1366, 768);

fn window_on(display: &Display, pc: &Pc, more: &[&str]) -> Result<Measured> {
    let mut command = Command::new(window_program()?);
    command
        .arg("--data")
        .arg(&pc.folder)
        .args(["--no-mdns", "--tell", "--listen", &pc.addr.to_string()])
        .args(more);
    Measured::start(display.show(&mut command))
}

/// An empty window beside: first frame, idle share, memory.
async fn empty(display: &Display) -> Result<(Duration, f64, u64)> {
    let program = window_program()?.with_file_name(format!(
        "examples/empty_window{}",
        std::env::consts::EXE_SUFFIX
    ));
    let mut window = Measured::start(display.show(&mut Command::new(program)))?;
    let first = window.until("first_frame")?;
    tokio::time::sleep(CALM).await;
    let idle = share(window.pid(), WATCH).await?;
    Ok((first, idle, window.rss_mib()?))
}

/// Ten tickets a second given out by another PC: what a window of this site costs, and the same node without one.
pub(crate) async fn events() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let display = Display::start(SCREEN.0, SCREEN.1)?;
    let mut first = site::founded(folder.path(), "quay 1").await?;
    let second = site::joined(folder.path(), "quay 2", &first).await?;
    same(&first, &second).await?;
    let headless = under_events(first.pid().context("it runs")?, &second, 1).await?;
    first.stop().await?;
    let mut window = window_on(&display, &first, &["--peer", &second.addr.to_string()])?;
    window.until("desk")?;
    until("the two PCs meet again", async || {
        Ok((status(&first).await?["n_member_links"] == 1).then_some(()))
    })
    .await?;
    tokio::time::sleep(CALM).await;
    let shown = under_events(window.pid(), &second, 2).await?;
    same(&first, &second).await?;
    row(
        &format!("CPU with 10 background events a second, over {WATCH:?}"),
        &format!("{shown:.1} % of a core"),
        &format!("{headless:.1} % the same node without a window"),
    )
}

/// Waits until two PCs hold the same.
async fn same(first: &Pc, second: &Pc) -> Result<()> {
    until("both hold the same", async || {
        let digest = |status: Value| status["vector_digest"].clone();
        let same = digest(status(first).await?) == digest(status(second).await?);
        Ok(same.then_some(()))
    })
    .await
}

async fn status(pc: &Pc) -> Result<Value> {
    match ask(&mut pc.client().await?, Query::Status).await? {
        Answer::Status(status) => Ok(*status),
        other => bail!("not a status: {other:?}"),
    }
}

/// Each watch with a desk of its own: a request that was done before is answered without work.
async fn under_events(pid: u32, other: &Pc, desk: u8) -> Result<f64> {
    let mut desk = Desk::new(other.client().await?, desk);
    let before = cpu_seconds(pid)?;
    let start = tokio::time::Instant::now();
    let mut ticks = tokio::time::interval(EVENT);
    while start.elapsed() < WATCH {
        ticks.tick().await;
        desk.issue("A").await?;
    }
    Ok((cpu_seconds(pid)? - before) / start.elapsed().as_secs_f64() * 100.0)
}

/// Start, idleness, memory and scrolling with many dossiers.
pub(crate) async fn many_dossiers(n_dossiers: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let display = Display::start(SCREEN.0, SCREEN.1)?;
    let (empty_first, empty_idle, empty_rss) = empty(&display).await?;
    let mut pc = site::founded(folder.path(), "quay 1").await?;
    let n_dossiers = fill(&pc, n_dossiers).await?;
    pc.stop().await?;
    pc.start(&[]).await?;
    let pid = pc.pid().context("it runs")?;
    tokio::time::sleep(CALM).await;
    let headless_idle = share(pid, WATCH).await?;
    pc.stop().await?;

    let mut window = window_on(&display, &pc, &[])?;
    let first = window.until("first_frame")?;
    let desk = window.until("desk")?;
    tokio::time::sleep(CALM).await;
    let idle = share(window.pid(), WATCH).await?;
    let rss = window.rss_mib()?;
    drop(window);
    row(
        "process start to first frame on the screen",
        &format!("{first:.0?}; the desk at {n_dossiers} dossiers after {desk:.0?}"),
        &format!("{empty_first:.0?} an empty window"),
    )?;
    row(
        &format!("CPU idle, over {WATCH:?}"),
        &format!("{idle:.2} % of a core"),
        &format!("{empty_idle:.2} % an empty window; {headless_idle:.2} % the node alone"),
    )?;
    row(
        "RSS idle, painted in software",
        &format!("{rss} MiB"),
        &format!("{empty_rss} MiB an empty window"),
    )?;
    scrolling(&display, &pc, n_dossiers)
}

fn scrolling(display: &Display, pc: &Pc, n_dossiers: u64) -> Result<()> {
    let frames = N_FRAMES.to_string();
    let mut window = window_on(display, pc, &["--measure-scroll", &frames])?;
    window.until("scroll_began")?;
    let before = window.cpu_seconds()?;
    window.until("scroll_ended")?;
    let per_frame = (window.cpu_seconds()? - before) * 1000.0 / f64::from(N_FRAMES);
    let rss = window.rss_mib()?;
    // One window at a time has a folder open.
    drop(window);
    let still = standing(display, pc, &frames)?;
    row(
        &format!("CPU per frame while scrolling {n_dossiers} rows, {N_FRAMES} frames"),
        &format!("{per_frame:.1} ms; RSS afterwards {rss} MiB"),
        &format!("{still:.1} ms the same page painted again without scrolling"),
    )
}

/// The same page painted as often without moving: what painting costs by itself.
fn standing(display: &Display, pc: &Pc, frames: &str) -> Result<f64> {
    let mut window = window_on(display, pc, &["--measure-still", frames])?;
    window.until("scroll_began")?;
    let before = window.cpu_seconds()?;
    window.until("scroll_ended")?;
    Ok((window.cpu_seconds()? - before) * 1000.0 / f64::from(N_FRAMES))
}
