//! Cold start and memory with many dossiers.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_tests::fleet::{self, Pc, ask, program};
use lienquay_tests::morning::{N_FILLING_DESKS, fill};
use tokio::time::Instant;

use crate::options::Options;
use crate::table::{Line, Table};

/// Measures the largest site of the run.
pub(crate) fn run(options: &Options, table: &mut Table) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(measure(options.largest(), table))
}

async fn measure(n_dossiers: u64, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut pc = Pc::new(&program()?, folder.path(), "quay 1")?;
    pc.found("Xã Bình Minh", "H26.15")?;
    pc.start(&[]).await?;
    pc.import_catalogue()?;
    let filling = Instant::now();
    let n_dossiers = fill(&pc, n_dossiers).await?;
    let rate = n_dossiers as f64 / filling.elapsed().as_secs_f64();
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
    table.add(
        Line::new(
            format!("dossiers received a second, {N_FILLING_DESKS} officers at one node"),
            format!("{rate:.0}"),
        )
        .floor(format!("RSS afterwards {after_filling} MiB")),
    );
    table.add(
        Line::new(
            format!("cold start at {n_dossiers} dossiers: process start → answers"),
            format!("{answers:.0?}"),
        )
        .floor(format!("first page of 50 in {page:.1?}"))
        .peer("0.9 s at 10k (PouchDB)"),
    );
    table.add(
        Line::new(
            format!("RSS at {n_dossiers} dossiers, headless"),
            format!("{fresh} MiB fresh, {used} MiB after 200 searches and pages"),
        )
        .aim("≤ 65 MB", used <= 65)
        .peer("68 MB at 10k (PouchDB)"),
    );
    Ok(())
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
    fleet::rss_mib(pc.pid().context("the node does not run")?)
}
