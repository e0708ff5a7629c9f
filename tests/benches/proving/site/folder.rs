//! How large a data folder is, beside the documents in it.

use anyhow::Result;

use super::growing::Growing;
use crate::table::{Line, Table, Within};

pub(super) fn measure(site: &Growing, table: &mut Table) -> Result<()> {
    let mut n_bytes = 0;
    for file in std::fs::read_dir(&site.counter.folder)? {
        n_bytes += file?.metadata()?.len();
    }
    let n = site.n_dossiers();
    let mean = site.distinct.mean_snapshot_bytes() as u64;
    let per_dossier = n_bytes / n;
    table.add(
        Line::new(
            format!("data folder at {n} dossiers"),
            format!("{} MiB, {per_dossier} B a dossier", n_bytes >> 20),
        )
        .floor(format!(
            "{} MiB of snapshots, {mean} B each",
            (mean * n) >> 20
        ))
        .ratio(n_bytes as f64 / (mean * n) as f64, Within::AtMost(2.5)),
    );
    Ok(())
}
