//! A QR code as rectangles: on the screen, and in a file to print.

use std::fmt::Write as _;

use egui::{Color32, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use qrcode::{Color, EcLevel, QrCode};

/// White around the code, modules; readers want four.
const QUIET: usize = 4;

/// The modules of a code.
#[derive(Debug, Clone, Default)]
pub(super) struct Modules {
    width: usize,
    /// Runs of dark modules: column, row, length.
    runs: Vec<(usize, usize, usize)>,
}

impl Modules {
    /// The code of a text. Nothing when the text is too long for any, which no sheet's is.
    pub(super) fn of(text: &str) -> Self {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
            tracing::error!("the text is too long for a QR code");
            return Self::default();
        };
        let width = code.width();
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (index, colour) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (index % width, index / width);
            if colour == Color::Light {
                continue;
            }
            match runs.last_mut() {
                Some((start, row, length)) if *row == y && *start + *length == x => *length += 1,
                _ => runs.push((x, y, 1)),
            }
        }
        Self { width, runs }
    }

    /// Draws it black on white, about `size` points wide, called `name`.
    pub(super) fn show(&self, ui: &mut Ui, size: f32, name: &str) {
        let n = self.width + 2 * QUIET;
        // Whole points, so that every module has the same width.
        let module = (size / to_f32(n)).floor().max(1.0);
        let side = module * to_f32(n);
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, name));
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0.0, Color32::WHITE);
        for (x, y, length) in &self.runs {
            let at = pos2(
                rect.left() + module * to_f32(x + QUIET),
                rect.top() + module * to_f32(y + QUIET),
            );
            let run = Rect::from_min_size(at, vec2(module * to_f32(*length), module));
            painter.rect_filled(run, 0.0, Color32::BLACK);
        }
    }

    /// As the inside of an SVG picture, one unit a module.
    pub(super) fn svg(&self) -> String {
        let n = self.width + 2 * QUIET;
        let mut path = String::new();
        for (x, y, length) in &self.runs {
            let (x, y) = (x + QUIET, y + QUIET);
            // Writing to a String cannot fail.
            write!(path, "M{x} {y}h{length}v1h-{length}z").ok();
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {n} {n}\" shape-rendering=\"crispEdges\">\
             <rect width=\"{n}\" height=\"{n}\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
        )
    }
}

/// A QR code has at most 177 modules a side.
fn to_f32(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::Modules;

    #[test]
    fn a_code_begins_with_the_seven_modules_of_its_finder() {
        let modules = Modules::of("LIENQUAY1:0123456789");
        assert_eq!(modules.runs.first(), Some(&(0, 0, 7)));
        assert!(modules.svg().contains("M4 4h7v1h-7z"));
    }
}
