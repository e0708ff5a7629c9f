//! What receiving and settling a dossier carries.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::deadline::Term;
use crate::domain::dossier::{Basis, Channel, Components, DossierField, Finance, SubjectKind};
use crate::domain::person::Person;
use crate::ids::{DocId, EventId};

/// A dossier, by document or by any code it ever had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DossierRef {
    /// Its document.
    Id(DocId),
    /// One of its codes.
    Code(Text<64>),
}

/// Everything the reception page gathers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveDossier {
    /// The procedure's code.
    pub procedure: Text<60>,
    /// The chosen case, where the procedure has several.
    #[serde(default)]
    pub case: Option<Text<120>>,
    /// The chosen processing time by its position among the channel's, where there are several.
    #[serde(default)]
    pub processing: Option<u8>,
    /// The time entered by the officer: where the procedure states none, or to answer on the same day.
    #[serde(default)]
    pub term: Option<Term>,
    /// How it came in.
    #[serde(default)]
    pub channel: Channel,
    /// What kind of subject.
    #[serde(default)]
    pub subject_kind: SubjectKind,
    /// Who stands at the counter.
    pub transacting: Person,
    /// Whom it is about; absent when it is the same person.
    #[serde(default)]
    pub subject: Option<Person>,
    /// By what right.
    #[serde(default)]
    pub basis: Basis,
    /// What is asked for.
    #[serde(default)]
    pub request: Text<1000>,
    /// Papers brought.
    #[serde(default)]
    pub components: Components,
    /// Number of sets.
    #[serde(default = "one")]
    pub n_sets: u8,
    /// Money due, as far as the officer knows.
    #[serde(default)]
    pub finance: Finance,
    /// The ticket it is received under.
    #[serde(default)]
    pub ticket: Option<DocId>,
    /// The officer receives it although papers are missing.
    #[serde(default)]
    pub accept_missing: bool,
}

const fn one() -> u8 {
    1
}

/// How a conflict is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettleChoice {
    /// The value a field shall have.
    Field {
        /// The field.
        field: DossierField,
        /// The value.
        value: Text<1000>,
    },
    /// Of contradicting steps, the one that stands.
    Status {
        /// Its event.
        keep: EventId,
    },
}
