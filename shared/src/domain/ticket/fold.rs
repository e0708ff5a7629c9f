//! From events to a ticket: a function of the set of events alone, whatever the order they arrived in.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::{Progress, apply_counter_steps, find_calls};
use super::keepership::{Epochs, Voids};
use super::{
    DoubleCall, Epoch, Place, Ticket, TicketEvent, TicketHistory, TicketState, TicketStep,
};
use crate::domain::series::ticket_text;
use crate::ids::{NodeId, RequestId};
use crate::schema::OpId;
use crate::schema::raw::DefectKind;
use crate::wire::keeper::TransferTarget;

/// An event with its author, as the log vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// The event.
    pub event: TicketEvent,
    /// The operation that wrote it.
    pub by: OpId,
    /// The author; none when the log is not known here.
    pub author: Option<NodeId>,
}

/// Folds the events of one ticket; `None` when nothing says which ticket it is.
///
/// Steps of keepers apply in the order of their epochs, so those of a later keeper come on top of what the earlier one did,
/// whether or not the later one knew of it. A step of a node that does not keep the ticket in the epoch it claims is void.
pub fn fold(events: &[Authored]) -> Option<Ticket> {
    let mut ordered: Vec<&Authored> = events.iter().collect();
    ordered.sort_by(|a, b| a.by.cmp(&b.by));
    let mut void = Voids::default();
    let identity = find_identity(&ordered, &mut void)?;
    let epochs = Epochs::find(&ordered, &mut void);
    let top = epochs.valid.last().copied()?;
    let mut calls = find_calls(&ordered, &epochs, &mut void);
    apply_counter_steps(&ordered, &mut calls, &mut void);
    let mut keeping = Keeping::new(&identity.event, calls);
    for (epoch, authored) in epochs.steps_in_order(&ordered) {
        if !keeping.apply(epoch, &authored.event) {
            void.add(authored, DefectKind::NotPossible);
        }
    }
    Some(assemble(identity, top, keeping, &ordered, void))
}

/// The event that says which ticket this is: the first issue, or else the first paper entry.
fn find_identity<'a>(ordered: &[&'a Authored], void: &mut Voids<'a>) -> Option<&'a Authored> {
    for authored in ordered.iter().filter(|authored| authored.author.is_none()) {
        void.add(authored, DefectKind::UnknownAuthor);
    }
    let is_issue =
        |authored: &&&'a Authored| matches!(authored.event.step, TicketStep::Issued { .. });
    let is_paper =
        |authored: &&&'a Authored| matches!(authored.event.step, TicketStep::PaperEntered { .. });
    let known = || ordered.iter().filter(|authored| authored.author.is_some());
    for second in known().filter(is_issue).skip(1) {
        void.add(second, DefectKind::Twice);
    }
    known()
        .find(is_issue)
        .or_else(|| known().find(is_paper))
        .copied()
}

/// The keepers' side of the ticket: where it waits and which call is open.
struct Keeping {
    place: Place,
    is_parked: bool,
    open: Option<RequestId>,
    calls: BTreeMap<RequestId, Progress>,
    /// Calls already applied: a repeated grant changes nothing.
    called: BTreeSet<RequestId>,
    /// Calls pulled back while their counters, unseen, went on with them.
    still_going: Vec<RequestId>,
    doubles: Vec<(RequestId, RequestId)>,
}

impl Keeping {
    fn new(identity: &TicketEvent, calls: BTreeMap<RequestId, Progress>) -> Self {
        let (lane, priority) = match &identity.step {
            TicketStep::Issued { lane, priority, .. } => (lane.clone(), *priority),
            TicketStep::PaperEntered { lane, .. } => (lane.clone(), None),
            _ => Default::default(),
        };
        let place = Place {
            lane,
            counter: None,
            officer: None,
            priority,
            moved: None,
        };
        Self {
            place,
            is_parked: false,
            open: None,
            calls,
            called: BTreeSet::new(),
            still_going: Vec::new(),
            doubles: Vec::new(),
        }
    }

    fn state(&self) -> TicketState {
        match self.open.and_then(|request| self.calls.get(&request)) {
            Some(progress) => progress.state,
            None if self.is_parked => TicketState::Parked,
            None => TicketState::Waiting,
        }
    }

