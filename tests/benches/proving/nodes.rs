//! Nodes inside this process, as the window runs them: each with its own data folder, its own tokio runtime, its own
//! engine thread, and a real TCP port.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use lienquay_core::event::Control;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::{
    self, NetOptions, NodeNews, NodeOptions, Runtime as Running, Subscription,
};
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::link::NodeMode;
use tokio::runtime::Runtime;

/// How long something that must come may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One node.
pub(crate) struct Node {
    /// What everybody works through.
    pub(crate) handle: NodeHandle,
    /// Its news since it started.
    pub(crate) news: Subscription,
    /// Where its tasks run; two threads each, as on a PC with two cores.
    pub(crate) tokio: Runtime,
    running: Running,
}

impl Node {
    /// Starts a node on a new folder, on the network if `peers` are given.
    pub(crate) fn start(folder: &Path, peers: Option<Vec<SocketAddr>>) -> Result<Self> {
        let machine = MachineId::of_this_machine();
        let opened = if folder.exists() {
            DataFolder::open(folder, &KeySeal::OwnerFile, &machine)?
        } else {
            DataFolder::create(folder, &KeySeal::OwnerFile, &machine)?
        };
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let net = match peers {
            Some(peers) => Some(NetOptions {
                listen: vec!["127.0.0.1:0".parse()?],
                peers,
                mdns: false,
            }),
            None => None,
        };
        let running = tokio.block_on(async { runtime::start(opened, NodeOptions { net }) })?;
        let handle = running.handle().clone();
        let news = handle.subscribe();
        Ok(Self {
            handle,
            news,
            tokio,
            running,
        })
    }

    /// Founds the site and imports one common procedure.
    pub(crate) fn found(&self) -> Result<()> {
        let found = self
            .handle
            .found("Xã Bình Minh", "H26.15", "Nguyễn Thị Hoa", "quay 1");
        self.tokio.block_on(found).map_err(refused)?;
        let catalogue = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../deploy/catalogue/2.000815.json"
        );
        let record = serde_json::from_slice(&std::fs::read(catalogue)?)?;
        self.command(Command::ImportProcedure {
            record,
            effective_from: None,
        })?;
        Ok(())
    }

    /// Has a command done.
    pub(crate) fn command(&self, command: Command) -> Result<Outcome> {
        self.tokio
            .block_on(self.handle.command(command))
            .map_err(refused)
    }

    /// Asks.
    pub(crate) fn ask(&self, query: Query) -> Result<Answer> {
        Ok(self.tokio.block_on(self.handle.ask(query))?)
    }

    /// Waits for a piece of news.
    pub(crate) fn until(&mut self, is_it: impl Fn(&NodeNews) -> bool) -> Result<NodeNews> {
        let news = &mut self.news;
        self.tokio.block_on(async {
            tokio::time::timeout(PATIENCE, async {
                loop {
                    let told = news.next().await.context("the node ended")?;
                    if is_it(&told) {
                        return Ok(told);
                    }
                }
            })
            .await?
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> Result<SocketAddr> {
        loop {
            let listening = self.tokio.block_on(self.handle.listening())?;
            if let Some(addr) = listening.first() {
                return Ok(*addr);
            }
            std::thread::yield_now();
        }
    }

    /// Joins the site of `admin`, to which it has a way.
    pub(crate) fn join(&mut self, admin: &mut Self, name: &str) -> Result<()> {
        let seek = Control::Seek {
            name: name.to_owned(),
            mode: NodeMode::Desk,
        };
        self.tokio
            .block_on(self.handle.control(seek))
            .map_err(refused)?;
        for side in [admin, &mut *self] {
            let told = side.until(|news| matches!(news, NodeNews::JoinCode(_)))?;
            let NodeNews::JoinCode(waiting) = told else {
                bail!("no code");
            };
            let peer = waiting.peer;
            let confirm = Control::ConfirmCode { peer, admin: false };
            side.tokio
                .block_on(side.handle.control(confirm))
                .map_err(refused)?;
        }
        self.until(|news| *news == NodeNews::Joined)?;
        Ok(())
    }

    /// A digest of everything it holds.
    pub(crate) fn vector(&self) -> Result<String> {
        match self.ask(Query::Status)? {
            Answer::Status(status) => Ok(status["vector_digest"].to_string()),
            other => bail!("not a status: {other:?}"),
        }
    }

    /// Ends it in order.
    pub(crate) fn stop(self) -> Result<()> {
        Ok(self.tokio.block_on(self.running.shutdown())?)
    }
}

/// A refusal that ends the measurement.
#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow!("refused: {refusal}")
}

/// Two members of one site.
pub(crate) fn two(home: &Path) -> Result<(Node, Node)> {
    let mut one = Node::start(&home.join("1"), Some(Vec::new()))?;
    one.found()?;
    let mut two = Node::start(&home.join("2"), Some(vec![one.address()?]))?;
    two.join(&mut one, "quay 2")?;
    until_equal(&one, &two)?;
    Ok((one, two))
}

/// Waits until both hold the same.
pub(crate) fn until_equal(one: &Node, two: &Node) -> Result<()> {
    while one.vector()? != two.vector()? {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
