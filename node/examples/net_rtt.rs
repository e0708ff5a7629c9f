//! Round trips of a 300 byte message between two shells in one process: what the link itself costs.
//!
//! `cargo run -p lienquay-node --example net_rtt`

use std::{io::Write, time::Duration};

use anyhow::{Context, bail};
use lienquay_node::net::{
    self, LinkId, NetCommand, NetConfig, NetEvent, NetHandle, NodeId, Priority,
};
use tokio::{sync::mpsc, time::Instant};
use zeroize::Zeroizing;

const N_ROUND_TRIPS: usize = 10_000;
/// One changed field of a dossier.
const MESSAGE_BYTES: usize = 300;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (asker, mut asker_events) = start(1)?;
    let (echoer, mut echoer_events) = start(2)?;
    let NetEvent::Listening { addr } = next(&mut echoer_events).await? else {
        bail!("not listening")
    };
    asker.send(NetCommand::Dial { addr, expect: None }).await?;
    let (peer, link) = link(&mut asker_events).await?;
    tokio::spawn(echo(echoer, echoer_events));

    let mut took = Vec::with_capacity(N_ROUND_TRIPS);
    for _ in 0..N_ROUND_TRIPS {
        let start = Instant::now();
        send(&asker, peer, link, vec![7; MESSAGE_BYTES]).await?;
        let NetEvent::Message { .. } = next(&mut asker_events).await? else {
            bail!("link lost")
        };
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let at = |percent: usize| -> Duration { took[(took.len() - 1) * percent / 100] };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{N_ROUND_TRIPS} round trips of {MESSAGE_BYTES} B: p50 {:?}, p90 {:?}, p99 {:?}, max {:?}",
        at(50),
        at(90),
        at(99),
        at(100)
    )?;
    Ok(())
}

fn start(seed: u8) -> anyhow::Result<(NetHandle, mpsc::Receiver<NetEvent>)> {
    let config = NetConfig {
        secret_key: Zeroizing::new([seed; 32]),
        listen: vec!["127.0.0.1:0".parse()?],
        mdns: false,
        service_tag: "rtt".to_owned(),
        max_peers: 1,
    };
    let (sender, events) = mpsc::channel(64);
    let (handle, _task) = net::spawn(config, sender)?;
    Ok((handle, events))
}

async fn echo(handle: NetHandle, mut events: mpsc::Receiver<NetEvent>) -> anyhow::Result<()> {
    loop {
        if let NetEvent::Message {
            peer, link, bytes, ..
        } = next(&mut events).await?
        {
            send(&handle, peer, link, bytes).await?;
        }
    }
}

async fn link(events: &mut mpsc::Receiver<NetEvent>) -> anyhow::Result<(NodeId, LinkId)> {
    loop {
        if let NetEvent::LinkUp { peer, link, .. } = next(events).await? {
            return Ok((peer, link));
        }
    }
}

async fn next(events: &mut mpsc::Receiver<NetEvent>) -> anyhow::Result<NetEvent> {
    events.recv().await.context("the shell ended")
}

async fn send(
    handle: &NetHandle,
    peer: NodeId,
    link: LinkId,
    bytes: Vec<u8>,
) -> anyhow::Result<()> {
    let priority = Priority::Live;
    let command = NetCommand::Send {
        peer,
        link,
        priority,
        bytes,
    };
    Ok(handle.send(command).await?)
}
