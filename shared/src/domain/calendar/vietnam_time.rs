//! Asia/Ho_Chi_Minh: UTC+7 all year, so no time-zone database is needed.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

const VIETNAM: Offset = Offset::constant(7);

/// Local date and time of a Unix time in milliseconds; `None` outside the years jiff knows (−9999 … 9999).
#[must_use]
pub fn civil_from_unix_millis(unix_millis: i64) -> Option<DateTime> {
    let timestamp = Timestamp::from_millisecond(unix_millis).ok()?;
    Some(VIETNAM.to_datetime(timestamp))
}

/// Unix time in milliseconds of a local date and time, rounded down; `None` at the very edge of jiff's range.
#[must_use]
pub fn unix_millis_from_civil(local: DateTime) -> Option<i64> {
    let timestamp = VIETNAM.to_timestamp(local).ok()?;
    Some(timestamp.as_nanosecond().div_euclid(1_000_000))
        .and_then(|millis| i64::try_from(millis).ok())
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vietnam_is_seven_hours_ahead_in_every_season() {
        assert_eq!(
            civil_from_unix_millis(0),
            Some(datetime(1970, 1, 1, 7, 0, 0, 0))
        );
        // 2026-01-15T00:00:00Z and 2026-07-15T00:00:00Z, from `date -u -d … +%s`.
        assert_eq!(
            civil_from_unix_millis(1_768_435_200_000),
            Some(datetime(2026, 1, 15, 7, 0, 0, 0))
        );
        assert_eq!(
            civil_from_unix_millis(1_784_073_600_000),
            Some(datetime(2026, 7, 15, 7, 0, 0, 0))
        );
        assert_eq!(civil_from_unix_millis(i64::MAX), None);
        assert_eq!(civil_from_unix_millis(i64::MIN), None);
        assert_eq!(unix_millis_from_civil(DateTime::MIN), None);
    }

    proptest! {
        #[test]
        fn milliseconds_survive_the_way_there_and_back(millis in -62_000_000_000_000i64..253_000_000_000_000) {
            let local = civil_from_unix_millis(millis).expect("in range");
            prop_assert_eq!(unix_millis_from_civil(local), Some(millis));
        }
    }
}
