//! Site time: the clock that legal times are taken from, and how far it is to be trusted.

use serde::{Deserialize, Serialize};

use crate::domain::calendar::civil_from_unix_millis;

/// Vietnam has one zone and no summer time.
const OFFSET_MILLIS: u64 = 7 * 3_600_000;
const DAY_MILLIS: u64 = 24 * 3_600_000;

/// Where a time comes from, best last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TimeQuality {
    /// This PC's own clock, and it cannot be true: no legal time may be taken from it.
    Doubtful,
    /// This PC's own clock; plausible, but nobody vouches for it.
    #[default]
    Unconfirmed,
    /// An officer confirmed the date on this PC.
    Confirmed,
    /// The median of the members' clocks.
    Median,
    /// The median, anchored by the province's clock.
    Anchored,
}

/// A moment in site time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct SiteTime {
    /// Unix milliseconds.
    #[serde(rename = "m")]
    pub millis: u64,
    /// How far to trust it.
    #[serde(rename = "q", default)]
    pub quality: TimeQuality,
}

impl SiteTime {
    /// A moment and its quality.
    pub const fn new(millis: u64, quality: TimeQuality) -> Self {
        Self { millis, quality }
    }

    /// The date in Vietnam.
    pub fn day(self) -> Day {
        let days = self.millis.saturating_add(OFFSET_MILLIS) / DAY_MILLIS;
        Day(i32::try_from(days).unwrap_or(i32::MAX))
    }
}

impl SiteTime {
    /// Date and time in Vietnam; none beyond the years jiff knows.
    pub fn civil(self) -> Option<jiff::civil::DateTime> {
        i64::try_from(self.millis)
            .ok()
            .and_then(civil_from_unix_millis)
    }
}

/// A date: days since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The civil date; clamped to the years jiff knows.
    pub fn date(self) -> jiff::civil::Date {
        let span = jiff::Span::new().try_days(i64::from(self.0));
        let epoch = jiff::civil::date(1970, 1, 1);
        span.and_then(|days| epoch.checked_add(days))
            .unwrap_or(epoch)
    }

    /// The day of a civil date.
    pub fn of(date: jiff::civil::Date) -> Self {
        let hours = jiff::civil::date(1970, 1, 1)
            .duration_until(date)
            .as_hours();
        Self(i32::try_from(hours / 24).unwrap_or(i32::MAX))
    }

    /// Its first moment in Vietnam, Unix milliseconds.
    pub fn first_millis(self) -> u64 {
        let days = u64::try_from(self.0).unwrap_or(0);
        (days * DAY_MILLIS).saturating_sub(OFFSET_MILLIS)
    }

    /// `YYMMDD`, as codes carry it.
    pub fn yymmdd(self) -> String {
        let date = self.date();
        format!(
            "{:02}{:02}{:02}",
            date.year().rem_euclid(100),
            date.month(),
            date.day()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_vietnam() {
        // 2025-11-20 17:00 UTC is 2025-11-21 00:00 in Vietnam.
        let midnight = SiteTime::new(1_763_658_000_000, TimeQuality::Median);
        assert_eq!(midnight.day().yymmdd(), "251121");
        let before = SiteTime::new(midnight.millis - 1, TimeQuality::Median);
        assert_eq!(before.day().yymmdd(), "251120");
        assert_eq!(Day::of(midnight.day().date()), midnight.day());
    }

    #[test]
    fn any_number_of_days_has_a_date() {
        for days in [i32::MIN, -1, 0, i32::MAX] {
            assert_eq!(Day(days).yymmdd().len(), 6);
        }
    }
}
