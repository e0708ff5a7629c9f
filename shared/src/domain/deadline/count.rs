//! The working clock: walks the calendar, counts, and notes every step for the explanation.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
};

use super::explain::{Explanation, StartReason, Step, StepLog};
use super::share::Share;
use super::{DeadlineError, Due, Period, PeriodUnit, Term};
use crate::domain::calendar::{DayHours, DayKind, WorkCalendar};

/// Dates one calculation may look at: 3,650 working days at five a week, and room for holidays. A calendar with no working
/// days ends here instead of hanging.
const MAX_DATES_EXAMINED: u32 = 6_000;

/// What is left to count, with waiting time added.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    WorkingDays(Share),
    WorkingSeconds(u64),
    CalendarDays { months: u32, days: u32 },
}

#[derive(Debug)]
pub(super) struct WorkingClock<'a> {
    calendar: &'a WorkCalendar,
    dates_left: u32,
    pub(super) steps: StepLog,
}

impl<'a> WorkingClock<'a> {
    pub(super) fn new(calendar: &'a WorkCalendar) -> Self {
        Self {
            calendar,
            dates_left: MAX_DATES_EXAMINED,
            steps: StepLog::default(),
        }
    }

    /// The moment counting starts: `received` itself inside working time, else the next opening.
    pub(super) fn start(&mut self, received: DateTime) -> Result<DateTime, DeadlineError> {
        let (date, time) = (received.date(), whole_seconds(received.time()));
        let Some(hours) = self.calendar.hours_on(date) else {
            let holiday = match self.calendar.day(date) {
                DayKind::Holiday(holiday) => Some(holiday.name.clone()),
                _ => None,
            };
            return self.start_on_next_day(date, StartReason::DayOff { holiday });
        };
        let Some(next) = hours
            .intervals()
            .iter()
            .find(|interval| time <= interval.end)
        else {
            return self.start_on_next_day(date, StartReason::AfterClosing);
        };
        if next.start <= time {
            return Ok(date.to_datetime(time));
        }
        let is_first = hours.intervals().first() == Some(next);
        let reason = if is_first {
            StartReason::BeforeOpening
        } else {
            StartReason::Break
        };
        let to = date.to_datetime(next.start);
        self.steps.push(Step::StartMoved { reason, to });
        Ok(to)
    }

    fn start_on_next_day(
        &mut self,
        date: Date,
        reason: StartReason,
    ) -> Result<DateTime, DeadlineError> {
        let (next, hours) = self.next_working_day(date)?;
        let to = next.to_datetime(opening_and_closing(hours).0);
        self.steps.push(Step::StartMoved { reason, to });
        Ok(to)
    }

    pub(super) fn amount_of(&mut self, period: Period) -> Result<Amount, DeadlineError> {
        let qty = period.qty;
        if qty.thousandths() == 0 {
            return Err(DeadlineError::ZeroPeriod);
        }
        let is_whole_only = matches!(period.unit, PeriodUnit::CalendarDay | PeriodUnit::Month);
        if is_whole_only && qty.is_fractional() {
            self.steps.push(Step::RoundedUp {
                from: period,
                to: qty.rounded_up(),
            });
        }
        Ok(match period.unit {
            PeriodUnit::WorkingDay => {
                Amount::WorkingDays(Share::new(qty.thousandths().into(), 1000))
            }
            PeriodUnit::Hour => {
                Amount::WorkingSeconds((u64::from(qty.thousandths()) * 3600).div_ceil(1000))
            }
            PeriodUnit::CalendarDay => Amount::CalendarDays {
                months: 0,
                days: qty.rounded_up(),
            },
            PeriodUnit::Month => Amount::CalendarDays {
                months: qty.rounded_up(),
                days: 0,
            },
        })
    }

    /// The due time `amount` after `start`, which [`Self::start`] gave.
    pub(super) fn count(
        &mut self,
        start: DateTime,
        amount: &Amount,
    ) -> Result<DateTime, DeadlineError> {
        match *amount {
            Amount::WorkingDays(share) => self.count_working_days(start, share),
            Amount::WorkingSeconds(seconds) => self.count_working_seconds(start, seconds),
            Amount::CalendarDays { months, days } => self.count_calendar_days(start, months, days),
        }
    }

