//! What a screen may ask to see, and the answers: pages of flat rows, never everything.

use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::command::{DossierRef, ReceiveDossier, TicketRef};
use crate::domain::dossier::{Dossier, Status};
use crate::domain::site::Site;
use crate::domain::ticket::{Ticket, TicketState};
use crate::ids::{DocId, FileHash};
use crate::view::{
    ConflictRow, DossierRow, FileMark, FilesView, HistoryRow, MemberRow, ProcedureRow, QueueView,
    ReceivePreview, TicketRow,
};
use crate::wire::keeper::LaneId;

/// The most rows of one page.
pub const MAX_PAGE_ROWS: u16 = 200;

/// The most documents of one question whether they are safe: a page.
pub const MAX_SAFE_DOCS: usize = MAX_PAGE_ROWS as usize;

/// The most files of one question for their marks: as many as a dossier has.
pub const MAX_FILE_MARKS: usize = crate::domain::file::MAX_FILES;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageAsk {
    /// The cursor of the page before; none for the first.
    pub after: Option<Text<64>>,
    /// Rows wanted.
    pub limit: u16,
    /// Rows to pass over after the cursor, for a list whose handle is dragged (of conflicts: dossiers).
    pub skip: u32,
}

impl Default for PageAsk {
    fn default() -> Self {
        Self {
            after: None,
            limit: 50,
            skip: 0,
        }
    }
}

impl PageAsk {
    /// Rows wanted, within 1 and [`MAX_PAGE_ROWS`].
    pub fn n_rows(&self) -> u16 {
        self.limit.clamp(1, MAX_PAGE_ROWS)
    }
}

/// One page of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page starts; none on the last.
    pub next: Option<String>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Query {
    /// The site's settings.
    Site,
    /// Procedures in force, by name, code or field.
    Procedures {
        /// Words to find; empty for all.
        #[serde(default)]
        text: Text<200>,
        /// Which page.
        #[serde(default)]
        page: PageAsk,
    },
    /// One procedure version as stored.
    Procedure {
        /// Its code; the version in force today.
        code: Text<60>,
    },
    /// Dossiers, newest first.
    Dossiers {
        /// Words to find: names, codes, identity numbers, procedure; empty for all.
        #[serde(default)]
        text: Text<200>,
        /// Only with this status.
        #[serde(default)]
        status: Option<Status>,
        /// Which page.
        #[serde(default)]
        page: PageAsk,
    },
    /// How many dossiers there are with these words and this status.
    DossierCount {
        /// As in `Dossiers`.
        #[serde(default)]
        text: Text<200>,
        /// As in `Dossiers`.
        #[serde(default)]
        status: Option<Status>,
    },
    /// One dossier.
    Dossier {
        /// Which.
        dossier: DossierRef,
    },
    /// Today's tickets.
    Tickets {
        /// Only of this lane.
        #[serde(default)]
        lane: Option<LaneId>,
        /// Only in these states; empty for all.
        #[serde(default)]
        states: List<TicketState, 8>,
        /// Which page.
        #[serde(default)]
        page: PageAsk,
    },
    /// One ticket.
    Ticket {
        /// Which.
        ticket: TicketRef,
    },
    /// The queue as counters and displays show it.
    Queue,
    /// The site's PCs.
    Members,
    /// This PC's state in short.
    Status,
    /// What happened to a document, from entry headers.
    History {
        /// Which.
        doc: DocId,
        /// Which page.
        #[serde(default)]
        page: PageAsk,
    },
    /// Of these documents, those whose every entry is durable on another member: nothing of them is lost with this PC.
    Safe {
        /// Which; those on a screen.
        docs: List<DocId, MAX_SAFE_DOCS>,
    },
    /// Conflicts waiting for an officer.
    Conflicts {
        /// Which page.
        #[serde(default)]
        page: PageAsk,
    },
    /// What a reception that is being typed in still lacks, and when it would be due.
    ReceivePreview(Box<ReceiveDossier>),
    /// The health board.
    Health,
    /// Of these files, which are here and how many PCs have them.
    FileMarks {
        /// Which; those on a screen.
        files: List<FileHash, MAX_FILE_MARKS>,
    },
    /// How this PC is doing with its files.
    Files,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The site's settings.
    Site(Box<Site>),
    /// Procedures.
    Procedures(Page<ProcedureRow>),
    /// One procedure version: the normalised record.
    Procedure(Box<serde_json::Value>),
    /// Dossiers.
    Dossiers(Page<DossierRow>),
    /// How many.
    Count(u64),
    /// One dossier.
    Dossier {
        /// Its document.
        doc: DocId,
        /// What it holds.
        dossier: Box<Dossier>,
    },
    /// Tickets.
    Tickets(Page<TicketRow>),
    /// One ticket.
    Ticket {
        /// Its document.
        doc: DocId,
        /// What it holds.
        ticket: Box<Ticket>,
    },
    /// The queue.
    Queue(QueueView),
    /// The site's PCs.
    Members(Vec<MemberRow>),
    /// This PC's state; its shape is the engine's.
    Status(Box<serde_json::Value>),
    /// What happened to a document.
    History(Page<HistoryRow>),
    /// The safe ones, in the order in which they were named.
    Safe(Vec<DocId>),
    /// Conflicts.
    Conflicts(Page<ConflictRow>),
    /// What a reception still lacks.
    ReceivePreview(ReceivePreview),
    /// The health board; its shape is the engine's.
    Health(Box<serde_json::Value>),
    /// What is known of files, in the order in which they were named.
    FileMarks(Vec<FileMark>),
    /// How this PC is doing with its files.
    Files(FilesView),
    /// Nothing found.
    NotFound,
    /// Several dossiers carry the code.
    Ambiguous {
        /// Which.
        candidates: Vec<DocId>,
    },
}
