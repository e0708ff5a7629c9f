//! Asking nodes for something, and what they acknowledged.

use lienquay_core::event::{Control, Event, Reply, Token};
use lienquay_core::store::Store;
use lienquay_shared::command::{Command, DossierRef, Outcome, Submission};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{DocId, LogId, RequestId};

use crate::sim::clock::SimTime;
use crate::sim::invariants;
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// An answer must come within this, whatever happens to others; silence is the worst failure.
const MAX_SILENCE_MILLIS: u64 = 60_000;

/// What was asked of a node.
#[derive(Debug, Clone)]
pub enum Ordered {
    /// A submission.
    Command(Box<Submission>),
    /// An order to the node itself.
    Control,
}

/// An answer.
pub type Answer = Result<Outcome, Refusal>;

/// Something a node said was done: from then on no fault may undo it.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// When.
    pub at: SimTime,
    /// By whom.
    pub node: NodeIndex,
    /// What was asked.
    pub command: Command,
    /// What it led to.
    pub outcome: Outcome,
    /// The request.
    pub request: RequestId,
    /// Where the log of the node that acknowledged ended then: what was written was written by there.
    pub point: Option<Point>,
    /// Of a ticket given out: the day whose number it carries.
    pub day: Option<i32>,
    /// Of an edit: what had been written to the field by all that it was written on.
    pub seen: Vec<String>,
    /// The disk of the PC that acknowledged it was lost or rolled back to before it.
    pub is_lost_at_home: bool,
    /// Every disk that held it was lost or rolled back: nobody can be asked for it.
    pub is_excused: bool,
    /// Of a call: no disk shows it any more. What its counter wrote by then is owed all the same.
    pub is_call_gone: bool,
}

/// A point in a log, by its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The log.
    pub log: LogId,
    /// The entry.
    pub seq: u64,
    /// Its header.
    pub header_bytes: Vec<u8>,
}

impl World {
    /// Asks a node for something and lets time pass until it answers. Fails when it stays silent.
    #[track_caller]
    pub fn submit(&mut self, node: NodeIndex, command: Command) -> Answer {
        let request = RequestId(self.chance.bytes());
        self.submit_as(node, request, command)
    }

    /// The same under a request id chosen by the caller, to repeat it.
    #[track_caller]
    pub fn submit_as(&mut self, node: NodeIndex, request: RequestId, command: Command) -> Answer {
        let name = command.name();
        let token = self.order(node, Submission { request, command });
        self.answer_to(node, token, &name)
    }

    /// Asks a node for something; the answer is written down when it comes.
    pub fn order(&mut self, node: NodeIndex, submission: Submission) -> Token {
        let token = self.token();
        self.note(format!("{} ← {:?}", self.name(node), submission.command));
        if self.nodes[node].is_running() {
            let ordered = Ordered::Command(Box::new(submission.clone()));
            self.nodes[node].unanswered.insert(token, ordered);
        }
        self.deliver(
            node,
            Event::Submit {
                token,
                submission: Box::new(submission),
            },
        );
        token
    }

    /// Orders something of the node itself and lets time pass until it answers.
    #[track_caller]
    pub fn control(&mut self, node: NodeIndex, control: Control) -> Answer {
        let token = self.order_control(node, control);
        self.answer_to(node, token, "control")
    }

    /// Orders something of the node itself.
    pub fn order_control(&mut self, node: NodeIndex, control: Control) -> Token {
        let token = self.token();
        if self.nodes[node].is_running() {
            self.nodes[node].unanswered.insert(token, Ordered::Control);
        }
        self.deliver(
            node,
            Event::Control {
                token,
                control: Box::new(control),
            },
        );
        token
    }

    /// Submissions and orders so far.
    pub fn n_orders(&self) -> u64 {
        self.next_token
    }

    /// Submissions and orders that a running node still owes an answer.
    pub fn n_unanswered(&self) -> usize {
        self.nodes.iter().map(|node| node.unanswered.len()).sum()
    }

