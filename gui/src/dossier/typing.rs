//! What an officer has open and is typing on the page. News from other counters never touch it.

use std::collections::BTreeMap;

use lienquay_shared::command::{Outcome, SettleChoice};
use lienquay_shared::domain::dossier::DossierField;

use super::command::Ask;
use super::form::Form;
use super::value;
use crate::words::Lang;

/// Lines of history shown at first, and more at each asking.
pub const HISTORY_STEP: usize = 20;

/// What is open.
#[derive(Debug)]
pub struct Typing {
    /// The form of a step.
    pub form: Option<Form>,
    /// The field being corrected.
    pub editing: Option<Editing>,
    /// Own words for fields in conflict.
    pub others: BTreeMap<DossierField, String>,
    /// What was done last, told until something else is opened.
    pub told: Option<Told>,
    /// The due date explains itself.
    pub shows_why: bool,
    /// Lines of history shown.
    pub n_lines: usize,
    /// The first field of what was just opened takes the cursor.
    pub wants_focus: bool,
    /// The page starts at its top: a form was opened there.
    pub to_top: bool,
}

/// A field being corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// Which.
    pub field: DossierField,
    /// What is typed.
    pub text: String,
    /// The stored value it was opened on: another one now means that someone else changed it.
    pub base: String,
}

/// What was done last.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What.
    pub ask: Ask,
    /// What it led to.
    pub outcome: Outcome,
}

impl Default for Typing {
    fn default() -> Self {
        Self {
            form: None,
            editing: None,
            others: BTreeMap::new(),
            told: None,
            shows_why: false,
            n_lines: HISTORY_STEP,
            wants_focus: false,
            to_top: false,
        }
    }
}

impl Typing {
    /// Opens a form; another one that was open is left.
    pub fn open_form(&mut self, form: Form) {
        self.editing = None;
        self.form = Some(form);
        self.told = None;
        self.wants_focus = true;
        self.to_top = true;
    }

    /// Leaves the form; whether there was one.
    pub fn close_form(&mut self) -> bool {
        self.form.take().is_some()
    }

    /// Opens a field for correction.
    pub fn open_field(&mut self, lang: Lang, field: DossierField, stored: String) {
        let text = match value::choice_words(lang, field, &stored) {
            // A choice is pressed, not typed.
            Some(_) => String::new(),
            None => value::shown(lang, field, &stored),
        };
        self.editing = Some(Editing {
            field,
            text,
            base: stored,
        });
        self.told = None;
        self.wants_focus = true;
    }

    /// Leaves the field; which it was.
    pub fn close_field(&mut self) -> Option<DossierField> {
        self.editing.take().map(|editing| editing.field)
    }

    /// Something was done: what it was typed in is closed. What was opened since stays.
    pub fn done(&mut self, ask: Ask, outcome: Outcome) {
        match &ask {
            Ask::Start => {}
            Ask::Submit(form) => {
                if self.form.as_ref() == Some(form) {
                    self.form = None;
                }
            }
            Ask::Edit { field, .. } => {
                if self
                    .editing
                    .as_ref()
                    .is_some_and(|open| open.field == *field)
                {
                    self.editing = None;
                }
            }
            Ask::Settle(SettleChoice::Field { field, .. }) => {
                self.others.remove(field);
            }
            Ask::Settle(SettleChoice::Status { .. }) => {}
        }
        self.told = Some(Told { ask, outcome });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_closes_only_the_form_it_answers() {
        let mut typing = Typing::default();
        typing.open_form(Form::note());
        let withdraw = Form::Withdraw {
            reason: "Đổi ý".to_owned(),
        };
        typing.done(Ask::Submit(withdraw), Outcome::Done);
        assert_eq!(typing.form, Some(Form::note()));
        typing.done(Ask::Submit(Form::note()), Outcome::Done);
        assert_eq!(typing.form, None);
    }
}
