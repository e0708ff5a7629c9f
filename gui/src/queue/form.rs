//! The small forms inside the panel: one is open at a time, Esc closes it.

use egui::{ComboBox, Frame, Id, Key, Margin, Rect, Stroke, Ui};
use lienquay_shared::wire::keeper::{LaneId, PriorityReason, TransferTarget};
use lienquay_shared::{DocId, NodeId};

use super::command::Action;
use super::pen::Pen;
use crate::theme;
use crate::widget::key_button;

/// Which form is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Giving out numbers.
    Issue,
    /// A number that only its paper tells.
    Paper,
    /// Where to send a ticket.
    Transfer(DocId),
    /// Why a ticket is called out of order.
    CallNow(DocId),
    /// Whether to take over.
    TakeOver(NodeId),
}

/// What is typed and chosen.
#[derive(Debug, Default)]
pub(super) struct Forms {
    open: Option<Form>,
    /// Just opened: its first field gets the cursor.
    is_new: bool,
    /// Frames in which it is brought into sight: the first one does not know its height yet.
    n_reveals: u8,
    /// Where it was drawn in this frame.
    rect: Option<Rect>,
    /// The keyboard was in it in the last frame.
    had_focus: bool,
    pub(super) reason: String,
    pub(super) number: String,
    pub(super) lane: Option<LaneId>,
    pub(super) priority: Option<PriorityReason>,
    pub(super) kind: TargetKind,
    pub(super) target: Option<TransferTarget>,
}

/// Where a ticket can be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TargetKind {
    #[default]
    Lane,
    Counter,
    Officer,
}

impl Forms {
    pub(super) fn is_open(&self, form: Form) -> bool {
        self.open == Some(form)
    }

    /// Opens a form, empty.
    pub(super) fn open(&mut self, form: Form) {
        *self = Self {
            open: Some(form),
            is_new: true,
            n_reveals: 2,
            ..Self::default()
        };
    }

    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    /// What it was for is done. Numbers are given out one after the other.
    pub(super) fn close_after(&mut self, action: &Action) {
        let is_over = match self.open {
            Some(Form::Transfer(doc) | Form::CallNow(doc)) => {
                action.ticket() == Some(doc) && !matches!(action, Action::Recall(_))
            }
            Some(Form::Paper) => matches!(action, Action::CallPaper { .. }),
            Some(Form::TakeOver(keeper)) => *action == Action::TakeOver(keeper),
            Some(Form::Issue) | None => false,
        };
        if is_over {
            self.close();
        }
    }

    /// Another ticket is turned to.
    pub(super) fn close_moving(&mut self) {
        if let Some(Form::Transfer(_) | Form::CallNow(_)) = self.open {
            self.close();
        }
    }

    /// True once for each opening: the first field takes the cursor.
    pub(super) fn takes_focus(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// A button that opens the form, or closes it.
    pub(super) fn toggle_button(&mut self, ui: &mut Ui, pen: &Pen<'_, '_>, key: &str, form: Form) {
        if key_button(ui, &tr!(pen.cx, key), None, true) {
            if self.is_open(form) {
                self.close();
            } else {
                self.open(form);
            }
            pen.cx.link.wake().now();
        }
    }

    /// The way out of a form, beside its action.
    pub(super) fn cancel_button(&mut self, ui: &mut Ui, pen: &Pen<'_, '_>) {
        if key_button(ui, &tr!(pen.cx, "queue.cancel"), None, true) {
            self.close();
            pen.cx.link.wake().now();
        }
    }

    /// A form's frame.
    pub(super) fn frame(&mut self, ui: &mut Ui, contents: impl FnOnce(&mut Self, &mut Ui)) {
        let drawn = Frame::new()
            .fill(theme::PAPER)
            .stroke(Stroke::new(1.0, theme::ACCENT))
            .corner_radius(4)
            .inner_margin(Margin::same(8))
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                contents(self, ui);
            });
        self.rect = Some(drawn.response.rect);
        if self.n_reveals > 0 {
            self.n_reveals -= 1;
            drawn.response.scroll_to_me(None);
        }
    }

    /// Esc leaves a form that has the keyboard. egui takes the focus away before the frame, so the last frame's counts.
    pub(super) fn end_frame(&mut self, ui: &Ui) {
        let rect = self.rect.take();
        if self.open.is_some() && self.had_focus && ui.input(|input| input.key_pressed(Key::Escape))
        {
            self.close();
        }
        // In a frame with a click, asking egui about a widget that the click missed takes the focus away from it.
        if ui.input(|input| input.pointer.any_click()) {
            return;
        }
        let focused = ui.memory(|memory| memory.focused());
        let place = focused.and_then(|id| ui.ctx().read_response(id));
        self.had_focus = match (rect, place) {
            (Some(rect), Some(place)) => rect.contains(place.rect.center()),
            _ => false,
        };
    }
}

/// A choice from a list, with its name above.
pub(super) fn pick<T: PartialEq>(
    ui: &mut Ui,
    name: &str,
    chosen: &mut T,
    shown: &str,
    options: impl IntoIterator<Item = (T, String)>,
) -> Id {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let label = ui.label(theme::soft(name));
        let width = ui.available_width();
        let drawn = ComboBox::from_id_salt(name)
            .selected_text(shown)
            .width(width)
            .truncate()
            .show_ui(ui, |ui| {
                for (value, words) in options {
                    ui.selectable_value(chosen, value, words);
                }
            });
        drawn.response.labelled_by(label.id).id
    })
    .inner
}
