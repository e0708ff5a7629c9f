//! The first copy of a new PC from a full one: two processes and loopback, every byte through a relay that counts.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_node::ipc::Client;
use lienquay_shared::command::DossierRef;
use lienquay_shared::query::{Answer, Query};
use lienquay_tests::fleet::{self, Pc, ask, program};
use lienquay_tests::scale::copy_id;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::floor::{self, cpu};
use super::growing::Growing;
use crate::table::{Line, Table, Within};

/// The newest dossiers, with which an officer begins to work.
const N_NEWEST: u64 = 200;
const POLL: Duration = Duration::from_millis(20);
/// A dossier of 100,000 may take its time.
const PATIENCE: Duration = Duration::from_secs(1_800);

pub(super) async fn measure(site: &Growing, table: &mut Table) -> Result<()> {
    let n = site.n_dossiers();
    let floor = floor::copy(site.parent(), &site.distinct, n)?;
    let mut full = Pc::new(&program()?, site.parent(), "quay 1")?;
    full.start(&[]).await?;
    let real = full.addr;
    let counted = Arc::new(AtomicU64::new(0));
    // From here on everybody reaches it through the relay.
    full.addr = relay(real, Arc::clone(&counted)).await?;
    let wanted = status(&mut full.client().await?).await?;
    let before = cpu(full.pid().context("no process")?)?;
    let mut new = Pc::new(&program()?, site.parent(), &format!("quay new {n}"))?;
    new.join(&full).await?;
    let start = Instant::now();
    let mut client = new.client().await?;
    let usable = newest_usable(&mut client, site.n_copies, start).await?;
    let whole = loaded(&mut client, &wanted, start).await?;
    let pid = new.pid().context("no process")?;
    let (theirs, ours) = (
        cpu(full.pid().context("no process")?)?.saturating_sub(before),
        cpu(pid)?,
    );
    let n_bytes = counted.load(Ordering::Relaxed);
    let rss = fleet::rss_mib(pid)?;
    drop(client);
    new.stop().await?;
    full.stop().await?;
    std::fs::remove_dir_all(&new.folder)?;

    let (least, same) = (
        floor.load + floor.insert,
        floor.load + floor.insert + floor.rows,
    );
    table.add(
        Line::new(
            format!("first copy of {n} dossiers: stored, verified, projected; CPU of both"),
            format!(
                "{:.1} s ({:.1} s the full PC, {:.1} s the new one); {:.0} s of wall time, RSS {rss} MiB",
                (theirs + ours).as_secs_f64(),
                theirs.as_secs_f64(),
                ours.as_secs_f64(),
                whole.as_secs_f64(),
            ),
        )
        .floor(format!(
            "{:.1} s: load {:.1} s, insert {:.1} s; with the other rows that must be there {:.1} s: {:.2} ×",
            least.as_secs_f64(),
            floor.load.as_secs_f64(),
            floor.insert.as_secs_f64(),
            same.as_secs_f64(),
            (theirs + ours).as_secs_f64() / same.as_secs_f64(),
        ))
        .ratio((theirs + ours).as_secs_f64() / least.as_secs_f64(), Within::AtMost(1.5))
        .peer("1.6 ms a document (PouchDB, Syncthing 3.5 ms)"),
    );
    table.add(
        Line::new(
            format!("first copy of {n} dossiers: bytes on the wire, both ways"),
            format!(
                "{:.1} MB, {} B a dossier",
                n_bytes as f64 / 1e6,
                n_bytes / n
            ),
        )
        .floor(format!("{:.1} MB of snapshots", floor.n_bytes as f64 / 1e6))
        .ratio(n_bytes as f64 / floor.n_bytes as f64, Within::AtMost(1.3)),
    );
    if site.n_copies >= N_NEWEST {
        table.add(
            Line::new(
                format!("… until its newest {N_NEWEST} dossiers can be worked with"),
                format!("{usable:.2?}"),
            )
            .aim("≤ 2 s", usable <= Duration::from_secs(2)),
        );
    }
    Ok(())
}

/// Number of documents and digest of the vector.
async fn status(client: &mut Client) -> Result<serde_json::Value> {
    match ask(client, Query::Status).await? {
        Answer::Status(status) => Ok(*status),
        other => bail!("not a status: {other:?}"),
    }
}

async fn newest_usable(client: &mut Client, n_copies: u64, start: Instant) -> Result<Duration> {
    for copy in (n_copies.saturating_sub(N_NEWEST)..n_copies).rev() {
        let dossier = || DossierRef::Id(copy_id(copy));
        loop {
            let query = Query::Dossier { dossier: dossier() };
            match ask(client, query).await? {
                Answer::Dossier { .. } => break,
                _ if start.elapsed() > PATIENCE => bail!("the newest never came"),
                _ => tokio::time::sleep(POLL).await,
            }
        }
    }
    Ok(start.elapsed())
}

async fn loaded(
    client: &mut Client,
    wanted: &serde_json::Value,
    start: Instant,
) -> Result<Duration> {
    loop {
        let now = status(client).await?;
        let is_whole = now["loading"].is_null()
            && now["n_documents"].as_u64() >= wanted["n_documents"].as_u64()
            && now["n_entries"].as_u64() >= wanted["n_entries"].as_u64();
        if is_whole {
            return Ok(start.elapsed());
        }
        if start.elapsed() > PATIENCE {
            bail!("still loading: {}", now["loading"]);
        }
        tokio::time::sleep(POLL * 5).await;
    }
}

/// Passes everything on to `to` and counts it.
async fn relay(to: SocketAddr, counted: Arc<AtomicU64>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(to).await else {
                continue;
            };
            near.set_nodelay(true).ok();
            far.set_nodelay(true).ok();
            let (near_read, near_write) = near.into_split();
            let (far_read, far_write) = far.into_split();
            tokio::spawn(pass(near_read, far_write, Arc::clone(&counted)));
            tokio::spawn(pass(far_read, near_write, Arc::clone(&counted)));
        }
    });
    Ok(addr)
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    counted: Arc<AtomicU64>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        counted.fetch_add(n as u64, Ordering::Relaxed);
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
