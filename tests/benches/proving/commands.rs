//! Commands a second at one node, every one durable before it is answered.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use lienquay_shared::command::Command;
use lienquay_tests::morning::citizen;
use tokio::sync::Barrier;
use tokio::time::Instant;

use crate::floor::SyncFile;
use crate::nodes::{Node, refused};
use crate::options::Options;
use crate::table::{Line, Table, Within};

/// Officers who work at the same time.
const OFFICERS: &[usize] = &[1, 8, 32];
/// Ours and the floor alternate so often.
const N_ROUNDS: usize = 5;
/// Dossiers received in one round.
const N_IN_ROUND: usize = 160;

/// Measures each number of officers.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let node = Node::start(&home.path().join("1"), None)?;
    node.found()?;
    let mut sync = SyncFile::create(home.path())?;
    let mut number = 0;
    round(&node, 8, &mut number)?;
    for n_officers in OFFICERS {
        measure(&node, &mut sync, *n_officers, &mut number, table)?;
    }
    node.stop()
}

fn measure(
    node: &Node,
    sync: &mut SyncFile,
    n_officers: usize,
    number: &mut u64,
    table: &mut Table,
) -> Result<()> {
    let (mut ours, mut floor) = (Duration::ZERO, Duration::ZERO);
    let mut n_bytes = 0;
    for _ in 0..N_ROUNDS {
        let before = written_bytes()?;
        ours += round(node, n_officers, number)?;
        n_bytes = usize::try_from(written_bytes()? - before)? / N_IN_ROUND;
        for _ in 0..N_IN_ROUND / n_officers {
            floor += sync.sync(n_bytes * n_officers)?;
        }
    }
    let rate = |took: Duration| (N_ROUNDS * N_IN_ROUND) as f64 / took.as_secs_f64();
    let (ours, floor) = (rate(ours), rate(floor));
    table.add(
        Line::new(
            format!("dossiers received a second, durable, {n_officers} officer(s) at one node"),
            format!("{ours:.0} (n={})", N_ROUNDS * N_IN_ROUND),
        )
        .floor(format!(
            "{floor:.0}: {n_bytes} B each, written in groups of {n_officers} and synced"
        ))
        .ratio(ours / floor, Within::AtLeast(0.7))
        .peer("630 (PouchDB, 1.6 ms CPU a document, not synced)"),
    );
    Ok(())
}

/// Every officer receives a share; how long all took.
fn round(node: &Node, n_officers: usize, number: &mut u64) -> Result<Duration> {
    let ready = Arc::new(Barrier::new(n_officers + 1));
    let share = N_IN_ROUND / n_officers;
    let mut officers = Vec::new();
    for _ in 0..n_officers {
        let mut asks = Vec::with_capacity(share);
        for _ in 0..share {
            *number += 1;
            asks.push(Command::ReceiveDossier(Box::new(citizen(*number)?)));
        }
        let (handle, ready) = (node.handle.clone(), Arc::clone(&ready));
        officers.push(node.tokio.spawn(async move {
            ready.wait().await;
            for ask in asks {
                handle.command(ask).await?;
            }
            Ok::<(), lienquay_shared::refusal::Refusal>(())
        }));
    }
    node.tokio.block_on(async {
        ready.wait().await;
        let start = Instant::now();
        for officer in officers {
            officer.await?.map_err(refused)?;
        }
        Ok(start.elapsed())
    })
}

/// Bytes this process has given to the system to write.
fn written_bytes() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.unwrap_or("0").parse()?)
}
