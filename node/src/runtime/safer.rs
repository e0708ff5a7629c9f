//! When subscribers hear that more is safe: soon, but not with every beat of every member.

/// Between two pieces of such news.
const REST_MILLIS: u64 = 1_000;

/// What was told, and whether there is more to tell.
#[derive(Debug, Default)]
pub(crate) struct Safer {
    has_more: bool,
    rests_until_mono_millis: u64,
}

impl Safer {
    /// Entries that were not durable on another member are now.
    pub(crate) fn advanced(&mut self) {
        self.has_more = true;
    }

    /// When it is to be told at the latest.
    pub(crate) fn next_timeout(&self) -> u64 {
        if self.has_more {
            self.rests_until_mono_millis
        } else {
            u64::MAX
        }
    }

    /// Whether it is to be told now; it is not again for a while.
    pub(crate) fn take_due(&mut self, mono_millis: u64) -> bool {
        if !self.has_more || mono_millis < self.rests_until_mono_millis {
            return false;
        }
        self.has_more = false;
        self.rests_until_mono_millis = mono_millis + REST_MILLIS;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_second_is_told_once_at_its_beginning_and_once_at_its_end() {
        let mut safer = Safer::default();
        let mut told = Vec::new();
        assert_eq!(safer.next_timeout(), u64::MAX);
        for at in (5_000..5_900).step_by(100) {
            safer.advanced();
            if safer.take_due(at) {
                told.push(at);
            }
        }
        assert_eq!(told, [5_000]);
        assert_eq!(safer.next_timeout(), 6_000);
        assert!(safer.take_due(6_000));
        assert!(!safer.take_due(9_000), "nothing more became safe");
        assert_eq!(safer.next_timeout(), u64::MAX);
    }
}
