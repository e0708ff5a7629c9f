//! What a supplement does to a due date.

use jiff::civil::DateTime;

use super::*;
use crate::domain::calendar::{CalendarParts, WorkCalendar};
use crate::domain::deadline::{Period, PeriodUnit, Qty};

/// The default hours without holidays. March 2026: the 2nd is a Monday.
fn plain() -> WorkCalendar {
    let parts = CalendarParts {
        holidays: Vec::new(),
        ..WorkCalendar::default().parts().clone()
    };
    WorkCalendar::new(parts).unwrap()
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn days(qty: &str) -> Term {
    within(qty, PeriodUnit::WorkingDay)
}

fn within(qty: &str, unit: PeriodUnit) -> Term {
    Term::Within(Period {
        qty: Qty::parse(qty).unwrap(),
        unit,
    })
}

#[track_caller]
fn check_rounds(
    term: Term,
    policy: SupplementPolicy,
    rounds: &[(&str, &str)],
    expect: &str,
) -> Vec<Step> {
    let rounds: Vec<SupplementRound> = rounds
        .iter()
        .map(|(requested, answered)| SupplementRound {
            requested_at: at(requested),
            answered_at: at(answered),
        })
        .collect();
    let due =
        due_after_supplement(at("2026-03-02T10:00"), term, policy, &rounds, &plain()).unwrap();
    assert_eq!(due.due_at, at(expect), "{:#?}", due.explain());
    due.explanation.steps
}

#[test]
fn a_supplement_restarts_the_full_clock_by_default() {
    let policy = SupplementPolicy::default();
    let rounds = [
        ("2026-03-03T09:00", "2026-03-05T14:30"),
        ("2026-03-06T09:00", "2026-03-09T08:00"),
    ];
    check_rounds(days("3"), policy, &[], "2026-03-05T10:00");
    check_rounds(days("3"), policy, &rounds[..1], "2026-03-10T14:30");
    let steps = check_rounds(days("3"), policy, &rounds, "2026-03-12T08:00");
    assert_eq!(
        steps[0],
        Step::ClockRestarted {
            answered_at: at("2026-03-09T08:00"),
            n_rounds: 2
        }
    );
    check_rounds(Term::SameDay, policy, &rounds, "2026-03-09T17:00");
}

#[test]
fn or_the_waiting_time_is_added() {
    let policy = SupplementPolicy::AddWaiting;
    // Tuesday 09:00 to Thursday 09:00: two working days.
    let steps = check_rounds(
        days("3"),
        policy,
        &[("2026-03-03T09:00", "2026-03-05T09:00")],
        "2026-03-09T10:00",
    );
    assert!(matches!(
        steps[0],
        Step::WaitingAdded {
            waited: Waited::WorkingDays { thousandths: 2_000 },
            ..
        }
    ));
    // Over the weekend: Friday 16:00 to Monday 08:00 are two working hours, a quarter of a day.
    let weekend = ("2026-03-06T16:00", "2026-03-09T08:00");
    check_rounds(days("6"), policy, &[weekend], "2026-03-10T14:00");
    check_rounds(
        within("48", PeriodUnit::Hour),
        policy,
        &[weekend],
        "2026-03-10T14:00",
    );
    // Answered on Sunday counts from Monday's opening.
    let sunday = ("2026-03-06T07:00", "2026-03-08T20:00");
    check_rounds(days("6"), policy, &[sunday], "2026-03-11T10:00");
    // Dates for calendar days.
    check_rounds(
        within("10", PeriodUnit::CalendarDay),
        policy,
        &[("2026-03-03T09:00", "2026-03-06T09:00")],
        "2026-03-16T17:00",
    );
    check_rounds(Term::SameDay, policy, &[weekend], "2026-03-09T17:00");
    // Two thirds of an hour twice: exact, no drift.
    let twice = [
        ("2026-03-02T13:30", "2026-03-02T14:10"),
        ("2026-03-03T13:30", "2026-03-03T14:10"),
    ];
    check_rounds(days("1"), policy, &twice, "2026-03-03T11:20");
}

#[test]
fn rounds_out_of_order_are_told_not_guessed() {
    let wrong: [&[(&str, &str)]; 3] = [
        &[("2026-03-01T09:00", "2026-03-05T09:00")],
        &[("2026-03-05T09:00", "2026-03-04T09:00")],
        &[
            ("2026-03-03T09:00", "2026-03-05T09:00"),
            ("2026-03-04T09:00", "2026-03-06T09:00"),
        ],
    ];
    for rounds in wrong {
        let rounds: Vec<SupplementRound> = rounds
            .iter()
            .map(|(r, a)| SupplementRound {
                requested_at: at(r),
                answered_at: at(a),
            })
            .collect();
        for policy in [SupplementPolicy::AddWaiting, SupplementPolicy::Restart] {
            let due =
                due_after_supplement(at("2026-03-02T10:00"), days("3"), policy, &rounds, &plain());
            assert_eq!(due, Err(DeadlineError::RoundsOutOfOrder));
        }
    }
}
