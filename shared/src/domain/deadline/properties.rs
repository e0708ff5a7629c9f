//! What must hold for every calendar, moment and period.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time, date},
};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{
    CalendarParts, DayHours, Holiday, MakeUpDay, WeekPlan, WorkInterval,
};

/// Up to three intervals on any quarter-hour, or a day off.
fn day_hours() -> impl Strategy<Value = DayHours> {
    prop::collection::btree_set(0_i64..95, 0..7).prop_map(|marks| {
        let time = |mark: i64| Time::midnight().saturating_add((mark * 15).minutes());
        let marks: Vec<i64> = marks.into_iter().collect();
        let intervals = marks.chunks_exact(2).map(|pair| WorkInterval {
            start: time(pair[0]),
            end: time(pair[1]),
        });
        DayHours::new(intervals.collect()).unwrap()
    })
}

fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..800).prop_map(|day| date(2026, 1, 1).saturating_add(day.days()))
}

fn moment() -> impl Strategy<Value = DateTime> {
    (any_date(), 0_i64..86_400).prop_map(|(day, second)| {
        day.to_datetime(Time::midnight())
            .saturating_add(second.seconds())
    })
}

fn calendar() -> impl Strategy<Value = WorkCalendar> {
    let week = || prop::array::uniform7(day_hours());
    let holidays = prop::collection::vec((any_date(), 0_i64..6), 0..30);
    let make_up = prop::collection::btree_map(any_date(), day_hours(), 0..6);
    (week(), week(), holidays, make_up, 0_i64..1440).prop_map(
        |(days, later, holidays, make_up, cutoff)| {
            let holiday = |(first, more): (Date, i64)| Holiday {
                first,
                last: first.saturating_add(more.days()),
                name: "Nghỉ lễ".to_owned(),
                provisional: false,
                basis: String::new(),
            };
            let make_up: BTreeMap<Date, MakeUpDay> = make_up
                .into_iter()
                .filter(|(_, hours)| !hours.intervals().is_empty())
                .map(|(day, hours)| {
                    (
                        day,
                        MakeUpDay {
                            name: "Làm bù".to_owned(),
                            hours,
                        },
                    )
                })
                .collect();
            let parts = CalendarParts {
                week_plans: vec![
                    WeekPlan {
                        effective_from: date(2025, 7, 1),
                        days,
                    },
                    WeekPlan {
                        effective_from: date(2026, 9, 1),
                        days: later,
                    },
                ],
                holidays: holidays.into_iter().map(holiday).collect(),
                make_up_days: make_up,
                same_day_cutoff: Time::midnight().saturating_add(cutoff.minutes()),
            };
            WorkCalendar::new(parts).unwrap()
        },
    )
}

fn unit() -> impl Strategy<Value = PeriodUnit> {
    prop::sample::select(vec![
        PeriodUnit::WorkingDay,
        PeriodUnit::CalendarDay,
        PeriodUnit::Hour,
        PeriodUnit::Month,
    ])
}

fn term(thousandths: u32, unit: PeriodUnit) -> Term {
    Term::Within(Period {
        qty: Qty::from_thousandths(thousandths).unwrap(),
        unit,
    })
}

fn is_at_work(calendar: &WorkCalendar, at: DateTime) -> bool {
    let inside = |interval: &WorkInterval| interval.start < at.time() && at.time() <= interval.end;
    calendar
        .hours_on(at.date())
        .is_some_and(|hours| hours.intervals().iter().any(inside))
}

proptest! {
    #[test]
    fn due_is_in_working_time_and_after_reception(
        calendar in calendar(), received in moment(), thousandths in 1_u32..60_000, unit in unit(),
    ) {
        for term in [term(thousandths, unit), Term::SameDay] {
            if let Ok(due) = due(received, term, &calendar) {
                prop_assert!(is_at_work(&calendar, due.due_at), "{:#?}", due.explain());
                prop_assert!(due.due_at >= received, "{:#?}", due.explain());
            }
        }
    }

    #[test]
    fn received_later_is_never_due_earlier(
        calendar in calendar(), received in moment(), later in 0_i64..1_000_000, thousandths in 1_u32..60_000, unit in unit(),
    ) {
        let after = received.saturating_add(later.seconds());
        for term in [term(thousandths, unit), Term::SameDay] {
            if let (Ok(first), Ok(second)) = (due(received, term, &calendar), due(after, term, &calendar)) {
                prop_assert!(first.due_at <= second.due_at, "{:#?} {:#?}", first.explain(), second.explain());
            }
        }
    }

    #[test]
    fn a_longer_period_is_never_due_earlier(
        calendar in calendar(), received in moment(), short in 1_u32..60_000, more in 0_u32..30_000, unit in unit(),
    ) {
        let due_in = |thousandths| due(received, term(thousandths, unit), &calendar);
        if let (Ok(first), Ok(second)) = (due_in(short), due_in(short + more)) {
            prop_assert!(first.due_at <= second.due_at, "{:#?} {:#?}", first.explain(), second.explain());
        }
    }

    #[test]
    fn an_eight_hour_week_counts_days_and_hours_alike(received in moment(), days in 1_u32..40) {
        let calendar = WorkCalendar::default();
        let by_day = due(received, term(days * 1000, PeriodUnit::WorkingDay), &calendar).unwrap();
        let by_hour = due(received, term(days * 8000, PeriodUnit::Hour), &calendar).unwrap();
        prop_assert_eq!(by_day.due_at, by_hour.due_at);
    }

    #[test]
    fn waiting_never_shortens_the_time(
        calendar in calendar(), received in moment(), until in 0_i64..500_000, wait in 0_i64..2_000_000,
        thousandths in 1_u32..30_000, unit in unit(),
    ) {
        let requested_at = received.saturating_add(until.seconds());
        let round = SupplementRound { requested_at, answered_at: requested_at.saturating_add(wait.seconds()) };
        let term = term(thousandths, unit);
        let Ok(original) = due(received, term, &calendar) else { return Ok(()) };
        for policy in [SupplementPolicy::AddWaiting, SupplementPolicy::Restart] {
            if let Ok(after) = due_after_supplement(received, term, policy, &[round], &calendar) {
                prop_assert!(original.due_at <= after.due_at, "{policy:?} {:#?}", after.explain());
            }
        }
    }

    #[test]
    fn no_moment_or_period_panics(
        calendar in calendar(), year in -9999_i16..=9999, thousandths in 0..=MAX_QTY_THOUSANDTHS, unit in unit(),
    ) {
        let received = date(year, 12, 31).at(23, 59, 59, 999_999_999);
        if let Ok(due) = due(received, term(thousandths, unit), &calendar) {
            prop_assert!(due.explanation.steps.len() <= MAX_STEPS);
            prop_assert!(due.explain().len() <= MAX_STEPS + 3);
        }
    }
}
