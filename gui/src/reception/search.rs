//! Finding a procedure: one question under way, the keys ↑ ↓ Enter choose.

use lienquay_shared::view::ProcedureRow;

use super::burst::BurstWatch;
use super::data::{self, Found};
use super::form::Chosen;
use crate::link::Link;
use crate::remote::Remote;

/// Rows on the screen; more are found by typing on.
pub(super) const MAX_SHOWN: usize = 9;

/// The search.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// What is typed.
    pub text: String,
    /// Open although a procedure is chosen: the officer wants another.
    pub is_changing: bool,
    /// The row that Enter chooses.
    pub selected: usize,
    /// A card may be scanned here too.
    pub burst: BurstWatch,
    found: Remote<Found>,
    asked: Option<String>,
    /// Enter came before the answer to what was typed.
    enter_waits: bool,
}

impl Search {
    /// The catalogue may have changed.
    pub(super) fn stale(&mut self) {
        self.found.stale();
    }

    /// Once a frame while it is open: asks when the words changed and no question is under way. Gives what Enter chose
    /// when the answer it waited for is there.
    pub(super) fn refresh(&mut self, link: &Link) -> Option<Chosen> {
        if self.asked.as_ref() != Some(&self.text) {
            self.found.stale();
        }
        let Self {
            found, asked, text, ..
        } = self;
        let arrived = found.refresh(link, |node| {
            *asked = Some(text.clone());
            data::search(node, text.clone())
        });
        if arrived {
            self.selected = self.selected.min(self.rows().len().saturating_sub(1));
        }
        if self.enter_waits && self.is_current() {
            self.enter_waits = false;
            return self.chosen();
        }
        None
    }

    /// The rows to show.
    pub(super) fn rows(&self) -> &[ProcedureRow] {
        let rows = self.found.get().map_or(&[][..], |found| &found.rows);
        &rows[..rows.len().min(MAX_SHOWN)]
    }

    /// There are rows beyond those shown.
    pub(super) fn has_more(&self) -> bool {
        self.found
            .get()
            .is_some_and(|found| found.has_more || found.rows.len() > MAX_SHOWN)
    }

    /// The rows are those of what is typed now.
    pub(super) fn is_current(&self) -> bool {
        self.found
            .get()
            .is_some_and(|found| found.text == self.text)
    }

    /// The last question was not answered.
    pub(super) fn has_failed(&self) -> bool {
        self.found.error().is_some()
    }

    /// Moves to a row further down or up.
    pub(super) fn step(&mut self, down: bool) {
        let last = self.rows().len().saturating_sub(1);
        self.selected = if down {
            (self.selected + 1).min(last)
        } else {
            self.selected.saturating_sub(1)
        };
    }

    /// Enter was pressed.
    pub(super) fn enter(&mut self) -> Option<Chosen> {
        if self.is_current() {
            return self.chosen();
        }
        self.enter_waits = true;
        None
    }

    fn chosen(&self) -> Option<Chosen> {
        self.rows().get(self.selected).map(chosen)
    }

    /// Looks for a procedure named elsewhere; chosen as soon as it is found, unless another one is on the page already:
    /// then Enter decides.
    pub(super) fn look_for(&mut self, code: String, is_page_free: bool) {
        self.close();
        self.text = code;
        self.is_changing = !is_page_free;
        self.enter_waits = is_page_free;
    }

    /// Closed: something was chosen, or the officer keeps what there was.
    pub(super) fn close(&mut self) {
        self.text.clear();
        self.selected = 0;
        self.is_changing = false;
        self.enter_waits = false;
    }
}

/// The procedure of a row.
pub(super) fn chosen(row: &ProcedureRow) -> Chosen {
    Chosen {
        code: row.code.clone(),
        name: row.name.clone(),
        is_sample: row.state == "SAMPLE",
    }
}
