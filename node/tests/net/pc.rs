//! A shell with what its caller holds, and the events a test expects of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code, but not inside #[test] functions"
)]

use std::{net::SocketAddr, time::Duration};

use lienquay_node::net::{
    self, LinkDownReason, LinkId, NetCommand, NetConfig, NetEvent, NetHandle, NodeId, Priority,
    node_id_of_secret,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use zeroize::Zeroizing;

/// Far longer than anything here takes, for a machine that is busy with other builds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A shell and what its caller holds.
pub(crate) struct Pc {
    pub(crate) handle: NetHandle,
    pub(crate) events: mpsc::Receiver<NetEvent>,
    pub(crate) task: JoinHandle<()>,
    pub(crate) addr: SocketAddr,
    pub(crate) id: NodeId,
}

/// Two seeds, the one of the smaller node id first: the smaller id decides which connection carries the link.
pub(crate) fn seeds() -> (u8, u8) {
    let id = |seed| node_id_of_secret(&Zeroizing::new([seed; 32])).unwrap();
    if id(1) < id(2) { (1, 2) } else { (2, 1) }
}

pub(crate) fn config(seed: u8) -> NetConfig {
    NetConfig {
        secret_key: Zeroizing::new([seed; 32]),
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        mdns: false,
        service_tag: "test".to_owned(),
        max_peers: 8,
    }
}

impl Pc {
    pub(crate) async fn start(seed: u8) -> Self {
        Self::start_with(config(seed), 64).await
    }

    pub(crate) async fn start_with(config: NetConfig, event_capacity: usize) -> Self {
        let (sender, mut events) = mpsc::channel(event_capacity);
        let (handle, task) = net::spawn(config, sender).unwrap();
        let NetEvent::Listening { addr } = next(&mut events).await else {
            panic!("not listening")
        };
        let id = handle.local();
        Self {
            handle,
            events,
            task,
            addr,
            id,
        }
    }

    pub(crate) async fn next(&mut self) -> NetEvent {
        next(&mut self.events).await
    }

    pub(crate) async fn link_up(&mut self, with: NodeId) -> LinkId {
        match self.next().await {
            NetEvent::LinkUp { peer, link, .. } if peer == with => link,
            other => panic!("expected a link, got {other:?}"),
        }
    }

    pub(crate) async fn link_down(&mut self) -> LinkDownReason {
        match self.next().await {
            NetEvent::LinkDown { why, .. } => why,
            other => panic!("expected the end of the link, got {other:?}"),
        }
    }

    pub(crate) async fn message(&mut self) -> Vec<u8> {
        match self.next().await {
            NetEvent::Message { bytes, .. } => bytes,
            other => panic!("expected a message, got {other:?}"),
        }
    }

    pub(crate) async fn dial(&self, addr: SocketAddr, expect: Option<NodeId>) {
        self.handle
            .send(NetCommand::Dial { addr, expect })
            .await
            .unwrap();
    }

    pub(crate) async fn send(
        &self,
        peer: NodeId,
        link: LinkId,
        priority: Priority,
        bytes: Vec<u8>,
    ) {
        let command = NetCommand::Send {
            peer,
            link,
            priority,
            bytes,
        };
        self.handle.send(command).await.unwrap();
    }

    /// Nothing has happened that was not read: a dial to nowhere is answered, and nothing comes before it.
    pub(crate) async fn assert_quiet(&mut self) {
        let nowhere = closed_port();
        self.dial(nowhere, None).await;
        match self.next().await {
            NetEvent::DialFailed { addr, .. } if addr == nowhere => {}
            other => panic!("expected nothing, got {other:?}"),
        }
    }
}

pub(crate) async fn next(events: &mut mpsc::Receiver<NetEvent>) -> NetEvent {
    timeout(PATIENCE, events.recv())
        .await
        .expect("no event in time")
        .expect("the shell ended")
}

pub(crate) fn closed_port() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Two shells with a link; the smaller id first.
pub(crate) async fn linked_pair() -> (Pc, LinkId, Pc, LinkId) {
    let (small, large) = seeds();
    linked(Pc::start(small).await, Pc::start(large).await).await
}

pub(crate) async fn linked(mut a: Pc, mut b: Pc) -> (Pc, LinkId, Pc, LinkId) {
    a.dial(b.addr, Some(b.id)).await;
    let on_a = a.link_up(b.id).await;
    let on_b = b.link_up(a.id).await;
    (a, on_a, b, on_b)
}

/// Forwards one connection until told to freeze; then both ends are left with an open and silent connection, as if a
/// cable had been pulled.
pub(crate) async fn freezable_proxy(to: SocketAddr) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (freeze, frozen) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let (mut from, _) = listener.accept().await.unwrap();
        let mut to = TcpStream::connect(to).await.unwrap();
        tokio::select! {
            _ = frozen => {}
            _ = tokio::io::copy_bidirectional(&mut from, &mut to) => return,
        }
        std::future::pending::<()>().await;
    });
    (addr, freeze)
}
