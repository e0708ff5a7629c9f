//! A simulated day as a list of things that happen, written down before it begins.
//!
//! Every step names what happens, roughly to which PC, and carries a die of its own: whatever else it has to choose it
//! draws from that, among what exists at that moment. So any part of a script is a script again, which is what makes a
//! failing day small (see [`crate::sim::shrink`]), and a script is text that can be kept and run again.

mod draw;
mod verb;

use std::fmt;
use std::str::FromStr;

use lienquay_core::engine::FIRST_COPY_FROM;

use crate::sim::schema::Schema;

pub use draw::{Day as DayKind, draw};
pub use verb::Verb;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How long after the step before it.
    pub wait_millis: u32,
    /// What.
    pub verb: Verb,
    /// To which PC or by whom, counted around those there are.
    pub pc: u16,
    /// Decides what is left open.
    pub die: u32,
}

/// A day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Everything that no step decides (latencies, who meets whom first) is drawn from this.
    pub seed: u64,
    /// What its documents are made of.
    pub schema: Schema,
    /// PCs in the morning.
    pub n_pcs: usize,
    /// How often of a thousand groups of events a PC dies between its commit and what it owes.
    pub deaths_per_mille: u32,
    /// Missing entries from which a PC that joins takes a first copy by snapshots.
    pub first_copy_from: u64,
    /// What happens, in order. At its end everything is repaired and checked.
    pub steps: Vec<Step>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wait_millis,
            verb,
            pc,
            die,
        } = self;
        let line = format!("+{wait_millis} {} {pc} {die}", verb.word());
        write!(f, "{line:<40} # {}", verb.meaning())
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}", self.seed)?;
        writeln!(f, "documents {}", self.schema)?;
        writeln!(f, "pcs {}", self.n_pcs)?;
        if self.deaths_per_mille > 0 {
            writeln!(f, "deaths {}", self.deaths_per_mille)?;
        }
        if self.first_copy_from != FIRST_COPY_FROM {
            writeln!(f, "first-copy-from {}", self.first_copy_from)?;
        }
        writeln!(f, "# + milliseconds, what, PC, die")?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

/// A line that is no part of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAScript {
    /// Counted from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

impl fmt::Display for NotAScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is not of a script: {}", self.line, self.text)
    }
}

impl std::error::Error for NotAScript {}

impl FromStr for Script {
    type Err = NotAScript;

    fn from_str(text: &str) -> Result<Self, NotAScript> {
        let mut script = Self {
            seed: 0,
            schema: Schema::default(),
            n_pcs: 3,
            deaths_per_mille: 0,
            first_copy_from: FIRST_COPY_FROM,
            steps: Vec::new(),
        };
        for (at, line) in text.lines().enumerate() {
            let words: Vec<&str> = line
                .split('#')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            if script.read_line(&words).is_none() {
                return Err(NotAScript {
                    line: at + 1,
                    text: line.to_owned(),
                });
            }
        }
        Ok(script)
    }
}

impl Script {
    fn read_line(&mut self, words: &[&str]) -> Option<()> {
        match words {
            [] => {}
            ["seed", seed] => self.seed = seed.parse().ok()?,
            ["documents", schema] => self.schema = schema.parse().ok()?,
            ["pcs", n_pcs] => self.n_pcs = n_pcs.parse().ok()?,
            ["first-copy-from", from] => self.first_copy_from = from.parse().ok()?,
            ["deaths", deaths] => self.deaths_per_mille = deaths.parse().ok()?,
            [wait, verb, pc, die] => self.steps.push(Step {
                wait_millis: wait.strip_prefix('+')?.parse().ok()?,
                verb: Verb::from_word(verb)?,
                pc: pc.parse().ok()?,
                die: die.parse().ok()?,
            }),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_back_what_it_says() {
        for seed in 0..20 {
            let script = draw(seed, DayKind::default());
            assert_eq!(script.to_string().parse(), Ok(script));
        }
    }

    #[test]
    fn what_is_not_a_script_is_told_by_its_line() {
        let read: Result<Script, _> = "seed 4\n+10 fly 1 2\n".parse();
        assert_eq!(read.map_err(|error| error.line), Err(2));
    }
}