    /// Closing today, or of the next working day when received after the cut-off.
    pub(super) fn count_same_day(
        &mut self,
        received: DateTime,
        start: DateTime,
    ) -> Result<DateTime, DeadlineError> {
        let cutoff = self.calendar.same_day_cutoff();
        // A start moved to another day is an opening, which is in time; at lunch the hour of reception decides.
        let is_after = start.date() == received.date() && whole_seconds(received.time()) > cutoff;
        self.steps.push(Step::SameDay { cutoff, is_after });
        if is_after {
            let (date, hours) = self.next_working_day(start.date())?;
            return Ok(date.to_datetime(opening_and_closing(hours).1));
        }
        self.roll_to_closing(start.date())
    }

    fn count_working_days(
        &mut self,
        start: DateTime,
        share: Share,
    ) -> Result<DateTime, DeadlineError> {
        let reached = start.date();
        let total = self
            .share_elapsed(start)
            .and_then(|elapsed| elapsed.checked_add(share));
        let (days, last_share) = total
            .and_then(Share::split_last_day)
            .ok_or(DeadlineError::NoWorkingDays { reached })?;
        let mut date = start.date();
        for _ in 0..days {
            date = self.next_working_day(date)?.0;
        }
        let no_hours = DeadlineError::NoWorkingDays { reached: date };
        let Some(hours) = self.calendar.hours_on(date) else {
            return Err(no_hours);
        };
        let day_seconds = u128::try_from(hours.seconds()).unwrap_or_default();
        let seconds = last_share
            .of_rounded_up(day_seconds)
            .and_then(|seconds| i64::try_from(seconds).ok());
        seconds
            .map(|seconds| after_working_seconds(date, hours, seconds))
            .ok_or(no_hours)
    }

    fn count_working_seconds(
        &mut self,
        start: DateTime,
        seconds: u64,
    ) -> Result<DateTime, DeadlineError> {
        let mut date = start.date();
        let mut left = i64::try_from(seconds).unwrap_or(i64::MAX);
        let Some(mut hours) = self.calendar.hours_on(date) else {
            return Err(DeadlineError::NoWorkingDays { reached: date });
        };
        let mut elapsed = elapsed_seconds(hours, start.time());
        while left > hours.seconds() - elapsed {
            left -= hours.seconds() - elapsed;
            elapsed = 0;
            (date, hours) = self.next_working_day(date)?;
        }
        Ok(after_working_seconds(date, hours, elapsed + left))
    }

    fn count_calendar_days(
        &mut self,
        start: DateTime,
        months: u32,
        days: u32,
    ) -> Result<DateTime, DeadlineError> {
        let first = start.date();
        let target = first
            .checked_add(i64::from(months).months())
            .and_then(|date| date.checked_add(i64::from(days).days()))
            .ok()
            .ok_or(DeadlineError::NoWorkingDays { reached: first })?;
        self.steps.push(Step::CalendarDaysCounted {
            first,
            last: target,
        });
        self.roll_to_closing(target)
    }

    /// Closing on `date`, or on the next working day if it is off.
    fn roll_to_closing(&mut self, date: Date) -> Result<DateTime, DeadlineError> {
        if let Some(hours) = self.calendar.hours_on(date) {
            return Ok(date.to_datetime(opening_and_closing(hours).1));
        }
        if let DayKind::Holiday(holiday) = self.calendar.day(date) {
            self.steps.skip_holiday(date, holiday);
        }
        let (to, hours) = self.next_working_day(date)?;
        self.steps.push(Step::RolledForward { from: date, to });
        Ok(to.to_datetime(opening_and_closing(hours).1))
    }

    /// Whole working days and shares between two moments given by [`Self::start`].
    pub(super) fn working_days_between(
        &mut self,
        from: DateTime,
        to: DateTime,
    ) -> Result<Share, DeadlineError> {
        let mut days = 0_u128;
        let mut date = from.date();
        while date < to.date() {
            date = self.next_working_day(date)?.0;
            days += 1;
        }
        let until = self
            .share_elapsed(to)
            .and_then(|share| Share::new(days, 1).checked_add(share));
        let before = self.share_elapsed(from);
        let between = until
            .zip(before)
            .and_then(|(until, before)| until.checked_sub(before));
        between.ok_or(DeadlineError::RoundsOutOfOrder)
    }

