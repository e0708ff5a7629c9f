//! From `call` at one counter to the call being visible at another, next to a raw round trip over the same network shell.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_node::ipc::{Client, Request, Response};
use lienquay_node::net::{self, NetCommand, NetConfig, NetEvent, NetHandle, Priority};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::morning::Desk;
use tokio::sync::mpsc;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::row;

const N_CALLS: usize = 200;
const N_ROUND_TRIPS: usize = 2_000;
/// One changed field of a dossier.
const MESSAGE_BYTES: usize = 300;

pub(crate) async fn measure() -> Result<()> {
    let (raw, raw_tail) = percentiles(raw_round_trips().await?);
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
    let (mut answered, mut visible) = (Vec::new(), Vec::new());
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
    let floor =
        format!("raw round trip of {MESSAGE_BYTES} B in this run: p50 {raw:?}, p99 {raw_tail:?}");
    let (p50, p99) = percentiles(answered);
    row(
        "call next → answer, another process's tickets included",
        &format!("p50 {p50:?}, p99 {p99:?}"),
        &floor,
    )?;
    let (p50, p99) = percentiles(visible);
    row(
        "call at one process → visible at another",
        &format!("p50 {p50:?}, p99 {p99:?}"),
        &floor,
    )
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

fn percentiles(mut took: Vec<Duration>) -> (Duration, Duration) {
    took.sort_unstable();
    let at = |percent: usize| {
        took.get(took.len().saturating_sub(1) * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    (at(50), at(99))
}

async fn raw_round_trips() -> Result<Vec<Duration>> {
    let (asker, mut asked) = shell(1)?;
    let (echoer, mut echoed) = shell(2)?;
    let addr = loop {
        if let NetEvent::Listening { addr } = echoed.recv().await.context("the shell ended")? {
            break addr;
        }
    };
    asker.send(NetCommand::Dial { addr, expect: None }).await?;
    let (peer, link) = loop {
        if let NetEvent::LinkUp { peer, link, .. } =
            asked.recv().await.context("the shell ended")?
        {
            break (peer, link);
        }
    };
    let echo = tokio::spawn(async move {
        while let Some(event) = echoed.recv().await {
            if let NetEvent::Message { peer, link, bytes } = event {
                let back = NetCommand::Send {
                    peer,
                    link,
                    priority: Priority::Live,
                    bytes,
                };
                if echoer.send(back).await.is_err() {
                    return;
                }
            }
        }
    });
    let mut took = Vec::with_capacity(N_ROUND_TRIPS);
    for _ in 0..N_ROUND_TRIPS {
        let start = Instant::now();
        let bytes = vec![7; MESSAGE_BYTES];
        asker
            .send(NetCommand::Send {
                peer,
                link,
                priority: Priority::Live,
                bytes,
            })
            .await?;
        while !matches!(
            asked.recv().await.context("the shell ended")?,
            NetEvent::Message { .. }
        ) {}
        took.push(start.elapsed());
    }
    echo.abort();
    Ok(took)
}

fn shell(seed: u8) -> Result<(NetHandle, mpsc::Receiver<NetEvent>)> {
    let config = NetConfig {
        secret_key: Zeroizing::new([seed; 32]),
        listen: vec!["127.0.0.1:0".parse()?],
        mdns: false,
        service_tag: "measure".to_owned(),
        max_peers: 1,
    };
    let (sender, events) = mpsc::channel(64);
    let (handle, _task) = net::spawn(config, sender)?;
    Ok((handle, events))
}
