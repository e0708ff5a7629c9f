//! What is written into a dossier's list of events.

use serde::{Deserialize, Serialize};

use super::{DueDate, Settlement};
use crate::codec::{List, Text};
use crate::domain::deadline::Term;
use crate::domain::file::{File, RemovalReason};
use crate::domain::series::DossierCode;
use crate::domain::site_time::SiteTime;
use crate::ids::{EventId, NodeId};

pub use crate::domain::ticket::Stamp;

/// One event of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierEvent {
    /// When, by whom, where.
    #[serde(rename = "s")]
    pub stamp: Stamp,
    /// What.
    #[serde(rename = "e")]
    pub step: DossierStep,
}

/// An event with its name and its author, as the log vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The event.
    pub event: DossierEvent,
    /// What others refer to it by.
    pub id: EventId,
    /// The author; none when the log is not known here.
    pub author: Option<NodeId>,
}

/// What kind of code a dossier got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// Given by whoever numbers officially.
    Official,
    /// Our own, while the province gives the official one.
    Alias,
    /// Made without a number.
    Provisional,
}

/// Whom a result was handed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedTo {
    /// Full name.
    #[serde(rename = "n", alias = "name")]
    pub name: Text<200>,
    /// The identity paper shown.
    #[serde(rename = "i", alias = "id_shown", default)]
    pub id_shown: Text<40>,
    /// By post instead of over the counter.
    #[serde(rename = "p", alias = "by_post", default)]
    pub by_post: bool,
}

/// What happened to a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DossierStep {
    /// Received at a counter. The legal time is written down here, once.
    Received {
        /// When.
        at: SiteTime,
        /// When it is due, and why; none when the procedure's time is not known.
        due: Option<DueDate>,
        /// The time it may take: counted again after a supplement.
        #[serde(default)]
        term: Option<Term>,
    },
    /// It got a code.
    Numbered {
        /// The code.
        code: DossierCode,
        /// What kind.
        kind: CodeKind,
    },
    /// Processing began.
    ProcessingStarted,
    /// More papers were asked for.
    SupplementRequested {
        /// What is missing.
        missing: List<Text<600>, 40>,
        /// Why.
        reason: Text<1000>,
    },
    /// The papers arrived.
    Supplemented {
        /// The request they answer.
        round: EventId,
        /// The new due date, by the procedure's policy.
        due: Option<DueDate>,
    },
    /// The result is ready.
    Finished {
        /// What was decided.
        result: Text<1000>,
    },
    /// The result was handed over.
    Returned {
        /// To whom.
        to: HandedTo,
    },
    /// Reception was refused.
    Refused {
        /// Why.
        reason: Text<1000>,
        /// By which rule.
        legal_basis: Text<500>,
    },
    /// The citizen withdrew it.
    Withdrawn {
        /// Why.
        reason: Text<1000>,
    },
    /// A field was corrected; the value is in the field.
    Edited {
        /// The field's key.
        field: Text<64>,
    },
    /// A field with several values was settled; the value is in the field.
    FieldSettled {
        /// The field's key.
        field: Text<64>,
    },
    /// Steps that contradicted each other were settled.
    StatusSettled(Settlement),
    /// A file was added.
    FileAdded {
        /// The file.
        file: File,
        /// The file that it replaces, by the event that added that.
        #[serde(default)]
        replaces: Option<EventId>,
    },
    /// A file was taken out: it does not belong here. Its bytes go when nothing else needs them.
    FileRemoved {
        /// The file, by the event that added it.
        file: EventId,
        /// Why.
        reason: RemovalReason,
    },
    /// Something to remember.
    Noted {
        /// The note.
        text: Text<2000>,
    },
}
