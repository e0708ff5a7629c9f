//! Birth dates as officers type them: `01011985`, `1/1/1985` or only the year.

use jiff::civil::Date;

/// Years a living person, or one whose papers are asked for, may have been born in.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2200;

/// What was typed, as a person's record wants it: `yyyy-MM-dd`, or `yyyy` where only the year is known. Empty stays empty;
/// `None` when it is no date.
pub(super) fn stored(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(String::new());
    }
    if let Some(year) = year(typed) {
        return Some(year.to_string());
    }
    date(typed).map(|date| date.strftime("%Y-%m-%d").to_string())
}

/// The full date, if one was typed.
pub(super) fn date(typed: &str) -> Option<Date> {
    let typed = typed.trim();
    let parts: Vec<&str> = typed.split(['/', '-', '.', ' ']).collect();
    let (day, month, year) = match parts.as_slice() {
        [digits] if digits.len() == 8 && digits.is_ascii() => {
            (&digits[..2], &digits[2..4], &digits[4..])
        }
        [year, month, day] if year.len() == 4 => (*day, *month, *year),
        [day, month, year] => (*day, *month, *year),
        _ => return None,
    };
    let year = self::year(year)?;
    Date::new(year, number(month, 2)?, number(day, 2)?).ok()
}

/// As read on paper in Vietnam: `01/01/1985`.
pub(super) fn shown(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

fn year(typed: &str) -> Option<i16> {
    let is_year = typed.len() == 4 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let year: i16 = if is_year {
        typed.parse().ok()?
    } else {
        return None;
    };
    YEARS.contains(&year).then_some(year)
}

fn number(typed: &str, max_len: usize) -> Option<i8> {
    let is_number =
        (1..=max_len).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { typed.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_however_officers_type_them() {
        for (typed, expect) in [
            ("01011985", Some("1985-01-01")),
            ("1/1/1985", Some("1985-01-01")),
            ("29-02-2024", Some("2024-02-29")),
            ("1985-12-31", Some("1985-12-31")),
            (" 2.9.1945 ", Some("1945-09-02")),
            ("1950", Some("1950")),
            ("", Some("")),
            ("29/02/2023", None),
            ("31111985x", None),
            ("1/1/85", None),
            ("13/13/1985", None),
            ("0101", None),
            ("năm 1985", None),
            ("+1/1/1985", None),
        ] {
            assert_eq!(stored(typed).as_deref(), expect, "{typed:?}");
        }
    }
}
