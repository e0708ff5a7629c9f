//! The site's working calendar: hours, public holidays and make-up days, all of it data with effective dates.

mod defaults;
mod vietnam_time;

use core::fmt;
use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

pub use vietnam_time::{civil_from_unix_millis, unix_millis_from_civil};

/// Working intervals in one day; morning and afternoon are two.
pub const MAX_INTERVALS_PER_DAY: usize = 6;
/// Changes of the weekly hours a calendar remembers.
pub const MAX_WEEK_PLANS: usize = 64;
/// About 12 holiday entries a year for 40 years.
pub const MAX_HOLIDAYS: usize = 500;
/// Make-up days; a handful a year.
pub const MAX_MAKE_UP_DAYS: usize = 200;
/// Longest run of days one holiday entry may cover.
pub const MAX_HOLIDAY_DAYS: i32 = 31;
/// Length of a name or legal basis.
pub const MAX_NAME_BYTES: usize = 300;

/// One stretch of work, `start` inclusive, `end` exclusive for receiving and inclusive for due times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkInterval {
    /// When work starts.
    pub start: Time,
    /// When it ends; always later than `start`.
    pub end: Time,
}

impl WorkInterval {
    /// Length in whole seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.start.duration_until(self.end).as_secs()
    }
}

/// The hours of one day, in order; empty is a day off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<WorkInterval>", into = "Vec<WorkInterval>")]
pub struct DayHours(Vec<WorkInterval>);

impl DayHours {
    /// Takes ordered intervals that do not touch.
    pub fn new(intervals: Vec<WorkInterval>) -> Result<Self, CalendarError> {
        let ordered = intervals.windows(2).all(|pair| pair[0].end < pair[1].start);
        let is_whole = |time: Time| time.subsec_nanosecond() == 0;
        let positive = intervals.iter().all(|interval| {
            interval.start < interval.end && is_whole(interval.start) && is_whole(interval.end)
        });
        if intervals.len() > MAX_INTERVALS_PER_DAY || !ordered || !positive {
            return Err(CalendarError::BadHours);
        }
        Ok(Self(intervals))
    }

    /// A day off.
    #[must_use]
    pub const fn off() -> Self {
        Self(Vec::new())
    }

    /// The intervals, in order.
    #[must_use]
    pub fn intervals(&self) -> &[WorkInterval] {
        &self.0
    }

    /// Working time of the day in seconds.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.0.iter().map(|interval| interval.seconds()).sum()
    }

    /// Start of the first and end of the last interval; `None` on a day off.
    #[must_use]
    pub fn opening_and_closing(&self) -> Option<(Time, Time)> {
        Some((self.0.first()?.start, self.0.last()?.end))
    }
}

impl TryFrom<Vec<WorkInterval>> for DayHours {
    type Error = CalendarError;

    fn try_from(intervals: Vec<WorkInterval>) -> Result<Self, CalendarError> {
        Self::new(intervals)
    }
}

impl From<DayHours> for Vec<WorkInterval> {
    fn from(hours: DayHours) -> Self {
        hours.0
    }
}

/// Weekly hours in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekPlan {
    /// First day these hours hold.
    pub effective_from: Date,
    /// Monday first.
    pub days: [DayHours; 7],
}

/// A public holiday of one or several days running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// First day off.
    pub first: Date,
    /// Last day off.
    pub last: Date,
    /// As shown to officers and citizens.
    pub name: String,
    /// Not yet announced for this year: usable, but every due date over it says so.
    pub provisional: bool,
    /// The announcement or decree; may be empty.
    pub basis: String,
}

/// A day that is worked although the week plan or a holiday says off (làm bù).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeUpDay {
    /// As shown to officers.
    pub name: String,
    /// Hours worked.
    pub hours: DayHours,
}

/// What one date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// Worked by the week plan.
    Working(&'a DayHours),
    /// Worked to make up for another day.
    MakeUp(&'a MakeUpDay),
    /// A public holiday.
    Holiday(&'a Holiday),
    /// Off by the week plan.
    WeeklyOff,
}

/// Hours, holidays, make-up days and the same-day cut-off of one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CalendarParts", into = "CalendarParts")]
pub struct WorkCalendar {
    parts: CalendarParts,
}

/// The fields of a [`WorkCalendar`] before they are checked, and the form it is stored in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarParts {
    /// By effective date; the earliest also holds for all time before it.
    pub week_plans: Vec<WeekPlan>,
    /// In any order.
    pub holidays: Vec<Holiday>,
    /// By date; they win over holidays.
    pub make_up_days: BTreeMap<Date, MakeUpDay>,
    /// A same-day procedure received *after* this time is due on the next working day.
    pub same_day_cutoff: Time,
}

/// Why a calendar was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Intervals empty, overlapping, unordered, too many, or with fractions of a second.
    #[error(
        "working hours must be at most {MAX_INTERVALS_PER_DAY} ordered, separate intervals in whole seconds"
    )]
    BadHours,
    /// No plan, too many, or not in order of their dates.
    #[error("a calendar needs 1 to {MAX_WEEK_PLANS} week plans in order of their effective dates")]
    BadWeekPlans,
    /// A list is longer than its bound.
    #[error("too many {what}: at most {limit}")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// Its bound.
        limit: usize,
    },
    /// A holiday ends before it starts, lasts too long, or its name is too long or empty.
    #[error(
        "holiday {name:?} needs a name and at most {MAX_HOLIDAY_DAYS} days, last not before first"
    )]
    BadHoliday {
        /// The start of its name.
        name: String,
    },
    /// A make-up day without hours or with a bad name.
    #[error("make-up day {date} needs a name and hours")]
    BadMakeUpDay {
        /// Its date.
        date: Date,
    },
}

