//! Exact fractions of working days, so that 17.5 days from 10:20 never drift by a rounding.

/// A non-negative fraction of working days, in lowest terms. `None` on overflow, which needs more different day lengths
/// than a calendar holds in practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    numerator: u128,
    denominator: u128,
}

impl Share {
    pub(super) const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// `numerator / denominator`; zero if the denominator is.
    pub(super) fn new(numerator: u128, denominator: u128) -> Self {
        if denominator == 0 {
            return Self::ZERO;
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    pub(super) fn checked_add(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let denominator = self.denominator.checked_mul(other.denominator)?;
        Some(Self::new(left.checked_add(right)?, denominator))
    }

    /// `self - other`; `None` also if that is negative.
    pub(super) fn checked_sub(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let denominator = self.denominator.checked_mul(other.denominator)?;
        Some(Self::new(left.checked_sub(right)?, denominator))
    }

    /// Whole days before the last one, and the share of that last one in (0, 1]: exactly 2 days is 1 and a full one.
    /// `None` for zero.
    pub(super) fn split_last_day(self) -> Option<(u128, Self)> {
        let before = self.numerator.checked_sub(1)? / self.denominator;
        let rest = self.numerator - before * self.denominator;
        Some((before, Self::new(rest, self.denominator)))
    }

    /// For display only.
    pub(super) fn thousandths_rounded_up(self) -> u32 {
        self.of_rounded_up(1000)
            .and_then(|thousandths| u32::try_from(thousandths).ok())
            .unwrap_or(u32::MAX)
    }

    /// This share of `whole`, rounded up.
    pub(super) fn of_rounded_up(self, whole: u128) -> Option<u128> {
        Some(
            self.numerator
                .checked_mul(whole)?
                .div_ceil(self.denominator),
        )
    }
}

const fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_fills_its_last_day_ends_in_it() {
        assert_eq!(
            Share::new(2, 1).split_last_day(),
            Some((1, Share::new(1, 1)))
        );
        assert_eq!(
            Share::new(35, 2).split_last_day(),
            Some((17, Share::new(1, 2)))
        );
        assert_eq!(
            Share::new(1, 3).split_last_day(),
            Some((0, Share::new(1, 3)))
        );
        assert_eq!(Share::ZERO.split_last_day(), None);
    }

    #[test]
    fn thirds_add_up_exactly() {
        let third = Share::new(9_600, 28_800);
        let one = third
            .checked_add(third)
            .and_then(|sum| sum.checked_add(third));
        assert_eq!(one, Some(Share::new(1, 1)));
        assert_eq!(
            one.and_then(|one| one.checked_sub(third)),
            Some(Share::new(2, 3))
        );
        assert_eq!(third.checked_sub(Share::new(1, 1)), None);
        assert_eq!(third.of_rounded_up(100), Some(34));
    }
}
