//! The bare link: round trips of one message through two network shells, and of the same bytes over plain TCP. The floor
//! of everything that asks another PC.

use std::time::Duration;

use anyhow::{Context as _, Result};
use lienquay_node::net::{
    self, LinkId, NetCommand, NetConfig, NetEvent, NetHandle, NodeId, Priority,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::options::Options;
use crate::samples::in_turns;
use crate::table::{Line, Table};

const N_ROUND_TRIPS: usize = 2_000;
/// One changed field of a dossier with its header and signature.
const MESSAGE_BYTES: usize = 500;

/// Compares the two.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let mut link = RawLink::open()?;
    let mut tcp = RawTcp::open()?;
    let (ours, floor) = in_turns(
        N_ROUND_TRIPS,
        || link.round_trip(MESSAGE_BYTES),
        || tcp.round_trip(MESSAGE_BYTES),
    )?;
    table.add(Line::times(
        format!("round trip of {MESSAGE_BYTES} B over an open link (TCP, Noise, Yamux, frames)"),
        &ours,
        &floor,
        "the same bytes over plain TCP",
    ));
    Ok(())
}

/// Two network shells on this machine's loopback, each with a runtime of its own; one echoes.
pub(crate) struct RawLink {
    runtime: Runtime,
    _other: Runtime,
    asker: NetHandle,
    asked: mpsc::Receiver<NetEvent>,
    peer: NodeId,
    link: LinkId,
}

impl RawLink {
    pub(crate) fn open() -> Result<Self> {
        let (runtime, other) = (Runtime::new()?, Runtime::new()?);
        let (asker, mut asked) = runtime.block_on(async { shell(1) })?;
        let (echoer, mut echoed) = other.block_on(async { shell(2) })?;
        let addr = loop {
            if let NetEvent::Listening { addr } = next(&other, &mut echoed)? {
                break addr;
            }
        };
        runtime.block_on(asker.send(NetCommand::Dial { addr, expect: None }))?;
        let (peer, link) = loop {
            if let NetEvent::LinkUp { peer, link, .. } = next(&runtime, &mut asked)? {
                break (peer, link);
            }
        };
        other.spawn(echo(echoer, echoed));
        Ok(Self {
            runtime,
            _other: other,
            asker,
            asked,
            peer,
            link,
        })
    }

    /// There and back.
    pub(crate) fn round_trip(&mut self, n_bytes: usize) -> Result<Duration> {
        let start = Instant::now();
        let send = NetCommand::Send {
            peer: self.peer,
            link: self.link,
            priority: Priority::Live,
            bytes: vec![7; n_bytes],
        };
        self.runtime.block_on(async {
            self.asker.send(send).await?;
            loop {
                let event = self.asked.recv().await.context("the shell ended")?;
                if matches!(event, NetEvent::Message { .. }) {
                    return Ok(start.elapsed());
                }
            }
        })
    }
}

fn next(runtime: &Runtime, events: &mut mpsc::Receiver<NetEvent>) -> Result<NetEvent> {
    runtime.block_on(events.recv()).context("the shell ended")
}

async fn echo(echoer: NetHandle, mut echoed: mpsc::Receiver<NetEvent>) {
    while let Some(event) = echoed.recv().await {
        if let NetEvent::Message {
            peer, link, bytes, ..
        } = event
        {
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

/// An echo over plain TCP.
struct RawTcp {
    runtime: Runtime,
    _other: Runtime,
    stream: TcpStream,
}

impl RawTcp {
    fn open() -> Result<Self> {
        let (runtime, other) = (Runtime::new()?, Runtime::new()?);
        let listener = other.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let addr = listener.local_addr()?;
        other.spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let mut bytes = vec![0; MESSAGE_BYTES];
            loop {
                stream.read_exact(&mut bytes).await?;
                stream.write_all(&bytes).await?;
            }
            #[allow(unreachable_code, reason = "names the type of the block's errors")]
            Ok::<(), std::io::Error>(())
        });
        let stream = runtime.block_on(TcpStream::connect(addr))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            runtime,
            _other: other,
            stream,
        })
    }

    fn round_trip(&mut self, n_bytes: usize) -> Result<Duration> {
        let start = Instant::now();
        let mut bytes = vec![7; n_bytes];
        self.runtime.block_on(async {
            self.stream.write_all(&bytes).await?;
            self.stream.read_exact(&mut bytes).await
        })?;
        Ok(start.elapsed())
    }
}
