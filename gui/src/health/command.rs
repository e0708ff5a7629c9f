//! Taking a PC out of the site: shut out at once, or let go in good order.

use egui::{Frame, Id, Margin, Modal, Ui};
use lienquay_shared::NodeId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::refusal::Refusal;

use crate::cx::Cx;
use crate::link::{Pending, Polled};
use crate::theme;
use crate::widget::{Field, Tone, key_button, note, primary_button, refusal_note};

/// How a PC goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Lost, stolen or broken: shut out.
    Revoke,
    /// No longer needed.
    Retire,
}

/// Which PC, and how.
#[derive(Debug, Clone)]
pub(super) struct RemoveAsk {
    pub(super) node: NodeId,
    pub(super) name: String,
    pub(super) how: How,
}

/// The question over the page, and what became of the last one.
#[derive(Debug, Default)]
pub(super) struct Removing {
    form: Option<Form>,
    done: Option<(How, String)>,
}

#[derive(Debug)]
struct Form {
    ask: RemoveAsk,
    reason: String,
    typed: String,
    order: Option<Pending<Result<Outcome, Refusal>>>,
    refusal: Option<Refusal>,
}

impl Form {
    /// Shutting out is for ever: it wants a reason, and the name typed by hand.
    fn is_complete(&self) -> bool {
        match self.ask.how {
            How::Revoke => {
                !self.reason.trim().is_empty() && self.typed.trim() == self.ask.name.trim()
            }
            How::Retire => true,
        }
    }

    fn command(&self) -> Command {
        let node = self.ask.node;
        match self.ask.how {
            How::Revoke => Command::Revoke {
                node,
                reason: Text::truncated(self.reason.trim()),
            },
            How::Retire => Command::Retire { node },
        }
    }
}

impl Removing {
    /// Asks.
    pub(super) fn open(&mut self, ask: RemoveAsk) {
        self.done = None;
        self.form = Some(Form {
            ask,
            reason: String::new(),
            typed: String::new(),
            order: None,
            refusal: None,
        });
    }

    /// What was done last, to be told on the page.
    pub(super) fn done(&self, cx: &Cx<'_>) -> Option<String> {
        let (how, name) = self.done.as_ref()?;
        Some(match how {
            How::Revoke => tr!(cx, "health.revoked", name = name),
            How::Retire => tr!(cx, "health.retired", name = name),
        })
    }

    /// True when a PC was taken out just now.
    pub(super) fn poll(&mut self) -> bool {
        let Some(form) = &mut self.form else {
            return false;
        };
        let Some(order) = &mut form.order else {
            return false;
        };
        let done = match order.poll() {
            Polled::Waiting => return false,
            Polled::Ready(done) => done,
            Polled::Lost => Err(Refusal::Leaving),
        };
        form.order = None;
        match done {
            Ok(_) => {
                self.done = Some((form.ask.how, form.ask.name.clone()));
                self.form = None;
                true
            }
            Err(refusal) => {
                form.refusal = Some(refusal);
                false
            }
        }
    }

    /// One frame.
    pub(super) fn show(&mut self, cx: &Cx<'_>, ui: &Ui) {
        let Some(form) = &mut self.form else { return };
        let paper = Frame::popup(ui.style()).inner_margin(Margin::same(16));
        let modal = Modal::new(Id::new("remove-pc")).frame(paper);
        let shown = modal.show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            ask(cx, ui, form)
        });
        if shown.inner || (form.order.is_none() && shown.should_close()) {
            self.form = None;
            cx.link.wake().now();
        }
    }
}

/// True when it is not to be done after all.
fn ask(cx: &Cx<'_>, ui: &mut Ui, form: &mut Form) -> bool {
    let name = form.ask.name.clone();
    let is_free = form.order.is_none();
    match form.ask.how {
        How::Revoke => {
            ui.label(theme::heading(tr!(cx, "health.revoke_title", name = name)));
            note(ui, Tone::Warn, &tr!(cx, "health.revoke_about"));
            Field::new(&tr!(cx, "health.reason"), &mut form.reason)
                .max_bytes(300)
                .show(ui);
            let confirm = tr!(cx, "health.type_name", name = name);
            Field::new(&confirm, &mut form.typed).show(ui);
        }
        How::Retire => {
            ui.label(theme::heading(tr!(cx, "health.retire_title", name = name)));
            ui.label(tr!(cx, "health.retire_about"));
        }
    }
    if let Some(refusal) = &form.refusal {
        refusal_note(ui, cx, refusal);
    }
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        let words = match form.ask.how {
            How::Revoke => tr!(cx, "health.revoke_do"),
            How::Retire => tr!(cx, "health.retire_do"),
        };
        if primary_button(ui, &words, None, is_free && form.is_complete()) {
            form.refusal = None;
            form.order = Some(cx.link.submit(form.command()));
        }
        key_button(ui, &tr!(cx, "health.leave_it"), None, is_free)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shutting_out_wants_a_reason_and_the_right_name() {
        let mut form = Form {
            ask: RemoveAsk {
                node: NodeId([1; 32]),
                name: "Quầy 2".to_owned(),
                how: How::Revoke,
            },
            reason: String::new(),
            typed: "Quầy 2".to_owned(),
            order: None,
            refusal: None,
        };
        assert!(!form.is_complete());
        form.reason = "mất máy".to_owned();
        assert!(form.is_complete());
        form.typed = "Quầy 1".to_owned();
        assert!(!form.is_complete());
    }
}
