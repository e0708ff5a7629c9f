//! The box that finds everything (Ctrl+K): one field over the desk, closed with Esc.

mod command;
mod data;
mod ui;

use egui::{Align2, Event, Id, Key, Modal, Modifiers, Ui, vec2};
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;
use crate::link::{Pending, Polled};
use crate::theme;
use crate::widget::{Tone, note};
use command::{Choice, choose, with_actions};
use data::Found;

/// The box.
#[derive(Debug, Default)]
pub struct FindBox {
    is_open: bool,
    /// The next frame is its first.
    is_opening: bool,
    /// Who had the keys before.
    focus_before: Option<Id>,
    /// Frames until egui lets the page below have the keys again; the last of them gives them back.
    n_frames_to_give_back: u8,
    text: String,
    /// What is shown: of an older text until the answer to the newer is there.
    found: Found,
    /// Dropped when the text changes: an older answer never replaces a newer one.
    pending: Option<Pending<Found>>,
    chosen: usize,
    /// Enter was pressed before the answer was there. Wakes on: the answer.
    is_enter_waiting: bool,
    said: Option<String>,
}

impl FindBox {
    /// Something changed. What was found a moment ago stays under the officer's hand.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// Whether it lies over the desk.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Opens the box.
    pub fn open(&mut self) {
        if !self.is_open {
            *self = Self {
                is_open: true,
                is_opening: true,
                ..Self::default()
            };
        }
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.is_open = false;
        self.pending = None;
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        if !self.is_open {
            self.give_back(cx, ui);
            return;
        }
        if self.is_opening {
            self.focus_before = ui.memory(egui::Memory::focused);
            self.found = with_actions(Found::default(), cx.lang);
        }
        self.take_arrived(cx);
        let (is_moved, mut is_entered) = self.keys(ui);
        if is_entered && !is_typed(ui) {
            is_entered = false;
            self.entered(cx);
        }
        if !self.is_open {
            return;
        }
        let id = Id::new("find everything");
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, theme::GRID * 8.0));
        let shown = Modal::new(id)
            .area(area)
            .show(ui.ctx(), |ui| self.inside(cx, ui, is_moved));
        // Letters came with this very frame, before it: Enter is about them.
        if is_entered {
            self.entered(cx);
        }
        if self.is_open && shown.should_close() {
            self.close();
            self.n_frames_to_give_back = 2;
            cx.link.wake().now();
        }
        self.is_opening = false;
    }

    fn take_arrived(&mut self, cx: &mut Cx<'_>) {
        let found = match self.pending.as_mut().map(Pending::poll) {
            None | Some(Polled::Waiting) => return,
            Some(Polled::Ready(found)) => found,
            Some(Polled::Lost) => Found {
                text: self.text.clone(),
                unanswered: vec![(data::Group::Dossiers, tr!(cx, "find.lost"))],
                ..Found::default()
            },
        };
        self.pending = None;
        self.found = with_actions(found, cx.lang);
        self.chosen = 0;
        if std::mem::take(&mut self.is_enter_waiting) {
            self.enter(cx);
        }
    }

    /// Keys of the box, before the field sees them; whether the choice moved, and whether Enter was pressed.
    fn keys(&mut self, ui: &Ui) -> (bool, bool) {
        let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
        let last = self.found.hits.len().saturating_sub(1);
        self.chosen = (self.chosen + down).min(last).saturating_sub(up);
        (down + up > 0, pressed(Key::Enter) > 0)
    }

    /// Enter was pressed: done now, or when the answer is there.
    fn entered(&mut self, cx: &mut Cx<'_>) {
        if self.pending.is_some() {
            self.is_enter_waiting = true;
        } else {
            self.enter(cx);
        }
    }

    fn inside(&mut self, cx: &mut Cx<'_>, ui: &mut Ui, is_moved: bool) {
        ui.set_width(ui::WIDTH.min(ui.ctx().content_rect().width() - theme::GRID * 8.0));
        let field = ui::field(ui, cx, &mut self.text);
        if self.is_opening {
            field.request_focus();
        }
        if field.changed() {
            self.ask(cx);
        }
        if let Some(said) = &self.said {
            note(ui, Tone::Plain, said);
        }
        if self.pending.is_some() {
            ui.label(theme::soft(tr!(cx, "find.looking")));
        } else if self.found.hits.is_empty() {
            note(
                ui,
                Tone::Plain,
                &tr!(cx, "find.nothing", text = self.text.trim()),
            );
        }
        if let Some(at) = ui::hits(ui, cx, &self.found, self.chosen, is_moved) {
            self.chosen = at;
            self.enter(cx);
            field.request_focus();
        }
    }

    /// Asks for the text as it is now.
    fn ask(&mut self, cx: &Cx<'_>) {
        self.said = None;
        self.is_enter_waiting = false;
        let text = self.text.trim().to_owned();
        if text.is_empty() {
            self.pending = None;
            self.chosen = 0;
            self.found = with_actions(Found::default(), cx.lang);
        } else {
            self.pending = Some(cx.link.start(|node| data::load(node, text)));
        }
    }

    /// Does what the chosen hit is for.
    fn enter(&mut self, cx: &mut Cx<'_>) {
        let Some((_, hit)) = self.found.hits.get(self.chosen) else {
            return;
        };
        match choose(hit, &self.found.text, cx.lang) {
            Choice::Go(place) => {
                self.close();
                cx.go(place);
            }
            Choice::Say(words) => self.said = Some(words),
        }
    }

    /// Gives the keys back to who had them before the box: egui keeps them from the page for one more frame.
    fn give_back(&mut self, cx: &Cx<'_>, ui: &Ui) {
        if self.n_frames_to_give_back == 0 {
            return;
        }
        self.n_frames_to_give_back -= 1;
        match self.focus_before {
            Some(before) if self.n_frames_to_give_back == 0 => {
                ui.memory_mut(|memory| memory.request_focus(before));
            }
            _ => cx.link.wake().now(),
        }
    }
}

/// Whether the field changes in this frame.
fn is_typed(ui: &Ui) -> bool {
    let is_letter =
        |event: &Event| matches!(event, Event::Text(_) | Event::Paste(_) | Event::Ime(_));
    ui.input(|input| input.events.iter().any(is_letter))
}
