//! The benchmarks of the proving ground: one command, one table, every figure beside its floor from the same run.
//!
//! `deploy/measure.sh` builds everything optimised and runs this; progress goes to the error stream. Times are of this
//! machine and whatever else it does; ratios travel better, because both sides of a ratio alternate within one run.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints a table and its progress"
)]

mod busy;
mod call;
mod commands;
mod files;
mod floor;
mod link;
mod live;
mod nodes;
mod options;
mod pair;
mod reconnect;
mod samples;
mod site;
mod start;
mod table;
mod wire;

use std::process::ExitCode;

use anyhow::Result;
use tokio::time::Instant;

use options::{Asked, Options};
use table::Table;

/// One benchmark: some lines of the table under a name by which it can be chosen.
struct Bench {
    name: &'static str,
    what: &'static str,
    run: fn(&Options, &mut Table) -> Result<()>,
}

/// All of them, in the order of the table.
const BENCHES: &[Bench] = &[
    Bench {
        name: "reconnect",
        what: "reconnecting with nothing changed, at sites of several sizes",
        run: reconnect::run,
    },
    Bench {
        name: "wire",
        what: "reconnecting over real TCP",
        run: wire::run,
    },
    Bench {
        name: "link",
        what: "a message there and back, without anything behind it",
        run: link::run,
    },
    Bench {
        name: "live",
        what: "a change at one counter until another shows it",
        run: live::run,
    },
    Bench {
        name: "call",
        what: "call next, the ticket kept by another PC",
        run: call::run,
    },
    Bench {
        name: "busy",
        what: "call next among twelve busy processes",
        run: busy::run,
    },
    Bench {
        name: "commands",
        what: "commands a second, durable, with concurrent officers",
        run: commands::run,
    },
    Bench {
        name: "files",
        what: "files: half a gigabyte to a PC that was away, calls meanwhile, many small papers",
        run: files::run,
    },
    Bench {
        name: "start",
        what: "cold start and memory",
        run: start::run,
    },
    Bench {
        name: "site",
        what: "sites of many dossiers: folder, actions, start, memory, search, first copy",
        run: site::run,
    },
];

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1), BENCHES) {
        Ok(Asked::Run(options)) => options,
        Ok(Asked::Nothing) => return ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    let mut table = Table::default();
    let mut failed = 0;
    for bench in BENCHES {
        if !options.wants(bench.name) {
            continue;
        }
        eprintln!("{}: {}", bench.name, bench.what);
        let start = Instant::now();
        if let Err(error) = (bench.run)(&options, &mut table) {
            eprintln!("{} failed: {error:?}", bench.name);
            table.failed(bench.name, &error);
            failed += 1;
        }
        eprintln!("{}: took {:.0?}", bench.name, start.elapsed());
    }
    print!("{table}");
    ExitCode::from(u8::from(failed > 0))
}
