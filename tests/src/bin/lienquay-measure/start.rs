//! Cold start and memory with many dossiers.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_tests::fleet::{Pc, ask, program};
use lienquay_tests::morning::Desk;
use tokio::time::Instant;

use crate::row;

/// Officers who receive at the same time while the folder is filled; their commits are grouped.
const N_DESKS: u8 = 32;

pub(crate) async fn measure(n_dossiers: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut pc = Pc::new(&program()?, folder.path(), "quay 1")?;
    pc.found("Xã Bình Minh", "H26.15")?;
    pc.start(&[]).await?;
    pc.cli(&[
        "--json",
        "import",
        concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/catalogue"),
    ])?;
    let filling = Instant::now();
    let share = n_dossiers / u64::from(N_DESKS);
    let mut desks = Vec::new();
    for number in 0..N_DESKS {
        let mut desk = Desk::new(pc.client().await?, number + 1);
        desks.push(tokio::spawn(async move {
            for citizen in 0..share {
                desk.receive(u64::from(number) * share + citizen).await?;
            }
            Ok::<(), anyhow::Error>(())
        }));
    }
    for desk in desks {
        desk.await??;
    }
    let rate = (share * u64::from(N_DESKS)) as f64 / filling.elapsed().as_secs_f64();
    let after_filling = rss_mib(&pc)?;
    pc.stop().await?;

    let starting = Instant::now();
    pc.start(&[]).await?;
    let answers = starting.elapsed();
    let page = first_page(&pc).await?;
    let fresh = rss_mib(&pc)?;
    use_it(&pc, 200).await?;
    let used = rss_mib(&pc)?;
    pc.stop().await?;
    let n_dossiers = share * u64::from(N_DESKS);
    row(
        &format!("dossiers received a second, {N_DESKS} officers at one node"),
        &format!("{rate:.0}"),
        &format!("RSS afterwards {after_filling} MiB"),
    )?;
    row(
        &format!("cold start at {n_dossiers} dossiers: process start → answers"),
        &format!("{answers:?}"),
        &format!("first page of 50 in {page:?}"),
    )?;
    row(
        &format!("RSS at {n_dossiers} dossiers, headless"),
        &format!("{fresh} MiB fresh, {used} MiB after 200 searches and pages"),
        "aim of the proving ground: ≤ 65 MB",
    )
}

async fn first_page(pc: &Pc) -> Result<Duration> {
    let mut client = pc.client().await?;
    let start = Instant::now();
    let query = Query::Dossiers {
        text: Default::default(),
        status: None,
        page: PageAsk::default(),
    };
    match ask(&mut client, query).await? {
        Answer::Dossiers(page) if !page.rows.is_empty() => Ok(start.elapsed()),
        other => bail!("not a page of dossiers: {other:?}"),
    }
}

async fn use_it(pc: &Pc, times: usize) -> Result<()> {
    let mut client = pc.client().await?;
    for (time, word) in ["nguyen", "anh", "dang", "yen"]
        .iter()
        .cycle()
        .take(times)
        .enumerate()
    {
        let text = if time % 2 == 0 { *word } else { "" };
        let query = Query::Dossiers {
            text: lienquay_shared::codec::Text::truncated(text),
            status: None,
            page: PageAsk::default(),
        };
        ask(&mut client, query).await?;
    }
    Ok(())
}

fn rss_mib(pc: &Pc) -> Result<u64> {
    let pid = pc.pid().context("the node does not run")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("no VmRSS")?;
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .context("no figure")?
        .parse()?;
    Ok(kib / 1024)
}
