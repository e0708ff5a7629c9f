//! The table: one line a figure, with its floor, what is aimed at, and the best figure of other systems.

use std::fmt;

use crate::samples::Samples;

/// One line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    measure: String,
    value: String,
    floor: String,
    ratio: String,
    aim: String,
    peer: String,
}

/// What a ratio is to stay within.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Within {
    AtMost(f64),
    AtLeast(f64),
}

impl Line {
    /// A figure by itself.
    pub(crate) fn new(measure: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            measure: measure.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// A duration beside its floor; the medians are compared with what is aimed at.
    pub(crate) fn times(
        measure: impl Into<String>,
        ours: &Samples,
        floor: &Samples,
        what: &str,
    ) -> Self {
        let (p50, p99) = ours.over(floor);
        Self {
            ratio: format!("{p50:.2} × (p99 {p99:.2} ×)"),
            ..Self::new(measure, ours.to_string()).floor(format!("{floor}: {what}"))
        }
    }

    /// What it cannot be better than, measured in the same run.
    pub(crate) fn floor(mut self, floor: impl Into<String>) -> Self {
        self.floor = floor.into();
        self
    }

    /// The ratio to the floor, and what it is to be.
    pub(crate) fn ratio(mut self, ratio: f64, within: Within) -> Self {
        self.ratio = format!("{ratio:.2} ×");
        self.within(ratio, within)
    }

    /// What a ratio that is shown already is to be.
    pub(crate) fn within(mut self, ratio: f64, within: Within) -> Self {
        let (text, is_met) = match within {
            Within::AtMost(aim) => (format!("≤ {aim} ×"), ratio <= aim),
            Within::AtLeast(aim) => (format!("≥ {aim} ×"), ratio >= aim),
        };
        self.add_aim(&text, is_met);
        self
    }

    /// Something else that is aimed at.
    pub(crate) fn aim(mut self, text: &str, is_met: bool) -> Self {
        self.add_aim(text, is_met);
        self
    }

    fn add_aim(&mut self, text: &str, is_met: bool) {
        if !self.aim.is_empty() {
            self.aim.push_str("; ");
        }
        self.aim.push_str(text);
        self.aim.push_str(if is_met { " ✓" } else { " **missed**" });
    }

    /// The best figure of other systems for the same work.
    pub(crate) fn peer(mut self, best: &str) -> Self {
        best.clone_into(&mut self.peer);
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = [
            &self.measure,
            &self.value,
            &self.floor,
            &self.ratio,
            &self.aim,
            &self.peer,
        ];
        for cell in cells {
            write!(f, "| {cell} ")?;
        }
        f.write_str("|")
    }
}

/// The lines so far.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Line>);

impl Table {
    /// Adds a line and shows it as progress.
    pub(crate) fn add(&mut self, line: Line) {
        eprintln!("{line}");
        self.0.push(line);
    }

    /// A benchmark that could not be measured.
    pub(crate) fn failed(&mut self, name: &str, error: &anyhow::Error) {
        self.0
            .push(Line::new(name, format!("**failed**: {error:#}")));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| measure | value | floor, same run | ratio | aim | best peer |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- |")?;
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
