//! Tickets and their keepers: a citizen is called by one counter, because one node decides.
//!
//! The caller's side (`ask`) walks its lanes and asks each ticket's keeper in turn; the keeper's side (`grant`) decides from
//! its own [`crate::store::GrantRow`]s. Tickets change hands by `handover` (the keeper gives them away) and `takeover` (an
//! officer confirms that the keeper does not answer); neither ever happens behind an officer's back.

mod ask;
mod given_back;
mod grant;
mod handover;
mod issue;
mod steps;
mod takeover;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::decide::Context;
use lienquay_shared::decide::role::{Right, allow};
use lienquay_shared::decide::ticket::CounterStep;
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::ticket::Papers;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::TicketRow;
use lienquay_shared::wire::keeper::{KeeperOp, LaneId, PriorityReason};
use lienquay_shared::{DocId, NodeId, OfficerId, RequestId};

use crate::engine::{Cx, Engine};
use crate::event::Token;
use crate::store::{Store, StoreResult};

use ask::Flight;
use given_back::GivenBack;
use handover::Leave;
use takeover::Silent;

/// Tickets of one lane and day read at once: the whole series, whose numbers have four digits.
const MAX_LANE_TICKETS: usize = 10_000;

/// A ticket that waits for its number.
#[derive(Debug, Clone)]
pub(crate) struct PendingIssue {
    pub(crate) token: Token,
    pub(crate) request: RequestId,
    pub(crate) lane: LaneId,
    pub(crate) priority: Option<PriorityReason>,
    pub(crate) papers: Papers,
    pub(crate) officer: OfficerId,
    pub(crate) day: Day,
}

/// What this process knows of tickets beyond its tables. All but `given_back`, which is a stored fact, may be lost at any
/// moment: grants are in grant rows, requests are idempotent, and a call whose answer got lost is found again in the lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks {
    /// Submissions that wait for a keeper, by the id of the running question.
    flights: BTreeMap<RequestId, Flight>,
    /// Open tickets this node keeps, with their day and lane; `None` until first needed.
    kept: Option<BTreeMap<DocId, (Day, LaneId)>>,
    /// A leave that waits until others hold the handovers durably.
    leave: Option<Leave>,
    /// Since when each takeover of this node has been waited for, by its place in the log (monotonic milliseconds).
    fences: BTreeMap<u64, u64>,
    /// Keepers that are not linked.
    silent: BTreeMap<NodeId, Silent>,
    /// Keepers that are linked but said they keep none of what they had: their log was not continued.
    disowned: BTreeSet<NodeId>,
    /// Calls this counter asked to be taken back.
    given_back: GivenBack,
    /// Tickets whose double call was told.
    told_double: BTreeSet<DocId>,
}

impl Asks {
    /// What survives a process beyond the grant rows.
    pub(crate) fn load(&mut self, store: &mut dyn Store) -> StoreResult<()> {
        self.forget_all();
        self.given_back = given_back::load(store)?;
        Ok(())
    }

    /// After a failed commit: the host has refused every open submission, and what is kept is read anew.
    pub(crate) fn forget_all(&mut self) {
        self.flights.clear();
        self.kept = None;
        self.leave = None;
    }
}

/// Who submitted, under which request.
#[derive(Debug, Clone, Copy)]
struct Asker {
    token: Token,
    request: RequestId,
}

impl Engine {
    /// A ticket command of an officer.
    pub(crate) fn on_ticket_command(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        submission: Submission,
    ) -> StoreResult<()> {
        let asker = Asker {
            token,
            request: submission.request,
        };
        let (context, site) = self.context(cx)?;
        let right = match submission.command {
            Command::IssueTicket { .. } | Command::Rate { .. } => None,
            _ => Some(Right::ServeTickets),
        };
        if let Some(Err(refusal)) = right.map(|right| allow(&context, &site, right)) {
            return self.refuse(cx, token, refusal);
        }
        match submission.command {
            Command::IssueTicket {
                lane,
                priority,
                papers,
            } => self.start_issue(cx, asker, &context, &site, (lane, priority, papers)),
            Command::CallNext { lanes } => self.call_next(cx, asker, &context, &site, &lanes),
            Command::EnterPaperNumber { lane, number } => {
                self.enter_paper_number(cx, asker, &context, &site, &lane, number)
            }
            Command::TakeOverTickets { keeper } => {
                self.take_over_tickets(cx, asker, &context, &site, keeper)
            }
            Command::GoMobile => self.start_leave(cx, token, Some(asker.request)),
            Command::ComeBack => {
                self.leaving = false;
                self.done(cx, token, &asker.request, Outcome::Done)
            }
            command => self.on_step_command(cx, asker, &context, &site, command),
        }
    }

