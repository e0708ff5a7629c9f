//! Draws the box: one field, what was found below it under headings.

use egui::{Align, Button, Response, RichText, ScrollArea, TextEdit, Ui, WidgetInfo, WidgetType};

use crate::cx::Cx;
use crate::find::command::state_name;
use crate::find::data::{Found, Group, Hit};
use crate::theme;
use crate::widget::{Tone, note};
use crate::words::count;

/// Width of the box, points.
pub(crate) const WIDTH: f32 = theme::GRID * 80.0;
/// Height of what is found: the box fits the smallest screen.
const HEIGHT: f32 = theme::GRID * 60.0;
/// The longest text to look for, as the node takes it.
const MAX_BYTES: usize = 200;

/// The field.
pub(crate) fn field(ui: &mut Ui, cx: &Cx<'_>, text: &mut String) -> Response {
    let name = tr!(cx, "find.field");
    let response = ui.add(
        TextEdit::singleline(text)
            .desired_width(WIDTH)
            .char_limit(MAX_BYTES / 3)
            .hint_text(&name)
            .margin(egui::Margin::symmetric(8, 8)),
    );
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// What was found; the hit that was clicked.
pub(crate) fn hits(
    ui: &mut Ui,
    cx: &Cx<'_>,
    found: &Found,
    chosen: usize,
    is_moved: bool,
) -> Option<usize> {
    let mut clicked = None;
    theme::long_list(ui);
    // Grows with what is found: by itself an area keeps the height it once had.
    let area = ScrollArea::vertical()
        .max_height(HEIGHT)
        .min_scrolled_height(HEIGHT);
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (group, why) in &found.unanswered {
            let what = group_name(cx, *group);
            note(
                ui,
                Tone::Warn,
                &tr!(cx, "find.unanswered", what = what, why = why),
            );
        }
        let mut heading = None;
        for (at, (group, hit)) in found.hits.iter().enumerate() {
            if heading.replace(*group) != Some(*group) {
                ui.add_space(theme::GRID / 2.0);
                ui.label(theme::soft(group_name(cx, *group)).small());
            }
            let response = row(ui, cx, hit, at == chosen);
            if at == chosen && is_moved {
                response.scroll_to_me(None::<Align>);
            }
            if response.clicked() {
                clicked = Some(at);
            }
        }
    });
    clicked
}

fn row(ui: &mut Ui, cx: &Cx<'_>, hit: &Hit, is_chosen: bool) -> Response {
    let (words, more, key) = words_of(cx, hit);
    let mut text = egui::text::LayoutJob::default();
    let style = ui.style().clone();
    RichText::new(&words).append_to(
        &mut text,
        &style,
        egui::FontSelection::Default,
        Align::Center,
    );
    theme::soft(format!("   {more}")).append_to(
        &mut text,
        &style,
        egui::FontSelection::Default,
        Align::Center,
    );
    let mut button = Button::selectable(is_chosen, text)
        .truncate()
        .min_size(egui::vec2(ui.available_width(), theme::CONTROL_HEIGHT));
    if let Some(key) = key {
        button = button.shortcut_text(key.name());
    }
    let response = ui.add(button);
    let name = if more.is_empty() {
        words
    } else {
        format!("{words} · {more}")
    };
    response.widget_info(|| {
        WidgetInfo::selected(WidgetType::SelectableLabel, true, is_chosen, name.clone())
    });
    response
}

/// What a hit is called, what else is known of it, and its key.
fn words_of(cx: &Cx<'_>, hit: &Hit) -> (String, String, Option<egui::Key>) {
    match hit {
        Hit::Ticket { number, state, .. } => (number.clone(), state_name(cx.lang, *state), None),
        Hit::Dossier {
            code,
            person,
            procedure,
            ..
        } => (format!("{code} · {person}"), procedure.clone(), None),
        Hit::MoreDossiers { n_total } => {
            let n = count(cx.lang, *n_total);
            (tr!(cx, "find.all_dossiers", n = n), String::new(), None)
        }
        Hit::Procedure { code, name } => (name.clone(), code.clone(), None),
        Hit::Pc {
            name,
            counter,
            is_reached,
        } => {
            let state = if *is_reached {
                tr!(cx, "find.pc_reached")
            } else {
                tr!(cx, "find.pc_away")
            };
            let counter = counter.map(|no| tr!(cx, "find.counter", no = no));
            let more = counter.map_or(state.clone(), |counter| format!("{counter} · {state}"));
            (name.clone(), more, None)
        }
        Hit::Act(action) => (action.name(cx.lang), String::new(), action.key()),
    }
}

fn group_name(cx: &Cx<'_>, group: Group) -> String {
    match group {
        Group::Tickets => tr!(cx, "find.tickets"),
        Group::Dossiers => tr!(cx, "find.dossiers"),
        Group::Procedures => tr!(cx, "find.procedures"),
        Group::Pcs => tr!(cx, "find.pcs"),
        Group::Actions => tr!(cx, "find.actions"),
    }
}