    /// Working seconds between two moments given by [`Self::start`].
    pub(super) fn working_seconds_between(
        &mut self,
        from: DateTime,
        to: DateTime,
    ) -> Result<u64, DeadlineError> {
        let elapsed = |at: DateTime| {
            self.calendar
                .hours_on(at.date())
                .map_or(0, |h| elapsed_seconds(h, at.time()))
        };
        let mut seconds = elapsed(to) - elapsed(from);
        let mut date = from.date();
        while date < to.date() {
            seconds += self.calendar.hours_on(date).map_or(0, DayHours::seconds);
            date = self.next_working_day(date)?.0;
        }
        u64::try_from(seconds)
            .ok()
            .ok_or(DeadlineError::RoundsOutOfOrder)
    }

    /// Runs `measure` with its steps left out of the explanation; dates looked at still count against the bound.
    pub(super) fn without_notes<T>(&mut self, measure: impl FnOnce(&mut Self) -> T) -> T {
        let kept = core::mem::take(&mut self.steps);
        let measured = measure(self);
        self.steps = kept;
        measured
    }

    /// Adds the closing remarks and hands the result over.
    pub(super) fn finish(mut self, received: DateTime, term: Term, due_at: DateTime) -> Due {
        self.steps.note_weekly_off();
        for year in received.year()..=due_at.year() {
            if !self.calendar.is_year_confirmed(year) {
                self.steps.push(Step::HolidaysUnconfirmed { year });
            }
        }
        let (steps, n_omitted) = self.steps.into_parts();
        Due {
            due_at,
            explanation: Explanation {
                received,
                term,
                steps,
                n_omitted,
            },
        }
    }

    /// The first working day after `date`; notes the days off and make-up days on the way.
    fn next_working_day(&mut self, date: Date) -> Result<(Date, &'a DayHours), DeadlineError> {
        let mut reached = date;
        while self.dates_left > 0 {
            self.dates_left -= 1;
            reached = reached
                .tomorrow()
                .ok()
                .ok_or(DeadlineError::NoWorkingDays { reached })?;
            match self.calendar.day(reached) {
                DayKind::Working(hours) => return Ok((reached, hours)),
                DayKind::MakeUp(day) => {
                    self.steps.push(Step::MakeUpDayCounted {
                        date: reached,
                        name: day.name.clone(),
                    });
                    return Ok((reached, &day.hours));
                }
                DayKind::Holiday(holiday) => self.steps.skip_holiday(reached, holiday),
                DayKind::WeeklyOff => self.steps.skip_weekly_off(),
            }
        }
        Err(DeadlineError::NoWorkingDays { reached })
    }

    fn share_elapsed(&self, at: DateTime) -> Option<Share> {
        let hours = self.calendar.hours_on(at.date())?;
        let elapsed = u128::try_from(elapsed_seconds(hours, at.time())).ok()?;
        Some(Share::new(elapsed, u128::try_from(hours.seconds()).ok()?))
    }
}

/// Midnight stands in for a day without hours, which callers never pass.
fn opening_and_closing(hours: &DayHours) -> (Time, Time) {
    hours
        .opening_and_closing()
        .unwrap_or((Time::midnight(), Time::midnight()))
}

fn whole_seconds(time: Time) -> Time {
    Time::new(time.hour(), time.minute(), time.second(), 0).unwrap_or(time)
}

/// Working seconds of the day before `time`.
fn elapsed_seconds(hours: &DayHours, time: Time) -> i64 {
    let before = |start: Time, end: Time| {
        if start < time {
            start.duration_until(end.min(time)).as_secs()
        } else {
            0
        }
    };
    hours
        .intervals()
        .iter()
        .map(|interval| before(interval.start, interval.end))
        .sum()
}

/// The moment when `seconds` of the day's working time are spent: the end of an interval, never the start of the next.
fn after_working_seconds(date: Date, hours: &DayHours, seconds: i64) -> DateTime {
    let mut left = seconds;
    for interval in hours.intervals() {
        if left <= interval.seconds() {
            let time = interval.start.saturating_add(left.seconds());
            return date.to_datetime(time);
        }
        left -= interval.seconds();
    }
    date.to_datetime(opening_and_closing(hours).1)
}
