//! Due dates that can be explained: working days, calendar days, hours and months counted on the site's calendar.
//!
//! There is no way in to pause the clock for an outage: only a supplement moves a due date ([`due_after_supplement`]).

mod count;
mod explain;
mod period;
mod share;
mod supplement;
mod vietnamese;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::calendar::WorkCalendar;
use count::WorkingClock;

pub use explain::{Explanation, MAX_STEPS, StartReason, Step, Waited};
pub use period::{MAX_QTY_THOUSANDTHS, Period, PeriodUnit, Qty, QtyError, Term};
pub use supplement::{MAX_ROUNDS, SupplementPolicy, SupplementRound, due_after_supplement};

/// A due time and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Always inside working time, or at the end of it. Whole seconds.
    pub due_at: DateTime,
    /// Every step from reception to the due time.
    pub explanation: Explanation,
}

/// Why there is no due date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// The calendar has too few working days to finish the count.
    #[error(
        "Lịch làm việc không có đủ ngày làm việc (đã xét đến {reached}): hãy kiểm tra lịch của điểm"
    )]
    NoWorkingDays {
        /// Last date looked at.
        reached: Date,
    },
    /// The period is zero: the procedure's time is not known.
    #[error("Thời hạn bằng 0: hãy chọn hoặc nhập thời hạn của thủ tục")]
    ZeroPeriod,
    /// The supplement rounds are not in order of time, or are too many.
    #[error(
        "Các lần bổ sung không theo thứ tự thời gian (hoặc quá {MAX_ROUNDS} lần): hãy kiểm tra thời điểm yêu cầu và nộp"
    )]
    RoundsOutOfOrder,
}

/// When a dossier received at `received` (site time) is due.
///
/// Received before opening counts from opening, at lunch from the afternoon, after closing or on a day off from the next
/// working day's opening. A working day is one working date whatever its hours; a period that ends where work ends is due
/// there, not at the next opening. Calendar days and months do not count the first day, are due at closing, and roll
/// forward from a day off. Fractions of a second are dropped.
pub fn due(received: DateTime, term: Term, calendar: &WorkCalendar) -> Result<Due, DeadlineError> {
    let mut clock = WorkingClock::new(calendar);
    let start = clock.start(received)?;
    let due_at = match term {
        Term::SameDay => clock.count_same_day(received, start)?,
        Term::Within(period) => {
            let amount = clock.amount_of(period)?;
            clock.count(start, &amount)?
        }
    };
    Ok(clock.finish(received, term, due_at))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
