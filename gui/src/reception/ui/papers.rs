//! 3. The checklist: a tick is a paper brought.

use egui::{DragValue, Response, RichText, Ui, WidgetInfo, WidgetType};

use super::hints::Hints;
use super::{section, steady};
use crate::cx::Cx;
use crate::reception::form::Form;
use crate::reception::papers::{Brought, MAX_COUNT, Paper, PaperGroup, Papers};
use crate::reception::problem::Place;
use crate::theme;
use crate::widget::{Tone, brief_note};

/// Room beside a paper's name for saying that it is not needed, points.
const BESIDE: f32 = 160.0;

/// Draws it.
pub(super) fn show(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    form: &mut Form,
    added: &mut String,
) {
    section(ui, &tr!(cx, "reception.section_papers"), |ui| {
        let mut is_first = true;
        for (index, group) in form.papers.groups.iter_mut().enumerate() {
            steady(ui, ("group", index), |ui| {
                show_group(cx, ui, hints, group, index, &mut is_first);
            });
        }
        show_extra(cx, ui, &mut form.papers);
        steady(ui, "add", |ui| {
            add_row(cx, ui, hints, &mut form.papers, added);
        });
        steady(ui, "missing", |ui| show_missing(cx, ui, hints, form));
    });
}

fn show_group(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    group: &mut PaperGroup,
    group_index: usize,
    is_first: &mut bool,
) {
    if group.is_case {
        let n_brought = group
            .papers
            .iter()
            .filter(|paper| paper.brought == Brought::Yes)
            .count();
        let total = group.papers.len();
        let sign = if group.is_open {
            tr!(cx, "reception.sign_open")
        } else {
            tr!(cx, "reception.sign_folded")
        };
        let count = tr!(cx, "reception.n_brought", n = n_brought, total = total);
        let words = format!("{sign} {} ({count})", group.heading);
        if ui.add(egui::Button::new(words).wrap()).clicked() {
            group.is_open = !group.is_open;
            cx.link.wake().now();
        }
    } else if !group.heading.is_empty() {
        ui.label(theme::bold(group.heading.as_str()));
    }
    if !group.is_open {
        return;
    }
    for (index, paper) in group.papers.iter_mut().enumerate() {
        let id = ("paper", group_index, index);
        let response = steady(ui, id, |ui| show_row(cx, ui, paper));
        if std::mem::take(is_first) {
            hints.meet(&response, Place::Papers);
        } else if response.gained_focus() {
            response.scroll_to_me(None);
        }
    }
}

/// One paper; gives its tick.
fn show_row(cx: &Cx<'_>, ui: &mut Ui, paper: &mut Paper) -> Response {
    let response = ui
        .horizontal_top(|ui| {
            let width = (ui.available_width() - BESIDE).max(BESIDE);
            let response = ui
                .vertical(|ui| {
                    ui.set_width(width);
                    tick(ui, paper)
                })
                .inner;
            need(cx, ui, paper);
            response
        })
        .inner;
    if paper.brought == Brought::Yes {
        counts(cx, ui, paper);
    }
    response
}

fn tick(ui: &mut Ui, paper: &mut Paper) -> Response {
    let mut is_here = paper.brought == Brought::Yes;
    let name = if paper.brought == Brought::NotNeeded {
        theme::soft(paper.name.as_str()).strikethrough()
    } else {
        RichText::new(paper.name.as_str())
    };
    let response = ui.checkbox(&mut is_here, name);
    if response.changed() {
        paper.brought = if is_here { Brought::Yes } else { Brought::No };
    }
    response
}

/// Whether this dossier needs the paper at all: a record lists what only some cases need.
fn need(cx: &Cx<'_>, ui: &mut Ui, paper: &mut Paper) {
    let (key, other) = match paper.brought {
        Brought::No if paper.is_required => ("reception.not_needed", Brought::NotNeeded),
        Brought::NotNeeded => ("reception.needed_again", Brought::No),
        Brought::No | Brought::Yes => return,
    };
    let words = tr!(cx, key);
    let response = ui.button(words.as_str());
    let spoken = format!("{words}: {}", paper.name);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, spoken.clone()));
    if response.clicked() {
        paper.brought = other;
    }
}

/// Below the tick, under its words.
fn beside<T>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> T) -> T {
    ui.horizontal(|ui| {
        ui.add_space(theme::GRID * 3.5);
        add(ui)
    })
    .inner
}

fn counts(cx: &Cx<'_>, ui: &mut Ui, paper: &mut Paper) {
    beside(ui, |ui| {
        let fields = [
            ("reception.originals", &mut paper.originals),
            ("reception.certified", &mut paper.certified),
            ("reception.copies", &mut paper.copies),
        ];
        for (key, count) in fields {
            let words = tr!(cx, key);
            ui.label(theme::soft(words.as_str()));
            let response = ui.add(DragValue::new(count).range(0..=MAX_COUNT).speed(0.1));
            let spoken = format!("{words}: {}", paper.name);
            let value = f64::from(*count);
            response.widget_info(|| WidgetInfo {
                label: Some(spoken.clone()),
                value: Some(value),
                ..WidgetInfo::new(WidgetType::DragValue)
            });
        }
    });
}

fn show_extra(cx: &Cx<'_>, ui: &mut Ui, papers: &mut Papers) {
    for (index, paper) in papers.extra.iter_mut().enumerate() {
        steady(ui, ("extra", index), |ui| show_row(cx, ui, paper));
    }
    papers.extra.retain(|paper| paper.brought == Brought::Yes);
}

fn add_row(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    papers: &mut Papers,
    added: &mut String,
) {
    ui.horizontal_top(|ui| {
        let width = ui.available_width() - 140.0;
        let name = tr!(cx, "reception.added_paper");
        let response = hints.field(ui, Place::AddedPaper, &name, added, 600, width);
        let by_enter =
            response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let by_click = ui
            .vertical(|ui| {
                ui.add_space(theme::SMALL + theme::GRID);
                let can_add = !added.trim().is_empty();
                ui.add_enabled(can_add, egui::Button::new(tr!(cx, "reception.add")))
                    .clicked()
            })
            .inner;
        if (by_enter || by_click) && !added.trim().is_empty() {
            papers.extra.push(Paper::added(added));
            added.clear();
            hints.go(Place::AddedPaper);
            cx.link.wake().now();
        }
    });
}

fn show_missing(cx: &Cx<'_>, ui: &mut Ui, hints: &Hints<'_>, form: &mut Form) {
    let names: Vec<&str> = form
        .papers
        .missing()
        .into_iter()
        .map(|paper| paper.name.as_str())
        .collect();
    if names.is_empty() {
        form.accept_missing = false;
        return;
    }
    let list = names.join("; ");
    let n = names.len();
    let tone = if form.accept_missing || hints.at(Place::Papers).is_none() {
        Tone::Plain
    } else {
        Tone::Warn
    };
    let words = tr!(cx, "reception.missing", n = n, names = list);
    // Their names stand in the list above as well.
    brief_note(ui, tone, &words);
    ui.horizontal_wrapped(|ui| {
        ui.checkbox(
            &mut form.accept_missing,
            tr!(cx, "reception.accept_missing"),
        );
        if ui.button(tr!(cx, "reception.need_no_more")).clicked() {
            form.papers.need_no_more();
        }
    });
}
