//! A whole morning, recorded: what every system call did, and how the disk stood before each life.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::crash::place::Place;
use crate::crash::script::Script;
use crate::crash::strace::{self, Strace};
use crate::crash::trace::{Op, Trace};

/// One morning that went well.
#[derive(Debug)]
pub struct Recording {
    /// Where; before each life it stood as kept under [`before`].
    pub place: Place,
    /// The seed.
    pub seed: u64,
    /// The steps.
    pub script: Script,
    /// What the calls did.
    pub trace: Trace,
    /// Per life, where its operations begin.
    pub begins: Vec<usize>,
    /// Per life, the files before it.
    pub files: Vec<Trace>,
    program: PathBuf,
}

/// Under which name the disk before a life is kept.
pub fn before(life: usize) -> String {
    format!("before {life}")
}

impl Recording {
    /// Records the morning of a seed.
    pub fn make(seed: u64) -> Result<Self> {
        strace::must_be_installed()?;
        let program = strace::program()?;
        let place = Place::new()?;
        let script = Script::new(seed);
        let mut trace = Trace::new(&place.acknowledged());
        let mut begins = Vec::new();
        let mut files = Vec::new();
        place.clear()?;
        for life in 0..script.lives().len() {
            place.keep(&before(life))?;
            begins.push(trace.ops.len());
            files.push(trace.fork());
            let morning = Strace {
                program: program.clone(),
                place: &place,
                seed,
            };
            let ended = morning.record(life, &[])?;
            ensure!(ended.status.success(), "life {life}: {}", ended.said);
            trace.read(&fs::read_to_string(place.trace())?)?;
        }
        let recording = Self {
            place,
            seed,
            script,
            trace,
            begins,
            files,
            program,
        };
        recording.is_whole()?;
        Ok(recording)
    }

    /// The morning has everything in it that it is for.
    fn is_whole(&self) -> Result<()> {
        let told = |op: &&Op| matches!(op, Op::Acknowledged(_));
        let n_told = self.trace.ops.iter().filter(told).count();
        ensure!(
            n_told == self.script.steps.len(),
            "{n_told} lines were told"
        );
        // While a life runs, only a checkpoint writes to the database; the founding of it has another name.
        ensure!(
            self.has_checkpoint_within_a_life(),
            "no checkpoint while it runs"
        );
        Ok(())
    }

    fn has_checkpoint_within_a_life(&self) -> bool {
        let mut database = None;
        let mut n_written = 0;
        let mut is_between = false;
        for op in &self.trace.ops {
            match op {
                Op::Create(path, file) if path.ends_with("store.db.new") => database = Some(*file),
                Op::Write(file, ..) if Some(*file) == database => n_written += 1,
                Op::Acknowledged(_) => {
                    is_between |= n_written > 100;
                    n_written = 0;
                }
                _ => {}
            }
        }
        is_between
    }

    /// Lives of this morning, to be hurt.
    pub fn strace(&self) -> Strace<'_> {
        Strace {
            program: self.program.clone(),
            place: &self.place,
            seed: self.seed,
        }
    }
}
