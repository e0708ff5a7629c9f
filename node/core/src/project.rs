//! Projections: what screens read, made from documents in the same transaction that changed them.

use std::collections::BTreeMap;

use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{self, Authors};
use lienquay_shared::view::{conflict_rows, dossier_row, procedure_row, ticket_row};
use lienquay_shared::{DocId, NodeId};

use crate::engine::{Cx, Engine};
use crate::event::Notice;
use crate::store::{ProjectionRow, StoreResult};

/// Rounds of projecting within one group: what a projection causes (a handover, a grant row) may touch documents again.
const MAX_ROUNDS: usize = 32;

/// Which node writes under an automerge actor, for every log this node knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Actors(BTreeMap<[u8; 16], NodeId>);

impl Actors {
    /// The author of an actor's changes.
    pub(crate) fn author(&self, actor: &[u8]) -> Option<NodeId> {
        self.0.get(actor).copied()
    }
}

impl Engine {
    /// The actors of all logs held, and of the own log even before its first entry.
    pub(crate) fn actors(&self) -> Actors {
        let Some(site) = self.site else {
            return Actors::default();
        };
        // What stands on a branch was written under the actor of the log that it left, which may not be held yet.
        let held = self.logs.iter().map(|(log, held)| match held.base {
            Some(base) => base.left(log.node),
            None => *log,
        });
        let logs = held.chain(self.own);
        Actors(logs.map(|log| (log.actor_bytes(&site), log.node)).collect())
    }

    /// Projects every document touched in this group of events.
    pub(crate) fn project_touched(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        for _round in 0..MAX_ROUNDS {
            let touched = self.docs.take_dirty();
            if touched.is_empty() {
                return Ok(());
            }
            let actors = self.actors();
            for doc in touched {
                self.project_one(cx, doc, &actors)?;
                self.docs.save_if_due(cx.store, &doc)?;
            }
        }
        Ok(())
    }

    fn project_one(&mut self, cx: &mut Cx<'_>, doc: DocId, actors: &Actors) -> StoreResult<()> {
        let Some(row) = cx.store.doc_head(&doc)? else {
            return Ok(());
        };
        cx.fx.changed.push(doc);
        self.procedure_cache.remove(&doc);
        let authors: &Authors<'_> = &|actor| actors.author(actor);
        let Some(document) = self.docs.read(cx.store, &doc)? else {
            return Ok(());
        };
        let genesis = self.settings.documents.genesis(row.kind);
        if genesis.is_some_and(|genesis| document.heads() == [genesis]) {
            // Everything in it was set aside: it looks as it does where it was never applied.
            cx.store.unproject(&doc)?;
            return self.unname_files(cx, doc, false);
        }
        match row.kind {
            DocKind::Dossier => {
                let (dossier, _defects) = schema::dossier::read(document, authors);
                let conflicts = conflict_rows(doc, &dossier);
                if !conflicts.is_empty() {
                    cx.fx.notices.push(Notice::Conflict { doc });
                }
                cx.store.project(&ProjectionRow::Dossier(
                    dossier_row(doc, &dossier),
                    conflicts,
                ))?;
                self.name_files(cx, doc, &dossier)
            }
            DocKind::Ticket => {
                let (Some(ticket), _defects) = schema::ticket::read(document, authors) else {
                    return cx.store.unproject(&doc);
                };
                let row = ticket_row(doc, &ticket);
                cx.store.project(&ProjectionRow::Ticket(row.clone()))?;
                self.ticket_projected(cx, &row)
            }
            DocKind::Procedure => {
                let (version, _defects) = schema::procedure::read(document);
                cx.store
                    .project(&ProjectionRow::Procedure(procedure_row(doc, &version)))
            }
            DocKind::Site => {
                self.site_cache = None;
                self.release_series(cx)
            }
            _ => Ok(()),
        }
    }
}
