//! What the panel's parts draw with: the view, what is on its way, and where they write down what was asked.

use egui::{Key, Ui};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{KeeperRefusal, PriorityReason};

use super::command::Action;
use super::data::QueueData;
use super::job::Job;
use crate::cx::Cx;
use crate::widget::{key_button, primary_button};

/// One frame of the panel.
#[derive(Debug)]
pub(super) struct Pen<'a, 'cx> {
    pub(super) cx: &'a mut Cx<'cx>,
    pub(super) data: &'a QueueData,
    pub(super) serving: &'a Job,
    pub(super) issuing: &'a Job,
    /// What the officer asked for in this frame.
    pub(super) asked: Vec<Action>,
    /// What was told was read.
    pub(super) was_read: bool,
}

impl Pen<'_, '_> {
    /// A button for an action. While it is on its way the button says so; while another one is, it waits.
    pub(super) fn button(&mut self, ui: &mut Ui, words: &str, key: Option<Key>, action: Action) {
        self.draw(ui, words, key, action, true, key_button);
    }

    /// The button for what is done next, mostly.
    pub(super) fn primary(&mut self, ui: &mut Ui, words: &str, key: Option<Key>, action: Action) {
        self.draw(ui, words, key, action, true, primary_button);
    }

    /// The same, which may be impossible now.
    pub(super) fn primary_if(
        &mut self,
        ui: &mut Ui,
        words: &str,
        key: Option<Key>,
        action: Option<Action>,
    ) {
        let is_possible = action.is_some();
        let action = action.unwrap_or(Action::CallNext);
        self.draw(ui, words, key, action, is_possible, primary_button);
    }

    fn draw(
        &mut self,
        ui: &mut Ui,
        words: &str,
        key: Option<Key>,
        action: Action,
        is_possible: bool,
        button: fn(&mut Ui, &str, Option<Key>, bool) -> bool,
    ) {
        let job = match action.is_issue() {
            true => self.issuing,
            false => self.serving,
        };
        let doing = job.action();
        let is_this = is_possible && doing == Some(&action);
        let is_enabled = is_possible && doing.is_none() && self.asked.is_empty();
        let pressed = if is_this {
            button(ui, &tr!(self.cx, action.doing_key()), key, is_enabled)
        } else {
            button(ui, words, key, is_enabled)
        };
        if pressed {
            self.asked.push(action);
        }
    }

    /// An action other than giving out a number is on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.serving.action().is_some()
    }

    /// `★ Người cao tuổi`.
    pub(super) fn priority(&self, reason: PriorityReason) -> String {
        tr!(self.cx, priority_key(reason))
    }
}

/// The words of a priority reason.
pub(super) const fn priority_key(reason: PriorityReason) -> &'static str {
    match reason {
        PriorityReason::Elderly => "queue.priority_elderly",
        PriorityReason::Disabled => "queue.priority_disabled",
        PriorityReason::NearPoor => "queue.priority_near_poor",
        PriorityReason::Pregnant => "queue.priority_pregnant",
        PriorityReason::SmallChildren => "queue.priority_small_children",
        PriorityReason::Other => "queue.priority_other",
    }
}

/// A refusal that is no trouble: nobody waits, or it passes by itself.
pub(super) const fn is_calm(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NothingWaiting
            | Refusal::TooBusy
            | Refusal::Keeper(KeeperRefusal::NotNow | KeeperRefusal::Fenced)
    )
}
