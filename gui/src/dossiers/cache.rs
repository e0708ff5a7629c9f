//! The part of the list that is known: a few pages around what the officer sees. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use lienquay_shared::DocId;

use crate::dossiers::data::{Found, Line};

/// Rows of one page.
pub(crate) const PAGE_ROWS: usize = 100;
/// Pages kept: 1,200 rows of some 300 bytes.
const MAX_PAGES: usize = 12;
/// The page beside is loaded when this few rows are left on the one that is read.
const AHEAD_ROWS: usize = 30;

/// Known pages.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    n_total: Option<usize>,
    pages: BTreeMap<u32, Page>,
}

#[derive(Debug)]
struct Page {
    lines: Vec<Line>,
    is_stale: bool,
}

/// The pages that hold these rows.
pub(crate) fn pages_of(rows: Range<usize>) -> impl Iterator<Item = u32> {
    let number = |row: usize| u32::try_from(row / PAGE_ROWS).unwrap_or(u32::MAX);
    number(rows.start)..number(rows.end.max(rows.start + 1) - 1) + 1
}

impl Cache {
    /// How long the list is; none until the first answer.
    #[must_use]
    pub(crate) fn n_total(&self) -> Option<usize> {
        self.n_total
    }

    /// One row, if it is known.
    #[must_use]
    pub(crate) fn line(&self, at: usize) -> Option<&Line> {
        let page = self.pages.get(&u32::try_from(at / PAGE_ROWS).ok()?)?;
        page.lines.get(at % PAGE_ROWS)
    }

    /// What is known of these rows, with positions.
    pub(crate) fn known(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, &Line)> {
        rows.filter_map(|at| Some((at, self.line(at)?)))
    }

    /// Everything may be old. It stays until the answer is there.
    pub(crate) fn stale(&mut self) {
        for page in self.pages.values_mut() {
            page.is_stale = true;
        }
    }

    /// What is not on the screen may be old; it is asked again when it comes there.
    pub(crate) fn stale_outside(&mut self, visible: &Range<usize>) {
        let seen: BTreeSet<u32> = pages_of(visible.clone()).collect();
        for (number, page) in &mut self.pages {
            page.is_stale |= !seen.contains(number);
        }
    }

    /// The pages to ask for while these rows are on the screen.
    #[must_use]
    pub(crate) fn wanted(&self, visible: &Range<usize>) -> Vec<u32> {
        let end = self.n_total.unwrap_or(visible.end);
        let rows = visible.start.saturating_sub(AHEAD_ROWS)..(visible.end + AHEAD_ROWS).min(end);
        if rows.is_empty() {
            return Vec::new();
        }
        let is_wanted = |number: &u32| self.pages.get(number).is_none_or(|page| page.is_stale);
        pages_of(rows).filter(is_wanted).collect()
    }

    /// Takes an answer in. `visible` is what the officer sees once the answer is there.
    pub(crate) fn take(&mut self, found: Found, visible: &Range<usize>) {
        let is_moved = found.n_shifted != 0 || self.n_total != Some(found.n_total);
        if is_moved {
            // What stands on the other pages is no longer known.
            self.pages.clear();
        }
        self.n_total = Some(found.n_total);
        for (number, lines) in found.pages {
            let page = Page {
                lines,
                is_stale: false,
            };
            self.pages.insert(number, page);
        }
        self.evict(visible);
    }

    /// Marks those that are safe now.
    pub(crate) fn mark_safe(&mut self, safe: &BTreeSet<DocId>) {
        let lines = self.pages.values_mut().flat_map(|page| &mut page.lines);
        for line in lines {
            line.is_safe |= safe.contains(&line.doc);
        }
    }

    /// Forgets the pages farthest from what is seen.
    fn evict(&mut self, visible: &Range<usize>) {
        let here = u32::try_from(visible.start / PAGE_ROWS).unwrap_or(u32::MAX);
        while self.pages.len() > MAX_PAGES {
            let farthest = self
                .pages
                .keys()
                .copied()
                .max_by_key(|at| at.abs_diff(here));
            match farthest {
                Some(number) => self.pages.remove(&number),
                None => return,
            };
        }
    }
}

#[cfg(test)]
mod tests;
