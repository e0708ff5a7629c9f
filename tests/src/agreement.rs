//! Whether real counters agree: every node holds the same, everything acknowledged is in it, nothing was given twice, and
//! every node can prove it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow, bail, ensure};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::query::{Answer, MAX_PAGE_ROWS, PageAsk, Query};
use lienquay_shared::view::{DossierRow, TicketRow};

use crate::fleet::{Pc, ask, until};
use crate::morning::Desk;

/// How much was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// Tickets called to the desks.
    pub n_called: usize,
    /// Tickets of the day.
    pub n_tickets: usize,
    /// Dossiers.
    pub n_dossiers: usize,
}

/// Waits until all hold the same, and checks that it is all there, once.
///
/// # Errors
/// What is missing, doubled or different.
pub async fn agree(fleet: &[&Pc], desks: &[Desk]) -> Result<Agreed> {
    equal_vectors(fleet).await?;
    let n_called = called_once(desks)?;
    let tickets = all_tickets(fleet[0]).await?;
    let dossiers = all_dossiers(fleet[0]).await?;
    let numbers: BTreeSet<&String> = tickets.values().map(|row| &row.number_text).collect();
    ensure!(
        numbers.len() == tickets.len(),
        "a ticket's number is given twice"
    );
    let codes: BTreeSet<&String> = dossiers.values().map(|row| &row.code).collect();
    ensure!(
        codes.len() == dossiers.len(),
        "a dossier's code is given twice"
    );
    for desk in desks {
        for ticket in &desk.acknowledged.called {
            ensure!(
                tickets.contains_key(ticket),
                "{ticket} was called and is lost"
            );
        }
        for (code, doc) in &desk.acknowledged.received {
            let found = dossiers.get(doc).map(|row| &row.code);
            ensure!(found == Some(code), "{code} was received and is {found:?}");
        }
    }
    for pc in &fleet[1..] {
        ensure!(
            all_tickets(pc).await? == tickets,
            "{} has other tickets",
            pc.name
        );
        ensure!(
            all_dossiers(pc).await? == dossiers,
            "{} has other dossiers",
            pc.name
        );
    }
    for pc in fleet {
        pc.cli(&["--json", "verify"])?;
    }
    Ok(Agreed {
        n_called,
        n_tickets: tickets.len(),
        n_dossiers: dossiers.len(),
    })
}

/// Waits until all hold the same entries.
///
/// # Errors
/// When they do not in time.
pub async fn equal_vectors(fleet: &[&Pc]) -> Result<()> {
    until("equal vectors", async || {
        let first = vector(fleet[0]).await?;
        for pc in &fleet[1..] {
            if vector(pc).await? != first {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await
}

/// How many were called; an error if anybody was called by two counters.
fn called_once(desks: &[Desk]) -> Result<usize> {
    let mut called = BTreeMap::new();
    for desk in desks {
        for ticket in &desk.acknowledged.called {
            // The same desk may be told of its own unannounced call again; another desk never.
            let other = called.insert(*ticket, desk.desk);
            if let Some(other) = other.filter(|other| *other != desk.desk) {
                bail!("{ticket} was called by desks {other} and {}", desk.desk);
            }
        }
    }
    Ok(called.len())
}

async fn vector(pc: &Pc) -> Result<serde_json::Value> {
    Ok(status(pc).await?["vector_digest"].clone())
}

/// How a node is.
///
/// # Errors
/// When it does not say.
pub async fn status(pc: &Pc) -> Result<serde_json::Value> {
    match ask(&mut pc.client().await?, Query::Status).await? {
        Answer::Status(status) => Ok(*status),
        other => bail!("not a status: {other:?}"),
    }
}

fn page(after: Option<Text<64>>) -> PageAsk {
    PageAsk {
        after,
        limit: MAX_PAGE_ROWS,
        skip: 0,
    }
}

fn cursor(next: Option<String>) -> Result<Option<Text<64>>> {
    next.map(|next| Text::new(&next).map_err(|text| anyhow!("too long: {text}")))
        .transpose()
}

/// All tickets of the day, as one node has them.
///
/// # Errors
/// When it does not say.
pub async fn all_tickets(pc: &Pc) -> Result<BTreeMap<DocId, TicketRow>> {
    let mut client = pc.client().await?;
    let mut rows = BTreeMap::new();
    let mut after = None;
    loop {
        let query = Query::Tickets {
            lane: None,
            states: List::default(),
            page: page(after),
        };
        let Answer::Tickets(page) = ask(&mut client, query).await? else {
            bail!("not tickets");
        };
        rows.extend(page.rows.into_iter().map(|row| (row.doc, row)));
        after = cursor(page.next)?;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

async fn all_dossiers(pc: &Pc) -> Result<BTreeMap<DocId, DossierRow>> {
    let mut client = pc.client().await?;
    let mut rows = BTreeMap::new();
    let mut after = None;
    loop {
        let query = Query::Dossiers {
            text: Text::default(),
            status: None,
            page: page(after),
        };
        let Answer::Dossiers(page) = ask(&mut client, query).await? else {
            bail!("not dossiers");
        };
        rows.extend(page.rows.into_iter().map(|row| (row.doc, row)));
        after = cursor(page.next)?;
        if after.is_none() {
            return Ok(rows);
        }
    }
}
