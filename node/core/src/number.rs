//! Numbers of a day's series: from the series' keeper while it answers, else from this node's own slot.
//!
//! The keeper's range and the slots never overlap, and each has one node that uses it, so no number is given twice,
//! whoever is reachable. A number the keeper gave to another node is an entry of its own: if its answer got lost, the gap
//! is explained by it.

mod serve;
mod void;

pub(crate) use void::VOID_UNTIL_KNOWN;

use std::collections::BTreeMap;

use lienquay_shared::decide::dossier::PreparedReceive;
use lienquay_shared::domain::series::NumberRange;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{NumberAnswer, NumberAsk, SeriesKey};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, NodeId, OfficerId, RequestId};

use crate::engine::{Cx, Engine};
use crate::event::Token;
use crate::keeper::PendingIssue;
use crate::store::{NumberRow, StoreResult};
use crate::timer::Timer;

/// How long the keeper may take before the own slot is used: the citizen waits.
const ASK_TIMEOUT_MILLIS: u64 = 800;
/// How often one question is sent; it is answered the same every time.
const MAX_TRIES: u32 = 2;
/// Submissions that may wait for numbers at once: far more than a counter's officers can have open.
const MAX_WAITING: usize = 256;

/// A dossier that waits for its number.
#[derive(Debug, Clone)]
pub(crate) struct PendingReceive {
    pub(crate) token: Token,
    pub(crate) request: RequestId,
    pub(crate) officer: OfficerId,
    pub(crate) doc: DocId,
    pub(crate) prepared: PreparedReceive,
}

/// What waits for a number.
#[derive(Debug, Clone)]
pub(crate) enum NumberFor {
    /// A ticket to give out.
    Ticket(PendingIssue),
    /// A dossier to receive.
    Dossier(Box<PendingReceive>),
}

impl NumberFor {
    fn request(&self) -> RequestId {
        match self {
            Self::Ticket(issue) => issue.request,
            Self::Dossier(receive) => receive.request,
        }
    }

    fn token(&self) -> Token {
        match self {
            Self::Ticket(issue) => issue.token,
            Self::Dossier(receive) => receive.token,
        }
    }

    fn series(&self) -> (SeriesKey, Day) {
        match self {
            Self::Ticket(issue) => (SeriesKey::Lane(issue.lane.clone()), issue.day),
            Self::Dossier(receive) => (SeriesKey::Dossier, receive.prepared.day()),
        }
    }

    fn officer(&self) -> OfficerId {
        match self {
            Self::Ticket(issue) => issue.officer,
            Self::Dossier(receive) => receive.officer,
        }
    }

    /// The document that will carry the number; a ticket's is derived from the number itself.
    fn doc(&self) -> DocId {
        match self {
            Self::Ticket(_) => DocId([0; DocId::LEN]),
            Self::Dossier(receive) => receive.doc,
        }
    }
}

/// One question that waits for its answer.
#[derive(Debug, Clone)]
struct Waiting {
    then: NumberFor,
    keeper: NodeId,
    n_tries: u32,
}

/// Questions to series keepers that wait for an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    waiting: BTreeMap<RequestId, Waiting>,
}

impl Numbers {
    pub(crate) fn forget_all(&mut self) {
        self.waiting.clear();
    }
}

/// The text under which the store counts a series of a day.
fn series_text(series: &SeriesKey, day: Day) -> String {
    match series {
        SeriesKey::Dossier => format!("dossier/{}", day.0),
        SeriesKey::Lane(lane) => format!("lane/{}/{}", &**lane, day.0),
    }
}

fn keeper_range(series: &SeriesKey) -> NumberRange {
    match series {
        SeriesKey::Dossier => NumberRange::DOSSIER_KEEPER,
        SeriesKey::Lane(_) => NumberRange::TICKET_KEEPER,
    }
}

fn slot_range(series: &SeriesKey, slot: u8) -> Option<NumberRange> {
    match series {
        SeriesKey::Dossier => NumberRange::dossier_slot(slot),
        SeriesKey::Lane(_) => NumberRange::ticket_slot(slot),
    }
}

impl Engine {
    /// Gets the next number of the series, at once or after asking the keeper, and goes on with what waits for it.
    pub(crate) fn want_number(&mut self, cx: &mut Cx<'_>, then: NumberFor) -> StoreResult<()> {
        if self.numbers.waiting.contains_key(&then.request()) {
            // The same button pressed again: the first press is answered, under the number asked for already.
            return self.refuse(cx, then.token(), Refusal::TooBusy);
        }
        let (series, day) = then.series();
        if let Some(given) = cx
            .store
            .number_of(&then.request())?
            .filter(|row| row.series == series_text(&series, day))
        {
            return self.numbered(cx, then, Some(given.number));
        }
        let keeper = self
            .site_model(cx)?
            .series(&series)
            .map(|state| state.keeper);
        match keeper {
            Some(keeper) if keeper == self.me => match self.next_as_keeper(cx, &series, day)? {
                Some(number) => self.use_own(cx, then, number),
                None => self.number_from_own_slot(cx, then),
            },
            Some(keeper) if self.can_serve(&keeper) && self.numbers.waiting.len() < MAX_WAITING => {
                self.ask_keeper(
                    cx,
                    Waiting {
                        then,
                        keeper,
                        n_tries: 1,
                    },
                );
                Ok(())
            }
            Some(_) | None => self.number_from_own_slot(cx, then),
        }
    }

