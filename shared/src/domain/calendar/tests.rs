//! The working calendar: holidays, make-up days, half days.

use jiff::civil::{date, time};

use super::*;

fn hours(spans: &[(i8, i8, i8, i8)]) -> DayHours {
    let interval = |(h1, m1, h2, m2): &(i8, i8, i8, i8)| WorkInterval {
        start: time(*h1, *m1, 0, 0),
        end: time(*h2, *m2, 0, 0),
    };
    DayHours::new(spans.iter().map(interval).collect()).unwrap()
}

fn with(change: impl FnOnce(&mut CalendarParts)) -> Result<WorkCalendar, CalendarError> {
    let mut parts = WorkCalendar::default().parts().clone();
    change(&mut parts);
    WorkCalendar::new(parts)
}

fn holiday(first: Date, last: Date, name: &str) -> Holiday {
    Holiday {
        first,
        last,
        name: name.to_owned(),
        provisional: false,
        basis: String::new(),
    }
}

#[test]
fn the_default_week_has_eight_hours_a_day_and_a_free_weekend() {
    let calendar = WorkCalendar::default();
    assert!(WorkCalendar::new(calendar.parts().clone()).is_ok());
    let monday = calendar.hours_on(date(2026, 3, 2)).unwrap();
    assert_eq!(monday.seconds(), 8 * 3600);
    assert_eq!(
        monday.opening_and_closing(),
        Some((time(7, 0, 0, 0), time(17, 0, 0, 0)))
    );
    assert_eq!(calendar.day(date(2026, 3, 7)), DayKind::WeeklyOff);
    assert_eq!(calendar.day(date(2026, 3, 8)), DayKind::WeeklyOff);
}

#[test]
fn holidays_of_2026_are_named_and_provisional() {
    let calendar = WorkCalendar::default();
    let rows = [
        (date(2026, 1, 1), "Tết Dương lịch"),
        (date(2026, 2, 16), "Tết Nguyên đán"),
        (date(2026, 2, 20), "Tết Nguyên đán"),
        (date(2026, 4, 27), "Giỗ Tổ Hùng Vương"),
        (date(2026, 4, 30), "Ngày Chiến thắng"),
        (date(2026, 5, 1), "Ngày Quốc tế lao động"),
        (date(2026, 9, 2), "Quốc khánh"),
        (date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),
    ];
    for (day, name) in rows {
        let DayKind::Holiday(found) = calendar.day(day) else {
            panic!("{day} is worked")
        };
        assert_eq!((found.name.as_str(), found.provisional), (name, true));
    }
    assert!(!calendar.is_year_confirmed(2026));
    let announced = with(|parts| {
        parts
            .holidays
            .push(holiday(date(2026, 1, 2), date(2026, 1, 2), "Nghỉ bù"));
    })
    .unwrap();
    assert!(announced.is_year_confirmed(2026));
}

#[test]
fn a_make_up_day_wins_over_weekend_and_holiday() {
    let saturday = date(2026, 8, 22);
    let make_up = MakeUpDay {
        name: "Làm bù 31/8".to_owned(),
        hours: hours(&[(7, 0, 11, 30)]),
    };
    let calendar = with(|parts| {
        parts.make_up_days.insert(saturday, make_up.clone());
        parts.make_up_days.insert(date(2026, 9, 1), make_up.clone());
    })
    .unwrap();
    assert_eq!(calendar.day(saturday), DayKind::MakeUp(&make_up));
    assert_eq!(calendar.day(date(2026, 9, 1)), DayKind::MakeUp(&make_up));
    assert_eq!(
        calendar.hours_on(saturday).unwrap().seconds(),
        4 * 3600 + 1800
    );
}

#[test]
fn new_weekly_hours_hold_from_their_date_on() {
    let winter = hours(&[(7, 30, 12, 0), (13, 0, 16, 30)]);
    let calendar = with(|parts| {
        let days = core::array::from_fn(|_| winter.clone());
        parts.week_plans.push(WeekPlan {
            effective_from: date(2026, 10, 1),
            days,
        });
    })
    .unwrap();
    assert_eq!(
        calendar.hours_on(date(2026, 9, 30)).unwrap().intervals()[0].start,
        time(7, 0, 0, 0)
    );
    assert_eq!(calendar.hours_on(date(2026, 10, 1)), Some(&winter));
    assert_eq!(calendar.hours_on(date(2026, 10, 4)), Some(&winter)); // A Sunday.
    // Before the first plan the first plan holds.
    assert!(calendar.hours_on(date(2020, 1, 6)).is_some());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let at = |start: i8, end: i8| WorkInterval {
        start: time(start, 0, 0, 0),
        end: time(end, 0, 0, 0),
    };
    for intervals in [
        vec![at(11, 7)],
        vec![at(7, 7)],
        vec![at(13, 17), at(7, 11)],
        vec![at(7, 12), at(11, 17)],
        vec![at(7, 11), at(11, 17)],
        vec![at(1, 2); 9],
    ] {
        assert_eq!(DayHours::new(intervals), Err(CalendarError::BadHours));
    }
    let (d, e) = (date(2026, 6, 2), date(2026, 6, 1));
    assert!(matches!(
        with(|parts| parts.holidays.push(holiday(d, e, "x"))),
        Err(CalendarError::BadHoliday { .. })
    ));
    assert!(matches!(
        with(|parts| parts.holidays.push(holiday(e, d, " "))),
        Err(CalendarError::BadHoliday { .. })
    ));
    let forty_days = holiday(e, date(2026, 7, 10), "x");
    assert!(matches!(
        with(|parts| parts.holidays.push(forty_days)),
        Err(CalendarError::BadHoliday { .. })
    ));
    let many = vec![holiday(e, d, "x"); MAX_HOLIDAYS + 1];
    assert!(matches!(
        with(|parts| parts.holidays = many),
        Err(CalendarError::TooMany {
            limit: MAX_HOLIDAYS,
            ..
        })
    ));
    assert_eq!(
        with(|parts| parts.week_plans.clear()),
        Err(CalendarError::BadWeekPlans)
    );
    assert_eq!(
        with(|parts| parts.week_plans.push(parts.week_plans[0].clone())),
        Err(CalendarError::BadWeekPlans)
    );
    let no_hours = MakeUpDay {
        name: "x".to_owned(),
        hours: DayHours::off(),
    };
    assert_eq!(
        with(|parts| drop(parts.make_up_days.insert(d, no_hours))),
        Err(CalendarError::BadMakeUpDay { date: d })
    );
}

#[test]
fn a_stored_calendar_is_checked_when_read() {
    let calendar = WorkCalendar::default();
    let json = serde_json::to_string(&calendar).unwrap();
    assert_eq!(
        serde_json::from_str::<WorkCalendar>(&json).unwrap(),
        calendar
    );
    let swapped = json.replace("\"07:00:00\"", "\"12:00:00\"");
    assert_ne!(swapped, json);
    assert!(serde_json::from_str::<WorkCalendar>(&swapped).is_err());
}
