//! What happens between frames: answers are taken, questions asked, the draft kept, the dossier saved.

use std::time::Duration;

use egui::Ui;
use lienquay_shared::domain::person::{PersonField, Who};
use lienquay_shared::refusal::Refusal;

use super::draft::{self, Loaded};
use super::form::{Chosen, Form};
use super::papers::Brought;
use super::problem::{self, Place, Problem};
use super::{KEEP_AFTER, ReceptionPage, Reopened, data};
use crate::cx::Cx;

/// The due date moves with the hour (15:00 rule, closing): asked again when this span of time is over.
const PREVIEW_SPAN: Duration = Duration::from_secs(5 * 60);
const PREVIEW_SPAN_MILLIS: u64 = 5 * 60_000;

impl ReceptionPage {
    /// Once a frame, before drawing.
    pub(super) fn take_answers(&mut self, cx: &mut Cx<'_>) {
        self.keeper.poll();
        self.take_draft(cx);
        self.take_saving(cx);
        if self.saved.is_some() {
            return;
        }
        self.look_for_wanted();
        self.refresh_record(cx);
        self.refresh_ticket(cx);
        self.refresh_preview(cx);
    }

    /// Looks for a procedure named elsewhere, once it is known whether a draft has one already.
    fn look_for_wanted(&mut self) {
        if !self.has_loaded_draft || self.saving.is_some() {
            return;
        }
        if let Some(code) = self.wanted_procedure.take() {
            self.search.look_for(code, self.form.procedure.is_none());
            self.focus = Some(Place::Procedure);
        }
    }

    fn take_draft(&mut self, cx: &Cx<'_>) {
        if self.has_loaded_draft {
            return;
        }
        let arrived = self.loading_draft.refresh(cx.link, draft::load);
        if !arrived {
            return;
        }
        self.has_loaded_draft = true;
        match self.loading_draft.get() {
            Some(Loaded::Draft(draft)) if self.form.is_blank() => {
                let opened_for = self.form.ticket.take();
                self.form = draft.form.clone();
                self.seen = draft.form.clone();
                self.reopened = Some(Reopened::From {
                    millis: draft.kept_at_millis,
                    was_saving: draft.was_saving,
                });
                if opened_for.is_some() && opened_for != self.form.ticket {
                    self.form.ticket = opened_for;
                    self.is_ticket_doubtful = true;
                }
                self.focus = None;
            }
            Some(Loaded::Unreadable) | None => self.reopened = Some(Reopened::Unreadable),
            Some(Loaded::Draft(_) | Loaded::Nothing) => {}
        }
        self.loading_draft = crate::remote::Remote::default();
    }

    fn refresh_record(&mut self, cx: &Cx<'_>) {
        let code = self.form.procedure.as_ref().map(|chosen| &chosen.code);
        if self.record_code.as_ref() != code {
            self.record_code = code.cloned();
            self.record.clear();
        }
        let Some(code) = self.record_code.clone() else {
            return;
        };
        let is_first = self.record.get().is_none();
        let arrived = self
            .record
            .refresh(cx.link, |node| data::record(node, code));
        if arrived && let Some(Some(record)) = self.record.get() {
            self.form.fit(record);
            if is_first && self.reopened.is_none() {
                self.focus = Some(self.after_procedure());
            }
        }
    }

    /// Where the cursor goes once the procedure is known.
    fn after_procedure(&self) -> Place {
        match self.record.get() {
            Some(Some(record)) if super::ui::term::needs_case(record, &self.form) => Place::Case,
            _ if self.form.papers.groups.is_empty() => Place::Scan(Who::Transacting),
            _ => Place::Papers,
        }
    }

    fn refresh_ticket(&mut self, cx: &Cx<'_>) {
        let Some(ticket) = &mut self.form.ticket else {
            return;
        };
        if !ticket.number.is_empty() {
            return;
        }
        let doc = ticket.doc;
        self.ticket_number
            .refresh(cx.link, |node| data::ticket_number(node, doc));
        if let Some(number) = self.ticket_number.get() {
            ticket.number.clone_from(number);
        }
    }

