//! Steps of the counter a ticket was called to. They need no keeper: the call is the counter's own.

use super::{Context, Write, ticket_write};
use crate::codec::List;
use crate::domain::ticket::{Ticket, TicketState, TicketStep};
use crate::ids::DocId;
use crate::log::ActionKind;
use crate::refusal::Refusal;

/// A step of the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CounterStep {
    /// The number was announced.
    Announce,
    /// The number was announced again. A missed one is its keeper's again and may be called elsewhere: ask for a new call.
    Recall,
    /// Nobody came.
    NoShow,
    /// Service begins.
    Start,
    /// Service ends.
    Finish {
        /// The dossiers it led to.
        dossiers: List<DocId, 16>,
    },
}

/// Decides a step of the counter that holds the ticket's call.
pub fn counter_step(
    ctx: &Context,
    doc: DocId,
    ticket: &Ticket,
    step: CounterStep,
) -> Result<Write, Refusal> {
    let Some(call) = &ticket.call else {
        return Err(Refusal::WrongTicketState {
            state: ticket.state,
        });
    };
    if call.node != ctx.node {
        return Err(Refusal::OtherCounter {
            counter: call.counter,
        });
    }
    let request = call.request;
    use TicketState::{Announced, Granted, Serving};
    let (action, event) = match (step, ticket.state) {
        (CounterStep::Announce, Granted) => (
            ActionKind::TicketAnnounced,
            TicketStep::Announced { request },
        ),
        (CounterStep::Recall, Announced) => (
            ActionKind::TicketRecalled,
            TicketStep::Announced { request },
        ),
        (CounterStep::NoShow, Announced) => {
            (ActionKind::TicketNoShow, TicketStep::NoShow { request })
        }
        (CounterStep::Start, Announced) => {
            (ActionKind::TicketStarted, TicketStep::Started { request })
        }
        (CounterStep::Finish { dossiers }, Announced | Serving) => (
            ActionKind::TicketFinished,
            TicketStep::Finished { request, dossiers },
        ),
        (_, state) => return Err(Refusal::WrongTicketState { state }),
    };
    Ok(ticket_write(ctx, doc, action, event))
}

/// Notes the citizen's mark. Any PC may: the kiosk beside the counter, the citizen's phone.
pub fn rate(ctx: &Context, doc: DocId, ticket: &Ticket, mark: u8) -> Result<Write, Refusal> {
    if !(1..=5).contains(&mark) {
        return Err(Refusal::invalid("mark", "Mức đánh giá từ 1 đến 5."));
    }
    if ticket.call.is_none() {
        return Err(Refusal::WrongTicketState {
            state: ticket.state,
        });
    }
    Ok(ticket_write(
        ctx,
        doc,
        ActionKind::TicketRated,
        TicketStep::Rated { mark },
    ))
}
