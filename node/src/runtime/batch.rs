//! One group: what came in, turned into the engine's events, within bounds.

use lienquay_core::event::{Event, Token};
use lienquay_core::store::StoreResult;
use lienquay_shared::query::{Answer, Query};
use tokio::sync::oneshot;

use crate::net::{LinkDownReason, NetEvent};
use crate::runtime::engine_thread::EngineThread;
use crate::runtime::order::{Done, Order};
use crate::runtime::{NodeNews, short};

/// Events of one group: enough that one fsync serves a busy morning, few enough that a click is answered in between.
const MAX_BATCH: usize = 256;
/// Bytes of messages in one group.
const MAX_BATCH_BYTES: usize = 8 << 20;

/// What came in, of either kind.
pub(super) enum Input {
    Order(Order),
    Net(NetEvent),
    /// No handle is left.
    Abandoned,
    Time,
}

/// One group.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) events: Vec<Event>,
    n_bytes: usize,
    /// Questions are answered after the group, so that who orders and then asks sees what was done.
    pub(super) asks: Vec<(Query, oneshot::Sender<StoreResult<Answer>>)>,
}

impl EngineThread {
    /// Takes what waits, officers' orders first, up to the bounds of a group.
    pub(super) fn take_waiting(&mut self, batch: &mut Batch) {
        while batch.events.len() < MAX_BATCH && !self.is_stopping {
            match self.orders.try_recv() {
                Ok(order) => self.take_order(order, batch),
                Err(_none) => break,
            }
        }
        while batch.events.len() < MAX_BATCH && batch.n_bytes < MAX_BATCH_BYTES {
            let event = self
                .net_events
                .as_mut()
                .and_then(|events| events.try_recv().ok());
            match event {
                Some(event) => self.take_net_event(event, batch),
                None => break,
            }
        }
    }

    pub(super) fn take(&mut self, input: Input, batch: &mut Batch) {
        match input {
            Input::Order(order) => self.take_order(order, batch),
            Input::Net(event) => self.take_net_event(event, batch),
            Input::Abandoned => self.is_stopping = true,
            Input::Time => {}
        }
    }

    fn take_order(&mut self, order: Order, batch: &mut Batch) {
        match order {
            Order::Submit { submission, reply } => {
                let token = self.token(reply);
                batch.events.push(Event::Submit { token, submission });
            }
            Order::Control { control, reply } => {
                let token = self.token(reply);
                batch.events.push(Event::Control { token, control });
            }
            Order::Ask { query, reply } => batch.asks.push((query, reply)),
            Order::Waiting { reply } => {
                reply.send(self.waiting.list()).ok();
            }
            Order::Dial { addr } => self.dialer.typed(addr, self.clock.mono_millis()),
            Order::Stop => self.is_stopping = true,
        }
    }

    fn token(&mut self, reply: oneshot::Sender<Done>) -> Token {
        self.next_token += 1;
        let token = Token(self.next_token);
        self.replies.insert(token, reply);
        token
    }

    fn take_net_event(&mut self, event: NetEvent, batch: &mut Batch) {
        let at = self.clock.mono_millis();
        match event {
            NetEvent::Listening { addr } => {
                tracing::debug!(%addr, "listening");
                self.listening.push(addr);
                self.tell(NodeNews::Listening { addr });
            }
            NetEvent::LinkUp {
                peer,
                link,
                addr,
                outbound,
            } => {
                tracing::debug!(peer = short(&peer), outbound, "link up");
                self.dialer.linked(peer, outbound.then_some(addr), at);
                self.tell(NodeNews::Link { peer, is_up: true });
                batch.events.push(Event::LinkUp { peer, link: link.0 });
            }
            NetEvent::LinkDown { peer, link, why } => {
                tracing::debug!(peer = short(&peer), %why, "link down");
                if why != LinkDownReason::Replaced {
                    self.dialer.unlinked(peer, at);
                }
                self.waiting.remove(&peer);
                self.tell(NodeNews::Link { peer, is_up: false });
                batch.events.push(Event::LinkDown { peer, link: link.0 });
            }
            NetEvent::Message { peer, link, bytes } => {
                batch.n_bytes += bytes.len();
                let link = link.0;
                batch.events.push(Event::Message { peer, link, bytes });
            }
            NetEvent::Seen { peer, addr } => self.dialer.seen(peer, addr, at),
            NetEvent::DialFailed { addr, why } => {
                tracing::debug!(%addr, %why, "dial failed");
                self.dialer.failed(addr, at);
            }
            NetEvent::SendDropped {
                peer,
                priority,
                n_bytes,
                ..
            } => tracing::warn!(
                peer = short(&peer),
                ?priority,
                n_bytes,
                "a message had no room; the link closes and reconciles"
            ),
        }
    }
}
