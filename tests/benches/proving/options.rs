//! What is to be measured: benchmarks by name, sizes of sites.

use std::fmt::Write as _;

use crate::Bench;

/// Dossiers of the sites measured unless told otherwise.
const USUAL_SIZES: &[u64] = &[1_000, 10_000];

/// What a run measures.
#[derive(Debug)]
pub(crate) struct Options {
    names: Vec<String>,
    /// How many dossiers the sites have.
    pub(crate) sizes: Vec<u64>,
}

/// What the command line asks for.
pub(crate) enum Asked {
    Run(Options),
    /// To be left alone: a list was asked for and given, or cargo runs all targets as tests.
    Nothing,
}

impl Options {
    /// Whether a benchmark is to be run.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    /// The largest site.
    pub(crate) fn largest(&self) -> u64 {
        self.sizes.iter().copied().max().unwrap_or_default()
    }
}

/// Reads the arguments: names, `--sizes 1000,10000`, `--list`. Cargo adds `--bench`; without it this runs as a test, and
/// nothing here is one.
pub(crate) fn parse(
    arguments: impl Iterator<Item = String>,
    benches: &[Bench],
) -> Result<Asked, String> {
    let mut options = Options {
        names: Vec::new(),
        sizes: USUAL_SIZES.to_vec(),
    };
    let mut is_bench = false;
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => is_bench = true,
            "--list" => {
                print!("{}", list(benches));
                return Ok(Asked::Nothing);
            }
            "--sizes" => options.sizes = sizes(&arguments.next().unwrap_or_default())?,
            name if benches.iter().any(|bench| bench.name == name) => options.names.push(argument),
            other => return Err(format!("no benchmark {other:?}\n{}", list(benches))),
        }
    }
    Ok(if is_bench {
        Asked::Run(options)
    } else {
        Asked::Nothing
    })
}

fn sizes(text: &str) -> Result<Vec<u64>, String> {
    text.split(',')
        .map(|size| size.parse())
        .collect::<Result<_, _>>()
        .map_err(|_not_a_number| format!("--sizes 1000,10000, not {text:?}"))
}

fn list(benches: &[Bench]) -> String {
    let mut list = String::from("[NAME…] [--sizes 1000,10000] [--list], with NAME one of\n");
    for bench in benches {
        writeln!(list, "  {:<12} {}", bench.name, bench.what).ok();
    }
    list
}
