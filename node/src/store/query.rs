//! What screens ask of projections and of single documents, on a connection that only reads.

mod audit;
mod catalogue;
mod document;
mod dossiers;
mod entries;
mod queue;
#[cfg(test)]
mod tests;

use std::fmt;

use lienquay_core::files::FileRow;
use lienquay_core::store::{StoreFault, StoreResult};
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::{LogId, SiteId};
use rusqlite::Connection;

use crate::store::connect;
use crate::store::fault::SqlResult;
use crate::store::{Location, SqliteStore, facts, files};

pub(crate) use audit::Audit;
pub use entries::SetAsideRow;
pub use queue::LaneCount;

/// What the answers need to know of the moment; the engine tells it.
pub struct Asked<'a> {
    /// Today by site time: which tickets are today's, which procedures are in force.
    pub today: Day,
    /// The site, once there is one: it names the authors of changes.
    pub site: Option<SiteId>,
    /// Whether an entry is durable on another node.
    pub is_safe: &'a dyn Fn(&LogId, u64) -> bool,
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("today", &self.today)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

/// A reader: sees what was committed when a question is asked, never waits for the writer and is never waited for.
/// `Send`, for a thread of its own.
pub struct Reader {
    conn: Connection,
    location: Location,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.location.path)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// A new reader beside this writer. Drop it before the writer.
    pub fn reader(&self) -> StoreResult<Reader> {
        Reader::open(self.location())
    }
}

impl Reader {
    fn open(location: &Location) -> StoreResult<Self> {
        Ok(Self {
            conn: connect::reader(location)?,
            location: location.clone(),
        })
    }

    /// A further reader, for another thread.
    pub fn another(&self) -> StoreResult<Self> {
        Self::open(&self.location)
    }

    /// Answers what is in the store; `None` for questions about live state, which only the engine can answer (members,
    /// status, health).
    pub fn answer(&self, query: &Query, asked: &Asked<'_>) -> StoreResult<Option<Answer>> {
        self.read(|conn| {
            Ok(Some(match query {
                Query::Site => document::site(conn, asked)?,
                Query::Procedures { text, page } => {
                    Answer::Procedures(catalogue::page(conn, asked.today, text, page)?)
                }
                Query::Procedure { code } => catalogue::in_force(conn, asked.today, code)?,
                Query::Dossiers { text, status, page } => {
                    Answer::Dossiers(dossiers::page(conn, text, *status, page)?)
                }
                Query::DossierCount { text, status } => {
                    Answer::Count(dossiers::count(conn, text, *status)?)
                }
                Query::Dossier { dossier } => document::dossier(conn, asked, dossier)?,
                Query::Tickets { lane, states, page } => {
                    Answer::Tickets(queue::page(conn, asked.today, lane.as_ref(), states, page)?)
                }
                Query::Ticket { ticket } => document::ticket(conn, asked, ticket)?,
                Query::Queue => Answer::Queue(queue::view(conn, asked)?),
                Query::History { doc, page } => {
                    Answer::History(entries::history(conn, doc, page, asked.is_safe)?)
                }
                Query::Safe { docs } => Answer::Safe(entries::safe(conn, docs, asked.is_safe)?),
                Query::Conflicts { page } => Answer::Conflicts(dossiers::conflicts(conn, page)?),
                Query::FileMarks { files } => Answer::FileMarks(files::marks(conn, files)?),
                Query::Members
                | Query::Status
                | Query::Health
                | Query::Files
                | Query::ReceivePreview(_) => {
                    return Ok(None);
                }
            }))
        })
    }

    /// A fact of this PC's shell, by name.
    pub(crate) fn local(&self, key: &str) -> StoreResult<Option<Vec<u8>>> {
        self.read(|conn| facts::local(conn, key))
    }

    /// Lines of this node's list of files after one.
    pub(crate) fn files_told(&self, after: u64, limit: usize) -> StoreResult<Vec<FileRow>> {
        self.read(|conn| files::told(conn, after, limit))
    }

    /// How many tickets of a day wait in each lane.
    pub fn queue_counts(&self, day: Day) -> StoreResult<Vec<LaneCount>> {
        self.read(|conn| queue::counts(conn, day))
    }

    /// Entries that are stored but not applied, newest first, with why: for the health screen.
    pub fn set_aside(
        &self,
        page: &PageAsk,
    ) -> StoreResult<lienquay_shared::query::Page<SetAsideRow>> {
        self.read(|conn| entries::set_aside(conn, page))
    }

    /// Answers from one state of the store, also when several statements are needed.
    pub(super) fn read<T>(&self, ask: impl FnOnce(&Connection) -> SqlResult<T>) -> StoreResult<T> {
        let transaction = self
            .conn
            .unchecked_transaction()
            .map_err(|error| StoreFault::from(crate::store::fault::SqlFault::from(error)))?;
        let answer = ask(&transaction)?;
        Ok(answer)
    }
}

/// Where a page starts: the number in its cursor. A cursor that is none starts from the top.
fn cursor_number(page: &PageAsk) -> Option<i64> {
    page.after.as_ref().and_then(|after| after.parse().ok())
}
