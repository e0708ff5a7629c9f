//! Files: a backlog of half a gigabyte beside a plain copy over TCP, calls meanwhile, and many small papers.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use lienquay_shared::DocId;
use lienquay_shared::refusal::Refusal;
use lienquay_tests::fleet::{Pc, program, rss_mib};
use lienquay_tests::morning::Desk;
use lienquay_tests::papers;
use tokio::time::Instant;

use crate::options::Options;
use crate::samples::Samples;
use crate::table::{Line, Table, Within};

const N_PLANS: u64 = 50;
const PLAN_BYTES: u64 = 10 << 20;
const N_PAPERS: u64 = 10_000;
const PAPER_BYTES: u64 = 20_000;
/// As many as one dossier takes.
const PAPERS_A_DOSSIER: u64 = 200;
/// Papers added at the same time.
const N_ADDING: u64 = 8;
const N_TICKETS: usize = 900;
const N_IDLE_CALLS: usize = 150;
/// A citizen at the counter, in short.
const BETWEEN_CALLS: Duration = Duration::from_millis(20);
const POLL: Duration = Duration::from_millis(20);

/// Measures with two real processes on this machine's loopback.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let tokio = tokio::runtime::Runtime::new()?;
    tokio.block_on(measure(home.path(), table))
}

async fn measure(home: &Path, table: &mut Table) -> Result<()> {
    let program = program()?;
    let mut one = Pc::new(&program, home, "quay 1")?;
    let mut two = Pc::new(&program, home, "quay 2")?;
    one.found("Xã Bình Minh", "H26.15")?;
    one.start(&[]).await?;
    one.import_catalogue()?;
    two.join(&one).await?;
    let mut kiosk = Desk::new(one.client().await?, 100);
    for _ in 0..N_TICKETS {
        kiosk.issue("A").await?;
    }
    let mut desk = Desk::new(two.client().await?, 2);
    let mut idle = Samples::default();
    while idle.len() < N_IDLE_CALLS {
        call(&mut desk, &mut idle).await?;
    }
    backlog(home, table, &one, &mut two, &idle).await?;
    small(home, table, &one, &mut two).await?;
    two.stop().await?;
    one.stop().await
}

async fn call(desk: &mut Desk, took: &mut Samples) -> Result<()> {
    let start = Instant::now();
    match desk.call().await? {
        Ok(ticket) => {
            took.push(start.elapsed());
            desk.serve(ticket).await?;
        }
        Err(Refusal::NothingWaiting) => return Err(anyhow!("too few tickets")),
        Err(refusal) => eprintln!("  {refusal}"),
    }
    tokio::time::sleep(BETWEEN_CALLS).await;
    Ok(())
}

async fn backlog(
    home: &Path,
    table: &mut Table,
    one: &Pc,
    two: &mut Pc,
    idle: &Samples,
) -> Result<()> {
    two.stop().await?;
    let dossier = papers::dossier(one, 1).await?;
    let mut keeping = Duration::ZERO;
    for number in 0..N_PLANS {
        let path = home.join(format!("plan {number}.pdf"));
        papers::write(&path, number, PLAN_BYTES)?;
        let start = Instant::now();
        papers::add(one, dossier, path.clone()).await?;
        keeping += start.elapsed();
        std::fs::remove_file(path)?;
    }
    let bytes = N_PLANS * PLAN_BYTES;
    table.add(Line::new(
        "a scan of 10 MiB: taken in, encrypted, added to its dossier",
        format!("{:.0} ms", keeping.as_secs_f64() * 1e3 / N_PLANS as f64),
    ));
    let before = copy_over_tcp(home, bytes)?;
    two.start(&[one.addr]).await?;
    let start = Instant::now();
    let mut desk = Desk::new(two.client().await?, 3);
    let (mut during, mut rss) = (Samples::default(), 0);
    while papers::state(two).await?.n_here < N_PLANS {
        match desk.call().await {
            // It has just started and may not have met the keeper yet.
            Ok(Err(_refusal)) => tokio::time::sleep(POLL).await,
            Ok(Ok(ticket)) => {
                desk.serve(ticket).await?;
                call(&mut desk, &mut during).await?;
            }
            Err(error) => return Err(error),
        }
        rss = rss.max(memory(one)?).max(memory(two)?);
    }
    let took = start.elapsed();
    let after = copy_over_tcp(home, bytes)?;
    let floor = before.min(after);
    let ratio = floor.as_secs_f64() / took.as_secs_f64();
    let rate = |took: Duration| bytes as f64 / 1e6 / took.as_secs_f64();
    table.add(
        Line::new(
            "500 MiB of files fetched by a PC that was away, calling meanwhile",
            format!("{:.1} s, {:.0} MB/s", took.as_secs_f64(), rate(took)),
        )
        .floor(format!(
            "{:.1} s, {:.0} MB/s: plain copy over TCP, synced",
            floor.as_secs_f64(),
            rate(floor)
        ))
        .ratio(ratio, Within::AtLeast(0.6)),
    );
    let (p50, p99) = during.over(idle);
    table.add(
        Line::new("calls while files come", during.to_string())
            .floor(format!("{idle}: idle"))
            .ratio(p50, Within::AtMost(1.3))
            .aim(&format!("(p99 {p99:.2} ×)"), true),
    );
    table.add(Line::new(
        "memory of either PC meanwhile, at most",
        format!("{rss} MiB"),
    ));
    Ok(())
}

