//! Single documents, read whole: loaded from the last snapshot and the changes since, as the engine does.

use std::collections::BTreeMap;

use automerge::{Automerge, Change};
use lienquay_shared::command::{DossierRef, TicketRef};
use lienquay_shared::domain::site::Site;
use lienquay_shared::query::Answer;
use lienquay_shared::schema;
use lienquay_shared::{DocId, LogId, NodeId};
use rusqlite::Connection;

use crate::store::column;
use crate::store::docs;
use crate::store::fault::{SqlFault, SqlResult};
use crate::store::projections::{dossiers, tickets};
use crate::store::query::Asked;
use crate::store::statement::many;

/// The site's settings.
pub(super) fn site(conn: &Connection, asked: &Asked<'_>) -> SqlResult<Answer> {
    let site = read_site(conn, asked)?;
    Ok(site.map_or(Answer::NotFound, |site| Answer::Site(Box::new(site))))
}

/// The site's settings, once the site's document is here.
pub(super) fn read_site(conn: &Connection, asked: &Asked<'_>) -> SqlResult<Option<Site>> {
    let Some(site) = asked.site else {
        return Ok(None);
    };
    let Some(document) = load(conn, &schema::site::site_doc(&site))? else {
        return Ok(None);
    };
    let actors = actors(conn, asked)?;
    let (site, _defects) = schema::site::read(&document, &|actor| actors.get(actor).copied());
    Ok(Some(site))
}

/// One dossier, by its document or by any code it ever had.
pub(super) fn dossier(
    conn: &Connection,
    asked: &Asked<'_>,
    wanted: &DossierRef,
) -> SqlResult<Answer> {
    let candidates = match wanted {
        DossierRef::Id(doc) => vec![*doc],
        DossierRef::Code(code) => dossiers::coded(conn, code)?,
    };
    let doc = match candidates[..] {
        [doc] => doc,
        [] => return Ok(Answer::NotFound),
        _ => return Ok(Answer::Ambiguous { candidates }),
    };
    let Some(document) = load(conn, &doc)? else {
        return Ok(Answer::NotFound);
    };
    let actors = actors(conn, asked)?;
    let (dossier, _defects) = schema::dossier::read(&document, &|actor| actors.get(actor).copied());
    Ok(Answer::Dossier {
        doc,
        dossier: Box::new(dossier),
    })
}

/// One ticket, by its document or by the number on its paper (today's; the first, should two issuers have given it).
pub(super) fn ticket(
    conn: &Connection,
    asked: &Asked<'_>,
    wanted: &TicketRef,
) -> SqlResult<Answer> {
    let doc = match wanted {
        TicketRef::Id(doc) => Some(*doc),
        TicketRef::Number(number) => tickets::numbered(conn, asked.today.0, number)?
            .first()
            .map(|row| row.doc),
    };
    let Some(doc) = doc else {
        return Ok(Answer::NotFound);
    };
    let Some(document) = load(conn, &doc)? else {
        return Ok(Answer::NotFound);
    };
    let actors = actors(conn, asked)?;
    let (ticket, _defects) = schema::ticket::read(&document, &|actor| actors.get(actor).copied());
    Ok(ticket.map_or(Answer::NotFound, |ticket| Answer::Ticket {
        doc,
        ticket: Box::new(ticket),
    }))
}

/// The normalised record of a procedure version.
pub(super) fn procedure(conn: &Connection, doc: &DocId) -> SqlResult<Answer> {
    let Some(document) = load(conn, doc)? else {
        return Ok(Answer::NotFound);
    };
    let (version, _defects) = schema::procedure::read(&document);
    // A record that is no JSON is a peer's mistake, not our damage: shown as it is.
    let record = serde_json::from_str(&version.body)
        .unwrap_or_else(|_malformed| serde_json::Value::String(version.body.clone()));
    Ok(Answer::Procedure(Box::new(record)))
}

pub(super) fn load(conn: &Connection, doc: &DocId) -> SqlResult<Option<Automerge>> {
    let damaged = |error: &dyn std::fmt::Display| {
        SqlFault::damaged(&format!("document {}: {error}", doc.short()))
    };
    let Some(row) = docs::get(conn, doc)?.filter(|row| !row.forgotten) else {
        return Ok(None);
    };
    let document = if row.snapshot.is_empty() {
        schema::new_document(row.kind)
    } else {
        Some(Automerge::load(&row.snapshot).map_err(|error| damaged(&error))?)
    };
    let Some(mut document) = document else {
        return Ok(None);
    };
    let mut changes = Vec::new();
    for bytes in docs::changes_since_snapshot(conn, doc)? {
        changes.push(Change::from_bytes(bytes).map_err(|error| damaged(&error))?);
    }
    document
        .apply_changes(changes)
        .map_err(|error| damaged(&error))?;
    Ok(Some(document))
}

/// Which node writes under an automerge actor, for every log known here.
pub(super) fn actors(conn: &Connection, asked: &Asked<'_>) -> SqlResult<BTreeMap<Vec<u8>, NodeId>> {
    let Some(site) = asked.site else {
        return Ok(BTreeMap::new());
    };
    let logs = many(conn, "SELECT log FROM log_ids", [], |row| {
        column::id::<LogId>(row, 0)
    })?;
    Ok(logs
        .iter()
        .map(|log| (log.actor_bytes(&site).to_vec(), log.node))
        .collect())
}
