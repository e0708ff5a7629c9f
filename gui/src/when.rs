//! Times as people in Vietnam write them: dd/mm/yyyy, 24 hours, Vietnam's zone.

use jiff::civil::DateTime;
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};

use crate::words::Lang;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn civil(millis: u64) -> Option<DateTime> {
    SiteTime::new(millis, TimeQuality::Unconfirmed).civil()
}

/// `17/11/2026`.
#[must_use]
pub fn date(millis: u64) -> String {
    civil(millis).map_or_else(String::new, |at| at.strftime("%d/%m/%Y").to_string())
}

/// `09:12`.
#[must_use]
pub fn clock(millis: u64) -> String {
    civil(millis).map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
}

/// `09:12 17/11/2026`.
#[must_use]
pub fn exact(millis: u64) -> String {
    civil(millis).map_or_else(String::new, |at| at.strftime("%H:%M %d/%m/%Y").to_string())
}

/// `09:12` on the same day, otherwise with the date.
#[must_use]
pub fn short(millis: u64, now_millis: u64) -> String {
    if date(millis) == date(now_millis) {
        clock(millis)
    } else {
        exact(millis)
    }
}

/// How long ago or ahead, in whole minutes, hours or days: `vừa xong`, `12 phút trước`, `còn 3 ngày`.
#[must_use]
pub fn relative(lang: Lang, millis: u64, now_millis: u64) -> String {
    let is_past = millis <= now_millis;
    let span = millis.abs_diff(now_millis);
    let (n, unit) = match span {
        ..MINUTE => (0, "now"),
        MINUTE..HOUR => (span / MINUTE, "minutes"),
        HOUR..DAY => (span / HOUR, "hours"),
        _ => (span / DAY, "days"),
    };
    let key = match (is_past, unit) {
        (_, "now") => "when.now",
        (true, "minutes") => "when.minutes_ago",
        (true, "hours") => "when.hours_ago",
        (true, _) => "when.days_ago",
        (false, "minutes") => "when.in_minutes",
        (false, "hours") => "when.in_hours",
        (false, _) => "when.in_days",
    };
    rust_i18n::t!(key, locale = lang.code(), n = n).into_owned()
}

/// Whole minutes between two moments, for waiting times.
#[must_use]
pub const fn minutes_between(from_millis: u64, to_millis: u64) -> u64 {
    to_millis.saturating_sub(from_millis) / MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-17 09:12 in Vietnam; from `date -u -d '2026-11-17 02:12' +%s`.
    const NOW: u64 = 1_794_881_520_000;

    #[test]
    fn dates_are_written_day_first_in_vietnam_time() {
        assert_eq!(exact(NOW), "09:12 17/11/2026");
        assert_eq!(short(NOW - HOUR, NOW), "08:12");
        assert_eq!(short(NOW - 12 * HOUR, NOW), "21:12 16/11/2026");
    }

    #[test]
    fn spans_are_told_in_the_largest_whole_unit() {
        for (at, vi, en) in [
            (NOW - 30_000, "vừa xong", "just now"),
            (NOW - 12 * MINUTE, "12 phút trước", "12 min ago"),
            (NOW - 3 * HOUR, "3 giờ trước", "3 h ago"),
            (NOW - 2 * DAY, "2 ngày trước", "2 d ago"),
            (NOW + 5 * HOUR, "còn 5 giờ", "in 5 h"),
        ] {
            assert_eq!(relative(Lang::Vi, at, NOW), vi);
            assert_eq!(relative(Lang::En, at, NOW), en);
        }
    }
}
