//! A caller that closes every link it gets, dials at once, and checks the order of what it is told.

#![allow(
    clippy::unwrap_used,
    reason = "test code, though not inside #[test] functions"
)]

use std::net::SocketAddr;

use lienquay_node::net::{LinkId, NetCommand, NetEvent, Priority};

use crate::pc::Pc;

pub(crate) struct Churn {
    pub(crate) pc: Pc,
    link: Option<LinkId>,
    n_links: usize,
    /// A message came over a link that nobody closes any more.
    pub(crate) is_settled: bool,
}

impl Churn {
    pub(crate) async fn start(seed: u8) -> Self {
        Self {
            pc: Pc::start(seed).await,
            link: None,
            n_links: 0,
            is_settled: false,
        }
    }

    /// Closes its first `n_to_close` links; over each later one it sends a message.
    pub(crate) async fn handle(&mut self, event: NetEvent, other: SocketAddr, n_to_close: usize) {
        match event {
            NetEvent::LinkUp { peer, link, .. } => {
                assert_eq!(
                    self.link.replace(link),
                    None,
                    "a second link beside the first"
                );
                self.n_links += 1;
                if self.n_links <= n_to_close {
                    self.pc
                        .handle
                        .send(NetCommand::Disconnect { peer })
                        .await
                        .unwrap();
                } else {
                    self.pc
                        .send(peer, link, Priority::Live, b"settled".to_vec())
                        .await;
                }
            }
            NetEvent::LinkDown { link, .. } => {
                assert_eq!(
                    self.link.take(),
                    Some(link),
                    "the end of a link that was not up"
                );
                self.pc.dial(other, None).await;
            }
            NetEvent::DialFailed { .. } if self.link.is_none() => self.pc.dial(other, None).await,
            NetEvent::Message { link, .. } => {
                assert_eq!(self.link, Some(link), "a message outside its link");
                self.is_settled = true;
            }
            _ => {}
        }
    }
}
