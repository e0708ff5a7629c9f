//! What was acknowledged: one line a step, in a file beside the data folder that a person would remember it by.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use lienquay_shared::command::Outcome;
use lienquay_shared::{DocId, NodeId};
use serde::{Deserialize, Serialize};

/// What one step gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// The folder is open; whose it is.
    Opened(NodeId),
    /// A site, with the text of its recovery sheet.
    Founded(String),
    /// A command was done.
    Did(Outcome),
    /// A note or the sheet was written or erased.
    Kept,
    /// The process ended.
    Ended,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which step.
    pub step: usize,
    /// What it gave.
    pub given: Given,
}

/// Everything acknowledged so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledged(BTreeMap<usize, Given>);

impl Acknowledged {
    /// Reads the file; a last line that was cut short was told to nobody.
    pub fn read(path: &Path) -> Result<Self> {
        let mut read = Self::default();
        let text = if path.exists() {
            fs::read_to_string(path)?
        } else {
            String::new()
        };
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            read.add(line)?;
        }
        Ok(read)
    }

    /// Adds what one line says.
    pub fn add(&mut self, line: &str) -> Result<()> {
        let Line { step, given } = serde_json::from_str(line).context("a line of the file")?;
        self.put(step, given)
    }

    /// Adds what a step gave; the same step may only ever give the same.
    pub fn put(&mut self, step: usize, given: Given) -> Result<()> {
        let before = self.0.insert(step, given.clone());
        let same = before.as_ref().is_none_or(|before| *before == given);
        ensure!(same, "step {step} gave {before:?} and then {given:?}");
        Ok(())
    }

    /// What a step gave.
    pub fn get(&self, step: usize) -> Option<&Given> {
        self.0.get(&step)
    }

    /// The step after the last acknowledged one: what was under way.
    pub fn next(&self) -> usize {
        self.0.last_key_value().map_or(0, |(step, _)| step + 1)
    }

    /// In the order of the steps.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Given)> {
        self.0.iter().map(|(step, given)| (*step, given))
    }

    /// The document that an issue, a call or a reception gave.
    pub fn doc(&self, step: usize) -> Option<DocId> {
        match self.get(step)? {
            Given::Did(Outcome::TicketIssued { doc, .. }) => Some(*doc),
            Given::Did(Outcome::TicketCalled(called)) => Some(called.doc),
            Given::Did(Outcome::DossierReceived(received)) => Some(received.doc),
            _ => None,
        }
    }

    /// No number was given for two documents.
    pub fn no_number_twice(&self) -> Result<()> {
        let mut seen = BTreeMap::new();
        for (step, given) in self.iter() {
            let (number, doc) = match given {
                Given::Did(Outcome::TicketIssued { doc, number, .. }) => (number.to_string(), doc),
                Given::Did(Outcome::DossierReceived(received)) => {
                    (received.code.to_string(), &received.doc)
                }
                _ => continue,
            };
            let before = seen.insert(number.clone(), *doc);
            let once = before.is_none_or(|before| before == *doc);
            ensure!(once, "step {step}: {number} was given twice");
        }
        Ok(())
    }
}
