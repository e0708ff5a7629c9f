//! Founding: four names and a tick.

use egui::{Checkbox, Ui};
use lienquay_shared::decide;
use lienquay_shared::refusal::Refusal;

use crate::cx::Cx;
use crate::link::{Link, Pending, Polled};
use crate::start::page;
use crate::start::sheet::{self, Sheet};
use crate::theme;
use crate::widget::{Field, Tone, note, primary_button, refusal_note};

/// What founding asks.
#[derive(Debug, Clone)]
pub(crate) struct FoundForm {
    /// The commune's service point.
    pub(crate) site_name: String,
    /// First part of dossier codes.
    pub(crate) unit: String,
    /// Who founds.
    pub(crate) officer_name: String,
    /// This PC.
    pub(crate) node_name: String,
    /// Import the starter catalogue.
    pub(crate) with_catalogue: bool,
}

impl Default for FoundForm {
    fn default() -> Self {
        Self {
            site_name: String::new(),
            unit: String::new(),
            officer_name: String::new(),
            node_name: "Quầy 1".to_owned(),
            with_catalogue: true,
        }
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Empty,
    NoUnitCode,
}

impl FoundForm {
    /// Each field and what is wrong with it, in the order on the page.
    fn problems(&self) -> [Option<Problem>; 4] {
        let empty = |text: &str| text.trim().is_empty().then_some(Problem::Empty);
        let unit = empty(&self.unit).or_else(|| {
            (!decide::site::is_unit_code(self.unit.trim())).then_some(Problem::NoUnitCode)
        });
        [
            empty(&self.site_name),
            unit,
            empty(&self.officer_name),
            empty(&self.node_name),
        ]
    }
}

/// The page.
#[derive(Debug, Default)]
pub(crate) struct FoundPage {
    form: FoundForm,
    /// Problems are named once founding was tried, not while the first letter is typed.
    was_tried: bool,
    focus: Option<usize>,
    founding: Option<Pending<Result<Sheet, Refusal>>>,
    refusal: Option<Refusal>,
}

/// What comes after the page.
#[derive(Debug)]
pub(crate) enum FoundNext {
    Back,
    Founded { sheet: Sheet, with_catalogue: bool },
}

const FIELDS: [(&str, &str, usize); 4] = [
    ("start.site_name", "start.site_name_hint", 200),
    ("start.unit", "start.unit_hint", 20),
    ("start.officer", "start.officer_hint", 120),
    ("start.pc_name", "start.pc_name_hint", 60),
];

impl FoundPage {
    /// The cursor goes into the first field.
    pub(crate) fn open(&mut self) {
        self.focus = Some(0);
    }

    /// One frame.
    pub(crate) fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> Option<FoundNext> {
        let founded = self.poll();
        page::title(ui, &tr!(cx, "start.found"), &tr!(cx, "start.found_intro"));
        let is_busy = self.founding.is_some();
        let mut wants = false;
        ui.add_enabled_ui(!is_busy, |ui| {
            wants = self.fields(cx, ui);
            let words = tr!(cx, "start.catalogue", n = super::catalogue::RECORDS.len());
            ui.add(Checkbox::new(&mut self.form.with_catalogue, words));
        });
        if let Some(refusal) = &self.refusal {
            refusal_note(ui, cx, refusal);
        }
        ui.add_space(theme::GRID);
        let mut back = false;
        ui.horizontal(|ui| {
            wants |= primary_button(ui, &tr!(cx, "start.found_do"), None, !is_busy);
            back = crate::widget::key_button(ui, &tr!(cx, "start.back"), None, !is_busy);
        });
        if is_busy {
            note(ui, Tone::Plain, &tr!(cx, "start.founding"));
        } else if wants {
            self.found(cx.link);
        } else if back || page::escaped(ui) {
            return Some(FoundNext::Back);
        }
        founded
    }

    /// True when Enter was pressed in one of them.
    fn fields(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> bool {
        let problems = self.form.problems();
        let form = &mut self.form;
        let texts = [
            &mut form.site_name,
            &mut form.unit,
            &mut form.officer_name,
            &mut form.node_name,
        ];
        let mut entered = false;
        for (index, (text, (name, hint, max_bytes))) in texts.into_iter().zip(FIELDS).enumerate() {
            let problem = problems[index].filter(|_| self.was_tried);
            let words = problem.map(|problem| match problem {
                Problem::Empty => tr!(cx, "start.empty"),
                Problem::NoUnitCode => tr!(cx, "start.no_unit_code"),
            });
            let name = tr!(cx, name);
            let field = Field::new(&name, text)
                .problem(words.as_deref())
                .max_bytes(max_bytes)
                .show(ui);
            if words.is_none() {
                ui.label(theme::soft(tr!(cx, hint)).small());
            }
            entered |= page::entered(ui, &field);
            if self.focus == Some(index) {
                field.request_focus();
                self.focus = None;
            }
        }
        entered
    }

    fn found(&mut self, link: &Link) {
        self.was_tried = true;
        self.refusal = None;
        if let Some(first) = self.form.problems().iter().position(Option::is_some) {
            self.focus = Some(first);
            link.wake().now();
            return;
        }
        let form = self.form.clone();
        self.founding = Some(link.start(|node| async move { sheet::found(&node, form).await }));
    }

    fn poll(&mut self) -> Option<FoundNext> {
        let done = match self.founding.as_mut()?.poll() {
            Polled::Waiting => return None,
            Polled::Ready(done) => done,
            Polled::Lost => Err(Refusal::Leaving),
        };
        self.founding = None;
        match done {
            Ok(sheet) => Some(FoundNext::Founded {
                sheet,
                with_catalogue: self.form.with_catalogue,
            }),
            Err(refusal) => {
                self.refusal = Some(refusal);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FoundForm, Problem};

    #[test]
    fn what_is_missing_is_said_of_its_own_field() {
        let form = FoundForm {
            unit: "H26-15".to_owned(),
            officer_name: "  ".to_owned(),
            ..FoundForm::default()
        };
        let [site, unit, officer, node] = form.problems();
        assert_eq!(site, Some(Problem::Empty));
        assert_eq!(unit, Some(Problem::NoUnitCode));
        assert_eq!(officer, Some(Problem::Empty));
        assert_eq!(node, None);
    }
}
