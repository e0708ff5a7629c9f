//! A dossier: who, what, by when, and what happened to it.

mod event;
mod field;
mod status;

use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::domain::deadline::Term;
use crate::domain::file::{AddedFile, Digitised, Place};
use crate::domain::person::{Person, Who};
use crate::domain::series::DossierCode;
use crate::domain::site_time::SiteTime;
use crate::ids::{DocId, EventId, NodeId, OfficerId};
use crate::schema::Conflict;
use crate::wire::keeper::CounterNo;

pub use event::{CodeKind, DossierEvent, DossierStep, HandedTo, Recorded, Stamp};
pub use field::{Basis, DossierField, FieldError};
pub use status::{Settlement, Status, StatusConflict, StatusFold, StatusStep, fold_status};

/// One dossier as read from its document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Every code it ever had, the one to show first. All stay findable for ever.
    pub codes: Vec<DossierCode>,
    /// The procedure version it was received under.
    pub procedure: Option<ProcedureRef>,
    /// The chosen case of the procedure.
    pub case: Option<Text<120>>,
    /// How it came in.
    pub channel: Channel,
    /// What kind of subject it has.
    pub subject_kind: SubjectKind,
    /// Người nộp.
    pub transacting: Person,
    /// Chủ hồ sơ.
    pub subject: Person,
    /// By what right the one acts for the other.
    pub basis: Basis,
    /// What is asked for, in a line.
    pub request: String,
    /// Where the paper lies.
    pub paper_at: String,
    /// Papers brought.
    pub components: Components,
    /// Number of sets.
    pub n_sets: u8,
    /// The ticket it was received under.
    pub ticket: Option<DocId>,
    /// Business status.
    pub status: Status,
    /// Steps that contradict each other, until an officer settles them.
    pub status_conflict: Option<StatusConflict>,
    /// Steps an officer declared void when settling contradictions.
    pub void_steps: Vec<EventId>,
    /// Finance: minimal until receipts are kept here.
    pub finance: Finance,
    /// Where the result is.
    pub delivery: Delivery,
    /// When it was received.
    pub received_at: Option<SiteTime>,
    /// The due date as it was at reception. Kept for ever.
    pub original_due: Option<DueDate>,
    /// The due date that holds.
    pub due: Option<DueDate>,
    /// The time it may take.
    pub term: Option<Term>,
    /// Supplement rounds, oldest first.
    pub rounds: Vec<Round>,
    /// What was decided.
    pub result: Option<String>,
    /// Whom the result was handed to.
    pub handed_to: Option<HandedTo>,
    /// The files that count, in the order in which they were added.
    pub files: Vec<AddedFile>,
    /// What happened, in causal order.
    pub history: Vec<History>,
    /// Fields with values that differ.
    pub conflicts: Vec<Conflict>,
}

/// The papers of one dossier.
pub type Components = List<Component, 80>;

/// One paper of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its code in the procedure; empty for one added by the officer.
    #[serde(rename = "k", alias = "code", default)]
    pub code: Text<60>,
    /// As printed on the slip.
    #[serde(rename = "n", alias = "name")]
    pub name: Text<600>,
    /// Originals handed in.
    #[serde(rename = "o", alias = "originals", default)]
    pub originals: u8,
    /// Certified copies handed in.
    #[serde(rename = "z", alias = "certified", default)]
    pub certified: u8,
    /// Plain copies handed in.
    #[serde(rename = "p", alias = "copies", default)]
    pub copies: u8,
    /// Still missing; the officer received the dossier nevertheless.
    #[serde(rename = "m", alias = "missing", default)]
    pub missing: bool,
}

/// The procedure version a dossier is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureRef {
    /// The version's document.
    #[serde(rename = "d")]
    pub doc: DocId,
    /// Its code.
    #[serde(rename = "k")]
    pub code: Text<60>,
    /// Its name, so that a slip prints without it.
    #[serde(rename = "n")]
    pub name: Text<1000>,
}

/// How a dossier came in.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Trực tiếp.
    #[default]
    Direct,
    /// Trực tuyến.
    Online,
    /// Bưu chính công ích.
    Post,
}

impl Channel {
    /// The national code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Direct => 1,
            Self::Online => 2,
            Self::Post => 3,
        }
    }
}

