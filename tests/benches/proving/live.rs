//! A change at one counter until another counter's screen can show it.

use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::query::{Answer, Query};
use lienquay_tests::morning::citizen;
use tokio::time::Instant;

use crate::floor::{Apply, SyncFile};
use crate::link::RawLink;
use crate::nodes::{self, Node, until_equal};
use crate::options::Options;
use crate::samples::{Samples, in_turns};
use crate::table::{Line, Table, Within};

const N_CHANGES: usize = 400;
/// Edited in turn, so that each stays a dossier of a few changes.
const N_DOSSIERS: u64 = 50;
/// An edited field with header and signature, as it travels.
const MESSAGE_BYTES: usize = 500;
/// The least that a commit writes.
const SYNC_BYTES: usize = 4_096;

/// Measures with two nodes in this process.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut apply = one_apply(home.path())?;
    let (one, mut two) = nodes::two(home.path())?;
    let mut dossiers = Vec::new();
    for number in 0..N_DOSSIERS {
        dossiers.push(receive(&one, number)?);
    }
    until_equal(&one, &two)?;
    let mut sync = SyncFile::create(home.path())?;
    let mut link = RawLink::open()?;
    for kind in [Kind::Note, Kind::SearchedField] {
        measure(
            kind,
            (&one, &mut two),
            &dossiers,
            (&mut sync, &mut link, &mut apply),
            table,
        )?;
    }
    two.stop()?;
    one.stop()
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A note on a dossier, as most changes are: nothing that is searched for.
    Note,
    /// What is asked for: the index of words changes too.
    SearchedField,
}

fn measure(
    kind: Kind,
    (one, two): (&Node, &mut Node),
    dossiers: &[DocId],
    (sync, link, apply): (&mut SyncFile, &mut RawLink, &mut Apply),
    table: &mut Table,
) -> Result<()> {
    let (mut saved, mut nth) = (Samples::default(), 0);
    let mut parts = [Samples::default(), Samples::default(), Samples::default()];
    let ours = || {
        nth += 1;
        let (doc, value) = (dossiers[nth % dossiers.len()], format!("{nth} bản"));
        let (told, visible) = one_change(kind, one, two, doc, &value)?;
        saved.push(told);
        Ok(visible)
    };
    let floor = || {
        let took = [
            sync.sync(SYNC_BYTES)?,
            link.round_trip(MESSAGE_BYTES)?,
            apply.apply()?,
        ];
        for (part, took) in parts.iter_mut().zip(took) {
            part.push(took);
        }
        Ok(took.iter().sum())
    };
    let (visible, floor) = in_turns(N_CHANGES, ours, floor)?;
    for (name, part) in ["fsync", "round trip", "apply"].iter().zip(&parts) {
        eprintln!("  {name}: {part}");
    }
    let name = match kind {
        Kind::Note => "a note",
        Kind::SearchedField => "a field that is searched for",
    };
    let what = "fsync + round trip over an open link + automerge apply and projection";
    let (ratio, _) = visible.over(&floor);
    table.add(
        Line::times(
            format!("live change, {name}: click → the other PC's reader shows it"),
            &visible,
            &floor,
            what,
        )
        .within(ratio, Within::AtMost(1.5))
        .peer("6.8 / 15.2 ms (samod, not synced)"),
    );
    table.add(Line::times(
        "… click → saved, on the clicking PC",
        &saved,
        &floor,
        "as above",
    ));
    Ok(())
}

/// Edits at one node and waits until the other's reader shows it; also when the editor was told that it is saved.
fn one_change(
    kind: Kind,
    one: &Node,
    two: &mut Node,
    doc: DocId,
    value: &str,
) -> Result<(Duration, Duration)> {
    let edit = change(kind, doc, value);
    let start = Instant::now();
    let handle = one.handle.clone();
    let saving = one.tokio.spawn(async move {
        let saved = handle.command(edit).await;
        (saved, start.elapsed())
    });
    loop {
        two.until(|news| matches!(news, NodeNews::Changed { docs } if docs.contains(&doc)))?;
        if shown(kind, two, doc)?.contains(value) {
            break;
        }
    }
    let visible = start.elapsed();
    let (saved, told) = one.tokio.block_on(saving)?;
    saved.map_err(nodes::refused)?;
    Ok((told, visible))
}

fn change(kind: Kind, doc: DocId, value: &str) -> Command {
    let dossier = DossierRef::Id(doc);
    match kind {
        Kind::Note => Command::Note {
            dossier,
            text: Text::truncated(value),
        },
        Kind::SearchedField => Command::EditDossier {
            dossier,
            field: DossierField::Request,
            value: Text::truncated(value),
        },
    }
}

/// What the screen of a dossier would show of such changes.
fn shown(kind: Kind, node: &Node, doc: DocId) -> Result<String> {
    let dossier = DossierRef::Id(doc);
    match node.ask(Query::Dossier { dossier })? {
        Answer::Dossier { dossier, .. } => match kind {
            Kind::Note => Ok(format!("{:?}", dossier.history.last())),
            Kind::SearchedField => Ok(format!("{:?}", dossier.request)),
        },
        other => bail!("not a dossier: {other:?}"),
    }
}

fn receive(node: &Node, number: u64) -> Result<DocId> {
    match node.command(Command::ReceiveDossier(Box::new(citizen(number)?)))? {
        Outcome::DossierReceived(received) => Ok(received.doc),
        other => bail!("not a dossier: {other:?}"),
    }
}

/// A dossier received and edited once, in a folder of its own.
fn one_apply(home: &std::path::Path) -> Result<Apply> {
    let folder = home.join("apply");
    let node = Node::start(&folder, None)?;
    node.found()?;
    let doc = receive(&node, 1)?;
    node.command(change(Kind::SearchedField, doc, "2 bản"))?;
    node.stop()?;
    Apply::of(&folder, doc, &home.join("scratch"))
}