fn memory(pc: &Pc) -> Result<u64> {
    rss_mib(pc.pid().context("it does not run")?)
}

async fn small(home: &Path, table: &mut Table, one: &Pc, two: &mut Pc) -> Result<()> {
    two.stop().await?;
    let start = Instant::now();
    let mut dossiers: Vec<DocId> = Vec::new();
    for number in 0..N_PAPERS / PAPERS_A_DOSSIER {
        dossiers.push(papers::dossier(one, 10 + u8::try_from(number)?).await?);
    }
    let adding = (0..N_ADDING).map(|lane| {
        let dossiers = &dossiers;
        async move {
            let mut number = lane;
            while number < N_PAPERS {
                let at = usize::try_from(number / PAPERS_A_DOSSIER)?;
                let path: PathBuf = home.join(format!("paper {number}.jpg"));
                papers::write(&path, 1_000_000 + number, PAPER_BYTES)?;
                papers::add(one, dossiers[at], path.clone()).await?;
                std::fs::remove_file(path)?;
                number += N_ADDING;
            }
            Ok::<(), anyhow::Error>(())
        }
    });
    futures::future::try_join_all(adding).await?;
    let added = start.elapsed();
    table.add(Line::new(
        format!("{N_PAPERS} papers of 20 kB added at one PC, {N_ADDING} at a time"),
        format!("{:.0}/s", N_PAPERS as f64 / added.as_secs_f64()),
    ));
    two.start(&[one.addr]).await?;
    let start = Instant::now();
    while papers::state(two).await?.n_here < N_PLANS + N_PAPERS {
        tokio::time::sleep(POLL * 5).await;
    }
    let took = start.elapsed();
    let floor = synced_files(home)?;
    let ratio = floor.as_secs_f64() / took.as_secs_f64();
    table.add(
        Line::new(
            "the same fetched by a PC that was away",
            format!("{:.0}/s", N_PAPERS as f64 / took.as_secs_f64()),
        )
        .floor(format!(
            "{:.0}/s: as many files written and synced one by one",
            N_PAPERS as f64 / floor.as_secs_f64()
        ))
        .ratio(ratio, Within::AtLeast(0.0)),
    );
    Ok(())
}

/// So many bytes from a file over a TCP connection into another file, which is synced.
fn copy_over_tcp(home: &Path, bytes: u64) -> Result<Duration> {
    let (from, to) = (home.join("floor.from"), home.join("floor.to"));
    papers::write(&from, 7, bytes)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let addr = listener.local_addr()?;
    let start = Instant::now();
    let send = move || -> io::Result<()> {
        let mut stream = TcpStream::connect(addr)?;
        io::copy(&mut File::open(from)?, &mut stream)?;
        stream.flush()
    };
    let sender = std::thread::Builder::new().name("sender".to_owned());
    let sending = sender.spawn(send)?;
    let (mut stream, _) = listener.accept()?;
    let mut file = File::create(&to)?;
    io::copy(&mut stream, &mut file)?;
    file.sync_all()?;
    let took = start.elapsed();
    let sent = sending
        .join()
        .map_err(|_panic| anyhow!("the sender panicked"))?;
    sent?;
    Ok(took)
}

fn synced_files(home: &Path) -> Result<Duration> {
    let folder = home.join("floor");
    std::fs::create_dir(&folder)?;
    let bytes = vec![7; usize::try_from(PAPER_BYTES)?];
    let start = Instant::now();
    for number in 0..N_PAPERS {
        let mut file = File::create(folder.join(number.to_string()))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
    }
    Ok(start.elapsed())
}
