//! The caller's side: asking a ticket's keeper for a step, and what becomes of the answer.
//!
//! A question's id is made from the submission and the ticket, so that a submission repeated after anything, a crash
//! included, is the same question to the same keeper and gets the same answer. A call is done when its entry has arrived:
//! the announcement builds on it. If only the answer got lost, the entry alone is answer enough.

use lienquay_shared::command::{CalledTicket, Outcome};
use lienquay_shared::decide::Context;
use lienquay_shared::domain::ticket::{Call, Ticket, TicketState, TicketStep};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{CounterNo, KeeperAnswer, KeeperAsk, KeeperOp, KeeperRefusal};
use lienquay_shared::wire::{Message, Priority};
use lienquay_shared::{DocId, NodeId, OfficerId, RequestId};

use super::Asker;
use super::walk::Walk;
use crate::engine::{Cx, Engine};
use crate::event::{Send, Token};
use crate::store::StoreResult;
use crate::timer::Timer;

/// How long a keeper may take: a round trip, one fsync, and a busy disk.
const ASK_TIMEOUT_MILLIS: u64 = 1_500;
/// How often one question is sent: over six seconds, in which a broken link is noticed and another one opened.
const MAX_SENDS: u32 = 4;
/// Submissions that wait for keepers at once: a counter's officer has one or two.
const MAX_FLIGHTS: usize = 64;
/// Repetitions of one submission that wait for the same answer.
const MAX_TOKENS: usize = 8;

/// One submission that waits for a keeper.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    /// Whom to answer: the asker, and whoever repeated the submission meanwhile.
    pub(super) tokens: Vec<Token>,
    /// The submission.
    pub(super) request: RequestId,
    pub(super) officer: OfficerId,
    /// The ticket asked about now.
    pub(super) ticket: DocId,
    pub(super) op: KeeperOp,
    keeper: NodeId,
    n_sends: u32,
    /// The keeper granted it, but its entry has not come yet.
    is_granted: bool,
    /// Further tickets to try.
    pub(super) walk: Option<Walk>,
}

/// What came of asking once.
pub(super) enum Asked {
    Granted,
    Refused(KeeperRefusal),
    Unreachable(NodeId),
    Waiting,
}

fn ask_id(request: &RequestId, ticket: &DocId) -> RequestId {
    let mut id = [0; RequestId::LEN];
    blake3::Hasher::new_derive_key("lienquay 2026 keeper ask")
        .update(request.as_bytes())
        .update(ticket.as_bytes())
        .finalize_xof()
        .fill(&mut id);
    RequestId(id)
}

impl Flight {
    pub(super) fn new(asker: Asker, officer: OfficerId, ticket: DocId, op: KeeperOp) -> Self {
        Self {
            tokens: vec![asker.token],
            request: asker.request,
            officer,
            ticket,
            op,
            keeper: NodeId([0; NodeId::LEN]),
            n_sends: 0,
            is_granted: false,
            walk: None,
        }
    }

    /// Turns to another ticket.
    pub(super) fn turn_to(&mut self, ticket: DocId) {
        self.ticket = ticket;
        self.n_sends = 0;
        self.is_granted = false;
    }

    fn ask(&self, ticket: &Ticket) -> KeeperAsk {
        let at_counter = ticket.call.as_ref();
        let at_counter = at_counter.filter(|_| ticket.state.is_at_counter());
        KeeperAsk {
            request: ask_id(&self.request, &self.ticket),
            ticket: self.ticket,
            officer: self.officer,
            op: self.op.clone(),
            seen: at_counter.map(|call| call.request),
        }
    }
}

/// A ticket called to this counter, as it is told.
fn called_outcome(doc: DocId, ticket: &Ticket, call: &Call) -> Outcome {
    let is_takeover = |step: &TicketStep| {
        matches!(
            step,
            TicketStep::TakenOver { .. } | TicketStep::PaperEntered { .. }
        )
    };
    Outcome::TicketCalled(CalledTicket {
        doc,
        number: ticket.number_text.clone(),
        counter: call.counter,
        taken_over: ticket
            .history
            .iter()
            .any(|line| line.counts && is_takeover(&line.step)),
    })
}

