//! Distinct dossiers, made with real commands, and everything that is stored of each.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use automerge::{Automerge, Change, ReadDoc as _};
use lienquay_core::store::{DocRow, EntryState, ProjectionRow, Store, StoredEntry};
use lienquay_node::store::SqliteStore;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::log::NodeKey;
use lienquay_shared::schema;
use lienquay_shared::view::{DossierRow, conflict_rows, dossier_row};
use lienquay_shared::{DocId, LogId, NodeId, SiteId, codec};

use super::dossier;
use super::site::Counters;

/// Dossiers received, and stepped on, under one commit.
const GROUP: u64 = 10;
/// Between two such groups; a counter is not faster, and beats pass.
const GROUP_MILLIS: u64 = 3_000;

/// Everything stored of one dossier.
#[derive(Debug, Clone)]
pub(super) struct Original {
    /// Its entries in the order of applying.
    pub(super) entries: Vec<StoredEntry>,
    /// Its document, as last saved.
    pub(super) row: DocRow,
    /// What screens see of it.
    pub(super) projection: ProjectionRow,
}

impl Original {
    /// How many of the entries the snapshot contains.
    pub(super) fn n_covered(&self) -> usize {
        let n_since = usize::try_from(self.row.n_since).unwrap_or(usize::MAX);
        self.entries.len().saturating_sub(n_since)
    }
}

/// Distinct dossiers and the keys of the counters that wrote them.
#[derive(Debug)]
pub struct Distinct {
    pub(super) site: SiteId,
    pub(super) keys: BTreeMap<NodeId, NodeKey>,
    pub(super) originals: Vec<Original>,
}

impl Distinct {
    /// Has dossiers received and worked on at both counters until each has eight events.
    pub fn make(counters: &mut Counters, n_dossiers: u64) -> Result<Self> {
        let mut docs = Vec::new();
        for first in (0..n_dossiers).step_by(usize::try_from(GROUP)?) {
            let numbers: Vec<u64> = (first..(first + GROUP).min(n_dossiers)).collect();
            docs.extend(work_on(counters, &numbers)?);
            counters.pump.pass(GROUP_MILLIS)?;
        }
        counters.settle()?;
        let store = counters.pump.host(0).store();
        let site = store.meta("site")?.context("no site")?;
        let authors = authors(store, codec::decode(&site)?)?;
        let originals = docs
            .iter()
            .map(|doc| original(store, doc, &authors))
            .collect::<Result<_>>()?;
        let keys = counters
            .counters
            .iter()
            .map(|counter| (counter.key.node(), counter.key.clone()))
            .collect();
        Ok(Self {
            site: codec::decode(&site)?,
            keys,
            originals,
        })
    }

    /// Bytes of the saved documents, on average.
    pub fn mean_snapshot_bytes(&self) -> usize {
        let n_bytes: usize = self
            .originals
            .iter()
            .map(|one| one.row.snapshot.len())
            .sum();
        n_bytes / self.originals.len().max(1)
    }

    /// The documents themselves, of which copies are made.
    pub fn docs(&self) -> impl Iterator<Item = DocId> {
        self.originals.iter().map(|one| one.row.doc)
    }

    /// What else is stored of each: its headers, and the row of the lists.
    pub fn rows(&self) -> impl Iterator<Item = (Vec<&[u8]>, &DossierRow)> {
        self.originals.iter().filter_map(|one| {
            let headers = one.entries.iter();
            match &one.projection {
                ProjectionRow::Dossier(row, _) => Some((
                    headers.map(|entry| entry.header_bytes.as_slice()).collect(),
                    row,
                )),
                ProjectionRow::Ticket(_) | ProjectionRow::Procedure(_) => None,
            }
        })
    }

    /// The saved documents, for floors.
    pub fn snapshots(&self) -> impl Iterator<Item = &[u8]> {
        self.originals.iter().map(|one| one.row.snapshot.as_slice())
    }
}

/// Receives some dossiers and takes every step of each; their documents in the order of the numbers.
fn work_on(counters: &mut Counters, numbers: &[u64]) -> Result<Vec<DocId>> {
    let mut commands = [Vec::new(), Vec::new()];
    for number in numbers {
        let ask = Box::new(dossier::reception(*number)?);
        commands[usize::try_from(number % 2)?].push(Command::ReceiveDossier(ask));
    }
    let mut received = counters.submit(commands)?.map(Vec::into_iter);
    let mut docs = Vec::new();
    for number in numbers {
        match received[usize::try_from(number % 2)?].next() {
            Some(Outcome::DossierReceived(received)) => docs.push(received.doc),
            other => bail!("not a dossier: {other:?}"),
        }
    }
    for step in 0..dossier::N_STEPS {
        let mut commands = [Vec::new(), Vec::new()];
        for (number, doc) in numbers.iter().zip(&docs) {
            let command = dossier::step(*number, step, *doc);
            commands[dossier::side(*number, step)].push(command);
        }
        counters.submit(commands)?;
    }
    Ok(docs)
}

/// Who writes under which automerge actor.
fn authors(store: &SqliteStore, site: SiteId) -> Result<BTreeMap<[u8; 16], NodeId>> {
    let logs = store.logs()?;
    let logs = logs.iter().map(|row| row.log);
    Ok(logs
        .map(|log: LogId| (log.actor_bytes(&site), log.node))
        .collect())
}

fn original(
    store: &SqliteStore,
    doc: &DocId,
    authors: &BTreeMap<[u8; 16], NodeId>,
) -> Result<Original> {
    let row = store.doc(doc)?.context("a dossier that is not there")?;
    let mut entries = Vec::new();
    for entry in store.entries_of(doc)? {
        if entry.state != EntryState::Applied {
            bail!("an entry of {doc} is {:?}", entry.state);
        }
        entries.push(store.entry(&entry.log, entry.seq)?.context("no entry")?);
    }
    let mut document = Automerge::load(&row.snapshot)?;
    for bytes in store.changes_since_snapshot(doc)? {
        document.apply_changes([Change::from_bytes(bytes)?])?;
    }
    for entry in &mut entries {
        // The counter may have dropped what its saved document contains.
        let hash = entry
            .header
            .change_hash
            .context("an entry without change")?;
        let change = document.get_change_by_hash(&automerge::ChangeHash(hash.0));
        entry.change = change.map(|change| change.raw_bytes().to_vec());
    }
    let author = |actor: &[u8]| authors.get(actor).copied();
    let (dossier, _defects) = schema::dossier::read(&document, &author);
    let projection =
        ProjectionRow::Dossier(dossier_row(*doc, &dossier), conflict_rows(*doc, &dossier));
    Ok(Original {
        entries,
        row,
        projection,
    })
}
