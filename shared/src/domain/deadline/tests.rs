//! Due dates: rows of data through one check.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};

use super::*;
use crate::domain::calendar::{CalendarParts, DayHours, Holiday, MakeUpDay, WorkInterval};

/// The default hours without holidays. March 2026: the 2nd is a Monday.
fn plain() -> WorkCalendar {
    changed(|parts| parts.holidays.clear())
}

fn changed(change: impl FnOnce(&mut CalendarParts)) -> WorkCalendar {
    let mut parts = WorkCalendar::default().parts().clone();
    change(&mut parts);
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
fn check(calendar: &WorkCalendar, received: &str, term: Term, expect: &str) -> Vec<Step> {
    let due = due(at(received), term, calendar).expect("a due date");
    assert_eq!(
        due.due_at,
        at(expect),
        "received {received}, {term}: {:#?}",
        due.explain()
    );
    due.explanation.steps
}

fn hours(spans: &[(&str, &str)]) -> DayHours {
    let interval = |(start, end): &(&str, &str)| WorkInterval {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
    };
    DayHours::new(spans.iter().map(interval).collect()).unwrap()
}

#[test]
fn worked_examples_of_working_days() {
    let calendar = plain();
    let rows = [
        // Friday 16:00 is 7/8 of a day: so is the due time.
        ("2026-03-06T16:00", "2", "2026-03-10T16:00"),
        // A full working day is spent on Monday, and it ends at closing, not at Tuesday's opening.
        ("2026-03-07T09:00", "1", "2026-03-09T17:00"),
        ("2026-03-09T07:00", "1", "2026-03-09T17:00"),
        ("2026-03-09T17:00", "1", "2026-03-10T17:00"),
        // 11:30 is where the morning ends; 13:30 is the same moment of work.
        ("2026-03-09T11:30", "1", "2026-03-10T11:30"),
        ("2026-03-09T13:30", "1", "2026-03-10T11:30"),
        // Halves: 0.5 day is 4 of 8 hours.
        ("2026-03-02T07:00", "17.5", "2026-03-25T11:00"),
        ("2026-03-02T10:00", "0.5", "2026-03-02T16:00"),
        ("2026-03-02T15:00", "7.5", "2026-03-12T09:00"),
        ("2026-03-02T10:00:30", "1", "2026-03-03T10:00:30"),
        ("2026-03-02T10:00:30.999", "1", "2026-03-03T10:00:30"),
    ];
    for (received, qty, expect) in rows {
        check(&calendar, received, days(qty), expect);
    }
}

#[test]
fn worked_examples_of_working_hours() {
    let calendar = plain();
    let rows = [
        ("2026-03-02T10:00", "4", "2026-03-02T16:00"),
        ("2026-03-02T15:00", "4", "2026-03-03T09:00"),
        ("2026-03-02T07:00", "4.5", "2026-03-02T11:30"),
        ("2026-03-02T07:00", "8", "2026-03-02T17:00"),
        ("2026-03-06T16:30", "1", "2026-03-09T07:30"),
        ("2026-03-02T07:00", "80", "2026-03-13T17:00"),
    ];
    for (received, qty, expect) in rows {
        check(&calendar, received, within(qty, PeriodUnit::Hour), expect);
    }
}

#[test]
fn counting_starts_inside_working_time_and_says_why_it_moved() {
    let rows = [
        (
            "2026-03-03T05:10",
            StartReason::BeforeOpening,
            "2026-03-03T07:00",
        ),
        ("2026-03-03T12:00", StartReason::Break, "2026-03-03T13:30"),
        (
            "2026-03-03T17:00:01",
            StartReason::AfterClosing,
            "2026-03-04T07:00",
        ),
        (
            "2026-03-06T20:00",
            StartReason::AfterClosing,
            "2026-03-09T07:00",
        ),
        (
            "2026-03-08T10:00",
            StartReason::DayOff { holiday: None },
            "2026-03-09T07:00",
        ),
    ];
    for (received, reason, to) in rows {
        let due = due(at(received), days("1"), &plain()).unwrap();
        assert_eq!(
            due.explanation.steps[0],
            Step::StartMoved { reason, to: at(to) },
            "{received}"
        );
    }
}

#[test]
fn calendar_days_leave_out_the_first_and_roll_off_a_day_off() {
    let calendar = plain();
    let unit = PeriodUnit::CalendarDay;
    check(
        &calendar,
        "2026-03-02T10:00",
        within("1", unit),
        "2026-03-03T17:00",
    );
    check(
        &calendar,
        "2026-03-02T10:00",
        within("15", unit),
        "2026-03-17T17:00",
    );
    let steps = check(
        &calendar,
        "2026-03-02T10:00",
        within("5", unit),
        "2026-03-09T17:00",
    );
    assert!(steps.contains(&Step::RolledForward {
        from: date(2026, 3, 7),
        to: date(2026, 3, 9)
    }));
    // Received on Saturday counts from Monday, which is the first day.
    check(
        &calendar,
        "2026-03-07T10:00",
        within("2", unit),
        "2026-03-11T17:00",
    );
    let steps = check(
        &calendar,
        "2026-03-02T10:00",
        within("7.5", unit),
        "2026-03-10T17:00",
    );
    assert!(matches!(steps[0], Step::RoundedUp { to: 8, .. }));
    // 28/4 + 2 is a holiday, so are 1/5 and the weekend.
    let steps = check(
        &WorkCalendar::default(),
        "2026-04-28T10:00",
        within("2", unit),
        "2026-05-04T17:00",
    );
    assert!(steps.contains(&Step::RolledForward {
        from: date(2026, 4, 30),
        to: date(2026, 5, 4)
    }));
}

#[test]
fn months_end_on_the_same_day_or_the_last() {
    let calendar = plain();
    check(
        &calendar,
        "2026-03-02T10:00",
        within("1", PeriodUnit::Month),
        "2026-04-02T17:00",
    );
    check(
        &calendar,
        "2026-10-30T10:00",
        within("4", PeriodUnit::Month),
        "2027-03-01T17:00",
    ); // 28/2/2027 is a Sunday.
}

#[test]
fn three_oclock_decides_a_same_day_procedure() {
    let calendar = plain();
    let rows = [
        ("2026-03-02T08:00", "2026-03-02T17:00", false),
        ("2026-03-02T12:15", "2026-03-02T17:00", false),
        ("2026-03-02T15:00:00", "2026-03-02T17:00", false),
        ("2026-03-02T15:00:00.5", "2026-03-02T17:00", false),
        ("2026-03-02T15:00:01", "2026-03-03T17:00", true),
        ("2026-03-06T16:00", "2026-03-09T17:00", true),
        // After closing and on a day off it is tomorrow's dossier, received at opening.
        ("2026-03-02T18:00", "2026-03-03T17:00", false),
        ("2026-03-07T16:00", "2026-03-09T17:00", false),
    ];
    for (received, expect, is_after) in rows {
        let steps = check(&calendar, received, Term::SameDay, expect);
        let cutoff = calendar.same_day_cutoff();
        assert!(
            steps.contains(&Step::SameDay { cutoff, is_after }),
            "{received}"
        );
    }
}

#[test]
fn holidays_are_skipped_by_name() {
    let calendar = WorkCalendar::default();
    // Tết 2026, Monday to Friday: Friday 13/2 10:00 + 2 days.
    let steps = check(&calendar, "2026-02-13T10:00", days("2"), "2026-02-24T10:00");
    let tet = Step::HolidaySkipped {
        name: "Tết Nguyên đán".to_owned(),
        first: date(2026, 2, 16),
        last: date(2026, 2, 20),
        provisional: true,
    };
    let expect = [
        tet,
        Step::WeeklyOffSkipped { n_days: 4 },
        Step::HolidaysUnconfirmed { year: 2026 },
    ];
    assert_eq!(steps, expect);
    let steps = check(&calendar, "2026-04-30T09:00", days("1"), "2026-05-04T17:00");
    let reason = StartReason::DayOff {
        holiday: Some("Ngày Chiến thắng".to_owned()),
    };
    assert!(steps.contains(&Step::StartMoved {
        reason,
        to: at("2026-05-04T07:00")
    }));
}

#[test]
fn announced_holidays_need_no_caution() {
    let calendar = changed(|parts| {
        parts
            .holidays
            .iter_mut()
            .for_each(|holiday| holiday.provisional = false);
    });
    let steps = check(&calendar, "2026-03-02T10:00", days("1"), "2026-03-03T10:00");
    assert_eq!(steps, []);
    // Nobody has announced 2028 yet.
    let steps = check(&calendar, "2028-03-06T10:00", days("1"), "2028-03-07T10:00");
    assert_eq!(steps, [Step::HolidaysUnconfirmed { year: 2028 }]);
}

#[test]
fn a_make_up_day_is_one_working_day_whatever_its_hours() {
    let saturday = date(2026, 3, 7);
    let short = MakeUpDay {
        name: "Làm bù".to_owned(),
        hours: hours(&[("07:00", "11:00")]),
    };
    let calendar = changed(|parts| {
        parts.holidays.clear();
        parts.make_up_days = BTreeMap::from([(saturday, short)]);
    });
    let counted = Step::MakeUpDayCounted {
        date: saturday,
        name: "Làm bù".to_owned(),
    };
    // Half of Friday's 8 hours is spent at 11:00; half of Saturday's 4 at 09:00.
    assert!(check(&calendar, "2026-03-06T11:00", days("1"), "2026-03-07T09:00").contains(&counted));
    assert!(check(&calendar, "2026-03-06T11:00", days("2"), "2026-03-09T11:00").contains(&counted));
    // Hours are hours: 4 on Friday afternoon, 4 on Saturday, 1 on Monday.
    check(
        &calendar,
        "2026-03-06T11:00",
        within("9", PeriodUnit::Hour),
        "2026-03-09T08:00",
    );
    check(&calendar, "2026-03-07T07:00", days("1"), "2026-03-07T11:00");
    check(
        &calendar,
        "2026-03-07T10:00",
        Term::SameDay,
        "2026-03-07T11:00",
    );
}

#[test]
fn new_hours_from_a_date_keep_the_share_of_the_day() {
    let winter = hours(&[("07:30", "12:00"), ("13:00", "17:30")]); // 9 hours.
    let calendar = changed(|parts| {
        parts.holidays.clear();
        let mut plan = parts.week_plans[0].clone();
        plan.effective_from = date(2026, 3, 4);
        plan.days = core::array::from_fn(|weekday| {
            if weekday < 5 {
                winter.clone()
            } else {
                DayHours::off()
            }
        });
        parts.week_plans.push(plan);
    });
    check(&calendar, "2026-03-03T11:00", days("1"), "2026-03-04T12:00"); // 4/8 → 4.5/9
    check(
        &calendar,
        "2026-03-03T08:00",
        days("1"),
        "2026-03-04T08:37:30",
    ); // 1/8 → 67.5 min of 9 h
}

#[test]
fn a_calendar_without_working_days_is_an_error_not_a_hang() {
    let none =
        changed(|parts| parts.week_plans[0].days = core::array::from_fn(|_| DayHours::off()));
    for term in [
        days("1"),
        within("3", PeriodUnit::Hour),
        within("3", PeriodUnit::CalendarDay),
        Term::SameDay,
    ] {
        let error = due(at("2026-03-02T10:00"), term, &none).unwrap_err();
        assert!(
            matches!(error, DeadlineError::NoWorkingDays { .. }),
            "{error}"
        );
    }
    // One make-up day is not enough for two.
    let one = changed(|parts| {
        parts.week_plans[0].days = core::array::from_fn(|_| DayHours::off());
        let day = MakeUpDay {
            name: "Làm bù".to_owned(),
            hours: hours(&[("07:00", "11:00")]),
        };
        parts.make_up_days = BTreeMap::from([(date(2026, 3, 7), day)]);
    });
    check(&one, "2026-03-02T10:00", days("1"), "2026-03-07T11:00");
    assert!(due(at("2026-03-02T10:00"), days("2"), &one).is_err());
    assert!(due(DateTime::MAX, days("1"), &plain()).is_err());
    assert_eq!(
        due(at("2026-03-02T10:00"), days("0"), &plain()),
        Err(DeadlineError::ZeroPeriod)
    );
}

#[test]
fn every_step_reads_as_a_vietnamese_sentence() {
    let due = due(
        at("2026-02-13T17:20"),
        days("17.5"),
        &WorkCalendar::default(),
    )
    .unwrap();
    let expect = [
        "Nhận lúc 17:20 thứ Sáu 13/02/2026; thời hạn 17,5 ngày làm việc.",
        "Không tính ngày nghỉ lễ: Tết Nguyên đán (16/02/2026 – 20/02/2026, lịch tạm tính).",
        "Nhận sau giờ làm việc: tính từ 07:00 thứ Hai 23/02/2026.",
        "Không tính 10 ngày nghỉ hằng tuần.",
        "Lịch nghỉ lễ năm 2026 trong máy là tạm tính hoặc chưa có: hãy đối chiếu thông báo chính thức.",
        "Hạn trả kết quả: 11:00 thứ Tư 18/03/2026.",
    ];
    assert_eq!(due.explain(), expect);
    let json = serde_json::to_string(&due).unwrap();
    assert_eq!(serde_json::from_str::<Due>(&json).unwrap(), due);
}

#[test]
fn explanations_stay_bounded() {
    let name = |day: i8| Holiday {
        first: date(2026, 3, day),
        last: date(2026, 3, day),
        name: format!("Ngày lễ {day}"),
        provisional: false,
        basis: String::new(),
    };
    let calendar = changed(|parts| {
        let every_day: DayHours = parts.week_plans[0].days[0].clone();
        parts.week_plans[0].days = core::array::from_fn(|_| every_day.clone());
        parts.holidays = (1..=30)
            .flat_map(|day| (4..=6).map(move |month| (day, month)))
            .map(|(day, month)| {
                let mut holiday = name(day);
                (holiday.first, holiday.last) = (date(2026, month, day), date(2026, month, day));
                holiday
            })
            .collect();
    });
    let due = due(at("2026-03-31T10:00"), days("1"), &calendar).unwrap();
    assert_eq!(due.due_at.date(), date(2026, 5, 31));
    assert_eq!(due.explanation.steps.len(), 60);
    let far = super::due(at("2026-03-31T10:00"), days("2"), &calendar).unwrap();
    assert_eq!(
        (far.explanation.steps.len(), far.explanation.n_omitted),
        (MAX_STEPS, 26)
    );
}