impl Engine {
    /// Whether a submission waits already: its repetition waits with it. Also refuses what is too much. True when the
    /// submission needs no more care.
    pub(super) fn joins_flight(&mut self, cx: &mut Cx<'_>, asker: Asker) -> StoreResult<bool> {
        let n_flights = self.asks.flights.len();
        let running = self
            .asks
            .flights
            .values_mut()
            .find(|flight| flight.request == asker.request);
        let has_room = n_flights < MAX_FLIGHTS;
        match running {
            Some(flight) if flight.tokens.len() < MAX_TOKENS => {
                flight.tokens.push(asker.token);
                Ok(true)
            }
            None if has_room => Ok(false),
            Some(_) | None => {
                self.refuse(cx, asker.token, Refusal::TooBusy)?;
                Ok(true)
            }
        }
    }

    /// Whether a walk for the next citizen is under way: one counter calls one citizen at a time.
    pub(super) fn is_walking(&self) -> bool {
        self.asks
            .flights
            .values()
            .any(|flight| flight.walk.is_some())
    }

    /// A step of one ticket that its keeper must take.
    pub(super) fn ask_for_one(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        doc: DocId,
        op: KeeperOp,
    ) -> StoreResult<()> {
        if self.joins_flight(cx, asker)? {
            return Ok(());
        }
        let mut flight = Flight::new(asker, context.officer, doc, op);
        if matches!(flight.op, KeeperOp::Call { .. })
            && let Some(ticket) = self.ticket(cx, &doc)?
            && self.is_unresolved_here(&doc, &ticket)
        {
            return self.complete(cx, flight);
        }
        let asked = self.ask_keeper_of(cx, &mut flight)?;
        self.proceed(cx, flight, asked)
    }

    /// Granted to this counter and not announced yet.
    fn is_unresolved_here(&self, doc: &DocId, ticket: &Ticket) -> bool {
        let call = ticket.call.as_ref().filter(|call| call.node == self.me);
        ticket.state == TicketState::Granted
            && call.is_some_and(|call| !self.is_given_back(doc, &call.request))
    }

    /// Asks the keeper of the flight's ticket, which may be this node.
    pub(super) fn ask_keeper_of(
        &mut self,
        cx: &mut Cx<'_>,
        flight: &mut Flight,
    ) -> StoreResult<Asked> {
        let Some(ticket) = self.ticket(cx, &flight.ticket)? else {
            return Ok(Asked::Refused(KeeperRefusal::NotPossible));
        };
        let keeper = ticket.epoch.node;
        flight.keeper = keeper;
        let ask = flight.ask(&ticket);
        if keeper == self.me {
            return Ok(match self.decide_as_keeper(cx, keeper, &ask)? {
                Ok(()) => Asked::Granted,
                Err(KeeperRefusal::NotKeeper { keeper: None }) => Asked::Unreachable(keeper),
                Err(refusal) => Asked::Refused(refusal),
            });
        }
        if !self.can_be_asked(&keeper) {
            return Ok(Asked::Unreachable(keeper));
        }
        if let Err(refusal) = self.note_given_back(cx, flight.ticket, &ticket, &flight.op)? {
            return Ok(Asked::Refused(refusal));
        }
        match self.links.get(&keeper) {
            Some(link) => {
                // Behind what this node wrote of the ticket just now.
                self.after_push.push(Send {
                    peer: keeper,
                    link: link.number,
                    priority: Priority::Live,
                    message: Message::KeeperAsk(ask),
                });
                Ok(Asked::Waiting)
            }
            None => Ok(Asked::Unreachable(keeper)),
        }
    }

    /// Whether a keeper can be asked at all.
    pub(super) fn can_be_asked(&self, keeper: &NodeId) -> bool {
        *keeper == self.me || (self.is_member_link(keeper) && !self.asks.disowned.contains(keeper))
    }

