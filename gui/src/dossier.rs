//! One dossier's page: what it holds, what may be done with it now, what waits for an officer's word, what happened.

pub mod command;
pub mod data;
pub mod form;
pub mod say;
pub mod typing;
mod ui;
pub mod value;

use egui::{Key, Modifiers, Ui};
use lienquay_node::handle::AskError;
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_shared::command::Outcome;
use lienquay_shared::refusal::Refusal;

use crate::cx::{Cx, Go};
use crate::link::{Pending, Polled};
use crate::remote::Remote;
use crate::theme;
use crate::widget::{Tone, key_button, note, refusal_words};
use command::{Asked, Place};
use data::{DossierView, Loaded};
use typing::Typing;
use ui::Wish;

/// One dossier's page.
#[derive(Debug, Default)]
pub struct DossierPage {
    doc: Option<DocId>,
    remote: Remote<Loaded>,
    typing: Typing,
    asked: Asked,
    /// Asked on dossiers that were left before the answer came.
    left: Vec<Left>,
}

/// Something asked on a dossier that is no longer shown.
#[derive(Debug)]
struct Left {
    code: String,
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    /// Wakes on: the answer, which wakes the window.
    Waiting(Pending<Result<Outcome, Refusal>>),
    /// Not done; shown until it is read.
    Refused(Refusal),
    /// Done; nothing to tell.
    Done,
}

impl DossierPage {
    /// Something changed.
    pub fn on_news(&mut self, news: &NodeNews) {
        let concerns = match news {
            NodeNews::Changed { docs } => self.doc.is_some_and(|doc| docs.contains(&doc)),
            NodeNews::Conflict { doc } => self.doc == Some(*doc),
            NodeNews::Safer => self.has_unsafe(),
            NodeNews::Lagged => true,
            _ => false,
        };
        if concerns {
            self.remote.stale();
        }
    }

    /// Opens one dossier. What is being typed stays if it is the one that is open already.
    pub fn open(&mut self, doc: DocId) {
        if self.doc == Some(doc) {
            self.remote.stale();
            return;
        }
        if let Some(pending) = self.asked.leave() {
            let code = self.view().map(|view| view.dossier.code());
            self.left.push(Left {
                code: code.unwrap_or_default(),
                answer: Answer::Waiting(pending),
            });
        }
        self.doc = Some(doc);
        self.remote.clear();
        self.typing = Typing::default();
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        let Some(doc) = self.doc else {
            ui.label(tr!(cx, "dossier.none_open"));
            return;
        };
        self.remote.refresh(cx.link, |node| data::load(node, doc));
        self.take_answers();
        self.keys(cx, ui);
        self.show_left(cx, ui);
        if self.view().is_some() && self.remote.error().is_some() {
            note(ui, Tone::Warn, &tr!(cx, "dossier.maybe_old"));
        }
        let wishes = match self.remote.get() {
            Some(Loaded::Here(view)) => ui::draw(cx, ui, view, &self.asked, &mut self.typing),
            other => {
                absent(cx, ui, other, self.remote.error());
                Vec::new()
            }
        };
        for wish in wishes {
            self.fulfil(cx, doc, wish);
        }
    }

    fn view(&self) -> Option<&DossierView> {
        match self.remote.get() {
            Some(Loaded::Here(view)) => Some(view),
            _ => None,
        }
    }

    /// Something shown with one tick may have two now.
    fn has_unsafe(&self) -> bool {
        self.view().is_some_and(|view| !view.is_safe)
    }

    fn take_answers(&mut self) {
        if let Some((ask, outcome)) = self.asked.poll() {
            self.typing.done(ask, outcome);
            self.remote.stale();
        }
        for left in &mut self.left {
            if let Answer::Waiting(pending) = &mut left.answer {
                match pending.poll() {
                    Polled::Ready(Err(refusal)) => left.answer = Answer::Refused(refusal),
                    Polled::Lost => left.answer = Answer::Refused(Refusal::Leaving),
                    Polled::Ready(Ok(_)) => left.answer = Answer::Done,
                    Polled::Waiting => {}
                }
            }
        }
    }

    /// Esc leaves the innermost thing that is open; Alt+← always goes back.
    fn keys(&mut self, cx: &mut Cx<'_>, ui: &Ui) {
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::ALT, Key::ArrowLeft) {
            cx.go(Go::Back);
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            if let Some(field) = self.typing.close_field() {
                self.asked.forget(Place::Field(field));
            } else if self.typing.close_form() {
                self.asked.forget(Place::Steps);
            } else {
                cx.go(Go::Back);
            }
        }
    }

    /// What was refused on a dossier that was left meanwhile is told here, once.
    fn show_left(&mut self, cx: &Cx<'_>, ui: &mut Ui) {
        self.left.retain(|left| {
            let refusal = match &left.answer {
                Answer::Refused(refusal) => refusal,
                Answer::Waiting(_) => return true,
                Answer::Done => return false,
            };
            let why = refusal_words(cx.lang, refusal);
            note(
                ui,
                Tone::Bad,
                &tr!(cx, "dossier.left_refused", code = left.code, why = why),
            );
            !key_button(ui, &tr!(cx, "dossier.understood"), None, true)
        });
    }

    fn fulfil(&mut self, cx: &mut Cx<'_>, doc: DocId, wish: Wish) {
        match wish {
            Wish::Ask(ask) => self.asked.ask(cx.link, doc, ask),
            Wish::OpenForm(form) => {
                self.asked.forget(Place::Steps);
                self.typing.open_form(form);
            }
            Wish::CloseForm => {
                self.asked.forget(Place::Steps);
                self.typing.close_form();
            }
            Wish::OpenField { field, stored } => {
                self.asked.forget(Place::Field(field));
                self.typing.open_field(cx.lang, field, stored);
            }
            Wish::CloseField(field) => {
                self.asked.forget(Place::Field(field));
                self.typing.close_field();
            }
            Wish::Back => cx.go(Go::Back),
        }
        cx.link.wake().now();
    }
}

/// There is nothing to show, and why.
fn absent(cx: &mut Cx<'_>, ui: &mut Ui, loaded: Option<&Loaded>, error: Option<&AskError>) {
    if key_button(ui, &tr!(cx, "dossier.back"), None, true) {
        cx.go(Go::Back);
    }
    ui.add_space(theme::GRID);
    match (loaded, error) {
        (Some(Loaded::Unknown), _) => note(ui, Tone::Warn, &tr!(cx, "dossier.unknown")),
        (Some(Loaded::Unreadable), _) => note(ui, Tone::Warn, &tr!(cx, "dossier.unreadable")),
        (Some(Loaded::Forgotten { at_millis, by }), _) => {
            let at = crate::when::exact(*at_millis);
            let by = say::actor(cx.lang, by);
            note(
                ui,
                Tone::Plain,
                &tr!(cx, "dossier.forgotten", at = at, by = by),
            );
        }
        (_, Some(error)) => {
            tracing::debug!(%error, "no dossier to show");
            note(ui, Tone::Bad, &tr!(cx, "dossier.cannot_load"));
        }
        (Some(Loaded::Here(_)) | None, None) => {
            ui.label(theme::soft(tr!(cx, "dossier.loading")));
        }
    }
}