    fn apply(&mut self, epoch: Epoch, event: &TicketEvent) -> bool {
        match &event.step {
            TicketStep::Called { request, .. } => self.open_call(epoch, *request),
            TicketStep::Declined { request, seen, .. } if self.open == Some(*request) => {
                self.note_unseen_steps(*seen);
                self.back_to_lane();
            }
            TicketStep::Parked { .. } if self.state().can_be_called() => {
                self.open = None;
                self.is_parked = true;
            }
            // A counter that serves at the same moment keeps the citizen.
            TicketStep::Unparked { .. }
                if !matches!(self.state(), TicketState::Serving | TicketState::Finished) =>
            {
                self.back_to_lane();
            }
            TicketStep::Transferred { to, seen, .. } => {
                self.note_unseen_steps(*seen);
                self.transfer(to, event);
            }
            TicketStep::Prioritised { reason, .. } => self.place.priority = *reason,
            _ => return false,
        }
        true
    }

    fn open_call(&mut self, epoch: Epoch, request: RequestId) {
        let is_first_grant = self
            .calls
            .get(&request)
            .is_some_and(|progress| progress.call.epoch == epoch);
        if !is_first_grant || !self.called.insert(request) {
            return;
        }
        if let Some(other) = self.open.filter(|_| !self.state().can_be_called()) {
            self.doubles.push((request, other));
        }
        self.doubles
            .extend(self.still_going.drain(..).map(|other| (request, other)));
        self.open = Some(request);
        self.is_parked = false;
    }

    /// The open call is about to be pulled back: has its counter gone on meanwhile?
    fn note_unseen_steps(&mut self, n_seen: u32) {
        let progress = self.open.and_then(|request| self.calls.get(&request));
        let going_on = progress.filter(|progress| {
            progress.call.n_steps > n_seen && progress.state != TicketState::NoShow
        });
        self.still_going
            .extend(going_on.map(|progress| progress.call.request));
    }

    fn back_to_lane(&mut self) {
        self.open = None;
        self.is_parked = false;
    }

    /// Always takes effect, even on a ticket whose service ends at the same moment: nobody is forgotten.
    fn transfer(&mut self, to: &TransferTarget, event: &TicketEvent) {
        self.back_to_lane();
        self.place.counter = None;
        self.place.officer = None;
        match to {
            TransferTarget::Lane(lane) => {
                self.place.lane = lane.clone();
                self.place.moved = Some(event.stamp.hlc);
            }
            TransferTarget::Counter(counter) => self.place.counter = Some(*counter),
            TransferTarget::Officer(officer) => self.place.officer = Some(*officer),
        }
    }
}

fn assemble(
    identity: &Authored,
    epoch: Epoch,
    keeping: Keeping,
    ordered: &[&Authored],
    void: Voids<'_>,
) -> Ticket {
    let stamp = identity.event.stamp;
    let (lane, number, day, papers, issuer) = match &identity.event.step {
        TicketStep::Issued {
            lane,
            number,
            day,
            papers,
            ..
        } => (lane.clone(), *number, *day, papers.clone(), identity.author),
        TicketStep::PaperEntered { lane, number, day } => {
            (lane.clone(), *number, *day, Default::default(), None)
        }
        _ => Default::default(),
    };
    let call = |request: &RequestId| {
        keeping
            .calls
            .get(request)
            .map(|progress| progress.call.clone())
    };
    let double = |(standing, other): &(RequestId, RequestId)| {
        Some(DoubleCall {
            standing: call(standing)?,
            other: call(other)?,
        })
    };
    let history = |authored: &&Authored| TicketHistory {
        step: authored.event.step.clone(),
        stamp: authored.event.stamp,
        author: authored.author,
        counts: !void.ids.contains(&authored.by),
    };
    let rating = |authored: &&Authored| match authored.event.step {
        TicketStep::Rated { mark } if (1..=5).contains(&mark) => Some(mark),
        _ => None,
    };
    Ticket {
        number_text: ticket_text(&lane, number),
        number,
        issued_lane: lane,
        day,
        issuer,
        issued_at: stamp.at,
        issued_hlc: stamp.hlc,
        papers,
        epoch,
        state: keeping.state(),
        call: keeping.open.as_ref().and_then(call),
        double_calls: keeping.doubles.iter().filter_map(double).collect(),
        rating: ordered.iter().filter_map(rating).next_back(),
        history: ordered.iter().map(history).collect(),
        defects: void.defects.clone(),
        place: keeping.place,
    }
}
