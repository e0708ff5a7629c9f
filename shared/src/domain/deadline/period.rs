//! Lengths of time as catalogues write them, held exactly: 17.5 working days is 17 500 thousandths.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Ten years of days; the longest period published is 60.
pub const MAX_QTY_THOUSANDTHS: u32 = 3_650_000;

/// A count of units with up to three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Qty {
    thousandths: u32,
}

/// The text or number is no count of units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QtyError {
    /// Not digits with at most three decimals.
    #[error("a quantity is a number with at most three decimals, such as 17.5")]
    NotANumber,
    /// More than [`MAX_QTY_THOUSANDTHS`].
    #[error("a quantity is at most {} units", MAX_QTY_THOUSANDTHS / 1000)]
    TooLarge,
}

impl Qty {
    /// From thousandths of a unit.
    pub const fn from_thousandths(thousandths: u32) -> Result<Self, QtyError> {
        if thousandths > MAX_QTY_THOUSANDTHS {
            return Err(QtyError::TooLarge);
        }
        Ok(Self { thousandths })
    }

    /// From whole units.
    pub const fn whole(units: u32) -> Result<Self, QtyError> {
        Self::from_thousandths(units.saturating_mul(1000))
    }

    /// Reads `17`, `17.5` or `17,5`.
    pub fn parse(text: &str) -> Result<Self, QtyError> {
        let (units, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        let is_digits = |part: &str, max: usize| {
            (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_digits(decimals, 3) || !is_digits(units, 9) {
            return Err(QtyError::NotANumber);
        }
        let read = |part: &str| {
            part.bytes()
                .fold(0_u32, |sum, byte| sum * 10 + u32::from(byte - b'0'))
        };
        let scale = [0, 100, 10, 1][decimals.len()];
        let thousandths = read(units)
            .saturating_mul(1000)
            .saturating_add(read(decimals) * scale);
        Self::from_thousandths(thousandths)
    }

    /// Thousandths of a unit.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.thousandths
    }

    /// Whole units, rounded up.
    #[must_use]
    pub const fn rounded_up(self) -> u32 {
        self.thousandths.div_ceil(1000)
    }

    /// Whether there is a fraction.
    #[must_use]
    pub const fn is_fractional(self) -> bool {
        !self.thousandths.is_multiple_of(1000)
    }
}

impl TryFrom<u32> for Qty {
    type Error = QtyError;

    fn try_from(thousandths: u32) -> Result<Self, QtyError> {
        Self::from_thousandths(thousandths)
    }
}

impl From<Qty> for u32 {
    fn from(qty: Qty) -> Self {
        qty.thousandths
    }
}

/// With a decimal comma, as printed in Vietnam: `17,5`.
impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, rest) = (self.thousandths / 1000, self.thousandths % 1000);
        if rest == 0 {
            return write!(f, "{units}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{units},{}", decimals.trim_end_matches('0'))
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodUnit {
    /// Ngày làm việc.
    WorkingDay,
    /// Ngày: every day counts.
    CalendarDay,
    /// Giờ: working hours.
    Hour,
    /// Tháng: to the same day of a later month, or its last day.
    Month,
}

impl PeriodUnit {
    /// The word printed on slips.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::WorkingDay => "ngày làm việc",
            Self::CalendarDay => "ngày",
            Self::Hour => "giờ làm việc",
            Self::Month => "tháng",
        }
    }
}

/// A length of time in a catalogue's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// How many.
    pub qty: Qty,
    /// Of what.
    pub unit: PeriodUnit,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.qty, self.unit.word())
    }
}

/// The time a dossier may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// By closing on the day of reception; a site override, no catalogue has it.
    SameDay,
    /// Within a period.
    Within(Period),
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameDay => f.write_str("trong ngày"),
            Self::Within(period) => period.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact_and_read_in_both_decimal_styles() {
        let rows = [
            ("17", 17_000, "17"),
            ("17.5", 17_500, "17,5"),
            ("17,5", 17_500, "17,5"),
            ("0.125", 125, "0,125"),
            ("1.05", 1_050, "1,05"),
            ("0", 0, "0"),
        ];
        for (text, thousandths, shown) in rows {
            let qty = Qty::parse(text).unwrap();
            assert_eq!(
                (qty.thousandths(), qty.to_string().as_str()),
                (thousandths, shown)
            );
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1.2345",
            "1.2.3",
            "một",
            "1234567890",
            " 1",
        ] {
            assert_eq!(Qty::parse(text), Err(QtyError::NotANumber), "{text:?}");
        }
        assert_eq!(Qty::parse("3651"), Err(QtyError::TooLarge));
        assert_eq!(Qty::parse("999999999"), Err(QtyError::TooLarge));
        assert!(serde_json::from_str::<Qty>("3650001").is_err());
    }
}
