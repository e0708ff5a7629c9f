//! Saving: the draft first, then the reception, and a refusal at its place.

use lienquay_shared::refusal::Refusal;

use super::ReceptionPage;
use super::command::{self, Saved};
use super::problem::{self, Place, Problem};
use crate::cx::Cx;
use crate::link::Polled;

impl ReceptionPage {
    /// Has the node receive the dossier.
    pub(super) fn save(&mut self, cx: &mut Cx<'_>) {
        self.has_pressed_save = true;
        self.refusal = None;
        self.find_problems(cx);
        if self.form.procedure.is_none() {
            self.focus = Some(Place::Procedure);
            return;
        }
        if let Some(first) = problem::unreadable(cx.lang, &self.form).first() {
            self.focus = Some(first.place);
            cx.link.wake().now();
            return;
        }
        // Ordered before the reception: whatever happens now, the form and its request id are on the disk.
        self.unkept_since = None;
        self.seen = self.form.clone();
        self.keep(cx.link, true);
        match command::receive(cx.link, &self.form) {
            Ok(saving) => self.saving = Some(saving),
            Err(refusal) => self.refused(cx, refusal),
        }
    }

    /// Takes the answer when it is there.
    pub(super) fn take_saving(&mut self, cx: &mut Cx<'_>) {
        let Some(saving) = &mut self.saving else {
            return;
        };
        let answer = match saving.poll() {
            Polled::Waiting => return,
            Polled::Ready(answer) => answer,
            Polled::Lost => Err(Refusal::Leaving),
        };
        self.saving = None;
        match answer.map(|outcome| Saved::of(outcome, &self.form)) {
            Ok(Some(saved)) => {
                self.saved = Some(saved);
                self.unkept_since = None;
            }
            // No other outcome is possible; if it were, the officer must not believe that nothing happened.
            Ok(None) => self.refused(cx, Refusal::Timeout),
            Err(refusal) => self.refused(cx, refusal),
        }
    }

    fn refused(&mut self, cx: &Cx<'_>, refusal: Refusal) {
        let place = Problem::of(cx.lang, &refusal).place;
        self.focus = (place != Place::Page).then_some(place);
        self.refusal = Some(refusal);
        self.preview.stale();
        // The draft says that save was pressed until the next change; it may stand, the request id is the same.
        self.unkept_since = Some(0.0);
    }
}
