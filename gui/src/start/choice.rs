//! The first question: a new site, or into one that exists.

use egui::text::LayoutJob;
use egui::{Button, FontId, TextFormat, Ui, WidgetInfo, WidgetType, vec2};

use crate::cx::Cx;
use crate::{fonts, theme};

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Found a site.
    Found,
    /// Join one.
    Join,
}

/// Draws the question.
pub(crate) fn show(cx: &Cx<'_>, ui: &mut Ui) -> Option<Choice> {
    ui.add_space(theme::GRID * 6.0);
    super::page::title(
        ui,
        &tr!(cx, "start.welcome"),
        &tr!(cx, "start.welcome_about"),
    );
    let mut chosen = None;
    for (choice, name, about) in [
        (Choice::Found, "start.found", "start.found_about"),
        (Choice::Join, "start.join", "start.join_about"),
    ] {
        if card(ui, &tr!(cx, name), &tr!(cx, about)) {
            chosen = Some(choice);
        }
    }
    chosen
}

/// A large button: its name, and below what it does.
fn card(ui: &mut Ui, name: &str, about: &str) -> bool {
    let width = ui.available_width();
    let mut job = LayoutJob::default();
    job.wrap.max_width = width - theme::GRID * 6.0;
    let heading = TextFormat::simple(FontId::new(theme::HEADING, fonts::bold()), theme::ACCENT);
    job.append(name, 0.0, heading);
    let body = FontId::proportional(theme::BODY);
    job.append(
        &format!("\n{about}"),
        0.0,
        TextFormat::simple(body, theme::INK),
    );
    let response = ui.add(Button::new(job).min_size(vec2(width, 112.0)).wrap());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    response.clicked()
}
