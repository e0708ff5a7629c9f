//! What the page shows of one dossier: a plain view put together from the node's answers.

mod conflicts;
mod history;
mod names;

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::codec::List;
use lienquay_shared::command::{DossierRef, TicketRef};
use lienquay_shared::decide::dossier::{StepKind, allowed_steps};
use lienquay_shared::decide::role::{Right, THE_PC, allow_officer};
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::domain::site::Site;
use lienquay_shared::log::ActionKind;
use lienquay_shared::query::{Answer, MAX_PAGE_ROWS, PageAsk, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::{HistoryRow, MemberRow};
use lienquay_shared::{DocId, NodeId};
use serde::Serialize;

pub use conflicts::{ConflictCard, Side, StatusChoice};
pub use history::{HistoryLine, What};
pub use names::{Actor, Names};

/// Pages of entry headers joined with the history: a thousand entries, more than any dossier has.
const MAX_HEADER_PAGES: usize = 5;

/// What became of loading one dossier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Loaded {
    /// Here it is.
    Here(Box<DossierView>),
    /// Nothing of it is on this PC.
    Unknown,
    /// Entries of it came, but its content cannot be shown yet.
    Unreadable,
    /// Its personal data was erased.
    Forgotten {
        /// When, Unix milliseconds.
        at_millis: u64,
        /// By whom.
        by: Actor,
    },
}

/// One dossier as its page shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DossierView {
    /// Its document.
    pub doc: DocId,
    /// What it holds.
    pub dossier: Dossier,
    /// The number of the ticket it was received under.
    pub ticket: Option<String>,
    /// Every entry of it is on another PC as well.
    pub is_safe: bool,
    /// Steps its status allows, the most likely first, each with why this officer may not take it.
    pub steps: Vec<(StepKind, Option<Refusal>)>,
    /// What this officer may do besides.
    pub rights: Rights,
    /// What waits for an officer's word.
    pub conflicts: Vec<ConflictCard>,
    /// What happened, the latest first.
    pub history: Vec<HistoryLine>,
}

/// What this officer may do besides the steps; why not, where not.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Rights {
    /// Correct fields and settle conflicts.
    pub correct: Option<Refusal>,
    /// Say what is due and paid.
    pub collect: Option<Refusal>,
    /// Note something.
    pub note: Option<Refusal>,
    /// Give further codes.
    pub number: Option<Refusal>,
}

/// Everything a view is put together from.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The document.
    pub doc: DocId,
    /// What it holds.
    pub dossier: Dossier,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// Whether all of it is on another PC.
    pub is_safe: bool,
    /// Its entries, the latest arrival first.
    pub rows: Vec<HistoryRow>,
    /// The site.
    pub site: Site,
    /// Its PCs.
    pub members: Vec<MemberRow>,
    /// This PC.
    pub me: NodeId,
}

/// Loads one dossier.
///
/// # Errors
/// [`AskError`], when the node could not answer.
pub async fn load(node: NodeHandle, doc: DocId) -> Result<Loaded, AskError> {
    let dossier = DossierRef::Id(doc);
    let answer = node.ask(Query::Dossier { dossier }).await?;
    let rows = headers(&node, doc).await?;
    let (site, members) = surroundings(&node).await?;
    let Answer::Dossier { doc, dossier } = answer else {
        return Ok(absent(&rows, &Names::of(&site, &members)));
    };
    let parts = Parts {
        doc,
        ticket: match dossier.ticket {
            Some(ticket) => number_of(&node, ticket).await?,
            None => None,
        },
        dossier: *dossier,
        is_safe: is_safe(&node, doc).await?,
        rows,
        site,
        members,
        me: node.node(),
    };
    Ok(Loaded::Here(Box::new(view(parts))))
}

/// Puts a view together. Pure.
#[must_use]
pub fn view(parts: Parts) -> DossierView {
    let names = Names::of(&parts.site, &parts.members);
    let officer = parts
        .site
        .seats
        .get(&parts.me)
        .and_then(|seat| seat.officer)
        .unwrap_or(THE_PC);
    let why_not = |right| allow_officer(officer, &parts.site, right).err();
    DossierView {
        doc: parts.doc,
        ticket: parts.ticket,
        is_safe: parts.is_safe,
        steps: allowed_steps(&parts.site, officer, &parts.dossier),
        rights: Rights {
            correct: why_not(Right::Correct),
            collect: why_not(Right::Collect),
            note: why_not(Right::Note),
            number: why_not(Right::Number),
        },
        conflicts: conflicts::cards(&parts.dossier, &names),
        history: history::lines(&parts.dossier, &parts.rows, &names),
        dossier: parts.dossier,
    }
}

/// Why there is no content, as the headers tell.
fn absent(rows: &[HistoryRow], names: &Names) -> Loaded {
    let erased = rows
        .iter()
        .find(|row| row.action == ActionKind::DocForgotten);
    match (erased, rows) {
        (Some(row), _) => Loaded::Forgotten {
            at_millis: row.hlc.millis(),
            by: names.actor(row.officer, None, Some(row.node)),
        },
        (None, []) => Loaded::Unknown,
        (None, _) => Loaded::Unreadable,
    }
}

async fn headers(node: &NodeHandle, doc: DocId) -> Result<Vec<HistoryRow>, AskError> {
    let mut rows = Vec::new();
    let mut page = PageAsk {
        limit: MAX_PAGE_ROWS,
        ..PageAsk::default()
    };
    for _ in 0..MAX_HEADER_PAGES {
        let ask = Query::History {
            doc,
            page: page.clone(),
        };
        let Answer::History(found) = node.ask(ask).await? else {
            break;
        };
        rows.extend(found.rows);
        let Some(next) = found.next else { break };
        page.after = Some(lienquay_shared::codec::Text::truncated(&next));
    }
    Ok(rows)
}

async fn surroundings(node: &NodeHandle) -> Result<(Site, Vec<MemberRow>), AskError> {
    let site = match node.ask(Query::Site).await? {
        Answer::Site(site) => *site,
        _ => Site::default(),
    };
    let members = match node.ask(Query::Members).await? {
        Answer::Members(members) => members,
        _ => Vec::new(),
    };
    Ok((site, members))
}

async fn is_safe(node: &NodeHandle, doc: DocId) -> Result<bool, AskError> {
    let docs = List::truncated(vec![doc]);
    let answer = node.ask(Query::Safe { docs }).await?;
    Ok(matches!(answer, Answer::Safe(safe) if safe.contains(&doc)))
}

async fn number_of(node: &NodeHandle, ticket: DocId) -> Result<Option<String>, AskError> {
    let ticket = TicketRef::Id(ticket);
    Ok(match node.ask(Query::Ticket { ticket }).await? {
        Answer::Ticket { ticket, .. } => Some(ticket.number_text.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
