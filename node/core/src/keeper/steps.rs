//! Finding a ticket, and the steps of the counter it was called to.

use lienquay_shared::DocId;
use lienquay_shared::command::{Outcome, TicketRef};
use lienquay_shared::decide::ticket::{CounterStep, counter_step, rate};
use lienquay_shared::decide::{Context, Write};
use lienquay_shared::domain::series::{parse_ticket, ticket_doc};
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::ticket::Ticket;
use lienquay_shared::log::DocKind;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema;
use lienquay_shared::wire::keeper::{KeeperOp, TransferTarget};

use super::Asker;
use crate::engine::{Cx, Engine};
use crate::store::StoreResult;

/// Whether what a step names exists.
pub(super) fn check_op(site: &Site, op: &KeeperOp) -> Result<(), Refusal> {
    match op {
        KeeperOp::Transfer(TransferTarget::Lane(lane)) => match site.lanes.get(lane) {
            Some(known) if known.active => Ok(()),
            _ => Err(Refusal::UnknownLane { lane: lane.clone() }),
        },
        KeeperOp::Transfer(TransferTarget::Counter(counter)) => match site.counters.get(counter) {
            Some(known) if known.active => Ok(()),
            _ => Err(Refusal::UnknownCounter { counter: *counter }),
        },
        KeeperOp::Transfer(TransferTarget::Officer(officer)) => match site.role_of(officer) {
            Some(_) => Ok(()),
            None => Err(Refusal::UnknownOfficer),
        },
        _ => Ok(()),
    }
}

impl Engine {
    /// A ticket as its document says now, what this group of events wrote included.
    pub(super) fn ticket(&mut self, cx: &Cx<'_>, doc: &DocId) -> StoreResult<Option<Ticket>> {
        let is_ticket = cx
            .store
            .doc(doc)?
            .is_some_and(|row| row.kind == DocKind::Ticket && !row.forgotten);
        if !is_ticket {
            return Ok(None);
        }
        let actors = self.actors();
        let document = self.docs.read(cx.store, doc)?;
        Ok(document
            .and_then(|document| schema::ticket::read(document, &|actor| actors.author(actor)).0))
    }

    pub(super) fn find_ticket(
        &mut self,
        cx: &Cx<'_>,
        context: &Context,
        named: &TicketRef,
    ) -> StoreResult<Option<(DocId, Ticket)>> {
        let doc = match (named, self.site) {
            (TicketRef::Id(doc), _) => *doc,
            (TicketRef::Number(text), Some(site)) => match parse_ticket(text) {
                Some((lane, number)) => ticket_doc(&site, context.day(), &lane, number),
                None => return Ok(None),
            },
            (TicketRef::Number(_), None) => return Ok(None),
        };
        Ok(self.ticket(cx, &doc)?.map(|ticket| (doc, ticket)))
    }

    pub(super) fn take_counter_step(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        doc: DocId,
        ticket: &Ticket,
        step: CounterStep,
    ) -> StoreResult<()> {
        let in_doubt = ticket
            .call
            .as_ref()
            .is_some_and(|call| self.is_given_back(&doc, &call.request));
        if in_doubt {
            return self.refuse(cx, asker.token, Refusal::Timeout);
        }
        let decided = counter_step(context, doc, ticket, step);
        self.write_step(cx, asker, context, decided)
    }

    pub(super) fn take_rating(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        doc: DocId,
        ticket: &Ticket,
        mark: u8,
    ) -> StoreResult<()> {
        let decided = rate(context, doc, ticket, mark);
        self.write_step(cx, asker, context, decided)
    }

    fn write_step(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        decided: Result<Write, Refusal>,
    ) -> StoreResult<()> {
        match decided {
            Ok(write) => {
                self.author(cx, &write, context.officer)?;
                self.done(cx, asker.token, &asker.request, Outcome::Done)
            }
            Err(refusal) => self.refuse(cx, asker.token, refusal),
        }
    }
}
