//! How the window looks: a light theme in high contrast, an 8 px grid, and colours that only ever stand beside a word or a
//! sign with the same meaning.

use egui::scroll_area::ScrollAreaOutput;
use egui::style::{ScrollStyle, Selection, WidgetVisuals};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, RichText, ScrollArea, Stroke,
    TextStyle, Ui, Vec2, vec2,
};

use crate::fonts;

/// One step of the grid, points.
pub const GRID: f32 = 8.0;
/// Height of buttons and fields, points: a finger and a hurried mouse hit it.
pub const CONTROL_HEIGHT: f32 = 32.0;
/// The least a small button beside a text measures, points.
pub const SMALL_BUTTON: Vec2 = vec2(24.0, 24.0);
/// Body text, points.
pub const BODY: f32 = 15.5;
/// The number of the citizen at the counter, points: read across the desk.
pub const NUMBER: f32 = 40.0;
/// Headings, points.
pub const HEADING: f32 = 20.0;
/// What a page is about, such as a dossier's code, points.
pub const TITLE: f32 = 26.0;
/// Small text, points; nothing is smaller.
pub const SMALL: f32 = 13.5;

/// Text.
pub const INK: Color32 = Color32::from_rgb(0x1b, 0x24, 0x2e);
/// Text of less weight; 7:1 on paper.
pub const INK_SOFT: Color32 = Color32::from_rgb(0x47, 0x53, 0x60);
/// Edges of what can be pressed; 3:1 on paper.
pub const INK_FAINT: Color32 = Color32::from_rgb(0x7c, 0x88, 0x95);
/// Background of pages.
pub const PAPER: Color32 = Color32::from_rgb(0xff, 0xff, 0xff);
/// Background of panels beside the page.
pub const PANEL: Color32 = Color32::from_rgb(0xf3, 0xf5, 0xf8);
/// Lines.
pub const LINE: Color32 = Color32::from_rgb(0xc3, 0xcb, 0xd4);
/// What can be pressed, and what is chosen.
pub const ACCENT: Color32 = Color32::from_rgb(0x0b, 0x57, 0xa4);
/// Behind what is chosen.
pub const ACCENT_SOFT: Color32 = Color32::from_rgb(0xdc, 0xe9, 0xf7);
/// All is well, on time.
pub const GOOD: Color32 = Color32::from_rgb(0x13, 0x66, 0x36);
/// Behind good news.
pub const GOOD_SOFT: Color32 = Color32::from_rgb(0xe0, 0xf2, 0xe6);
/// Soon due, waiting, worth a look.
pub const WARN: Color32 = Color32::from_rgb(0x8a, 0x4b, 0x00);
/// Behind what is worth a look.
pub const WARN_SOFT: Color32 = Color32::from_rgb(0xfd, 0xf0, 0xd9);
/// Late, refused, broken.
pub const BAD: Color32 = Color32::from_rgb(0xa8, 0x1d, 0x1d);
/// Behind what is broken.
pub const BAD_SOFT: Color32 = Color32::from_rgb(0xfb, 0xe4, 0xe3);

/// Puts fonts and style onto a window.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.set_theme(egui::Theme::Light);
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, SMALL, FontFamily::Proportional),
            (TextStyle::Body, BODY, FontFamily::Proportional),
            (TextStyle::Button, BODY, FontFamily::Proportional),
            (TextStyle::Heading, HEADING, fonts::bold()),
            (TextStyle::Monospace, BODY, FontFamily::Monospace),
        ]
        .map(|(text, size, family)| (text, FontId::new(size, family)))
        .into();
        // An idle window paints nothing: no animation, no blinking cursor.
        style.animation_time = 0.0;
        style.scroll_animation = egui::style::ScrollAnimation::none();
        spacing(&mut style.spacing);
        visuals(&mut style.visuals);
    });
}

fn spacing(spacing: &mut egui::style::Spacing) {
    spacing.item_spacing = vec2(GRID, GRID);
    spacing.button_padding = vec2(12.0, 5.0);
    spacing.interact_size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.icon_width = 20.0;
    spacing.icon_width_inner = 12.0;
    spacing.scroll = ScrollStyle::solid();
    spacing.scroll.bar_width = 12.0;
    // Can be caught even in a list of a hundred thousand rows.
    spacing.scroll.handle_min_length = GRID * 5.0;
    spacing.window_margin = Margin::same(16);
    spacing.tooltip_width = 480.0;
}

fn visuals(visuals: &mut egui::Visuals) {
    // Whatever a system asks for: a dark theme's cursor and shadows are not seen on paper.
    *visuals = egui::Visuals::light();
    visuals.text_cursor.blink = false;
    visuals.panel_fill = PAPER;
    visuals.window_fill = PAPER;
    visuals.extreme_bg_color = PAPER;
    visuals.faint_bg_color = PANEL;
    visuals.override_text_color = None;
    visuals.hyperlink_color = ACCENT;
    visuals.warn_fg_color = WARN;
    visuals.error_fg_color = BAD;
    visuals.weak_text_color = Some(INK_SOFT);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.selection = Selection {
        bg_fill: ACCENT_SOFT,
        stroke: Stroke::new(2.0, ACCENT),
    };
    let widget = |fill, line, width| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(width, line),
        corner_radius: CornerRadius::same(4),
        fg_stroke: Stroke::new(1.5, INK),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(PAPER, LINE, 1.0);
    visuals.widgets.inactive = widget(Color32::from_rgb(0xee, 0xf1, 0xf5), INK_FAINT, 1.0);
    visuals.widgets.hovered = widget(ACCENT_SOFT, ACCENT, 1.0);
    visuals.widgets.active = widget(ACCENT_SOFT, ACCENT, 2.0);
    visuals.widgets.open = widget(ACCENT_SOFT, ACCENT, 1.0);
}

/// Bold text in body size.
pub fn bold(text: impl Into<String>) -> RichText {
    RichText::new(text).family(fonts::bold())
}

/// A section's heading.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).heading()
}

/// What is drawn into this next is a list, and its scroll bar has a handle that is seen at once.
pub fn long_list(ui: &mut Ui) {
    let widgets = &mut ui.visuals_mut().widgets;
    widgets.inactive.bg_fill = INK_FAINT;
    widgets.hovered.bg_fill = ACCENT;
    widgets.active.bg_fill = ACCENT;
}

/// A part of a page that scrolls. Its bar is as dark as that of a list; what is inside keeps its own look.
pub fn scrolled<T>(
    ui: &mut Ui,
    area: ScrollArea,
    add: impl FnOnce(&mut Ui) -> T,
) -> ScrollAreaOutput<T> {
    let widgets = ui.visuals().widgets.clone();
    long_list(ui);
    let inside = widgets.clone();
    let drawn = area.show(ui, |ui| {
        ui.visuals_mut().widgets = inside;
        add(ui)
    });
    ui.visuals_mut().widgets = widgets;
    drawn
}

/// What a page is about.
pub fn title(text: impl Into<String>) -> RichText {
    bold(text).size(TITLE)
}

/// Text of less weight.
pub fn soft(text: impl Into<String>) -> RichText {
    RichText::new(text).color(INK_SOFT)
}
