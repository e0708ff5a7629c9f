//! From events to a ticket: a function of the set of events alone, whatever the order they arrived in.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Call, DoubleCall, Epoch, Place, Ticket, TicketEvent, TicketHistory, TicketState, TicketStep,
};
use crate::domain::series::ticket_text;
use crate::ids::{NodeId, RequestId};
use crate::schema::raw::DefectKind;
use crate::schema::{Defect, OpId};
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

#[derive(Default)]
struct Voids<'a> {
    ids: BTreeSet<&'a OpId>,
    defects: Vec<Defect>,
}

impl<'a> Voids<'a> {
    fn add(&mut self, authored: &'a Authored, what: DefectKind) {
        if self.ids.insert(&authored.by) && self.defects.len() < crate::schema::bounds::MAX_DEFECTS
        {
            self.defects.push(Defect {
                at: format!("event {:?}", authored.by),
                what,
            });
        }
    }
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

/// The keeperships that are valid, and where each ended by its own keeper's handover.
struct Epochs<'a> {
    valid: BTreeSet<Epoch>,
    ended: BTreeMap<Epoch, &'a OpId>,
    takeovers: BTreeSet<Epoch>,
}

impl<'a> Epochs<'a> {
    fn find(ordered: &[&'a Authored], void: &mut Voids<'a>) -> Self {
        let mut epochs = Self {
            valid: BTreeSet::new(),
            ended: BTreeMap::new(),
            takeovers: BTreeSet::new(),
        };
        let mut claims: Vec<(Epoch, &'a Authored, NodeId)> = Vec::new();
        let mut is_issued = false;
        for authored in ordered {
            let Some(author) = authored.author else {
                continue;
            };
            match &authored.event.step {
                TicketStep::Issued { keeper, .. } if !is_issued => {
                    is_issued = true;
                    epochs.valid.insert(Epoch::first(*keeper));
                }
                TicketStep::PaperEntered { .. } => {
                    let epoch = Epoch { n: 1, node: author };
                    epochs.valid.insert(epoch);
                    epochs.takeovers.insert(epoch);
                }
                TicketStep::HandedOver { epoch, .. } if epoch.node != author => {
                    void.add(authored, DefectKind::NotKeeper);
                }
                TicketStep::HandedOver { epoch, to } => claims.push((*epoch, authored, *to)),
                TicketStep::TakenOver { supersedes } => {
                    claims.push((*supersedes, authored, author));
                }
                _ => {}
            }
        }
        // A stable sort: claims on one epoch stay in causal order, and a parent is decided before its children.
        claims.sort_by_key(|(parent, ..)| *parent);
        for (parent, authored, node) in claims {
            epochs.admit(parent, authored, node, void);
        }
        epochs
    }

    fn admit(&mut self, parent: Epoch, authored: &'a Authored, node: NodeId, void: &mut Voids<'a>) {
        let is_handover = matches!(authored.event.step, TicketStep::HandedOver { .. });
        if !self.valid.contains(&parent) || (is_handover && self.ended.contains_key(&parent)) {
            return void.add(authored, DefectKind::NotKeeper);
        }
        if is_handover {
            self.ended.insert(parent, &authored.by);
        }
        let epoch = parent.next(node);
        self.valid.insert(epoch);
        if !is_handover {
            self.takeovers.insert(epoch);
        }
    }

    /// The keepership a keeper's step was taken under, if it is valid.
    fn epoch_of(&self, authored: &Authored) -> Option<Epoch> {
        let epoch = Epoch {
            n: authored.event.step.keeper_epoch()?,
            node: authored.author?,
        };
        let is_over = self
            .ended
            .get(&epoch)
            .is_some_and(|end| **end < authored.by);
        (self.valid.contains(&epoch) && !is_over).then_some(epoch)
    }

    fn steps_in_order(&self, ordered: &[&'a Authored]) -> Vec<(Epoch, &'a Authored)> {
        let mut steps: Vec<_> = ordered
            .iter()
            .filter_map(|authored| Some((self.epoch_of(authored)?, *authored)))
            .collect();
        steps.sort_by_key(|(epoch, _)| *epoch);
        steps
    }
}

/// Every valid call by its request; void keeper steps of all kinds are flagged here.
fn find_calls<'a>(
    ordered: &[&'a Authored],
    epochs: &Epochs<'a>,
    void: &mut Voids<'a>,
) -> BTreeMap<RequestId, Progress> {
    let mut calls = BTreeMap::new();
    for authored in ordered
        .iter()
        .filter(|authored| authored.event.step.keeper_epoch().is_some())
    {
        let Some(epoch) = epochs.epoch_of(authored) else {
            void.add(authored, DefectKind::NotKeeper);
            continue;
        };
        if let TicketStep::Called {
            request,
            counter,
            node,
            officer,
            ..
        } = &authored.event.step
        {
            calls.entry(*request).or_insert_with(|| Progress {
                state: TicketState::Granted,
                call: Call {
                    request: *request,
                    counter: *counter,
                    node: *node,
                    epoch,
                    granted_at: authored.event.stamp.at,
                    announced_at: None,
                    started_at: None,
                    finished_at: None,
                    officer: *officer,
                    n_announcements: 0,
                    n_steps: 0,
                    is_superseded: epochs.takeovers.iter().any(|takeover| *takeover > epoch),
                },
            });
        }
    }
    calls
}

/// A call and how far its counter got with it.
#[derive(Debug, Clone)]
struct Progress {
    call: Call,
    state: TicketState,
}

impl Progress {
    /// Takes a step of the counter. A finished call takes none; a missed one neither: its ticket is the keeper's again.
    fn apply(&mut self, event: &TicketEvent) -> bool {
        let at = event.stamp.at;
        self.call.n_steps = self.call.n_steps.saturating_add(1);
        match (&event.step, self.state) {
            (_, TicketState::Finished | TicketState::NoShow) => return false,
            (TicketStep::Announced { .. }, state) => {
                self.call.announced_at = Some(at);
                self.call.n_announcements = self.call.n_announcements.saturating_add(1);
                if state != TicketState::Serving {
                    self.state = TicketState::Announced;
                }
            }
            (TicketStep::NoShow { .. }, TicketState::Granted | TicketState::Announced) => {
                self.state = TicketState::NoShow;
            }
            (TicketStep::Started { .. }, state) if state != TicketState::Serving => {
                self.call.started_at = Some(at);
                self.call.officer = event.stamp.officer;
                self.state = TicketState::Serving;
            }
            (TicketStep::Finished { .. }, _) => {
                self.call.finished_at = Some(at);
                self.state = TicketState::Finished;
            }
            _ => return false,
        }
        true
    }
}

fn apply_counter_steps<'a>(
    ordered: &[&'a Authored],
    calls: &mut BTreeMap<RequestId, Progress>,
    void: &mut Voids<'a>,
) {
    for authored in ordered {
        let Some(request) = authored.event.step.call_request() else {
            continue;
        };
        match calls.get_mut(&request) {
            Some(progress) if authored.author == Some(progress.call.node) => {
                if !progress.apply(&authored.event) {
                    void.add(authored, DefectKind::NotPossible);
                }
            }
            _ => void.add(authored, DefectKind::NotKeeper),
        }
    }
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
