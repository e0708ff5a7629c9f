//! A second PC of the site that works on alone for a while.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lienquay_core::event::Control;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::{self, NetOptions, NodeNews, NodeOptions, Runtime, Subscription};
use lienquay_shared::command::Command;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::wire::link::NodeMode;

use crate::site::TestSite;

const PATIENCE: Duration = Duration::from_secs(30);

/// The second PC. It runs only while something is done on it.
pub(super) struct Apart {
    folder: PathBuf,
    first: SocketAddr,
}

/// A node's network on this machine alone.
pub(super) fn loopback(peers: Vec<SocketAddr>) -> NetOptions {
    NetOptions {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        peers,
        mdns: false,
    }
}

impl Apart {
    /// Joins the site as "Quầy 2", with the same officer; the site's own PC must be on the network.
    pub(super) fn join(site: &TestSite) -> Self {
        let folder = site.folder.path().join("second");
        site.wait(async {
            let first = site.handle();
            let mut first_news = first.subscribe();
            let addr = address_of(first, &mut first_news).await;
            let second = start(&folder, true, Some(loopback(vec![addr])));
            let mut news = second.handle().subscribe();
            let seek = Control::Seek {
                name: "Quầy 2".to_owned(),
                mode: NodeMode::Desk,
            };
            second.handle().control(seek).await.unwrap();
            compare(first, &mut first_news).await;
            compare(second.handle(), &mut news).await;
            until(&mut news, |news| *news == NodeNews::Joined).await;
            seat(first, second.handle()).await;
            second.shutdown().await.unwrap();
            Self {
                folder,
                first: addr,
            }
        })
    }

    /// Meets the site's PC until both know something.
    pub(super) fn meet(&self, site: &TestSite, is_so: impl AsyncFn(&NodeHandle) -> bool) {
        site.wait(async {
            let second = start(&self.folder, false, Some(loopback(vec![self.first])));
            let mut news = second.handle().subscribe();
            let mut first_news = site.handle().subscribe();
            while !is_so(second.handle()).await {
                let told = async {
                    tokio::select! {
                        told = news.next() => told,
                        told = first_news.next() => told,
                    }
                };
                let told = tokio::time::timeout(PATIENCE, told).await;
                told.expect("too slow").expect("a node ended");
            }
            second.shutdown().await.unwrap();
        });
    }

    /// Does something on it, alone.
    pub(super) fn alone(&self, site: &TestSite, command: Command) {
        site.wait(async {
            let second = start(&self.folder, false, None);
            second.handle().command(command).await.unwrap();
            second.shutdown().await.unwrap();
        });
    }
}

fn start(folder: &std::path::Path, is_new: bool, net: Option<NetOptions>) -> Runtime {
    let machine = MachineId::named("second");
    let opened = if is_new {
        DataFolder::create(folder, &KeySeal::OwnerFile, &machine)
    } else {
        DataFolder::open(folder, &KeySeal::OwnerFile, &machine)
    };
    runtime::start(opened.unwrap(), NodeOptions { net }).unwrap()
}

/// The founder's officer works there too.
async fn seat(first: &NodeHandle, second: &NodeHandle) {
    let Answer::Site(found) = first.ask(Query::Site).await.unwrap() else {
        panic!("no site")
    };
    let seat = Command::Seat {
        node: second.node(),
        counter: None,
        officer: found.officers.keys().next().copied(),
    };
    first.command(seat).await.unwrap();
}

async fn until(news: &mut Subscription, is_it: impl Fn(&NodeNews) -> bool) -> NodeNews {
    let found = async {
        loop {
            let told = news.next().await.expect("the node ended");
            if is_it(&told) {
                return told;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found)
        .await
        .expect("too slow")
}

async fn address_of(node: &NodeHandle, news: &mut Subscription) -> SocketAddr {
    loop {
        if let Some(addr) = node.listening().await.unwrap().first() {
            return *addr;
        }
        until(news, |news| matches!(news, NodeNews::Listening { .. })).await;
    }
}

async fn compare(node: &NodeHandle, news: &mut Subscription) {
    let NodeNews::JoinCode(waiting) =
        until(news, |news| matches!(news, NodeNews::JoinCode(_))).await
    else {
        panic!("no code")
    };
    let confirm = Control::ConfirmCode {
        peer: waiting.peer,
        admin: false,
    };
    node.control(confirm).await.unwrap();
}
