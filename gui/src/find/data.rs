//! What the box finds: today's tickets, dossiers, procedures, PCs and actions, a few of each.

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::domain::text::fold;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::{DossierRow, MemberRow, ProcedureRow, TicketRow};
use serde::Serialize;

use crate::find::command::Action;

/// Dossiers and procedures shown.
const MAX_HITS: u16 = 6;
/// Pages of tickets looked through: 2,000 tickets of one day.
const MAX_TICKET_PAGES: u32 = 10;
const TICKET_PAGE: u16 = 200;

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Hit {
    /// A ticket of today.
    Ticket {
        /// Its document.
        doc: DocId,
        /// As printed.
        number: String,
        /// Its state.
        state: TicketState,
    },
    /// A dossier.
    Dossier {
        /// Its document.
        doc: DocId,
        /// Its code.
        code: String,
        /// Who stood at the counter.
        person: String,
        /// What is asked for.
        procedure: String,
    },
    /// The list, for more than a few.
    MoreDossiers {
        /// How many there are.
        n_total: u64,
    },
    /// A procedure in force.
    Procedure {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
    },
    /// A PC of the site.
    Pc {
        /// Its name.
        name: String,
        /// Its counter.
        counter: Option<u16>,
        /// Connected to this PC, or this PC itself.
        is_reached: bool,
    },
    /// Something to do.
    Act(Action),
}

/// What stands together under a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Group {
    /// Today's tickets.
    Tickets,
    /// Dossiers.
    Dossiers,
    /// Procedures.
    Procedures,
    /// PCs.
    Pcs,
    /// Actions.
    Actions,
}

/// What was found, in reading order, and what could not be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Found {
    /// The words it was looked for.
    pub(crate) text: String,
    /// Hits by group.
    pub(crate) hits: Vec<(Group, Hit)>,
    /// Groups that the node did not answer, and why.
    pub(crate) unanswered: Vec<(Group, String)>,
}

/// Asks the node for everything with these words.
pub(crate) async fn load(node: NodeHandle, text: String) -> Found {
    let (tickets, dossiers, procedures, pcs) = tokio::join!(
        tickets(&node, &text),
        dossiers(&node, &text),
        procedures(&node, &text),
        pcs(&node, &text)
    );
    let mut found = Found::default();
    for (group, answer) in [
        (Group::Tickets, tickets),
        (Group::Dossiers, dossiers),
        (Group::Procedures, procedures),
        (Group::Pcs, pcs),
    ] {
        match answer {
            Ok(hits) => found.hits.extend(hits.into_iter().map(|hit| (group, hit))),
            Err(error) => found.unanswered.push((group, error.to_string())),
        }
    }
    found.text = text;
    found
}

async fn tickets(node: &NodeHandle, text: &str) -> Result<Vec<Hit>, AskError> {
    let Some(wanted) = TicketWords::read(text) else {
        return Ok(Vec::new());
    };
    let mut hits = Vec::new();
    for number in 0..MAX_TICKET_PAGES {
        let query = Query::Tickets {
            lane: None,
            states: List::default(),
            page: PageAsk {
                after: None,
                limit: TICKET_PAGE,
                skip: number * u32::from(TICKET_PAGE),
            },
        };
        let Answer::Tickets(page) = node.ask(query).await? else {
            break;
        };
        hits.extend(page.rows.iter().filter(|row| wanted.fit(row)).map(ticket));
        if page.next.is_none() {
            break;
        }
    }
    hits.truncate(usize::from(MAX_HITS));
    Ok(hits)
}

fn ticket(row: &TicketRow) -> Hit {
    Hit::Ticket {
        doc: row.doc,
        number: row.number_text.clone(),
        state: row.state,
    }
}

/// A ticket as people say it: `A012`, `a12`, `12`.
#[derive(Debug, PartialEq, Eq)]
struct TicketWords {
    letters: String,
    number: u32,
}

impl TicketWords {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_uppercase();
        let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = text.strip_suffix(digits)?;
        let is_number = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && letters.len() <= 3).then_some(Self {
            letters: letters.to_owned(),
            number: digits.parse().ok()?,
        })
    }

    fn fit(&self, row: &TicketRow) -> bool {
        let letters = row
            .number_text
            .trim_end_matches(|c: char| c.is_ascii_digit());
        row.number == self.number && (self.letters.is_empty() || letters == self.letters)
    }
}

async fn dossiers(node: &NodeHandle, text: &str) -> Result<Vec<Hit>, AskError> {
    let query = Query::Dossiers {
        text: Text::truncated(text),
        status: None,
        page: first_few(),
    };
    let Answer::Dossiers(page) = node.ask(query).await? else {
        return Ok(Vec::new());
    };
    let mut hits: Vec<Hit> = page.rows.into_iter().map(dossier).collect();
    if page.next.is_some() {
        let query = Query::DossierCount {
            text: Text::truncated(text),
            status: None,
        };
        if let Answer::Count(n_total) = node.ask(query).await? {
            hits.push(Hit::MoreDossiers { n_total });
        }
    }
    Ok(hits)
}

fn dossier(row: DossierRow) -> Hit {
    Hit::Dossier {
        doc: row.doc,
        code: row.code,
        person: row.transacting_name,
        procedure: row.procedure_name,
    }
}

async fn procedures(node: &NodeHandle, text: &str) -> Result<Vec<Hit>, AskError> {
    let query = Query::Procedures {
        text: Text::truncated(text),
        page: first_few(),
    };
    let rows = match node.ask(query).await? {
        Answer::Procedures(page) => page.rows,
        _ => Vec::new(),
    };
    let procedure = |row: ProcedureRow| Hit::Procedure {
        code: row.code,
        name: row.name,
    };
    Ok(rows.into_iter().map(procedure).collect())
}

fn first_few() -> PageAsk {
    PageAsk {
        limit: MAX_HITS,
        ..PageAsk::default()
    }
}

async fn pcs(node: &NodeHandle, text: &str) -> Result<Vec<Hit>, AskError> {
    let me = node.node();
    let rows = node.members().await?;
    let fits = |row: &MemberRow| row.is_active && has_words(&row.name, text);
    let pc = |row: MemberRow| Hit::Pc {
        is_reached: row.is_connected || row.node == me,
        counter: row.counter,
        name: row.name,
    };
    Ok(rows.into_iter().filter(fits).map(pc).collect())
}

/// Whether a name has the words, marks or not.
pub(crate) fn has_words(name: &str, text: &str) -> bool {
    let name = fold(name);
    fold(text)
        .split_whitespace()
        .all(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_read_as_people_say_them() {
        for (text, expect) in [
            ("A012", Some(("A", 12))),
            (" a12 ", Some(("A", 12))),
            ("12", Some(("", 12))),
            ("UT3", Some(("UT", 3))),
            ("", None),
            ("Anh", None),
            ("A012B", None),
            ("031085000001", None),
            ("H26.15", None),
        ] {
            let read = TicketWords::read(text);
            let read = read
                .as_ref()
                .map(|read| (read.letters.as_str(), read.number));
            assert_eq!(read, expect, "{text:?}");
        }
    }

    #[test]
    fn names_are_found_without_marks_in_any_order() {
        assert!(has_words("Gọi số tiếp theo", "goi so"));
        assert!(has_words("Gọi số tiếp theo", "TIẾP gọi"));
        assert!(!has_words("Gọi số tiếp theo", "goi lai"));
    }
}
