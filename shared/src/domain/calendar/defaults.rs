//! The calendar a new site starts with, until its administrator or the province sends a better one.

use std::collections::BTreeMap;

use jiff::civil::{Date, date, time};

use super::{CalendarParts, DayHours, Holiday, WeekPlan, WorkCalendar, WorkInterval};

/// First day, last day and name of the public holidays of 2026, and of New Year 2027 because dossiers received in December
/// are due beyond it. Tết and the Hùng Kings' day follow the lunar calendar; the day next to 2/9 is chosen each year;
/// 26/4/2026 is a Sunday and made up for on the Monday. None of it was checked against the announcement, hence provisional.
const PROVISIONAL_HOLIDAYS: [(Date, Date, &str); 8] = [
    (date(2026, 1, 1), date(2026, 1, 1), "Tết Dương lịch"),
    (date(2026, 2, 16), date(2026, 2, 20), "Tết Nguyên đán"),
    (date(2026, 4, 26), date(2026, 4, 27), "Giỗ Tổ Hùng Vương"),
    (date(2026, 4, 30), date(2026, 4, 30), "Ngày Chiến thắng"),
    (date(2026, 5, 1), date(2026, 5, 1), "Ngày Quốc tế lao động"),
    (date(2026, 9, 1), date(2026, 9, 2), "Quốc khánh"),
    (
        date(2026, 11, 24),
        date(2026, 11, 24),
        "Ngày Văn hóa Việt Nam",
    ),
    (date(2027, 1, 1), date(2027, 1, 1), "Tết Dương lịch"),
];

impl Default for WorkCalendar {
    /// Monday to Friday, 07:00–11:30 and 13:30–17:00, same-day cut-off 15:00, provisional holidays.
    fn default() -> Self {
        let office_day = DayHours(vec![
            WorkInterval {
                start: time(7, 0, 0, 0),
                end: time(11, 30, 0, 0),
            },
            WorkInterval {
                start: time(13, 30, 0, 0),
                end: time(17, 0, 0, 0),
            },
        ]);
        let days = core::array::from_fn(|weekday| {
            if weekday < 5 {
                office_day.clone()
            } else {
                DayHours::off()
            }
        });
        let holidays = PROVISIONAL_HOLIDAYS.map(|(first, last, name)| Holiday {
            first,
            last,
            name: name.to_owned(),
            provisional: true,
            basis: String::new(),
        });
        Self {
            parts: CalendarParts {
                // The two-level local government, and with it this kind of site, started on this day.
                week_plans: vec![WeekPlan {
                    effective_from: date(2025, 7, 1),
                    days,
                }],
                holidays: holidays.into(),
                make_up_days: BTreeMap::new(),
                same_day_cutoff: time(15, 0, 0, 0),
            },
        }
    }
}
