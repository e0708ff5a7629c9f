//! A window with nothing in it: what a window costs before it shows anything. The floor of `lienquay-measure-window`.

use std::io::Write as _;

use eframe::{App, Frame, NativeOptions};
use egui::{Ui, ViewportBuilder};

#[derive(Default)]
struct Empty {
    n_frames: u64,
}

impl App for Empty {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        self.n_frames += 1;
        match self.n_frames {
            // The first frame is on the screen when the second begins.
            1 => ui.ctx().request_repaint(),
            2 => tell(),
            _ => {}
        }
        ui.label("Liên Quầy");
    }
}

fn tell() {
    let mut out = std::io::stdout();
    // Nobody reads it any more: then nobody measures either.
    writeln!(out, "{{\"event\":\"first_frame\"}}")
        .and_then(|()| out.flush())
        .ok();
}

fn main() -> eframe::Result {
    let options = NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([1366.0, 700.0]),
        renderer: eframe::Renderer::Glow,
        ..NativeOptions::default()
    };
    eframe::run_native(
        "empty_window",
        options,
        Box::new(|_cc| Ok(Box::<Empty>::default())),
    )
}
