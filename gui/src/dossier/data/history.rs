//! What happened to the dossier: its own events in causal order, joined with the log's entries, which know what is safe.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::domain::dossier::{Dossier, DossierStep, History};
use lienquay_shared::log::ActionKind;
use lienquay_shared::view::HistoryRow;
use lienquay_shared::{Hlc, NodeId};
use serde::Serialize;

use super::{Actor, Names};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryLine {
    /// What happened.
    pub what: What,
    /// Who, where.
    pub by: Actor,
    /// When, Unix milliseconds of site time.
    pub at_millis: u64,
    /// On another PC as well; none where the entry is not known here.
    pub is_safe: Option<bool>,
    /// Declared void when contradicting steps were settled.
    pub is_void: bool,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum What {
    /// An event the dossier holds.
    Step(DossierStep),
    /// An entry whose content is not part of the dossier on this PC: it waits for earlier ones, was set aside, or needs a newer
    /// version.
    NotApplied {
        /// What it did.
        action: ActionKind,
        /// This version knows such actions.
        is_known: bool,
    },
}

/// The lines, the latest first.
pub(super) fn lines(dossier: &Dossier, rows: &[HistoryRow], names: &Names) -> Vec<HistoryLine> {
    let entries = Entries::of(rows);
    let mut told = BTreeSet::new();
    let mut lines: Vec<(Hlc, HistoryLine)> = Vec::with_capacity(rows.len());
    for event in dossier.history.iter().rev() {
        let row = entries.that_wrote(event);
        told.extend(row);
        let line = HistoryLine {
            what: What::Step(event.step.clone()),
            by: names.actor(event.stamp.officer, event.stamp.counter, event.author),
            at_millis: event.stamp.at.millis,
            is_safe: row.map(|row| rows[row].is_safe),
            is_void: dossier.void_steps.contains(&event.id),
        };
        lines.push((event.stamp.hlc, line));
    }
    // Causal order stays as it is; what is not part of the dossier goes where its author's clock puts it.
    let others = rows.iter().enumerate();
    for (_, row) in others.filter(|(index, _)| !told.contains(index)) {
        let place = lines.partition_point(|(hlc, _)| *hlc > row.hlc);
        lines.insert(place, (row.hlc, not_applied(row, names)));
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The entries of each PC by its clock, with their places among the rows.
struct Entries(BTreeMap<NodeId, BTreeMap<Hlc, usize>>);

impl Entries {
    fn of(rows: &[HistoryRow]) -> Self {
        let mut of_pc: BTreeMap<NodeId, BTreeMap<Hlc, usize>> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            of_pc.entry(row.node).or_default().insert(row.hlc, index);
        }
        Self(of_pc)
    }

    /// The entry that brought an event: an event is stamped when it is decided, its entry a little later, when it is written;
    /// so it is the author's first one from then on.
    fn that_wrote(&self, event: &History) -> Option<usize> {
        let of_author = self.0.get(&event.author?)?;
        let (_, row) = of_author.range(event.stamp.hlc..).next()?;
        Some(*row)
    }
}

fn not_applied(row: &HistoryRow, names: &Names) -> HistoryLine {
    HistoryLine {
        what: What::NotApplied {
            action: row.action,
            is_known: row.action.name().is_some(),
        },
        by: names.actor(row.officer, None, Some(row.node)),
        at_millis: row.hlc.millis(),
        is_safe: Some(row.is_safe),
        is_void: false,
    }
}
