//! Where in the list the officer is: what she sees, what is chosen, and how both move. Pure.

use std::ops::Range;

use egui::Key;

use crate::theme;

/// Height of one row, points; the same whether it is there yet or not.
pub(crate) const ROW: f32 = theme::GRID * 6.0;

/// The place.
#[derive(Debug, Default)]
pub(crate) struct Place {
    offset: f32,
    height: f32,
    /// Where the next frame scrolls to by itself.
    forced: Option<f32>,
    selected: Option<usize>,
    n_new_above: usize,
}

impl Place {
    /// What was drawn: how far down and how much of it.
    pub(crate) fn drawn(&mut self, offset: f32, height: f32) {
        self.offset = offset;
        self.height = height;
        if self.is_at_top() {
            self.n_new_above = 0;
        }
    }

    /// Where this frame is to scroll to, once; no further than the list goes.
    pub(crate) fn take_forced(&mut self, n_total: usize) -> Option<f32> {
        let furthest = (points(n_total) - self.height).max(0.0);
        Some(self.forced.take()?.min(furthest))
    }

    /// The rows on the screen.
    #[must_use]
    pub(crate) fn visible(&self, n_total: Option<usize>) -> Range<usize> {
        let offset = self.target();
        let first = rows_in(offset);
        let end = rows_in(offset + self.height.max(ROW)) + 1;
        match n_total {
            Some(n_total) => first.min(n_total)..end.min(n_total),
            None => first..end,
        }
    }

    /// Nothing is scrolled away above.
    #[must_use]
    pub(crate) fn is_at_top(&self) -> bool {
        self.target() < 1.0
    }

    /// The chosen row.
    #[must_use]
    pub(crate) fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// Chooses a row, without scrolling.
    pub(crate) fn select(&mut self, row: Option<usize>) {
        self.selected = row;
    }

    /// New rows above that the officer has not seen.
    #[must_use]
    pub(crate) fn n_new_above(&self) -> usize {
        self.n_new_above
    }

    /// Back to the newest.
    pub(crate) fn go_to_top(&mut self) {
        self.forced = Some(0.0);
        self.n_new_above = 0;
    }

    /// Scrolls by so many points.
    pub(crate) fn scroll_by(&mut self, points: f32) {
        self.forced = Some((self.target() + points).max(0.0));
    }

    /// What she reads stands so many rows further down now: the view goes with it.
    pub(crate) fn moved(&mut self, by: isize) {
        if by == 0 {
            return;
        }
        let n_rows = by.unsigned_abs();
        if by > 0 {
            self.n_new_above += n_rows;
        }
        let sign = if by > 0 { 1.0 } else { -1.0 };
        self.scroll_by(sign * points(n_rows));
        self.selected = self.selected.map(|at| at.saturating_add_signed(by));
    }

    /// Moves the choice with a key; true when the key is one of the list's.
    pub(crate) fn key(&mut self, key: Key, n_total: usize) -> bool {
        let page = rows_in(self.height).max(2) - 1;
        let last = n_total.saturating_sub(1);
        let at = self.selected;
        let next = match key {
            Key::ArrowDown => at.map_or(0, |at| at + 1),
            Key::ArrowUp => at.unwrap_or(0).saturating_sub(1),
            Key::PageDown => at.unwrap_or(0) + page,
            Key::PageUp => at.unwrap_or(0).saturating_sub(page),
            Key::Home => 0,
            Key::End => last,
            _ => return false,
        };
        if n_total > 0 {
            self.selected = Some(next.min(last));
            self.show_selected();
        }
        true
    }

    /// Scrolls as little as shows the chosen row whole.
    fn show_selected(&mut self) {
        let Some(at) = self.selected else {
            return;
        };
        let (top, offset) = (points(at), self.target());
        if top < offset {
            self.forced = Some(top);
        } else if top + ROW > offset + self.height {
            self.forced = Some(top + ROW - self.height);
        }
    }

    fn target(&self) -> f32 {
        self.forced.unwrap_or(self.offset)
    }
}

/// Height of so many rows. Exact up to 2^24 points and to 2 points at half a million rows.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn points(n_rows: usize) -> f32 {
    n_rows as f32 * ROW
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped, and no list has 2^24 rows"
)]
fn rows_in(points: f32) -> usize {
    (points / ROW).floor().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset_rows: usize, selected: Option<usize>) -> Place {
        let mut place = Place::default();
        place.drawn(points(offset_rows), ROW * 10.0);
        place.select(selected);
        place
    }

    #[test]
    fn keys_move_the_choice_and_show_it() {
        for (first, selected, key, expect, scrolled_to) in [
            (0, None, Key::ArrowDown, 0, None),
            (0, Some(9), Key::ArrowDown, 10, Some(1)),
            (5, Some(5), Key::ArrowUp, 4, Some(4)),
            (0, Some(0), Key::ArrowUp, 0, None),
            (0, Some(0), Key::PageDown, 9, None),
            (0, Some(9), Key::PageDown, 18, Some(9)),
            (50, Some(50), Key::PageUp, 41, Some(41)),
            (50, Some(50), Key::Home, 0, Some(0)),
            (0, None, Key::End, 99_999, Some(99_990)),
            (99_990, Some(99_999), Key::ArrowDown, 99_999, None),
        ] {
            let mut place = at(first, selected);
            assert!(place.key(key, 100_000));
            let seen = (place.selected(), place.take_forced(100_000));
            let expect = (Some(expect), scrolled_to.map(points));
            assert_eq!(seen, expect, "{first} {selected:?} {key:?}");
        }
        assert!(!at(0, None).key(Key::Enter, 5));
    }

    #[test]
    fn keys_of_an_empty_list_choose_nothing() {
        let mut place = at(0, None);
        assert!(place.key(Key::End, 0));
        assert_eq!(place.selected(), None);
    }

    #[test]
    fn what_is_read_stays_when_rows_come_above() {
        let mut place = at(500, Some(503));
        place.moved(3);
        assert_eq!(place.visible(Some(10_003)), 503..514);
        assert_eq!(place.selected(), Some(506));
        assert_eq!(place.n_new_above(), 3);
        place.moved(-1);
        assert_eq!(place.visible(Some(10_002)).start, 502);
        place.drawn(0.0, ROW * 10.0);
        assert_eq!(
            place.take_forced(5),
            Some(0.0),
            "no further than the list goes"
        );
        place.drawn(0.0, ROW * 10.0);
        assert_eq!(place.n_new_above(), 0, "the officer saw them");
    }

    #[test]
    fn only_rows_of_the_list_are_visible() {
        assert_eq!(at(0, None).visible(Some(3)), 0..3);
        assert_eq!(at(95, None).visible(Some(100)), 95..100);
        assert_eq!(at(95, None).visible(Some(10)), 10..10);
        assert_eq!(Place::default().visible(None), 0..2);
    }
}
