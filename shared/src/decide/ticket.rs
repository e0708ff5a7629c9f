//! Decisions about tickets: giving out, the keeper's steps, the counter's steps, changing keepers.

mod counter;
mod keeper;

use super::role::{Right, allow};
use super::{Context, Write};
use crate::domain::series::ticket_doc;
use crate::domain::site::Site;
use crate::domain::ticket::{Papers, TicketEvent, TicketStep};
use crate::ids::{DocId, NodeId, SiteId};
use crate::log::{ActionKind, DocKind};
use crate::refusal::Refusal;
use crate::schema::Edit;
use crate::wire::keeper::{LaneId, PriorityReason};

pub use counter::{CounterStep, counter_step, rate};
pub use keeper::{handover, keeper_step, takeover};

/// What a citizen asks a ticket for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueAsk {
    /// The lane.
    pub lane: LaneId,
    /// Served before others, and why.
    pub priority: Option<PriorityReason>,
    /// Papers ticked.
    pub papers: Papers,
}

/// Whether a ticket may be given out at all; asked before a number is taken.
pub fn check_issue(ctx: &Context, site: &Site, lane: &LaneId) -> Result<(), Refusal> {
    allow(ctx, site, Right::IssueTickets)?;
    match site.lanes.get(lane) {
        Some(lane) if lane.active => Ok(()),
        _ => Err(Refusal::UnknownLane { lane: lane.clone() }),
    }
}

/// Gives out a ticket under a number of today's series, kept by `keeper`.
pub fn issue(
    ctx: &Context,
    site_id: &SiteId,
    site: &Site,
    ask: &IssueAsk,
    number: u32,
    keeper: NodeId,
) -> Result<Write, Refusal> {
    check_issue(ctx, site, &ask.lane)?;
    let step = TicketStep::Issued {
        lane: ask.lane.clone(),
        number,
        day: ctx.day(),
        priority: ask.priority,
        papers: ask.papers.clone(),
        keeper,
    };
    let doc = ticket_doc(site_id, ctx.day(), &ask.lane, number);
    Ok(ticket_write(ctx, doc, ActionKind::TicketIssued, step))
}

/// Takes over today's ticket of which only the paper is known here: its document is not. One that is here is called the
/// ordinary way.
pub fn enter_paper(
    ctx: &Context,
    site_id: &SiteId,
    site: &Site,
    lane: &LaneId,
    number: u32,
) -> Result<Write, Refusal> {
    allow(ctx, site, Right::ServeTickets)?;
    if !site.lanes.contains_key(lane) {
        return Err(Refusal::UnknownLane { lane: lane.clone() });
    }
    if !(1..10_000).contains(&number) {
        return Err(Refusal::invalid(
            "number",
            "Số trên phiếu từ 1 đến 9999. Anh/chị kiểm tra lại phiếu.",
        ));
    }
    let step = TicketStep::PaperEntered {
        lane: lane.clone(),
        number,
        day: ctx.day(),
    };
    let doc = ticket_doc(site_id, ctx.day(), lane, number);
    Ok(ticket_write(ctx, doc, ActionKind::TicketTakenOver, step))
}

fn ticket_write(ctx: &Context, doc: DocId, action: ActionKind, step: TicketStep) -> Write {
    let event = TicketEvent {
        stamp: ctx.stamp(),
        step,
    };
    Write {
        doc,
        kind: DocKind::Ticket,
        action,
        edits: vec![Edit::event(&event)],
    }
}