    /// Goes on after a keeper was asked or has answered.
    pub(super) fn proceed(
        &mut self,
        cx: &mut Cx<'_>,
        flight: Flight,
        asked: Asked,
    ) -> StoreResult<()> {
        match asked {
            Asked::Granted => self.complete(cx, flight),
            Asked::Waiting => {
                self.wait(cx, flight);
                Ok(())
            }
            Asked::Refused(refusal) if flight.walk.is_some() => {
                self.walk_on(cx, flight, Asked::Refused(refusal))
            }
            // Passes by itself within seconds: the same question is asked again.
            Asked::Refused(KeeperRefusal::Fenced | KeeperRefusal::NotNow)
                if flight.n_sends + 1 < MAX_SENDS =>
            {
                self.wait(cx, flight);
                Ok(())
            }
            Asked::Refused(refusal) => self.refuse_flight(cx, flight, Refusal::Keeper(refusal)),
            Asked::Unreachable(keeper) if flight.walk.is_some() => {
                self.walk_on(cx, flight, Asked::Unreachable(keeper))
            }
            Asked::Unreachable(keeper) => {
                let refusal = self.unreachable(cx, keeper)?;
                self.refuse_flight(cx, flight, refusal)
            }
        }
    }

    // Wakes on: the keeper's answer, the call's entry, marks that open a fence, the timer.
    fn wait(&mut self, cx: &mut Cx<'_>, mut flight: Flight) {
        flight.n_sends += 1;
        let id = ask_id(&flight.request, &flight.ticket);
        self.timers
            .set(Timer::Ask(id), cx.now.mono_millis + ASK_TIMEOUT_MILLIS);
        self.asks.flights.insert(id, flight);
    }

    fn take_flight(&mut self, id: &RequestId) -> Option<Flight> {
        let flight = self.asks.flights.remove(id)?;
        self.timers.stop(Timer::Ask(*id));
        Some(flight)
    }

    /// A keeper's answer. One to a question that nobody waits for any more changes nothing: its entry says what happened.
    pub(crate) fn on_keeper_answer(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        answer: &KeeperAnswer,
    ) -> StoreResult<()> {
        let is_awaited = self
            .asks
            .flights
            .get(&answer.request)
            .is_some_and(|flight| flight.keeper == peer);
        if !is_awaited {
            return Ok(());
        }
        let Some(mut flight) = self.take_flight(&answer.request) else {
            return Ok(());
        };
        match answer.verdict {
            Ok(()) if self.has_arrived(cx, &flight)? => self.complete(cx, flight),
            Ok(()) => {
                flight.is_granted = true;
                self.wait(cx, flight);
                Ok(())
            }
            Err(KeeperRefusal::AlreadyCalled { counter })
                if self.stands_here(cx, &flight, counter)? =>
            {
                self.is_mine_again(cx, &flight.ticket)?;
                self.complete(cx, flight)
            }
            Err(refusal) => {
                if refusal == (KeeperRefusal::NotKeeper { keeper: None }) {
                    self.note_disowned(cx, peer, &flight.ticket)?;
                }
                self.proceed(cx, flight, Asked::Refused(refusal))
            }
        }
    }

    /// Whether a ticket that its keeper says is called is this counter's own call, given back in vain.
    fn stands_here(&mut self, cx: &Cx<'_>, flight: &Flight, at: CounterNo) -> StoreResult<bool> {
        if !matches!(flight.op, KeeperOp::Call { counter, .. } if counter == at) {
            return Ok(false);
        }
        let ticket = self.ticket(cx, &flight.ticket)?;
        let call = ticket.and_then(|ticket| ticket.call);
        Ok(call.is_some_and(|call| {
            call.node == self.me && self.is_given_back(&flight.ticket, &call.request)
        }))
    }

