//! Steps that only a ticket's keeper may take, and changing the keeper.

use super::{Context, Write, ticket_write};
use crate::domain::ticket::{Call, Ticket, TicketState, TicketStep};
use crate::ids::{DocId, NodeId, RequestId};
use crate::log::ActionKind;
use crate::refusal::Refusal;
use crate::wire::keeper::{KeeperOp, KeeperRefusal};

/// The keeper decides a step that `requester` asked for. `ctx` is the keeper's, with the asking officer.
///
/// The caller has looked into its own grant table first: a request granted before is answered again without asking here.
pub fn keeper_step(
    ctx: &Context,
    doc: DocId,
    ticket: &Ticket,
    op: &KeeperOp,
    requester: NodeId,
    request: RequestId,
) -> Result<Write, KeeperRefusal> {
    check_keeper(ctx, ticket)?;
    let epoch = ticket.epoch.n;
    let state = ticket.state;
    let (action, step) = match op {
        KeeperOp::Call {
            counter,
            out_of_order,
        } if state.can_be_called() => (
            ActionKind::TicketCalled,
            TicketStep::Called {
                epoch,
                request,
                counter: *counter,
                node: requester,
                officer: ctx.officer,
                out_of_order: out_of_order.clone(),
            },
        ),
        KeeperOp::Call { .. } => return Err(already_called(ticket)),
        KeeperOp::Park if matches!(state, TicketState::Waiting | TicketState::NoShow) => {
            (ActionKind::TicketParked, TicketStep::Parked { epoch })
        }
        KeeperOp::Unpark if matches!(state, TicketState::Parked | TicketState::NoShow) => {
            (ActionKind::TicketUnparked, TicketStep::Unparked { epoch })
        }
        KeeperOp::Transfer(to) if may_transfer(ticket, requester) => (
            ActionKind::TicketTransferred,
            TicketStep::Transferred {
                epoch,
                to: to.clone(),
                seen: seen(ticket),
            },
        ),
        KeeperOp::Prioritise(reason)
            if state.can_be_called() && ticket.place.priority != *reason =>
        {
            (
                ActionKind::TicketPrioritised,
                TicketStep::Prioritised {
                    epoch,
                    reason: *reason,
                },
            )
        }
        KeeperOp::Decline => return decline(ctx, doc, ticket, requester),
        _ => return Err(KeeperRefusal::NotPossible),
    };
    Ok(ticket_write(ctx, doc, action, step))
}

/// The keeper gives the ticket to another keeper.
pub fn handover(
    ctx: &Context,
    doc: DocId,
    ticket: &Ticket,
    to: NodeId,
) -> Result<Write, KeeperRefusal> {
    check_keeper(ctx, ticket)?;
    if to == ctx.node || ticket.state == TicketState::Finished {
        return Err(KeeperRefusal::NotPossible);
    }
    let step = TicketStep::HandedOver {
        epoch: ticket.epoch,
        to,
    };
    Ok(ticket_write(ctx, doc, ActionKind::TicketHandedOver, step))
}

/// This PC takes the ticket over from a keeper that does not answer, or from a counter that holds its call and does not answer; an
/// officer has confirmed it. After that the call may be pulled back: a transfer or a decline asked by anybody.
pub fn takeover(ctx: &Context, doc: DocId, ticket: &Ticket) -> Result<Write, Refusal> {
    if ticket.epoch.node == ctx.node && !is_stuck_elsewhere(ctx, ticket) {
        return Err(Refusal::NoChange);
    }
    if ticket.state == TicketState::Finished {
        return Err(Refusal::WrongTicketState {
            state: ticket.state,
        });
    }
    let step = TicketStep::TakenOver {
        supersedes: ticket.epoch,
    };
    Ok(ticket_write(ctx, doc, ActionKind::TicketTakenOver, step))
}

/// Called to another counter under the present keepership.
fn is_stuck_elsewhere(ctx: &Context, ticket: &Ticket) -> bool {
    let is_elsewhere = |call: &Call| call.node != ctx.node && !call.is_superseded;
    ticket.state.is_at_counter() && ticket.call.as_ref().is_some_and(is_elsewhere)
}

fn seen(ticket: &Ticket) -> u32 {
    ticket.call.as_ref().map_or(0, |call| call.n_steps)
}

fn check_keeper(ctx: &Context, ticket: &Ticket) -> Result<(), KeeperRefusal> {
    if ticket.epoch.node == ctx.node {
        Ok(())
    } else {
        Err(KeeperRefusal::NotKeeper {
            keeper: Some(ticket.epoch.node),
        })
    }
}

fn already_called(ticket: &Ticket) -> KeeperRefusal {
    match &ticket.call {
        Some(call) => KeeperRefusal::AlreadyCalled {
            counter: call.counter,
        },
        None => KeeperRefusal::NotPossible,
    }
}

/// A ticket in a counter's hand is moved by that counter alone, unless its keeper was taken over since.
fn may_transfer(ticket: &Ticket, requester: NodeId) -> bool {
    match &ticket.call {
        _ if ticket.state == TicketState::Finished => false,
        Some(call) if ticket.state.is_at_counter() => call.node == requester || call.is_superseded,
        _ => true,
    }
}

/// The counter gives the call back; after a takeover anybody may, for a counter that is gone.
fn decline(
    ctx: &Context,
    doc: DocId,
    ticket: &Ticket,
    requester: NodeId,
) -> Result<Write, KeeperRefusal> {
    let Some(call) = ticket
        .call
        .as_ref()
        .filter(|_| ticket.state == TicketState::Granted)
    else {
        return Err(KeeperRefusal::NotPossible);
    };
    if call.node != requester && !call.is_superseded {
        return Err(KeeperRefusal::AlreadyCalled {
            counter: call.counter,
        });
    }
    let step = TicketStep::Declined {
        epoch: ticket.epoch.n,
        request: call.request,
        seen: seen(ticket),
    };
    Ok(ticket_write(ctx, doc, ActionKind::TicketDeclined, step))
}
