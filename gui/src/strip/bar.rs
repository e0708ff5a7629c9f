//! The bar itself: site and officer, pages, search, state, language.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Button, FontId, Key, Label, Layout, Popup, PopupCloseBehavior, Response, RichText,
    Sense, StrokeKind, TextFormat, Ui, WidgetInfo, WidgetType, pos2, vec2,
};

use super::watch::{Shown, Watch};
use super::{language, pcs, state};
use crate::cx::{Cx, Go};
use crate::desk::Page;
use crate::theme;
use crate::words::Lang;

/// Two lines of text.
const HEIGHT: f32 = 44.0;
/// What site and officer take at most, points.
const WHERE_MAX: f32 = 380.0;
/// What everything right of them takes, points.
const REST: f32 = 800.0;
const STATE_WIDTH: f32 = 224.0;
const FIND_WIDTH: f32 = 176.0;

const PAGES: [(Page, &str, Key); 3] = [
    (Page::Reception, "strip.reception", Key::F4),
    (Page::Dossiers, "strip.dossiers", Key::F6),
    (Page::Health, "strip.health", Key::F8),
];

/// Draws it.
pub(super) fn show(
    cx: &mut Cx<'_>,
    ui: &mut Ui,
    watch: &Watch,
    shown: &Shown,
    page: &mut Page,
    lang: &mut Lang,
) {
    ui.horizontal(|ui| {
        ui.set_height(HEIGHT);
        let width = (ui.available_width() - REST).clamp(150.0, WHERE_MAX);
        ui.allocate_ui_with_layout(vec2(width, HEIGHT), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            place(cx, ui, shown);
        });
        for (target, name, key) in PAGES {
            if tab(ui, &tr!(cx, name), key, is_on(*page, target)) {
                match target {
                    // As its key does: for the citizen who is called.
                    Page::Reception => cx.go(Go::Press(key)),
                    _ => *page = target,
                }
                cx.link.wake().now();
            }
        }
        if find(cx, ui) {
            cx.go(Go::Find);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            language::switch(cx.link, ui, lang);
            let response = state_button(cx, ui, shown);
            pcs_popup(cx, &response, watch, shown);
        });
    });
}

/// One dossier belongs to the page of dossiers.
fn is_on(page: Page, tab: Page) -> bool {
    page == tab || (page == Page::Dossier && tab == Page::Dossiers)
}

fn place(cx: &Cx<'_>, ui: &mut Ui, shown: &Shown) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let view = &shown.view;
    let name = if view.site.is_empty() {
        "Liên Quầy"
    } else {
        &view.site
    };
    ui.add(Label::new(theme::bold(name)).truncate());
    if view.pcs.is_empty() {
        return;
    }
    let here = match (&view.officer, &view.counter) {
        (Some(officer), Some(counter)) => format!("{officer} · {counter}"),
        (Some(officer), None) => format!("{officer} · {}", tr!(cx, "strip.no_counter")),
        (None, Some(counter)) => format!("{counter} · {}", tr!(cx, "strip.no_officer")),
        (None, None) => tr!(cx, "strip.not_seated"),
    };
    ui.add(Label::new(theme::soft(here).small()).truncate());
}

fn tab(ui: &mut Ui, name: &str, key: Key, is_selected: bool) -> bool {
    let words = if is_selected {
        theme::bold(name)
    } else {
        RichText::new(name)
    };
    let button = Button::selectable(is_selected, words)
        .shortcut_text(RichText::new(key.name()).small())
        .gap(4.0);
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, is_selected, name));
    response.clicked()
}

/// Looks like the field it opens.
fn find(cx: &Cx<'_>, ui: &mut Ui) -> bool {
    let name = tr!(cx, "strip.find");
    let button = Button::new(theme::soft(&name))
        .shortcut_text(RichText::new("Ctrl+K").small())
        .fill(theme::PAPER)
        .min_size(vec2(FIND_WIDTH, theme::CONTROL_HEIGHT));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    response.clicked()
}

/// Two lines, each cut where the button ends: the whole is told on hover.
fn state_button(cx: &Cx<'_>, ui: &mut Ui, shown: &Shown) -> Response {
    let words = state::words(&shown.view, cx.lang, cx.now_millis);
    let (sign, ink) = if words.is_well {
        ("", theme::INK)
    } else {
        ("⚠ ", theme::WARN)
    };
    let (rect, response) = ui.allocate_exact_size(vec2(STATE_WIDTH, HEIGHT), Sense::click());
    let name = format!("{}, {}", words.line, words.below);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    let look = ui.style().interact(&response);
    if response.hovered() || response.has_focus() {
        let corner = look.corner_radius;
        ui.painter().rect(
            rect,
            corner,
            look.bg_fill,
            look.bg_stroke,
            StrokeKind::Inside,
        );
    }
    let line = |text: String, size, colour| {
        let mut job = LayoutJob::single_section(text, TextFormat::simple(size, colour));
        job.wrap = TextWrapping::truncate_at_width(rect.width() - 2.0 * theme::GRID);
        ui.painter().layout_job(job)
    };
    let body = FontId::proportional(theme::BODY);
    let small = FontId::proportional(theme::SMALL);
    let above = line(format!("{sign}{}", words.line), body, ink);
    let below = line(words.below, small, theme::INK_SOFT);
    let top = rect.center().y - (above.size().y + below.size().y) / 2.0;
    let right = rect.right() - theme::GRID;
    let below_at = pos2(right - below.size().x, top + above.size().y);
    ui.painter()
        .galley(pos2(right - above.size().x, top), above, ink);
    ui.painter().galley(below_at, below, theme::INK_SOFT);
    response.on_hover_text(name)
}

fn pcs_popup(cx: &mut Cx<'_>, button: &Response, watch: &Watch, shown: &Shown) {
    let popup = Popup::from_toggle_button_response(button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| pcs::show(cx, ui, shown));
    watch.look_at_numbers(popup.is_some());
}
