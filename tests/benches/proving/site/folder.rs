//! How large a data folder is, beside the documents in it.

use anyhow::Result;

use super::floor;
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
    tell_tables(site)
}

/// Told as progress: which tables and indices that is.
fn tell_tables(site: &Growing) -> Result<()> {
    let (path, key) = site.database()?;
    let conn = floor::open(&path, &key)?;
    let mut statement = conn.prepare(
        "SELECT name, SUM(pgsize), SUM(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 16",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, n_bytes, n_unused): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let n = i64::try_from(site.n_dossiers())?;
        eprintln!(
            "  {name}: {} B a dossier, {} of them unused",
            n_bytes / n,
            n_unused / n
        );
    }
    let n_free: i64 = conn.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    eprintln!("  free pages: {n_free}");
    Ok(())
}