    /// Commands about one ticket.
    fn on_step_command(
        &mut self,
        cx: &mut Cx<'_>,
        asker: Asker,
        context: &Context,
        site: &Site,
        command: Command,
    ) -> StoreResult<()> {
        let (named, step) = match command {
            Command::CallTicket { ticket, reason } => {
                let Some(counter) = context.counter else {
                    return self.refuse(cx, asker.token, Refusal::NotSeated);
                };
                let op = KeeperOp::Call {
                    counter,
                    out_of_order: Some(reason),
                };
                (ticket, Step::Keeper(op))
            }
            Command::Park { ticket } => (ticket, Step::Keeper(KeeperOp::Park)),
            Command::Unpark { ticket } => (ticket, Step::Keeper(KeeperOp::Unpark)),
            Command::Transfer { ticket, to } => (ticket, Step::Keeper(KeeperOp::Transfer(to))),
            Command::Prioritise { ticket, reason } => {
                (ticket, Step::Keeper(KeeperOp::Prioritise(reason)))
            }
            Command::Decline { ticket } => (ticket, Step::Keeper(KeeperOp::Decline)),
            Command::Announce { ticket } => (ticket, Step::Counter(CounterStep::Announce)),
            Command::Recall { ticket } => (ticket, Step::Counter(CounterStep::Recall)),
            Command::NoShow { ticket } => (ticket, Step::Counter(CounterStep::NoShow)),
            Command::Start { ticket } => (ticket, Step::Counter(CounterStep::Start)),
            Command::FinishTicket { ticket, dossiers } => {
                (ticket, Step::Counter(CounterStep::Finish { dossiers }))
            }
            Command::Rate { ticket, mark } => (ticket, Step::Rate(mark)),
            _ => return self.refuse(cx, asker.token, Refusal::NoChange),
        };
        let Some((doc, ticket)) = self.find_ticket(cx, context, &named)? else {
            return self.refuse(cx, asker.token, Refusal::UnknownTicket);
        };
        match step {
            Step::Keeper(op) => match steps::check_op(site, &op) {
                Ok(()) => self.ask_for_one(cx, asker, context, doc, op),
                Err(refusal) => self.refuse(cx, asker.token, refusal),
            },
            Step::Counter(step) => self.take_counter_step(cx, asker, context, doc, &ticket, step),
            Step::Rate(mark) => self.take_rating(cx, asker, context, doc, &ticket, mark),
        }
    }

    /// A ticket's projection changed: its grant row, what is told, and who waits for it follow.
    pub(crate) fn ticket_projected(&mut self, cx: &mut Cx<'_>, row: &TicketRow) -> StoreResult<()> {
        self.note_kept(row);
        self.settle_given_back(cx, row)?;
        self.follow_epoch(cx, row)?;
        self.tell_double_call(cx, row);
        self.call_arrived(cx, row)
    }

    /// The counter this PC stands at (0 for none) and the lanes it serves, most preferred first.
    pub(crate) fn seat_and_lanes(&mut self, cx: &mut Cx<'_>) -> StoreResult<(u16, Vec<Text<4>>)> {
        let site = self.site_model(cx)?;
        Ok(site
            .counter_of(&self.me)
            .map_or((0, Vec::new()), |counter| {
                (counter.no, counter.lanes.to_vec())
            }))
    }
}

/// Who takes a step: the ticket's keeper, the counter it was called to, or anybody.
enum Step {
    Keeper(KeeperOp),
    Counter(CounterStep),
    Rate(u8),
}
