//! Looking for the site: where this PC can be reached, the six digits of every administrator's PC that answers, and what
//! went wrong.

mod addresses;
mod ui;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use lienquay_node::clock::Clock;
use lienquay_node::handle::AskError;
use lienquay_node::runtime::{NodeNews, Subscription, WaitingPeer};
use lienquay_node::view::Control;
use lienquay_shared::NodeId;
use lienquay_shared::command::Outcome;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::Reason;

use crate::link::{Background, Link, Pending, Polled};
use crate::remote::Remote;
use crate::start::joining::JoinForm;

pub(crate) use addresses::worth_telling;
pub(crate) use ui::reason_words;

/// After this long without an answer it is said what to look at.
const HINT_AFTER: Duration = Duration::from_secs(20);

type Done = Result<Outcome, Refusal>;

/// One administrator's PC that answered.
#[derive(Debug)]
struct Code {
    waiting: WaitingPeer,
    /// Not while it has not been decided.
    order: Option<Pending<Done>>,
    /// The person here said that the digits are the same.
    is_same: bool,
}

/// The search.
#[derive(Debug)]
pub(crate) struct Search {
    form: JoinForm,
    news: Subscription,
    /// Wakes the window when there are news.
    _watch: Background,
    started_mono_millis: u64,
    seeking: Option<Pending<Done>>,
    waiting: Remote<Vec<WaitingPeer>>,
    addresses: Remote<Vec<SocketAddr>>,
    codes: BTreeMap<NodeId, Code>,
    /// The last thing that went wrong.
    failure: Option<Reason>,
    refusal: Option<Refusal>,
    dial_problem: Option<AskError>,
    has_joined: bool,
}

/// What comes after the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchNext {
    Back,
    Joined,
}

impl Search {
    /// Starts looking.
    pub(crate) fn start(link: &Link, clock: Clock, form: JoinForm) -> Self {
        let mut news = link.node().subscribe();
        let wake = link.wake().clone();
        let watch = link.work().in_background(async move {
            while let Some(news) = news.next().await {
                if concerns(&news) {
                    wake.now();
                }
            }
        });
        let dialled = match form.address() {
            Ok(Some(address)) => link.node().dial(address),
            Ok(None) | Err(()) => Ok(()),
        };
        link.wake().after(HINT_AFTER);
        let mut search = Self {
            form,
            news: link.node().subscribe(),
            _watch: watch,
            started_mono_millis: clock.mono_millis(),
            seeking: None,
            waiting: Remote::default(),
            addresses: Remote::default(),
            codes: BTreeMap::new(),
            failure: None,
            refusal: None,
            dial_problem: dialled.err(),
            has_joined: false,
        };
        search.seek(link);
        search
    }

    /// Asks every member met, those that said no as well.
    fn seek(&mut self, link: &Link) {
        let seek = Control::Seek {
            name: self.form.name.trim().to_owned(),
            mode: self.form.mode,
        };
        self.failure = None;
        self.refusal = None;
        self.seeking = Some(link.start(|node| async move { node.control(seek).await }));
    }

    /// The person here compared.
    fn decide(&mut self, link: &Link, peer: NodeId, is_same: bool) {
        let Some(code) = self.codes.get_mut(&peer) else {
            return;
        };
        let control = if is_same {
            Control::ConfirmCode { peer, admin: false }
        } else {
            Control::RejectCode { peer }
        };
        self.refusal = None;
        code.is_same = is_same;
        code.order = Some(link.start(|node| async move { node.control(control).await }));
    }

    /// Takes news and answers.
    fn advance(&mut self, link: &Link) {
        while let Some(news) = self.news.try_next() {
            self.on_news(news);
        }
        let load = |node: lienquay_node::handle::NodeHandle| async move { node.waiting().await };
        if self.waiting.refresh(link, load)
            && let Some(waiting) = self.waiting.get()
        {
            for waiting in waiting.clone() {
                self.put(waiting);
            }
        }
        self.addresses
            .refresh(link, |node| async move { addresses::own(&node).await });
        self.poll_orders();
    }

    fn on_news(&mut self, news: NodeNews) {
        match news {
            NodeNews::JoinCode(waiting) => self.put(waiting),
            NodeNews::JoinFailed { peer, reason } => {
                self.codes.remove(&peer);
                self.failure = Some(reason);
            }
            NodeNews::Joined => self.has_joined = true,
            NodeNews::Listening { .. } => self.addresses.stale(),
            NodeNews::Lagged => self.waiting.stale(),
            _ => {}
        }
    }

    /// A code is shown; a newer one of the same PC is another question.
    fn put(&mut self, waiting: WaitingPeer) {
        let peer = waiting.peer;
        if self
            .codes
            .get(&peer)
            .is_some_and(|code| code.waiting == waiting)
        {
            return;
        }
        self.failure = None;
        let code = Code {
            waiting,
            order: None,
            is_same: false,
        };
        self.codes.insert(peer, code);
    }

    fn poll_orders(&mut self) {
        if let Some(done) = polled(&mut self.seeking) {
            self.refusal = done.err();
        }
        let mut ended = Vec::new();
        for (peer, code) in &mut self.codes {
            if let Some(Err(refusal)) = polled(&mut code.order) {
                self.refusal = Some(refusal);
                ended.push(*peer);
            }
        }
        for peer in ended {
            self.codes.remove(&peer);
        }
    }
}

/// News that change this page.
fn concerns(news: &NodeNews) -> bool {
    matches!(
        news,
        NodeNews::JoinCode(_)
            | NodeNews::JoinFailed { .. }
            | NodeNews::Joined
            | NodeNews::Listening { .. }
            | NodeNews::Lagged
    )
}

fn polled(order: &mut Option<Pending<Done>>) -> Option<Done> {
    let done = match order.as_mut()?.poll() {
        Polled::Waiting => return None,
        Polled::Ready(done) => done,
        Polled::Lost => Err(Refusal::Leaving),
    };
    *order = None;
    Some(done)
}
