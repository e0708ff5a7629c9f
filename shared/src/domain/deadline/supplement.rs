//! What a supplement does to the clock, by the procedure's policy.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::count::{Amount, WorkingClock};
use super::explain::{Step, Waited};
use super::{DeadlineError, Due, Term};
use crate::domain::calendar::WorkCalendar;
use crate::domain::deadline::due;

/// Supplement rounds of one dossier; the law wants one.
pub const MAX_ROUNDS: usize = 50;

/// What happens to the due date when the citizen brings what was missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplementPolicy {
    /// The time spent waiting is added.
    AddWaiting,
    /// The full clock starts again when the supplement arrives.
    #[default]
    Restart,
}

/// One answered request for a supplement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementRound {
    /// When the slip was issued.
    pub requested_at: DateTime,
    /// When the supplement arrived.
    pub answered_at: DateTime,
}

/// When a dossier is due after its answered supplement rounds, oldest first. While a request is open there is no due date
/// to compute; without rounds this is [`due`]. Same-day procedures restart under either policy.
pub fn due_after_supplement(
    received: DateTime,
    term: Term,
    policy: SupplementPolicy,
    rounds: &[SupplementRound],
    calendar: &WorkCalendar,
) -> Result<Due, DeadlineError> {
    check_order(received, rounds)?;
    let Some(last) = rounds.last() else {
        return due(received, term, calendar);
    };
    let mut clock = WorkingClock::new(calendar);
    let due_at = match (policy, term) {
        (SupplementPolicy::AddWaiting, Term::Within(period)) => {
            let start = clock.start(received)?;
            let mut amount = clock.amount_of(period)?;
            for round in rounds {
                amount = add_waiting(&mut clock, amount, *round)?;
            }
            clock.count(start, &amount)?
        }
        (SupplementPolicy::Restart, _) | (_, Term::SameDay) => {
            clock.steps.push(Step::ClockRestarted {
                answered_at: last.answered_at,
                n_rounds: rounds.len(),
            });
            let start = clock.start(last.answered_at)?;
            match term {
                Term::SameDay => clock.count_same_day(last.answered_at, start)?,
                Term::Within(period) => {
                    let amount = clock.amount_of(period)?;
                    clock.count(start, &amount)?
                }
            }
        }
    };
    Ok(clock.finish(received, term, due_at))
}

fn check_order(received: DateTime, rounds: &[SupplementRound]) -> Result<(), DeadlineError> {
    let mut latest = received;
    for round in rounds {
        if round.requested_at < latest || round.answered_at < round.requested_at {
            return Err(DeadlineError::RoundsOutOfOrder);
        }
        latest = round.answered_at;
    }
    if rounds.len() > MAX_ROUNDS {
        Err(DeadlineError::RoundsOutOfOrder)
    } else {
        Ok(())
    }
}

/// Waiting is measured in the period's own kind of time: working days, working hours or dates.
fn add_waiting(
    clock: &mut WorkingClock<'_>,
    amount: Amount,
    round: SupplementRound,
) -> Result<Amount, DeadlineError> {
    // The days off inside the wait are no days off of the count: its steps stay out of the explanation.
    let (from, to, share, seconds) = clock.without_notes(|clock| {
        let from = clock.start(round.requested_at)?;
        let to = clock.start(round.answered_at)?;
        let share = clock.working_days_between(from, to)?;
        Ok((from, to, share, clock.working_seconds_between(from, to)?))
    })?;
    let too_long = DeadlineError::NoWorkingDays { reached: to.date() };
    let (amount, waited) = match amount {
        Amount::WorkingDays(left) => {
            let total = left.checked_add(share).ok_or(too_long)?;
            (
                Amount::WorkingDays(total),
                Waited::WorkingDays {
                    thousandths: share.thousandths_rounded_up(),
                },
            )
        }
        Amount::WorkingSeconds(left) => (
            Amount::WorkingSeconds(left.saturating_add(seconds)),
            Waited::WorkingSeconds(seconds),
        ),
        Amount::CalendarDays { months, days } => {
            let waited = u32::try_from(from.date().duration_until(to.date()).as_hours() / 24)
                .unwrap_or_default();
            (
                Amount::CalendarDays {
                    months,
                    days: days.saturating_add(waited),
                },
                Waited::CalendarDays(waited),
            )
        }
    };
    clock.steps.push(Step::WaitingAdded {
        requested_at: round.requested_at,
        answered_at: round.answered_at,
        waited,
    });
    Ok(amount)
}

#[cfg(test)]
mod tests;