    /// Everything acknowledged so far.
    pub fn acknowledged(&self) -> &[Acknowledged] {
        &self.acknowledged
    }

    #[track_caller]
    fn answer_to(&mut self, node: NodeIndex, token: Token, what: &str) -> Answer {
        self.run_until(MAX_SILENCE_MILLIS, |world| {
            world.answers.contains_key(&token)
        });
        match self.answers.get(&token) {
            Some(answer) => answer.clone(),
            None => self.broken(
                "no-silence",
                &format!("{} gave no answer to {what}", self.name(node)),
            ),
        }
    }

    /// The answer to an order, once it came.
    pub fn answer(&self, token: Token) -> Option<&Answer> {
        self.answers.get(&token)
    }

    pub(super) fn note_reply(&mut self, node: NodeIndex, reply: Reply) {
        self.note(format!("{} → {:?}", self.name(node), reply.result));
        let Some(ordered) = self.nodes[node].unanswered.remove(&reply.token) else {
            self.broken(
                "one-answer",
                &format!("{} answers what nobody asked, or twice", self.name(node)),
            );
        };
        if let (Ordered::Command(submission), Ok(outcome)) = (ordered, &reply.result) {
            self.note_outcome(node, *submission, outcome.clone());
        }
        self.answers.insert(reply.token, reply.result);
    }

    /// The same button pressed again is answered the same; only the first answer tells when it was done.
    fn note_outcome(&mut self, node: NodeIndex, submission: Submission, outcome: Outcome) {
        let before = self
            .acknowledged
            .iter()
            .find(|done| done.request == submission.request);
        match before {
            // A disk that silently is what it was before knows of no first answer.
            Some(before) if before.is_lost_at_home => {}
            Some(before) if before.outcome != outcome => self.broken(
                "one-answer",
                &format!(
                    "{} answers a repeated request differently: {:?}, then {outcome:?}",
                    self.name(node),
                    before.outcome
                ),
            ),
            Some(_) => {}
            None => {
                if matches!(outcome, Outcome::TicketCalled(_)) {
                    self.reach.called(self.now, submission.request);
                }
                let done = self.acknowledgement(node, submission, outcome);
                let given = invariants::give(&mut self.given, &done);
                if let Err(what) = given
                    && self.lenience.doubled.is_empty()
                {
                    self.broken("no-number-twice", &what);
                }
                self.acknowledged.push(done);
            }
        }
    }

    fn acknowledgement(
        &self,
        node: NodeIndex,
        submission: Submission,
        outcome: Outcome,
    ) -> Acknowledged {
        let store = self.nodes[node].store();
        let day = match &outcome {
            Outcome::TicketIssued { doc, .. } => self.ticket_day(node, doc),
            _ => None,
        };
        let seen = match submission.command {
            Command::EditDossier {
                dossier: DossierRef::Id(ref doc),
                field,
                ref value,
            } => self
                .disk(node)
                .and_then(|disk| disk.document(doc))
                .map(|document| invariants::seen_by_edit(document.as_ref(), field, value))
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        let log = self.nodes[node]
            .host()
            .and_then(|host| host.engine().writes_to());
        let point = log.and_then(|log| {
            let row = store
                .logs()
                .unwrap_or_default()
                .into_iter()
                .find(|row| row.log == log)?;
            let entry = store.entry(&log, row.received).ok()??;
            Some(Point {
                log,
                seq: row.received,
                header_bytes: entry.header_bytes,
            })
        });
        let Submission { request, command } = submission;
        Acknowledged {
            at: self.now,
            node,
            command,
            outcome,
            request,
            point,
            day,
            seen,
            is_lost_at_home: false,
            is_excused: false,
            is_call_gone: false,
        }
    }

    fn ticket_day(&self, node: NodeIndex, doc: &DocId) -> Option<i32> {
        Some(self.disk(node)?.ticket(doc)?.day.0)
    }

    fn token(&mut self) -> Token {
        self.next_token += 1;
        Token(self.next_token)
    }
}
