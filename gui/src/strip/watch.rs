//! Looking at the node while the strip is there: about every two seconds, at once when something happened, and the
//! window is woken only for another picture.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_node::runtime::{NodeNews, Subscription};
use lienquay_shared::query::{Answer, MAX_PAGE_ROWS, PageAsk, Query};
use lienquay_shared::schema::site::site_doc;
use lienquay_shared::{DocId, NodeId};
use tokio::sync::{Notify, watch};

use crate::link::{Background, Link};
use crate::strip::data::{Seen, StripView};

/// How often the node is asked: as often as members tell each other how they are.
pub(crate) const EVERY: Duration = Duration::from_secs(2);

/// The picture, and numbers that are shown only while somebody looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub(crate) view: Arc<StripView>,
    /// Round trips, milliseconds.
    pub(crate) round_trips: BTreeMap<NodeId, u64>,
}

/// The watching.
#[derive(Debug)]
pub(crate) struct Watch {
    shown: watch::Receiver<Shown>,
    /// The list of PCs is open.
    is_looked_at: Arc<AtomicBool>,
    again: Arc<Notify>,
    _task: Background,
}

impl Watch {
    /// Watches until it is dropped.
    pub(crate) fn start(link: &Link) -> Self {
        let (sender, shown) = watch::channel(Shown::default());
        let is_looked_at = Arc::new(AtomicBool::new(false));
        let again = Arc::new(Notify::new());
        let watching = Watching {
            node: link.node().clone(),
            news: link.node().subscribe(),
            again: Arc::clone(&again),
            seen: Seen::default(),
            is_site_stale: true,
            are_conflicts_stale: true,
        };
        let looked_at = Arc::clone(&is_looked_at);
        let wake = link.wake().clone();
        let task = link
            .work()
            .in_background(watching.run(move |view, round_trips| {
                let is_new = sender.send_if_modified(|shown| {
                    let is_new = *shown.view != view
                        || (looked_at.load(Ordering::Acquire) && shown.round_trips != round_trips);
                    if is_new {
                        shown.view = Arc::new(view);
                    }
                    shown.round_trips = round_trips;
                    is_new
                });
                if is_new {
                    wake.soon();
                }
            }));
        Self {
            shown,
            is_looked_at,
            again,
            _task: task,
        }
    }

    /// The last picture.
    pub(crate) fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Whether numbers that change by themselves are on the screen.
    pub(crate) fn look_at_numbers(&self, is_looked_at: bool) {
        self.is_looked_at.store(is_looked_at, Ordering::Release);
    }

    /// Looks again at once: the officer did something.
    pub(crate) fn again(&self) {
        self.again.notify_one();
    }
}

struct Watching {
    node: NodeHandle,
    news: Subscription,
    again: Arc<Notify>,
    seen: Seen,
    is_site_stale: bool,
    are_conflicts_stale: bool,
}

impl Watching {
    async fn run(mut self, mut show: impl FnMut(StripView, BTreeMap<NodeId, u64>)) {
        let mut last = StripView::default();
        loop {
            match self.look().await {
                Ok(()) => {
                    let view = StripView::of(&self.seen, &last);
                    last = view.clone();
                    show(view, round_trips(&self.seen));
                }
                Err(AskError::Ended) => return,
                Err(error) => tracing::warn!(%error, "the strip could not look"),
            }
            if !self.wait().await {
                return;
            }
        }
    }

    async fn look(&mut self) -> Result<(), AskError> {
        self.seen.before = self.seen.lags();
        self.seen.health = Some(self.node.health().await?);
        self.seen.members = self.node.members().await?;
        self.seen.waiting = self.node.waiting().await?;
        self.seen.has_sheet = self.node.recovery_sheet().await?.is_some();
        if self.is_site_stale {
            self.seen.site = match self.node.ask(Query::Site).await? {
                Answer::Site(site) => Some(*site),
                _ => None,
            };
            self.is_site_stale = self.seen.site.is_none();
        }
        if self.are_conflicts_stale {
            self.seen.conflicts = ask_conflicts(&self.node).await?;
            self.are_conflicts_stale = false;
        }
        Ok(())
    }

    /// Until it is time to look again; false when the node has ended.
    async fn wait(&mut self) -> bool {
        let pause = tokio::time::sleep(EVERY);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                biased;
                () = &mut pause => return true,
                () = self.again.notified() => return true,
                news = self.news.next() => match news {
                    None | Some(NodeNews::Stopping) => return false,
                    Some(news) => if self.note(&news) { return true },
                },
            }
        }
    }

    fn site_doc(&self) -> Option<DocId> {
        let health = self.seen.health.as_ref()?;
        health.status.site.as_ref().map(site_doc)
    }

    /// What became stale; true when it must be looked at now.
    fn note(&mut self, news: &NodeNews) -> bool {
        match news {
            NodeNews::Changed { docs } => {
                self.is_site_stale |= self.site_doc().is_none_or(|site| docs.contains(&site));
                self.are_conflicts_stale = true;
                false
            }
            NodeNews::Conflict { .. } => {
                self.are_conflicts_stale = true;
                true
            }
            NodeNews::Joined | NodeNews::Lagged => {
                self.is_site_stale = true;
                self.are_conflicts_stale = true;
                true
            }
            NodeNews::Link { .. }
            | NodeNews::JoinCode(_)
            | NodeNews::JoinFailed { .. }
            | NodeNews::ClockDoubtful
            | NodeNews::StoreTrouble { .. } => true,
            _ => false,
        }
    }
}

fn round_trips(seen: &Seen) -> BTreeMap<NodeId, u64> {
    let links = seen.health.iter().flat_map(|health| &health.links);
    links.map(|link| (link.peer, link.rtt_millis)).collect()
}

/// Dossiers with a conflict, as many as one page tells.
async fn ask_conflicts(node: &NodeHandle) -> Result<Vec<DocId>, AskError> {
    let page = PageAsk {
        limit: MAX_PAGE_ROWS,
        ..PageAsk::default()
    };
    let Answer::Conflicts(page) = node.ask(Query::Conflicts { page }).await? else {
        return Ok(Vec::new());
    };
    let mut docs: Vec<DocId> = page.rows.iter().map(|row| row.doc).collect();
    docs.dedup();
    Ok(docs)
}