    fn refresh_preview(&mut self, cx: &Cx<'_>) {
        if !matches!(self.record.get(), Some(Some(_))) {
            self.preview.clear();
            self.previewed = None;
            return;
        }
        let span = cx.now_millis / PREVIEW_SPAN_MILLIS;
        let is_typed_on = self.form != self.seen || self.previewed.is_none();
        if is_typed_on
            || self
                .previewed
                .as_ref()
                .is_some_and(|(_, asked)| *asked != span)
        {
            let ask = Box::new(self.form.to_preview());
            if self.previewed.as_ref() != Some(&(ask.clone(), span)) {
                self.previewed = Some((ask, span));
                self.preview.stale();
            }
        }
        if let Some((ask, _)) = &self.previewed {
            // A due date that stands on the screen over a limit of the day is looked at again by itself.
            cx.link.wake().after(PREVIEW_SPAN);
            self.preview
                .refresh(cx.link, |node| data::preview(node, (**ask).clone()));
        }
    }

    /// After drawing: notices what was typed.
    pub(super) fn after_typing(&mut self, cx: &Cx<'_>, ui: &Ui) {
        let now = ui.input(|input| input.time);
        if self.form != self.seen {
            // The preview looks at the form of this frame in the next one.
            self.refresh_preview(cx);
            self.seen = self.form.clone();
            self.unkept_since = Some(now);
            if self.refusal.as_ref().is_some_and(is_about_the_form) {
                self.refusal = None;
            }
            cx.link.wake().after(KEEP_AFTER);
        }
        self.find_problems(cx);
        let Some(since) = self.unkept_since else {
            return;
        };
        if now - since >= KEEP_AFTER.as_secs_f64() && self.has_loaded_draft && self.saving.is_none()
        {
            self.unkept_since = None;
            self.keep(cx.link, false);
        } else {
            cx.link.wake().after(KEEP_AFTER);
        }
    }

    /// What keeps the form from being received, of what the officer came to already.
    pub(super) fn find_problems(&mut self, cx: &Cx<'_>) {
        let mut found = problem::unreadable(cx.lang, &self.form);
        if self.record.error().is_some() || matches!(self.record.get(), Some(None)) {
            found.push(Problem {
                place: Place::Procedure,
                words: tr!(cx, "reception.record_failed"),
            });
        }
        let of_node = self.preview.get().map_or(&[][..], |view| &view.problems);
        found.extend(of_node.iter().map(|refusal| Problem::of(cx.lang, refusal)));
        if let Some(refusal) = &self.refusal {
            let last = Problem::of(cx.lang, refusal);
            if !found.contains(&last) {
                found.push(last);
            }
        }
        // An empty field is no reproach before the officer came to it.
        found.retain(|problem| self.has_pressed_save || !self.is_untouched(problem.place));
        self.problems = found;
    }

    fn is_untouched(&self, place: Place) -> bool {
        match place {
            Place::Person(Who::Transacting, PersonField::Name) => self.form.transacting.is_blank(),
            Place::Person(Who::Subject, PersonField::Name) => self.form.subject.is_blank(),
            Place::BasisKind => self.form.subject.is_blank(),
            Place::Papers => {
                let is_ticked = |paper: &super::papers::Paper| paper.brought != Brought::No;
                self.form.transacting.is_blank() && !self.form.papers.all().any(is_ticked)
            }
            _ => false,
        }
    }

    /// A procedure was chosen.
    pub(super) fn choose(&mut self, chosen: Chosen) {
        let is_same = self
            .form
            .procedure
            .as_ref()
            .is_some_and(|before| before.code == chosen.code);
        self.search.close();
        self.reopened = None;
        if is_same {
            // Chosen again where it could not be loaded: another try.
            self.record.stale();
            self.focus = Some(self.after_procedure());
        } else {
            self.form.choose(chosen);
        }
    }

    /// An empty page.
    pub(super) fn start_anew(&mut self) {
        let mut keeper = std::mem::take(&mut self.keeper);
        keeper.poll();
        self.form = Form::default();
        self.seen = self.form.clone();
        self.search.close();
        self.preview.clear();
        self.previewed = None;
        self.unkept_since = None;
        self.reopened = None;
        self.is_ticket_doubtful = false;
        self.scanners = <[super::Scanner; 2]>::default();
        self.added_paper.clear();
        self.problems.clear();
        self.refusal = None;
        self.has_pressed_save = false;
        self.saved = None;
        self.focus = Some(Place::Procedure);
        self.keeper = keeper;
    }

    /// The officer throws away what is typed; the ticket being served stays.
    pub(super) fn drop_draft(&mut self, cx: &Cx<'_>) {
        let ticket = self.form.ticket.take();
        self.start_anew();
        self.form.ticket = ticket;
        self.seen = self.form.clone();
        self.keep(cx.link, false);
    }
}

/// Whether a refusal may be gone when the form changes.
fn is_about_the_form(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::Timeout | Refusal::TooBusy | Refusal::Leaving
    )
}
