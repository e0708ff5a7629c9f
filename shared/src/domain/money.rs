//! Money in đồng, and fees that may not be known: a catalogue's 0 is never "free".

use core::fmt;

use serde::{Deserialize, Serialize};

/// A sum in đồng. There is no smaller unit.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Dong(pub i64);

impl Dong {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `self + other`, or `None` on overflow.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// `self - other`, or `None` on overflow.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// `self × quantity` (pages, copies), or `None` on overflow.
    #[must_use]
    pub const fn checked_mul(self, quantity: i64) -> Option<Self> {
        match self.0.checked_mul(quantity) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// The sum of all, or `None` on overflow.
    #[must_use]
    pub fn checked_sum(sums: impl IntoIterator<Item = Self>) -> Option<Self> {
        sums.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// Vietnamese grouping with dots: `1.250.000 đ`.
impl fmt::Display for Dong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{grouped} đ")
    }
}

/// What a catalogue or an override says a fee is.
///
/// Published catalogues write 0 or nothing where the real rule stands in prose, so there is no "free" here: a zero
/// becomes `Known` only when an officer or a site override decided it ([`Fee::decided`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fee {
    /// The amount is published, or was decided.
    Known(Dong),
    /// Nobody has said yet: the officer reads the text and decides.
    #[default]
    Unknown,
}

impl Fee {
    /// Reads a published amount: zero, negative and absent are all unknown.
    #[must_use]
    pub const fn from_catalogue(value_vnd: Option<i64>) -> Self {
        match value_vnd {
            Some(value) if value > 0 => Self::Known(Dong(value)),
            _ => Self::Unknown,
        }
    }

    /// An amount that a person or a site override decided; zero means exempt. `None` if negative.
    #[must_use]
    pub const fn decided(amount: Dong) -> Option<Self> {
        if amount.0 < 0 {
            None
        } else {
            Some(Self::Known(amount))
        }
    }

    /// The amount, if known.
    #[must_use]
    pub const fn amount(self) -> Option<Dong> {
        match self {
            Self::Known(amount) => Some(amount),
            Self::Unknown => None,
        }
    }
}

/// The text on screens and slips.
impl fmt::Display for Fee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(amount) => amount.fmt(f),
            Self::Unknown => f.write_str("chưa xác định"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped_the_vietnamese_way() {
        let rows = [
            (0, "0 đ"),
            (500, "500 đ"),
            (20_000, "20.000 đ"),
            (1_250_000, "1.250.000 đ"),
            (-8_000, "-8.000 đ"),
            (i64::MIN, "-9.223.372.036.854.775.808 đ"),
        ];
        for (value, expect) in rows {
            assert_eq!(Dong(value).to_string(), expect);
        }
    }

    #[test]
    fn arithmetic_refuses_to_overflow() {
        assert_eq!(Dong(2_000).checked_mul(3), Some(Dong(6_000)));
        assert_eq!(Dong(2_000).checked_add(Dong(1_000)), Some(Dong(3_000)));
        assert_eq!(Dong(2_000).checked_sub(Dong(3_000)), Some(Dong(-1_000)));
        assert_eq!(Dong(i64::MAX).checked_add(Dong(1)), None);
        assert_eq!(Dong(i64::MIN).checked_sub(Dong(1)), None);
        assert_eq!(Dong(i64::MAX).checked_mul(2), None);
        assert_eq!(Dong::checked_sum([Dong(i64::MAX), Dong(1)]), None);
        assert_eq!(Dong::checked_sum([Dong(1), Dong(2)]), Some(Dong(3)));
    }

    #[test]
    fn zero_in_a_catalogue_is_unknown_and_never_free() {
        for value in [None, Some(0), Some(-1)] {
            assert_eq!(Fee::from_catalogue(value), Fee::Unknown);
        }
        assert_eq!(Fee::from_catalogue(Some(8_000)), Fee::Known(Dong(8_000)));
        assert_eq!(Fee::Unknown.to_string(), "chưa xác định");
        assert_eq!(Fee::Unknown.amount(), None);
    }

    #[test]
    fn an_exemption_is_known_once_decided() {
        assert_eq!(Fee::decided(Dong::ZERO), Some(Fee::Known(Dong::ZERO)));
        assert_eq!(Fee::decided(Dong(-1)), None);
    }
}
