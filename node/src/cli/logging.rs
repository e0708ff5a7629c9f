//! Where the program's log goes. It never contains personal data: commands are named, their content is not logged.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

use crate::cli::args::{Args, Verb};
use crate::cli::exit::CliResult;

/// What a running node's log listens to, unless `LIENQUAY_LOG` says otherwise. Automerge opens a span for every column it
/// reads, and what it has to say it returns as errors: listening to it costs, and tells nothing.
pub const NODE_LOG: &str = "info,libp2p=warn,automerge=off";

/// Starts logging as `LIENQUAY_LOG` says: a node tells what it does, a single command only what is wrong.
pub(crate) fn start(args: &Args) -> CliResult<()> {
    let default = match args.verb {
        Verb::Run(_) => NODE_LOG,
        _ => "error",
    };
    let filter =
        EnvFilter::try_from_env("LIENQUAY_LOG").unwrap_or_else(|_unset| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    let started = match args.log_file()? {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            builder
                .with_ansi(false)
                .with_writer(Mutex::new(file))
                .try_init()
        }
        None => {
            let colours = io::stderr().is_terminal();
            builder
                .with_ansi(colours)
                .with_writer(io::stderr)
                .try_init()
        }
    };
    // A program that embeds this one may log already.
    started.ok();
    Ok(())
}
