//! The demo: founds a site in a temporary folder, starts three counters, and lets three officers work at a visible pace.

mod screen;
mod show;

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::{Result, bail};

/// How long a run without a terminal lasts unless told otherwise.
const UNATTENDED: Duration = Duration::from_secs(30);

fn wanted_seconds() -> Result<Option<Duration>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) if std::io::stdout().is_terminal() => Ok(None),
        (None, _) => Ok(Some(UNATTENDED)),
        (Some("--seconds"), Some(seconds)) => Ok(Some(Duration::from_secs(seconds.parse()?))),
        (Some(_), _) => bail!("usage: demo.sh [--seconds N]"),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let seconds = wanted_seconds()?;
    let mut show = show::Show::open().await?;
    show.run(seconds).await
}
