//! What a verification tells.

use lienquay_shared::SiteId;
use serde::{Deserialize, Serialize};

/// Differences listed; beyond that they are only counted.
const MAX_LISTED: usize = 1_000;
/// Progress is told once per so many entries or documents.
const TELL_EVERY: u64 = 1_000;

/// What is being walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Statements about who takes part.
    Roster,
    /// Logs: chains, signatures, changes.
    Logs,
    /// Documents against the entries that made them.
    Documents,
    /// What screens read, against the documents.
    Projections,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being walked.
    pub stage: Stage,
    /// Done of it.
    pub n_done: u64,
    /// Of how many; 0 when not known.
    pub n_of: u64,
}

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where it was found.
    pub stage: Stage,
    /// Which log, entry or document.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The site; none in a folder that belongs to none yet.
    pub site: Option<SiteId>,
    /// Roster statements whose signature and place were checked.
    pub n_statements: u64,
    /// Logs walked from their root.
    pub n_logs: u64,
    /// Entries hashed.
    pub n_entries: u64,
    /// Signatures checked.
    pub n_signatures: u64,
    /// Changes compared with their headers.
    pub n_changes: u64,
    /// Documents compared with their entries.
    pub n_documents: u64,
    /// Projections compared with their documents.
    pub n_projections: u64,
    /// Documents not compared: forgotten, of a newer version, or of a first copy that is still loading.
    pub n_skipped: u64,
    /// Differences found.
    pub n_differences: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

impl Report {
    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.n_differences == 0
    }
}

/// A report in the making.
pub(super) struct Findings<'a> {
    pub(super) report: Report,
    /// Documents to walk.
    pub(super) n_documents_of: u64,
    tell: &'a mut dyn FnMut(Progress),
}

impl<'a> Findings<'a> {
    pub(super) fn new(tell: &'a mut dyn FnMut(Progress)) -> Self {
        Self {
            report: Report::default(),
            n_documents_of: 0,
            tell,
        }
    }

    pub(super) fn differs(
        &mut self,
        stage: Stage,
        place: impl Into<String>,
        what: impl Into<String>,
    ) {
        self.report.n_differences += 1;
        if self.report.differences.len() < MAX_LISTED {
            self.report.differences.push(Difference {
                stage,
                place: place.into(),
                what: what.into(),
            });
        }
    }

    pub(super) fn progress(&mut self, stage: Stage, n_done: u64, n_of: u64) {
        if n_done.is_multiple_of(TELL_EVERY) {
            (self.tell)(Progress {
                stage,
                n_done,
                n_of,
            });
        }
    }
}
