//! Looking at the node while the page is shown.

use std::net::SocketAddr;
use std::sync::Arc;

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::query::{Answer, Query};
use tokio::sync::{Notify, watch};

use super::data::HealthData;
use crate::link::{Background, Link};
use crate::strip::data::Seen;
use crate::strip::watch::EVERY;

/// The watching; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    data: watch::Receiver<Arc<HealthData>>,
    again: Arc<Notify>,
    _task: Background,
}

impl Watch {
    /// Starts it.
    pub(super) fn start(link: &Link) -> Self {
        let (sender, data) = watch::channel(Arc::<HealthData>::default());
        let again = Arc::new(Notify::new());
        let (node, wake, notified) = (link.node().clone(), link.wake().clone(), again.clone());
        let task = link.work().in_background(async move {
            let mut is_first = true;
            loop {
                match look(&node).await {
                    Ok((seen, addresses)) => {
                        let is_new = sender.send_if_modified(|before| {
                            let now = HealthData::of(&seen, &addresses, before);
                            let is_new = **before != now;
                            *before = Arc::new(now);
                            is_new
                        });
                        if is_new && std::mem::take(&mut is_first) {
                            wake.now();
                        } else if is_new {
                            wake.soon();
                        }
                    }
                    Err(AskError::Ended) => return,
                    Err(error) => tracing::warn!(%error, "the page of PCs could not look"),
                }
                tokio::select! {
                    () = tokio::time::sleep(EVERY) => {}
                    () = notified.notified() => {}
                }
            }
        });
        Self {
            data,
            again,
            _task: task,
        }
    }

    /// The last picture.
    pub(super) fn data(&self) -> Arc<HealthData> {
        self.data.borrow().clone()
    }

    /// Looks again at once.
    pub(super) fn again(&self) {
        self.again.notify_one();
    }
}

async fn look(node: &NodeHandle) -> Result<(Seen, Vec<SocketAddr>), AskError> {
    let site = match node.ask(Query::Site).await? {
        Answer::Site(site) => Some(*site),
        _ => None,
    };
    let seen = Seen {
        site,
        health: Some(node.health().await?),
        members: node.members().await?,
        has_sheet: node.recovery_sheet().await?.is_some(),
        ..Seen::default()
    };
    Ok((seen, node.listening().await?))
}
