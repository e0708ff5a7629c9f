//! How long a procedure takes: the channel, the case and the prose of a record, and what is left for the officer to choose.

use serde::{Deserialize, Serialize};

use super::{Case, Procedure};
use crate::domain::deadline::Period;

/// A published processing time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Processing {
    /// A count and a unit.
    Known(Period),
    /// Unit "other": the number beside it means nothing, the case or the text decides.
    Unstated {
        /// The prose published instead of a number; may be empty.
        text: String,
    },
}

impl Processing {
    /// The period, if stated.
    #[must_use]
    pub const fn period(&self) -> Option<Period> {
        match self {
            Self::Known(period) => Some(*period),
            Self::Unstated { .. } => None,
        }
    }
}

/// What a record says about the time of one filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessingChoice {
    /// One period and no doubt.
    Decided(Period),
    /// The record states several: the officer must choose. The channel's own comes first.
    Choose(Vec<ProcessingOption>),
    /// The record states none: the officer reads the text and enters a period.
    Ask {
        /// The published prose; may be empty.
        text: String,
    },
}

/// One of several published periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessingOption {
    /// How long.
    pub period: Period,
    /// The channel states it.
    pub by_channel: bool,
    /// Codes of the cases that state it.
    pub cases: Vec<String>,
}

impl Procedure {
    /// The processing time of a dossier filed by channel number `channel_index`, in `case` if the officer chose one. A chosen
    /// case that states a period decides; otherwise channel and cases are laid side by side. `None` if the record has no
    /// such channel or case.
    #[must_use]
    pub fn processing_for(
        &self,
        channel_index: usize,
        case: Option<&str>,
    ) -> Option<ProcessingChoice> {
        let channel = &self.channels.get(channel_index)?.processing;
        let matching: Vec<&Case> = self
            .cases
            .iter()
            .filter(|found| case.is_none_or(|code| found.code == code))
            .collect();
        if case.is_some() && matching.is_empty() {
            return None;
        }
        let mut options = options_of(&matching);
        if let Some(period) = channel
            .period()
            .filter(|_| case.is_none() || options.is_empty())
        {
            let same = options.iter().position(|option| option.period == period);
            let cases = same
                .map(|index| options.remove(index).cases)
                .unwrap_or_default();
            options.insert(
                0,
                ProcessingOption {
                    period,
                    by_channel: true,
                    cases,
                },
            );
        }
        Some(match options.as_slice() {
            [] => ask(channel, case.and_then(|_| matching.first().copied())),
            [only] => ProcessingChoice::Decided(only.period),
            _ => ProcessingChoice::Choose(options),
        })
    }
}

/// The different periods of the cases, each with the codes that state it.
fn options_of(cases: &[&Case]) -> Vec<ProcessingOption> {
    let mut options: Vec<ProcessingOption> = Vec::new();
    for case in cases {
        let Some(period) = case.processing.period() else {
            continue;
        };
        let code = case.code.clone();
        match options.iter_mut().find(|option| option.period == period) {
            Some(option) => option.cases.push(code),
            None => options.push(ProcessingOption {
                period,
                by_channel: false,
                cases: vec![code],
            }),
        }
    }
    options
}

fn ask(channel: &Processing, case: Option<&Case>) -> ProcessingChoice {
    let text = |processing: &Processing| match processing {
        Processing::Unstated { text } if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let of_case = case.and_then(|case| text(&case.processing));
    ProcessingChoice::Ask {
        text: of_case.or_else(|| text(channel)).unwrap_or_default(),
    }
}
