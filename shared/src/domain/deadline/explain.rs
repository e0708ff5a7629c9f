//! The steps behind a due date, kept as data.

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use super::{Period, Term};
use crate::domain::calendar::Holiday;

/// Steps kept in one explanation; ten years have about 110 holidays, real periods a handful.
pub const MAX_STEPS: usize = 64;

/// How a due date came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// When the dossier was received.
    pub received: DateTime,
    /// The time it may take.
    pub term: Term,
    /// In the order they were met.
    pub steps: Vec<Step>,
    /// Steps beyond [`MAX_STEPS`] that were not kept.
    pub n_omitted: usize,
}

/// Why counting starts later than reception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartReason {
    /// Received before the first working interval.
    BeforeOpening,
    /// Received between two intervals (lunch).
    Break,
    /// Received after the last interval.
    AfterClosing,
    /// Received on a day off.
    DayOff {
        /// The public holiday it was, if any.
        holiday: Option<String>,
    },
}

/// Time spent waiting for a supplement, in the kind of time the period counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waited {
    /// Thousandths of working days, rounded up for display; the count itself is exact.
    WorkingDays {
        /// Thousandths of a working day.
        thousandths: u32,
    },
    /// Seconds of working time.
    WorkingSeconds(u64),
    /// Dates.
    CalendarDays(u32),
}

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Counting starts later than reception.
    StartMoved {
        /// Why.
        reason: StartReason,
        /// From when it counts.
        to: DateTime,
    },
    /// The same-day rule was applied.
    SameDay {
        /// Latest time of reception for the same day.
        cutoff: Time,
        /// Received after it.
        is_after: bool,
    },
    /// Days of one public holiday were not counted.
    HolidaySkipped {
        /// Its name.
        name: String,
        /// First day not counted.
        first: Date,
        /// Last day not counted.
        last: Date,
        /// The holiday is not announced yet.
        provisional: bool,
    },
    /// Weekly days off were not counted.
    WeeklyOffSkipped {
        /// How many.
        n_days: u32,
    },
    /// A make-up day was counted.
    MakeUpDayCounted {
        /// The day.
        date: Date,
        /// Its name.
        name: String,
    },
    /// Every date was counted; the first was not.
    CalendarDaysCounted {
        /// The date that does not count.
        first: Date,
        /// The date the count ends.
        last: Date,
    },
    /// A fraction of a day or month was rounded up.
    RoundedUp {
        /// As published.
        from: Period,
        /// As counted.
        to: u32,
    },
    /// The count ended on a day off.
    RolledForward {
        /// That day.
        from: Date,
        /// The working day after it.
        to: Date,
    },
    /// The full clock started again.
    ClockRestarted {
        /// When the last supplement arrived.
        answered_at: DateTime,
        /// How many there were.
        n_rounds: usize,
    },
    /// Waiting for a supplement was added.
    WaitingAdded {
        /// When it was requested.
        requested_at: DateTime,
        /// When it arrived.
        answered_at: DateTime,
        /// How much was added.
        waited: Waited,
    },
    /// The year's holidays are only provisional, or missing, in this calendar.
    HolidaysUnconfirmed {
        /// The year.
        year: i16,
    },
}

/// Collects steps: runs of one holiday and weekly days off become one step each.
#[derive(Debug, Default)]
pub(super) struct StepLog {
    steps: Vec<Step>,
    n_weekly_off: u32,
    n_omitted: usize,
}

impl StepLog {
    pub(super) fn push(&mut self, step: Step) {
        if self.steps.len() < MAX_STEPS {
            self.steps.push(step);
        } else {
            self.n_omitted += 1;
        }
    }

    pub(super) fn skip_weekly_off(&mut self) {
        self.n_weekly_off += 1;
    }

    pub(super) fn skip_holiday(&mut self, date: Date, holiday: &Holiday) {
        let is_same_run = |found: &Step| match found {
            Step::HolidaySkipped { name, first, .. } => {
                *name == holiday.name && holiday.first <= *first && *first <= holiday.last
            }
            _ => false,
        };
        if let Some(Step::HolidaySkipped { last, .. }) =
            self.steps.iter_mut().rfind(|step| is_same_run(step))
        {
            *last = date.max(*last);
            return;
        }
        let (name, provisional) = (holiday.name.clone(), holiday.provisional);
        self.push(Step::HolidaySkipped {
            name,
            first: date,
            last: date,
            provisional,
        });
    }

    /// Notes the weekly days off counted so far, which come once, after the named days.
    pub(super) fn note_weekly_off(&mut self) {
        let n_days = core::mem::take(&mut self.n_weekly_off);
        if n_days > 0 {
            self.push(Step::WeeklyOffSkipped { n_days });
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Step>, usize) {
        (self.steps, self.n_omitted)
    }
}
