//! Measures what the core promises, each figure next to its floor in the same run, and prints one table.
//!
//! `deploy/measure.sh` builds it optimised and runs it. Times are of this machine; ratios travel better.

mod latency;
mod reconnect;
mod start;

use std::io::Write as _;

use anyhow::Result;

/// Prints one row of the table at once, so that a long run shows its progress.
fn row(measure: &str, value: &str, floor: &str) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "| {measure} | {value} | {floor} |")?;
    Ok(out.flush()?)
}

#[tokio::main]
async fn main() -> Result<()> {
    row("measure", "value", "floor or note")?;
    row("---", "---", "---")?;
    for n_dossiers in [100, 1_000, 10_000] {
        reconnect::measure(n_dossiers)?;
    }
    latency::measure().await?;
    start::measure(10_000).await
}
