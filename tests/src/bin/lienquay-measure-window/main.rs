//! Measures what the window costs, next to an empty eframe window and to the node without a window, in the same run, and
//! prints one table. Windows are shown on a virtual screen and painted in software, as on a PC without a graphics driver.
//!
//! `deploy/measure.sh --window` builds it optimised and runs it. Times are of this machine; ratios travel better.

mod process;
mod site;
mod steps;

use std::io::Write as _;

use anyhow::{Result, bail};

/// Prints one row of the table at once, so that a long run shows its progress.
fn row(measure: &str, window: &str, floor: &str) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "| {measure} | {window} | {floor} |")?;
    Ok(out.flush()?)
}

/// Dossiers in the list that is scrolled.
fn wanted_dossiers() -> Result<u64> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(100_000),
        (Some("--dossiers"), Some(number)) => Ok(number.parse()?),
        (Some(_), _) => bail!("usage: lienquay-measure-window [--dossiers N]"),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let n_dossiers = wanted_dossiers()?;
    row("measure", "window", "beside it in the same run")?;
    row("---", "---", "---")?;
    steps::events().await?;
    steps::many_dossiers(n_dossiers).await
}
