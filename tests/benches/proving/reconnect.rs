//! Reconnecting: with nothing changed at sites of several sizes, and after some changes.

use anyhow::{Context as _, Result};
use lienquay_core::store::Store as _;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::log::DocKind;
use lienquay_tests::scale::N_DISTINCT;

use crate::options::Options;
use crate::pair::{N_NODES, Pair, Running};
use crate::table::{Line, Table, Within};

/// Dossiers edited while the two are apart.
const N_CHANGES: &[u64] = &[10, 1_000];
const AIM_BYTES: usize = 1_024;

/// Measures every size of the run, and changes at the smallest.
pub(crate) fn run(options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut sizes = options.sizes.clone();
    sizes.sort_unstable();
    let smallest = sizes.first().copied().unwrap_or(N_DISTINCT);
    let mut pair = Pair::found(home.path(), smallest.min(N_DISTINCT))?;
    for n_dossiers in sizes {
        pair.fill(n_dossiers)?;
        let mut running = pair.start()?;
        nothing_changed(&mut running, n_dossiers, table)?;
    }
    for n_changes in N_CHANGES {
        let mut running = pair.start()?;
        changed(&mut running, (*n_changes).min(smallest), table)?;
    }
    Ok(())
}

fn nothing_changed(running: &mut Running, n_dossiers: u64, table: &mut Table) -> Result<()> {
    let cost = running.reconnect()?;
    let n_round_trips = cost.n_one_way_trips.div_ceil(2);
    let (n_logs, n_closed) = running.n_logs()?;
    table.add(
        Line::new(
            format!("reconnect, nothing changed, {n_dossiers} dossiers, {N_NODES} nodes"),
            format!(
                "{} B in {} frames, both ways; {n_logs} logs, {n_closed} ended",
                cost.n_framed_bytes, cost.n_messages
            ),
        )
        .floor("1 round trip")
        .ratio(n_round_trips as f64, Within::AtMost(1.0))
        .aim("≤ 1 KB", cost.n_framed_bytes <= AIM_BYTES)
        .peer("3.4 KB for 2 nodes (Syncthing)"),
    );
    Ok(())
}

fn changed(running: &mut Running, n_changes: u64, table: &mut Table) -> Result<()> {
    running.pump.part()?;
    let (log, before) = running.own_head()?;
    let newest = running
        .pump
        .host(0)
        .store()
        .docs_newest(None, usize::try_from(n_changes)?)?;
    let dossiers = newest
        .into_iter()
        .filter(|(_, _, kind)| *kind == DocKind::Dossier);
    for (change, (_, doc, _)) in dossiers.enumerate() {
        running.submit(Command::EditDossier {
            dossier: DossierRef::Id(doc),
            field: DossierField::Request,
            value: Text::truncated(&format!("Chứng thực bản sao, {change} bản")),
        })?;
    }
    let mut n_raw = 0;
    let entries = running
        .pump
        .host(0)
        .store()
        .entries(&log, before, usize::MAX)?;
    let (mut n_entries, mut n_header) = (0, 0);
    for entry in entries {
        n_raw += entry.change.context("an edit without a change")?.len();
        n_header += entry.header_bytes.len();
        n_entries += 1;
    }
    let cost = running.reconnect()?;
    running.settle()?;
    eprintln!("  {n_entries} entries: {n_raw} B of changes, {n_header} B of headers");
    table.add(
        Line::new(
            format!("reconnect after {n_changes} edited dossiers"),
            format!(
                "{} B in {} frames, both ways",
                cost.n_framed_bytes, cost.n_messages
            ),
        )
        .floor(format!("{n_raw} B: the changes alone"))
        .ratio(
            cost.n_framed_bytes as f64 / n_raw as f64,
            Within::AtMost(1.5),
        )
        .peer(if n_changes == 10 {
            "23 KB (Syncthing, 10 of 1k)"
        } else {
            ""
        }),
    );
    Ok(())
}
