//! Beside each field: what is wrong with it, and whether the cursor goes there.

use egui::{Id, Response, Ui, UiBuilder};

use crate::reception::problem::{Place, Problem};
use crate::widget::{Field, hint_line};

/// What is wrong where, and where the cursor goes next.
#[derive(Debug)]
pub(super) struct Hints<'a> {
    problems: &'a [Problem],
    focus: &'a mut Option<Place>,
}

impl<'a> Hints<'a> {
    pub(super) fn new(problems: &'a [Problem], focus: &'a mut Option<Place>) -> Self {
        Self { problems, focus }
    }

    /// What is wrong at a place.
    pub(super) fn at(&self, place: Place) -> Option<&'a str> {
        self.problems
            .iter()
            .find(|problem| problem.place == place)
            .map(|problem| problem.words.as_str())
    }

    /// Names what is wrong at a place that is no text field.
    pub(super) fn line(&self, ui: &mut Ui, place: Place) {
        if let Some(words) = self.at(place) {
            hint_line(ui, words);
        }
    }

    /// The cursor goes there, in this frame or the next.
    pub(super) fn go(&mut self, place: Place) {
        *self.focus = Some(place);
    }

    /// Puts the cursor here if it is wanted here, and keeps in sight what has it.
    pub(super) fn meet(&mut self, response: &Response, place: Place) {
        if *self.focus == Some(place) {
            *self.focus = None;
            response.request_focus();
            response.scroll_to_me(None);
        } else if response.gained_focus() {
            response.scroll_to_me(None);
        }
    }

    /// A text field whose identity is its place: it keeps the cursor when something appears above it.
    pub(super) fn field(
        &mut self,
        ui: &mut Ui,
        place: Place,
        name: &str,
        text: &mut String,
        max_bytes: usize,
        width: f32,
    ) -> Response {
        let problem = self.at(place);
        let builder = UiBuilder::new().id(Id::new(("reception", place)));
        let response = ui
            .scope_builder(builder, |ui| {
                Field::new(name, text)
                    .problem(problem)
                    .max_bytes(max_bytes)
                    .width(width)
                    .show(ui)
            })
            .inner;
        self.meet(&response, place);
        response
    }
}
