//! `run` and `stop`.

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
    let opened = session::open_to_run(folder).await?;
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
    let server = ipc::serve(folder, node.clone())?;
    // Before anybody is told that the node runs: whoever hears it may end it at once.
    let signalled = crate::signals::end_asked()?;
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
        () = server.shutdown_asked() => tracing::info!("a client asked the node to end"),
        () = signalled => tracing::info!("a signal asked the node to end"),
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
