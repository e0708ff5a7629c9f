//! A set of part numbers that grows with its runs, not with the largest number in it.

use std::collections::BTreeMap;
use std::ops::Range;

/// Parts as disjoint runs, start → end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Runs {
    runs: BTreeMap<u64, u64>,
    count: u64,
}

impl Runs {
    /// How many parts are in the set.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The last run that begins at `part` or before.
    fn run_at(&self, part: u64) -> Option<(u64, u64)> {
        let (start, end) = self.runs.range(..=part).next_back()?;
        Some((*start, *end))
    }

    pub(crate) fn contains(&self, part: u64) -> bool {
        self.run_at(part).is_some_and(|(_, end)| part < end)
    }

    /// Whether any part of `range` is in the set.
    pub(crate) fn touches(&self, range: &Range<u64>) -> bool {
        self.contains(range.start) || self.runs.range(range.clone()).next().is_some()
    }

    pub(crate) fn insert(&mut self, part: u64) {
        if self.contains(part) {
            return;
        }
        self.count += 1;
        let end = self.runs.remove(&(part + 1)).unwrap_or(part + 1);
        match self.run_at(part) {
            Some((start, before)) if before == part => self.runs.insert(start, end),
            _ => self.runs.insert(part, end),
        };
    }

    pub(crate) fn remove(&mut self, part: u64) {
        let Some((start, end)) = self.run_at(part).filter(|(_, end)| part < *end) else {
            return;
        };
        self.count -= 1;
        self.runs.remove(&start);
        if start < part {
            self.runs.insert(start, part);
        }
        if part + 1 < end {
            self.runs.insert(part + 1, end);
        }
    }

    /// Every part in the set, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        self.runs.iter().flat_map(|(start, end)| *start..*end)
    }

    /// What of `0..end` is not in the set, ascending.
    pub(crate) fn gaps(&self, end: u64) -> impl Iterator<Item = Range<u64>> {
        let starts = std::iter::once(0).chain(self.runs.values().copied());
        let ends = self.runs.keys().copied().chain(std::iter::once(end));
        starts
            .zip(ends)
            .map(|(start, end)| start..end)
            .filter(|gap| !gap.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_a_set(steps in prop::collection::vec((any::<bool>(), 0_u64..24), 0..80)) {
            let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
            for (insert, part) in steps {
                if insert {
                    runs.insert(part);
                    set.insert(part);
                } else {
                    runs.remove(part);
                    set.remove(&part);
                }
                prop_assert_eq!(runs.count(), set.len() as u64);
                prop_assert!(runs.iter().eq(set.iter().copied()));
                let gaps: BTreeSet<u64> = runs.gaps(24).flatten().collect();
                prop_assert!(gaps.iter().copied().eq((0..24).filter(|part| !set.contains(part))));
                for start in 0..24 {
                    prop_assert_eq!(runs.contains(start), set.contains(&start));
                    for end in start + 1..=24 {
                        let touched = set.range(start..end).next().is_some();
                        prop_assert_eq!(runs.touches(&(start..end)), touched);
                    }
                }
                prop_assert!(runs.runs.len() <= set.len());
            }
        }
    }
}
