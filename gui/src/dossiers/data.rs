//! What the list shows of a dossier, and how rows come from the node.

use std::collections::BTreeSet;
use std::ops::Range;

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::domain::dossier::Status;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::DossierRow;
use serde::Serialize;

use crate::dossiers::cache::{PAGE_ROWS, pages_of};
use crate::when;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Question {
    /// Words; empty for all.
    pub(crate) text: String,
    /// Only with this status.
    pub(crate) status: Option<Status>,
}

/// One row. Only what is drawn: the row of the node carries its search text as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// Its document.
    pub(crate) doc: DocId,
    /// The code to show.
    pub(crate) code: String,
    /// Who stood at the counter.
    pub(crate) person: String,
    /// Whom it is about, if somebody else.
    pub(crate) subject: Option<String>,
    /// What is asked for.
    pub(crate) procedure: String,
    /// The day of reception, written out.
    pub(crate) received: String,
    /// When it is due, Unix milliseconds.
    pub(crate) due_at_millis: Option<u64>,
    /// Business status.
    pub(crate) status: Status,
    /// An officer must choose.
    pub(crate) is_in_conflict: bool,
    /// On another PC's disk as well.
    pub(crate) is_safe: bool,
}

/// Makes the row of a list.
#[must_use]
pub(crate) fn line(row: DossierRow, is_safe: bool) -> Line {
    let subject = row.subject_name;
    let is_other = !subject.is_empty() && subject != row.transacting_name;
    Line {
        doc: row.doc,
        code: row.code,
        subject: is_other.then_some(subject),
        person: row.transacting_name,
        procedure: row.procedure_name,
        received: row.received_at_millis.map(when::date).unwrap_or_default(),
        due_at_millis: row.due_at_millis,
        status: row.status,
        is_in_conflict: row.n_conflicts > 0,
        is_safe,
    }
}

/// A question about part of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    /// What is looked for.
    pub(crate) question: Question,
    /// Which pages.
    pub(crate) pages: Vec<u32>,
    /// Where the officer reads: these rows are to stay under her eyes. None at the top, where new rows just appear.
    pub(crate) held: Option<Held>,
}

/// What the officer reads while she is not at the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// Position of the first row she sees.
    pub(crate) first: usize,
    /// How many she sees.
    pub(crate) n_rows: usize,
    /// Those that were loaded, with their positions, from the top.
    pub(crate) rows: Vec<(usize, DocId)>,
    /// How long the list was.
    pub(crate) n_total: usize,
}

/// Part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// How long the list is.
    pub(crate) n_total: usize,
    /// Pages by number.
    pub(crate) pages: Vec<(u32, Vec<Line>)>,
    /// By how many places what was read moved down.
    pub(crate) n_shifted: isize,
}

/// Asks the node for part of the list.
///
/// # Errors
/// [`AskError`].
pub(crate) async fn load(node: NodeHandle, ask: Ask) -> Result<Found, AskError> {
    let n_total = count(&node, &ask.question).await?;
    let grown = |held: &Held| signed(n_total) - signed(held.n_total);
    let is_doubtful = |held: &&Held| {
        let mut places = pages_of(held.first..held.first + held.n_rows);
        grown(held) != 0 || places.any(|number| ask.pages.contains(&number))
    };
    let Some(held) = ask.held.as_ref().filter(is_doubtful) else {
        let pages = pages(&node, &ask.question, &ask.pages, n_total).await?;
        return Ok(Found {
            n_total,
            pages,
            n_shifted: 0,
        });
    };
    let mut numbers: BTreeSet<u32> = ask.pages.iter().copied().collect();
    let mut found = Vec::new();
    let mut n_shifted = 0;
    // Most often everything new stands above; otherwise what she reads is looked for where it was.
    for guess in [grown(held), 0] {
        numbers.extend(pages_of(moved(held.first, held.n_rows, guess)));
        let missing: Vec<u32> = numbers
            .iter()
            .copied()
            .filter(|number| found.iter().all(|(known, _)| known != number))
            .collect();
        found.extend(pages(&node, &ask.question, &missing, n_total).await?);
        if let Some(shift) = shift_of(held, &found) {
            n_shifted = shift;
            break;
        }
    }
    Ok(Found {
        n_total,
        pages: found,
        n_shifted,
    })
}

fn signed(n: usize) -> isize {
    isize::try_from(n).unwrap_or(isize::MAX)
}

/// The rows from `first` on, moved.
fn moved(first: usize, n_rows: usize, by: isize) -> Range<usize> {
    let first = first.saturating_add_signed(by);
    first..first + n_rows
}

/// By how many places the first held row that is still there moved.
#[must_use]
pub(crate) fn shift_of(held: &Held, pages: &[(u32, Vec<Line>)]) -> Option<isize> {
    let place = |doc: &DocId| {
        pages.iter().find_map(|(number, lines)| {
            let at = lines.iter().position(|line| line.doc == *doc)?;
            Some(*number as usize * PAGE_ROWS + at)
        })
    };
    held.rows
        .iter()
        .find_map(|(was, doc)| Some(signed(place(doc)?) - signed(*was)))
}

async fn count(node: &NodeHandle, question: &Question) -> Result<usize, AskError> {
    let query = Query::DossierCount {
        text: Text::truncated(&question.text),
        status: question.status,
    };
    match node.ask(query).await? {
        Answer::Count(count) => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
        _ => Ok(0),
    }
}

async fn pages(
    node: &NodeHandle,
    question: &Question,
    numbers: &[u32],
    n_total: usize,
) -> Result<Vec<(u32, Vec<Line>)>, AskError> {
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        // A page behind the end is no page.
        if *number as usize * PAGE_ROWS < n_total.max(1) {
            found.push((*number, page(node, question, *number).await?));
        }
    }
    Ok(found)
}

async fn page(node: &NodeHandle, question: &Question, number: u32) -> Result<Vec<Line>, AskError> {
    let n_rows = u16::try_from(PAGE_ROWS).unwrap_or(u16::MAX);
    let query = Query::Dossiers {
        text: Text::truncated(&question.text),
        status: question.status,
        page: PageAsk {
            after: None,
            limit: n_rows,
            skip: number.saturating_mul(u32::from(n_rows)),
        },
    };
    let Answer::Dossiers(page) = node.ask(query).await? else {
        return Ok(Vec::new());
    };
    let safe = safe(node, page.rows.iter().map(|row| row.doc).collect()).await?;
    let lines = page.rows.into_iter().map(|row| {
        let is_safe = safe.contains(&row.doc);
        line(row, is_safe)
    });
    Ok(lines.collect())
}

/// Which of these are on another PC's disk as well.
///
/// # Errors
/// [`AskError`].
pub(crate) async fn safe(node: &NodeHandle, docs: Vec<DocId>) -> Result<BTreeSet<DocId>, AskError> {
    let docs = List::truncated(docs);
    match node.ask(Query::Safe { docs }).await? {
        Answer::Safe(safe) => Ok(safe.into_iter().collect()),
        _ => Ok(BTreeSet::new()),
    }
}
