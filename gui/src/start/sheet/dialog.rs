//! The sheet over the desk, for when it was put off.

use egui::{Frame, Id, Margin, Modal, ScrollArea, Ui};
use lienquay_node::handle::AskError;

use super::{Sheet, SheetAsk, SheetView, kept};
use crate::cx::Cx;
use crate::link::{Link, Pending, Polled};
use crate::widget::{Tone, note};

const WIDTH: f32 = 760.0;
/// What stays of the desk around it.
const MARGIN: f32 = 64.0;

/// The recovery sheet over the desk.
#[derive(Debug, Default)]
pub struct SheetDialog(State);

#[derive(Debug, Default)]
enum State {
    #[default]
    Closed,
    /// Wakes on: the node's answer.
    Asked(Pending<Result<Option<Sheet>, AskError>>),
    Open(Box<SheetView>),
    Failed(AskError),
}

impl SheetDialog {
    /// Fetches the sheet and shows it.
    pub fn open(&mut self, link: &Link) {
        let asked = link.start(|node| async move { kept(&node).await });
        self.0 = State::Asked(asked);
    }

    /// One frame; what became of the sheet, once it is closed.
    pub fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> Option<SheetAsk> {
        self.poll();
        let asked = match &mut self.0 {
            State::Closed | State::Asked(_) => None,
            State::Failed(error) => {
                note(ui, Tone::Bad, &tr!(cx, "start.sheet_failed", why = error));
                None
            }
            State::Open(view) => over_the_desk(cx, ui, view),
        };
        if asked.is_some() {
            self.0 = State::Closed;
            cx.link.wake().now();
        }
        asked
    }

    fn poll(&mut self) {
        if let State::Asked(asked) = &mut self.0 {
            self.0 = match asked.poll() {
                Polled::Waiting => return,
                Polled::Ready(Ok(Some(sheet))) => State::Open(Box::new(SheetView::new(sheet))),
                // Somebody confirmed meanwhile.
                Polled::Ready(Ok(None)) => State::Closed,
                Polled::Ready(Err(error)) => State::Failed(error),
                Polled::Lost => State::Failed(AskError::Ended),
            };
        }
    }
}

fn over_the_desk(cx: &Cx<'_>, ui: &Ui, view: &mut SheetView) -> Option<SheetAsk> {
    let room = ui.ctx().content_rect().size() - egui::Vec2::splat(MARGIN);
    let paper = Frame::popup(ui.style()).inner_margin(Margin::same(16));
    let modal = Modal::new(Id::new("recovery-sheet")).frame(paper);
    let shown = modal.show(ui.ctx(), |ui| {
        ui.set_width(WIDTH.min(room.x));
        let scroll = ScrollArea::vertical()
            .max_height(room.y)
            .min_scrolled_height(room.y);
        scroll.show(ui, |ui| view.show(cx, ui)).inner
    });
    match shown.inner {
        None if shown.should_close() => Some(SheetAsk::Later),
        asked => asked,
    }
}
