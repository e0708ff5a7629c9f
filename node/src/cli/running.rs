//! `run` and `stop`.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use lienquay_shared::query::{Answer, Query};

use crate::cli::out::{DONE, Out};
use crate::cli::{args, exit, session};
use crate::handle::NodeHandle;
use crate::ipc::{self, Request, Server};
use crate::runtime::{self, NetOptions, NodeNews, NodeOptions};
use exit::{CliError, CliResult, Code};

/// Runs the node until a signal or a client ends it.
pub(crate) async fn run(folder: &Path, ask: &args::Run, out: Out) -> CliResult<Code> {
    let opened = session::open_folder(folder)?;
    let net = NetOptions {
        listen: ask.listen.clone(),
        peers: ask.peer.clone(),
        mdns: !ask.no_mdns,
    };
    let runtime = runtime::start(opened, NodeOptions { net: Some(net) })?;
    if !runtime.handle().has_site() {
        runtime.shutdown().await?;
        return Err(CliError::not_founded());
    }
    let served = serve(folder, runtime.handle(), out).await;
    // 1. No client starts anything new. 2. The node hands over and closes.
    let ended = match served {
        Ok(server) => {
            server.stop().await;
            Ok(())
        }
        Err(error) => Err(error),
    };
    runtime.shutdown().await?;
    ended?;
    DONE
}

async fn serve(folder: &Path, node: &NodeHandle, out: Out) -> CliResult<Server> {
    // Before anybody is told that the node runs: whoever reads that may end it at once.
    let mut signals = Signals::catch()?;
    let server = ipc::serve(folder, node.clone())?;
    let listening = listening(node).await?;
    let line = json!({ "event": "running", "node": node.node(), "listening": listening });
    out.result(&line, || {
        format!(
            "Đang chạy. (running as {}, listening on {listening})",
            node.node().short()
        )
    })?;
    tokio::select! {
        biased;
        () = node.ended() => {
            server.stop().await;
            return Err(CliError::Node("the engine ended by itself".to_owned()));
        }
        () = server.shutdown_asked() => tracing::info!("a client asked the node to end"),
        () = signals.next() => tracing::info!("a signal asked the node to end"),
    }
    Ok(server)
}

/// Waits until the node listens; tells where.
async fn listening(node: &NodeHandle) -> CliResult<Value> {
    let mut news = node.subscribe();
    loop {
        let Answer::Status(mut status) = node.ask(Query::Status).await? else {
            return Err(session::unexpected());
        };
        let listening = status["listening"].take();
        if listening.as_array().is_some_and(|addrs| !addrs.is_empty()) {
            return Ok(listening);
        }
        while !matches!(
            news.next().await,
            Some(NodeNews::Listening { .. } | NodeNews::Lagged) | None
        ) {}
    }
}

/// What ends a program: Ctrl+C, a service manager, a closed terminal. Caught from its creation on.
#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        let [interrupted, terminated, hung_up] = &mut self.0;
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    }
}

/// What ends a program: Ctrl+C, a closed window, the end of the session. Caught from its creation on.
#[cfg(windows)]
struct Signals(
    tokio::signal::windows::CtrlC,
    tokio::signal::windows::CtrlClose,
    tokio::signal::windows::CtrlShutdown,
);

#[cfg(windows)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self(ctrl_c()?, ctrl_close()?, ctrl_shutdown()?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
            _ = self.2.recv() => {}
        }
    }
}

/// Stops the running node and waits until it has gone.
pub(crate) async fn stop(folder: &Path, out: Out) -> CliResult<Code> {
    let Some(mut client) = session::running(folder).await? else {
        return Err(CliError::not(
            Code::NotFound,
            "Không có máy nào đang chạy trên thư mục này.",
            "no node runs on this data folder",
        ));
    };
    client.ask(&Request::Shutdown).await?;
    // The node hangs up when it no longer takes anything new.
    while client.next().await.is_ok() {}
    out.result(&json!({ "event": "stopping" }), || {
        "Đang đóng. (stopping)".to_owned()
    })?;
    DONE
}