    fn can_serve(&self, keeper: &NodeId) -> bool {
        let health = self.links.get(keeper).and_then(|link| link.health.as_ref());
        self.is_member_link(keeper)
            && health.is_none_or(|health| !health.leaving && health.loading.is_none())
    }

    fn ask_keeper(&mut self, cx: &mut Cx<'_>, waiting: Waiting) {
        let (series, day) = waiting.then.series();
        let request = waiting.then.request();
        let ask = NumberAsk {
            request,
            series,
            day: day.0,
            doc: waiting.then.doc(),
            officer: waiting.then.officer(),
        };
        self.send(cx, waiting.keeper, Message::NumberAsk(ask));
        self.timers
            .set(Timer::Ask(request), cx.now.mono_millis + ASK_TIMEOUT_MILLIS);
        self.numbers.waiting.insert(request, waiting);
    }

    /// The next number of the keeper's range, if this node may use it today.
    fn next_as_keeper(
        &mut self,
        cx: &mut Cx<'_>,
        series: &SeriesKey,
        day: Day,
    ) -> StoreResult<Option<u32>> {
        let state = self.site_model(cx)?.series(series);
        // Released on a later day than it is here: our clock is behind the old keeper's, and it knows this day's numbers.
        let Some(state) = state.filter(|state| {
            state.may_use_range(&self.me) && state.released.is_none_or(|mark| mark.day <= day)
        }) else {
            return Ok(None);
        };
        self.next_in(
            cx,
            series,
            day,
            keeper_range(series),
            state.released_last(day),
        )
    }

    fn number_from_own_slot(&mut self, cx: &mut Cx<'_>, then: NumberFor) -> StoreResult<()> {
        let (series, day) = then.series();
        let slot = self
            .roster
            .members
            .get(&self.me)
            .and_then(|member| member.slot);
        let number = match slot.and_then(|slot| slot_range(&series, slot)) {
            Some(range) => self.next_in(cx, &series, day, range, None)?,
            None => None,
        };
        match number {
            Some(number) => self.use_own(cx, then, number),
            None => {
                self.reasons.count(None, Reason::NoNumberSlot);
                self.numbered(cx, then, None)
            }
        }
    }

    /// Records a number of an own range in the same transaction as what carries it.
    fn use_own(&mut self, cx: &mut Cx<'_>, then: NumberFor, number: u32) -> StoreResult<()> {
        let (series, day) = then.series();
        let row = NumberRow {
            series: series_text(&series, day),
            number,
            request: then.request(),
            doc: then.doc(),
        };
        cx.store.put_number(&row)?;
        self.note_day_numbered(cx, &series, day)?;
        self.wrote_own();
        self.numbered(cx, then, Some(number))
    }

    /// Goes on with what waited. Without a number a dossier gets a provisional code; a ticket cannot be printed.
    fn numbered(
        &mut self,
        cx: &mut Cx<'_>,
        then: NumberFor,
        number: Option<u32>,
    ) -> StoreResult<()> {
        match (then, number) {
            (NumberFor::Dossier(receive), number) => self.receive_numbered(cx, *receive, number),
            (NumberFor::Ticket(issue), Some(number)) => self.issue_numbered(cx, issue, number),
            (NumberFor::Ticket(issue), None) => {
                self.refuse(cx, issue.token, Refusal::NumbersExhausted)
            }
        }
    }

    /// The link to a keeper is gone: what waits for it goes on at the next tick.
    pub(crate) fn numbers_link_down(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        for (request, waiting) in &mut self.numbers.waiting {
            if waiting.keeper == peer {
                waiting.n_tries = MAX_TRIES;
                self.timers.set(Timer::Ask(*request), cx.now.mono_millis);
            }
        }
    }

    pub(crate) fn on_number_timeout(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
    ) -> StoreResult<()> {
        let Some(waiting) = self.numbers.waiting.remove(&request) else {
            return Ok(());
        };
        if waiting.n_tries < MAX_TRIES && self.can_serve(&waiting.keeper) {
            self.ask_keeper(
                cx,
                Waiting {
                    n_tries: waiting.n_tries + 1,
                    ..waiting
                },
            );
            return Ok(());
        }
        self.reasons
            .count(Some(waiting.keeper), Reason::KeeperUnreachable);
        self.number_from_own_slot(cx, waiting.then)
    }

    pub(crate) fn on_number_answer(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        answer: &NumberAnswer,
    ) -> StoreResult<()> {
        // An answer that comes too late is harmless: the keeper's entry explains the gap.
        let expected = self
            .numbers
            .waiting
            .get(&answer.request)
            .is_some_and(|waiting| waiting.keeper == peer);
        if !expected {
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return Ok(());
        }
        self.timers.stop(Timer::Ask(answer.request));
        let Some(waiting) = self.numbers.waiting.remove(&answer.request) else {
            return Ok(());
        };
        let (series, _) = waiting.then.series();
        match answer.verdict {
            Ok(number) if keeper_range(&series).contains(number) => {
                self.numbered(cx, waiting.then, Some(number))
            }
            Ok(_) | Err(_) => self.number_from_own_slot(cx, waiting.then),
        }
    }
}