    /// Whether the entry of a granted call is here. Other steps need nothing further of their asker.
    fn has_arrived(&mut self, cx: &Cx<'_>, flight: &Flight) -> StoreResult<bool> {
        if !matches!(flight.op, KeeperOp::Call { .. }) {
            return Ok(true);
        }
        let id = ask_id(&flight.request, &flight.ticket);
        let ticket = self.ticket(cx, &flight.ticket)?;
        Ok(ticket.is_some_and(|ticket| {
            let is_ours = |line: &TicketStep| matches!(line, TicketStep::Called { request, .. } if *request == id);
            ticket.history.iter().any(|line| line.counts && is_ours(&line.step))
        }))
    }

    /// A ticket's projection shows a call: if somebody here waits for it, it is done, whatever became of the answer.
    pub(super) fn call_arrived(&mut self, cx: &mut Cx<'_>, row: &TicketRow) -> StoreResult<()> {
        let Some(call) = row.call.as_ref().filter(|call| call.node == self.me) else {
            return Ok(());
        };
        match self.take_flight(&call.request) {
            Some(flight) => self.complete(cx, flight),
            None => Ok(()),
        }
    }

    /// No answer in time, or time to ask again.
    pub(crate) fn on_ask_timeout(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
    ) -> StoreResult<()> {
        let Some(mut flight) = self.take_flight(&request) else {
            return Ok(());
        };
        if flight.n_sends < MAX_SENDS {
            return match self.ask_keeper_of(cx, &mut flight)? {
                // It may come back; what it may have granted must not be asked elsewhere before.
                Asked::Unreachable(_) => {
                    self.wait(cx, flight);
                    Ok(())
                }
                asked => self.proceed(cx, flight, asked),
            };
        }
        let refusal = match flight.is_granted {
            true => Refusal::Timeout,
            false => self.unreachable(cx, flight.keeper)?,
        };
        self.refuse_flight(cx, flight, refusal)
    }

    /// Questions that a fence kept back are asked again as soon as it may be open.
    pub(super) fn retry_fenced(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let own: Vec<RequestId> = self
            .asks
            .flights
            .iter()
            .filter(|(_, flight)| flight.keeper == self.me)
            .map(|(id, _)| *id)
            .collect();
        for id in own {
            let Some(mut flight) = self.asks.flights.get(&id).cloned() else {
                continue;
            };
            match self.ask_keeper_of(cx, &mut flight)? {
                Asked::Refused(KeeperRefusal::Fenced) | Asked::Waiting => {}
                asked => {
                    self.take_flight(&id);
                    self.proceed(cx, flight, asked)?;
                }
            }
        }
        Ok(())
    }

    /// Answers what was granted. A call that another keeper's call outweighs is no call any more.
    pub(super) fn complete(&mut self, cx: &mut Cx<'_>, flight: Flight) -> StoreResult<()> {
        let outcome = match flight.op {
            KeeperOp::Call { .. } => {
                let ticket = self.ticket(cx, &flight.ticket)?;
                match ticket
                    .as_ref()
                    .and_then(|ticket| ticket.call.as_ref().map(|call| (ticket, call)))
                {
                    Some((ticket, call)) if call.node == self.me => {
                        called_outcome(flight.ticket, ticket, call)
                    }
                    Some((ticket, call)) => {
                        let refusal = match call.is_superseded || ticket.double_calls.is_empty() {
                            true => Refusal::OtherCounter {
                                counter: call.counter,
                            },
                            false => Refusal::TakenOver {
                                by: call.epoch.node,
                            },
                        };
                        return self.refuse_flight(cx, flight, refusal);
                    }
                    None => return self.refuse_flight(cx, flight, Refusal::Timeout),
                }
            }
            _ => Outcome::Done,
        };
        for token in flight.tokens {
            self.done(cx, token, &flight.request, outcome.clone())?;
        }
        Ok(())
    }

    pub(super) fn refuse_flight(
        &mut self,
        cx: &mut Cx<'_>,
        flight: Flight,
        refusal: Refusal,
    ) -> StoreResult<()> {
        for token in flight.tokens {
            self.refuse(cx, token, refusal.clone())?;
        }
        Ok(())
    }
}
