//! A field of a form: its name above, what is wrong with it below.

use egui::{Response, TextEdit, Ui};

use crate::theme;

/// A one-line text field with a name and a hint about what is missing.
#[derive(Debug)]
pub struct Field<'a> {
    name: &'a str,
    text: &'a mut String,
    problem: Option<&'a str>,
    max_bytes: usize,
    width: f32,
}

impl<'a> Field<'a> {
    /// A field called `name` that edits `text`.
    pub fn new(name: &'a str, text: &'a mut String) -> Self {
        Self {
            name,
            text,
            problem: None,
            max_bytes: 200,
            width: f32::INFINITY,
        }
    }

    /// What is wrong or missing; shown below the field.
    #[must_use]
    pub fn problem(mut self, problem: Option<&'a str>) -> Self {
        self.problem = problem;
        self
    }

    /// The longest text in bytes; what is typed beyond is not taken.
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Its width in points.
    #[must_use]
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let label = ui.label(theme::soft(self.name));
            let width = self.width.min(ui.available_width());
            let before = self.text.len();
            let response = ui
                .add(
                    TextEdit::singleline(self.text)
                        .desired_width(width)
                        .margin(egui::Margin::symmetric(8, 6)),
                )
                .labelled_by(label.id);
            if response.changed() && self.text.len() > self.max_bytes.max(before) {
                truncate(self.text, self.max_bytes);
            }
            if let Some(problem) = self.problem {
                hint_line(ui, problem);
            }
            response
        })
        .inner
    }
}

/// What is missing, below its field.
pub fn hint_line(ui: &mut Ui, words: &str) {
    ui.label(
        egui::RichText::new(format!("⚠ {words}"))
            .small()
            .color(theme::WARN),
    );
}

fn truncate(text: &mut String, max_bytes: usize) {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}
