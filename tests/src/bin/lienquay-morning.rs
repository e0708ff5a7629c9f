//! One life of the scripted morning on a real data folder, for being killed in the middle: see `crash`.
//!
//! `lienquay-morning FOLDER ACKNOWLEDGED SEED LIFE` does the steps of that life that are not acknowledged yet, and writes a
//! line to the file ACKNOWLEDGED after each. A full disk or a failing store is met as an officer would: the step is tried
//! again, and in the end the program is closed; what was told is said on standard error.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use lienquay_tests::crash::given::{Acknowledged, Given, Line};
use lienquay_tests::crash::life::{GAVE_UP, Life, START_ANEW, Trouble};
use lienquay_tests::crash::script::{Script, Step};

/// A step is given up after so many refusals: the disk stays full.
const MAX_REFUSALS: u32 = 40;
/// After so many failures of the store the program is closed, to be started anew.
const MAX_FAILURES: u32 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, acknowledged, seed, life] = &arguments[..] else {
        bail!("usage: lienquay-morning FOLDER ACKNOWLEDGED SEED LIFE");
    };
    let script = Script::new(seed.parse()?);
    let steps = script.lives().get(life.parse::<usize>()?).cloned();
    let steps = steps.context("so many lives there are not")?;
    let acknowledged = Path::new(acknowledged);
    let mut morning = Morning {
        life: Life::new(Path::new(folder)),
        known: Acknowledged::read(acknowledged)?,
        script,
    };
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(acknowledged)?;
    let first = steps.start.max(morning.known.next());
    if first > steps.start {
        morning.life.open(false)?;
    }
    for at in first..steps.end {
        let given = match morning.insist(at).await? {
            Ok(given) => given,
            Err(code) => {
                morning.life.close().await?;
                return Ok(ExitCode::from(code));
            }
        };
        morning.known.put(at, given.clone())?;
        let mut line = serde_json::to_string(&Line { step: at, given })?;
        line.push('\n');
        file.write_all(line.as_bytes())?;
        if morning.script.steps[at] == Step::Vanish {
            std::process::exit(0);
        }
    }
    Ok(ExitCode::SUCCESS)
}

struct Morning {
    life: Life,
    known: Acknowledged,
    script: Script,
}

impl Morning {
    /// Does a step, however often it must be tried; what the program ends with when it does not succeed.
    async fn insist(&mut self, at: usize) -> Result<Result<Given, u8>> {
        let mut n_failures = 0;
        for _ in 0..MAX_REFUSALS {
            let step = self.script.steps[at].clone();
            let trouble = match self.life.step_or_vanish(at, &step, &self.known).await {
                Ok(given) => return Ok(Ok(given)),
                Err(trouble) => trouble,
            };
            writeln!(std::io::stderr(), "step {at}: {trouble}")?;
            match trouble {
                Trouble::Other(what) => bail!("step {at}: {what}"),
                Trouble::Full(_) => {}
                Trouble::Store(_) => n_failures += 1,
            }
            if n_failures == MAX_FAILURES {
                return Ok(Err(START_ANEW));
            }
        }
        Ok(Err(GAVE_UP))
    }
}