impl WorkCalendar {
    /// Checks and takes a calendar. One without any working day is accepted; only asking it for a due date fails.
    pub fn new(parts: CalendarParts) -> Result<Self, CalendarError> {
        let ordered = parts
            .week_plans
            .windows(2)
            .all(|pair| pair[0].effective_from < pair[1].effective_from);
        if parts.week_plans.is_empty() || parts.week_plans.len() > MAX_WEEK_PLANS || !ordered {
            return Err(CalendarError::BadWeekPlans);
        }
        within("holidays", parts.holidays.len(), MAX_HOLIDAYS)?;
        within("make-up days", parts.make_up_days.len(), MAX_MAKE_UP_DAYS)?;
        for holiday in &parts.holidays {
            check_holiday(holiday)?;
        }
        for (date, day) in &parts.make_up_days {
            if !is_name(&day.name) || day.hours.intervals().is_empty() {
                return Err(CalendarError::BadMakeUpDay { date: *date });
            }
        }
        Ok(Self { parts })
    }

    /// The checked fields, to show or to change and check again.
    #[must_use]
    pub const fn parts(&self) -> &CalendarParts {
        &self.parts
    }

    /// What `date` is: a make-up day wins over a holiday, a holiday over the week plan.
    #[must_use]
    pub fn day(&self, date: Date) -> DayKind<'_> {
        if let Some(make_up) = self.parts.make_up_days.get(&date) {
            return DayKind::MakeUp(make_up);
        }
        let is_on = |holiday: &&Holiday| holiday.first <= date && date <= holiday.last;
        if let Some(holiday) = self.parts.holidays.iter().find(is_on) {
            return DayKind::Holiday(holiday);
        }
        match self.planned_hours(date) {
            Some(hours) if !hours.intervals().is_empty() => DayKind::Working(hours),
            _ => DayKind::WeeklyOff,
        }
    }

    /// Hours worked on `date`; `None` on a day off.
    #[must_use]
    pub fn hours_on(&self, date: Date) -> Option<&DayHours> {
        match self.day(date) {
            DayKind::Working(hours) => Some(hours),
            DayKind::MakeUp(day) => Some(&day.hours),
            DayKind::Holiday(_) | DayKind::WeeklyOff => None,
        }
    }

    /// Whether the year has an announced (not only provisional) holiday.
    #[must_use]
    pub fn is_year_confirmed(&self, year: i16) -> bool {
        self.parts.holidays.iter().any(|holiday| {
            !holiday.provisional && holiday.first.year() <= year && year <= holiday.last.year()
        })
    }

    /// A same-day procedure received after this time is due on the next working day.
    #[must_use]
    pub const fn same_day_cutoff(&self) -> Time {
        self.parts.same_day_cutoff
    }

    fn planned_hours(&self, date: Date) -> Option<&DayHours> {
        let plans = &self.parts.week_plans;
        let in_force = plans.iter().rev().find(|plan| plan.effective_from <= date);
        let plan = in_force.or_else(|| plans.first())?;
        plan.days.get(weekday_index(date.weekday()))
    }
}

impl TryFrom<CalendarParts> for WorkCalendar {
    type Error = CalendarError;

    fn try_from(parts: CalendarParts) -> Result<Self, CalendarError> {
        Self::new(parts)
    }
}

impl From<WorkCalendar> for CalendarParts {
    fn from(calendar: WorkCalendar) -> Self {
        calendar.parts
    }
}

impl fmt::Display for WorkInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.start, self.end);
        write!(
            f,
            "{:02}:{:02}–{:02}:{:02}",
            start.hour(),
            start.minute(),
            end.hour(),
            end.minute()
        )
    }
}

fn weekday_index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

fn within(what: &'static str, found: usize, limit: usize) -> Result<(), CalendarError> {
    if found > limit {
        Err(CalendarError::TooMany { what, limit })
    } else {
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MAX_NAME_BYTES
}

fn check_holiday(holiday: &Holiday) -> Result<(), CalendarError> {
    let span_days = holiday.first.duration_until(holiday.last).as_hours() / 24;
    let is_short = (0..i64::from(MAX_HOLIDAY_DAYS)).contains(&span_days);
    if is_short && is_name(&holiday.name) && holiday.basis.len() <= MAX_NAME_BYTES {
        Ok(())
    } else {
        Err(CalendarError::BadHoliday {
            name: holiday.name.chars().take(40).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
