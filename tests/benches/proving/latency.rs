//! From `call` at one counter to the call being visible at another, next to a raw round trip over the same network shell.

use anyhow::{Result, bail};
use lienquay_node::ipc::{Client, Request, Response};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::morning::Desk;
use tokio::time::Instant;

use crate::link::RawLink;
use crate::options::Options;
use crate::samples::Samples;
use crate::table::{Line, Table};

const N_CALLS: usize = 200;
const N_ROUND_TRIPS: usize = 2_000;
/// One changed field of a dossier.
const MESSAGE_BYTES: usize = 300;

/// Measures with two processes.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let mut link = RawLink::open()?;
    let mut raw = Samples::default();
    for _ in 0..N_ROUND_TRIPS {
        raw.push(link.round_trip(MESSAGE_BYTES)?);
    }
    tokio::runtime::Runtime::new()?.block_on(measure(&raw, table))
}

async fn measure(raw: &Samples, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = program()?;
    let mut one = Pc::new(&program, folder.path(), "quay 1")?;
    let mut two = Pc::new(&program, folder.path(), "quay 2")?;
    one.found("Xã Bình Minh", "H26.15")?;
    one.start(&[]).await?;
    two.join(&one).await?;
    let mut caller = Desk::new(two.client().await?, 2);
    for _ in 0..N_CALLS {
        caller.issue("A").await?;
    }
    let mut watcher = one.client().await?;
    watcher.ask(&Request::Subscribe).await?;
    let (mut answered, mut visible) = (Samples::default(), Samples::default());
    for _ in 0..N_CALLS {
        let start = Instant::now();
        let ticket = match caller.call().await? {
            Ok(ticket) => ticket,
            Err(refusal) => bail!("call refused: {refusal}"),
        };
        answered.push(start.elapsed());
        wait_for(&mut watcher, ticket).await?;
        visible.push(start.elapsed());
        caller.serve(ticket).await?;
    }
    let what = format!("raw round trip of {MESSAGE_BYTES} B");
    table.add(Line::times(
        "call next → answer, another process's tickets included",
        &answered,
        raw,
        &what,
    ));
    table.add(Line::times(
        "call at one process → visible at another",
        &visible,
        raw,
        &what,
    ));
    Ok(())
}

async fn wait_for(watcher: &mut Client, ticket: DocId) -> Result<()> {
    loop {
        if let Response::News(NodeNews::Changed { docs }) = watcher.next().await?
            && docs.contains(&ticket)
        {
            return Ok(());
        }
    }
}
