//! What the panel can ask, as commands to the node.

use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::random_bytes;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{CalledTicket, Command, Outcome, Submission, TicketRef};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{CounterNo, LaneId, PriorityReason, TransferTarget};
use lienquay_shared::{DocId, NodeId, RequestId};

/// One thing the officer asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Call the next citizen and announce the number.
    CallNext,
    /// Call one ticket out of order and announce it.
    CallNow {
        /// Which.
        doc: DocId,
        /// Why.
        reason: Text<200>,
    },
    /// Call a number that only its paper tells, and announce it.
    CallPaper {
        /// Its lane.
        lane: LaneId,
        /// Its number.
        number: u32,
    },
    /// Announce what was granted.
    Announce(DocId),
    /// Give back what was granted.
    Decline(DocId),
    /// Announce again.
    Recall(DocId),
    /// Nobody came.
    NoShow(DocId),
    /// Service begins.
    Start(DocId),
    /// Service ends.
    Finish(DocId),
    /// Put aside.
    Park {
        /// Which.
        doc: DocId,
        /// It is in the hand of this counter, to which it returns later.
        from: Option<CounterNo>,
    },
    /// Back into its lane.
    Unpark(DocId),
    /// Send it elsewhere.
    Transfer {
        /// Which.
        doc: DocId,
        /// Where to.
        to: TransferTarget,
    },
    /// Become the keeper of a silent PC's tickets.
    TakeOver(NodeId),
    /// Give out a number.
    Issue {
        /// For which lane.
        lane: LaneId,
        /// Served before others, and why.
        priority: Option<PriorityReason>,
    },
}

/// What came of it, as far as the queue itself does not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// The queue shows it.
    Shown,
    /// Called from a keeper that did not answer: another counter may have called it too.
    CalledInDoubt {
        /// As printed.
        number: String,
    },
    /// A number was given out.
    Issued {
        /// As printed.
        number: String,
        /// Its lane.
        lane: LaneId,
        /// Tickets waiting before it.
        n_ahead: u32,
    },
    /// Tickets were taken over.
    TakenOver {
        /// From whom.
        keeper: NodeId,
        /// How many.
        n_tickets: u32,
    },
}

/// A request id for each action: one that had no answer in time is sent again under the same.
///
/// # Errors
/// [`Refusal::StoreFault`] when the system gives no randomness.
pub(super) fn new_request() -> Result<RequestId, Refusal> {
    let bytes = random_bytes().map_err(|_no_randomness| Refusal::StoreFault)?;
    Ok(RequestId(bytes))
}

/// Has it done.
///
/// # Errors
/// The first refusal. What was done before it stays: a call that could not be announced stands as granted.
pub(super) async fn run(
    node: NodeHandle,
    request: RequestId,
    action: Action,
) -> Result<Done, Refusal> {
    if let Action::Park {
        doc,
        from: Some(counter),
    } = action
    {
        // A ticket in hand returns to its lane first, kept for this counter: the citizen comes back to the same officer.
        let ticket = TicketRef::Id(doc);
        let to = TransferTarget::Counter(counter);
        node.command(Command::Transfer { ticket, to }).await?;
    }
    let keeper = match action {
        Action::TakeOver(keeper) => Some(keeper),
        _ => None,
    };
    let command = action.command();
    let outcome = node.submit(Submission { request, command }).await?;
    match (outcome, keeper) {
        (Outcome::TicketCalled(called), _) => announce(&node, called).await,
        (
            Outcome::TicketIssued {
                number,
                lane,
                n_ahead,
                ..
            },
            _,
        ) => Ok(Done::Issued {
            number: number.to_string(),
            lane,
            n_ahead,
        }),
        (Outcome::TicketsTakenOver { n_tickets }, Some(keeper)) => {
            Ok(Done::TakenOver { keeper, n_tickets })
        }
        _ => Ok(Done::Shown),
    }
}

/// Calling and announcing is one press of a key.
async fn announce(node: &NodeHandle, called: CalledTicket) -> Result<Done, Refusal> {
    let ticket = TicketRef::Id(called.doc);
    node.command(Command::Announce { ticket }).await?;
    Ok(if called.taken_over {
        Done::CalledInDoubt {
            number: called.number.to_string(),
        }
    } else {
        Done::Shown
    })
}

impl Action {
    /// The command; of a park, the last of its two.
    fn command(self) -> Command {
        let id = TicketRef::Id;
        match self {
            Self::CallNext => Command::CallNext {
                lanes: List::default(),
            },
            Self::CallNow { doc, reason } => Command::CallTicket {
                ticket: id(doc),
                reason,
            },
            Self::CallPaper { lane, number } => Command::EnterPaperNumber { lane, number },
            Self::Announce(doc) => Command::Announce { ticket: id(doc) },
            Self::Decline(doc) => Command::Decline { ticket: id(doc) },
            Self::Recall(doc) => Command::Recall { ticket: id(doc) },
            Self::NoShow(doc) => Command::NoShow { ticket: id(doc) },
            Self::Start(doc) => Command::Start { ticket: id(doc) },
            Self::Finish(doc) => Command::FinishTicket {
                ticket: id(doc),
                dossiers: List::default(),
            },
            Self::Park { doc, .. } => Command::Park { ticket: id(doc) },
            Self::Unpark(doc) => Command::Unpark { ticket: id(doc) },
            Self::Transfer { doc, to } => Command::Transfer {
                ticket: id(doc),
                to,
            },
            Self::TakeOver(keeper) => Command::TakeOverTickets { keeper },
            Self::Issue { lane, priority } => Command::IssueTicket {
                lane,
                priority,
                papers: List::default(),
            },
        }
    }

    /// The ticket it is about, if it names one.
    pub(super) const fn ticket(&self) -> Option<DocId> {
        match self {
            Self::CallNow { doc, .. } | Self::Park { doc, .. } | Self::Transfer { doc, .. } => {
                Some(*doc)
            }
            Self::Announce(doc)
            | Self::Decline(doc)
            | Self::Recall(doc)
            | Self::NoShow(doc)
            | Self::Start(doc)
            | Self::Finish(doc)
            | Self::Unpark(doc) => Some(*doc),
            Self::CallNext | Self::CallPaper { .. } | Self::TakeOver(_) | Self::Issue { .. } => {
                None
            }
        }
    }

    /// Calls a citizen to this counter.
    pub(super) const fn is_call(&self) -> bool {
        matches!(
            self,
            Self::CallNext | Self::CallNow { .. } | Self::CallPaper { .. } | Self::Announce(_)
        )
    }

    /// Giving out a number goes beside everything else: it must not wait for a keeper that is slow to answer a call.
    pub(super) const fn is_issue(&self) -> bool {
        matches!(self, Self::Issue { .. })
    }

    /// The words of the button while it is on its way.
    pub(super) const fn doing_key(&self) -> &'static str {
        match self {
            Self::CallNext | Self::CallNow { .. } | Self::CallPaper { .. } => "queue.calling",
            Self::Announce(_) | Self::Recall(_) => "queue.announcing",
            Self::Issue { .. } => "queue.issuing",
            Self::TakeOver(_) => "queue.taking_over",
            Self::Transfer { .. } => "queue.transferring",
            Self::Decline(_)
            | Self::NoShow(_)
            | Self::Start(_)
            | Self::Finish(_)
            | Self::Park { .. }
            | Self::Unpark(_) => "queue.saving",
        }
    }
}
