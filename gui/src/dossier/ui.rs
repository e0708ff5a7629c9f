//! Draws the page: head and steps stand still, everything below scrolls.

mod area;
mod conflicts;
mod fields;
mod forms;
mod head;
mod history;
mod papers;
mod people;
mod steps;

use egui::{ScrollArea, Ui};
use lienquay_shared::domain::dossier::DossierField;

use super::command::{Ask, Asked};
use super::data::DossierView;
use super::form::Form;
use super::typing::Typing;
use crate::cx::Cx;
use crate::theme;
use crate::widget::follow_focus;

/// What the officer wants of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    /// Something of the node.
    Ask(Ask),
    /// A step's form.
    OpenForm(Form),
    /// Away with it.
    CloseForm,
    /// A field to correct, and what it holds.
    OpenField {
        /// Which.
        field: DossierField,
        /// Its value.
        stored: String,
    },
    /// Away with it.
    CloseField(DossierField),
    /// To where the officer came from.
    Back,
}

/// One frame of the page.
struct Sheet<'a, 'cx> {
    cx: &'a Cx<'cx>,
    view: &'a DossierView,
    asked: &'a Asked,
    wishes: Vec<Wish>,
}

impl Sheet<'_, '_> {
    fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    fn ask(&mut self, ask: Ask) {
        self.wishes.push(Wish::Ask(ask));
    }
}

/// Draws it; what was asked comes back.
pub(super) fn draw(
    cx: &Cx<'_>,
    ui: &mut Ui,
    view: &DossierView,
    asked: &Asked,
    typing: &mut Typing,
) -> Vec<Wish> {
    let mut sheet = Sheet {
        cx,
        view,
        asked,
        wishes: Vec::new(),
    };
    head::show(&mut sheet, ui, &mut typing.shows_why);
    steps::show(&mut sheet, ui, typing);
    ui.separator();
    let mut body = ScrollArea::vertical()
        .id_salt(("dossier", view.doc))
        .auto_shrink(false);
    if std::mem::take(&mut typing.to_top) {
        body = body.vertical_scroll_offset(0.0);
    }
    theme::scrolled(ui, body, |ui| {
        steps::below(&mut sheet, ui, typing);
        conflicts::show(&mut sheet, ui, typing);
        papers::round(&sheet, ui);
        people::show(&mut sheet, ui, typing);
        papers::show(&mut sheet, ui, typing);
        history::show(&sheet, ui, typing);
        follow_focus(ui);
    });
    sheet.wishes
}

/// The heading of a section.
fn section(ui: &mut Ui, words: &str) {
    ui.add_space(theme::GRID);
    ui.label(theme::bold(words));
}