/// What kind of subject a dossier has.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Cá nhân.
    #[default]
    Individual,
    /// Doanh nghiệp.
    Business,
    /// Cơ quan.
    Agency,
    /// Tổ chức khác.
    Organisation,
}

/// Money. Minimal: whether anything is due is the officer's word until receipts are kept here.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Finance {
    /// Not decided yet; never shown as free.
    #[default]
    Unknown,
    /// Nothing is due.
    NoneDue,
    /// Something is due.
    Due,
    /// Paid.
    Paid,
}

impl Finance {
    /// As stored and edited.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NoneDue => "none_due",
            Self::Due => "due",
            Self::Paid => "paid",
        }
    }

    /// Reads what [`Self::key`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Unknown, Self::NoneDue, Self::Due, Self::Paid]
            .into_iter()
            .find(|finance| finance.key() == text)
    }
}

/// Where the result is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// No result yet.
    #[default]
    None,
    /// Ready at the counter.
    Ready,
    /// Handed over.
    HandedOver,
}

/// A due date and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDate {
    /// When.
    #[serde(rename = "t")]
    pub at: SiteTime,
    /// How it came about, a line a step, in Vietnamese.
    #[serde(rename = "x")]
    pub explanation: List<Text<400>, 72>,
}

/// One round of supplement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The event that asked.
    pub id: EventId,
    /// When it was asked for.
    pub requested_at: SiteTime,
    /// What is missing.
    pub missing: List<Text<600>, 40>,
    /// Why.
    pub reason: String,
    /// When it arrived.
    pub answered_at: Option<SiteTime>,
}

/// One line of a dossier's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The event.
    pub id: EventId,
    /// What happened.
    pub step: DossierStep,
    /// When, by whom, where.
    pub stamp: Stamp,
    /// By which node; none when its log is not known here.
    pub author: Option<NodeId>,
}

impl Dossier {
    /// The code to show; empty only for a document whose reception has not arrived.
    pub fn code(&self) -> String {
        self.codes
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// A correctable field as text; empty when not filled.
    pub fn get(&self, field: DossierField) -> String {
        match field {
            DossierField::Person(Who::Transacting, field) => self.transacting.get(field),
            DossierField::Person(Who::Subject, field) => self.subject.get(field),
            DossierField::BasisKind => self.basis.kind.to_string(),
            DossierField::BasisDocument => self.basis.document.to_string(),
            DossierField::Request => self.request.clone(),
            DossierField::PaperAt => self.paper_at.clone(),
            DossierField::Finance => self.finance.key().to_owned(),
        }
    }

    /// When processing ended: the result was ready, or else it was returned, refused or withdrawn.
    pub fn ended_at(&self) -> Option<SiteTime> {
        let at = |wanted: fn(&DossierStep) -> bool| {
            self.history
                .iter()
                .find(|line| wanted(&line.step))
                .map(|line| line.stamp.at)
        };
        if !self.status.is_closed() && self.status != Status::Finished {
            return None;
        }
        at(|step| matches!(step, DossierStep::Finished { .. }))
            .or_else(|| at(|step| matches!(step, DossierStep::Returned { .. })))
            .or_else(|| {
                at(|step| {
                    matches!(
                        step,
                        DossierStep::Refused { .. } | DossierStep::Withdrawn { .. }
                    )
                })
            })
    }

    /// Whether the paper at this position is there as a file.
    pub fn digitised(&self, component: u8) -> Digitised {
        let of_it = |added: &&AddedFile| added.file.place == Place::Component(component);
        Digitised::of(self.files.iter().filter(of_it).map(|added| &added.file))
    }

    /// The round still waiting for papers.
    pub fn open_round(&self) -> Option<&Round> {
        self.rounds
            .iter()
            .rev()
            .find(|round| round.answered_at.is_none())
    }

    /// The officer and counter that received it.
    pub fn received_by(&self) -> Option<(OfficerId, Option<CounterNo>)> {
        let is_reception = |line: &&History| matches!(line.step, DossierStep::Received { .. });
        self.history
            .iter()
            .find(is_reception)
            .map(|line| (line.stamp.officer, line.stamp.counter))
    }
}
