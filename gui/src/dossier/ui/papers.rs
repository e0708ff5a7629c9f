//! Papers brought and missing, what is asked for, where the paper lies, money, the result.

use egui::{Label, RichText, Ui, vec2};
use lienquay_shared::domain::dossier::{Component, DossierField};

use super::{Sheet, fields, section};
use crate::dossier::typing::Typing;
use crate::theme;
use crate::when;
use crate::widget::{Tone, note};

/// Room for the counts of a paper, points.
const COUNT_WIDTH: f32 = 190.0;

/// What the citizen still has to bring.
pub(super) fn round(sheet: &Sheet<'_, '_>, ui: &mut Ui) {
    let cx = sheet.cx;
    let Some(round) = sheet.view.dossier.open_round() else {
        return;
    };
    if sheet.view.dossier.status.is_closed() {
        return;
    }
    let papers: Vec<&str> = round.missing.iter().map(|paper| &**paper).collect();
    let mut words = tr!(
        cx,
        "dossier.waiting_for",
        at = when::short(round.requested_at.millis, cx.now_millis),
        papers = papers.join("; ")
    );
    if !round.reason.is_empty() {
        words += &tr!(cx, "dossier.because", reason = round.reason);
    }
    note(ui, Tone::Warn, &words);
}

pub(super) fn show(sheet: &mut Sheet<'_, '_>, ui: &mut Ui, typing: &mut Typing) {
    let (cx, view) = (sheet.cx, sheet.view);
    let dossier = &view.dossier;
    section(ui, &tr!(cx, "dossier.papers", n = dossier.n_sets));
    if dossier.components.is_empty() {
        ui.label(theme::soft(tr!(cx, "dossier.no_papers")));
    }
    for paper in dossier.components.iter() {
        row(sheet, ui, paper);
    }
    section(ui, &tr!(cx, "dossier.content"));
    let own = [
        DossierField::Request,
        DossierField::PaperAt,
        DossierField::Finance,
    ];
    fields::rows(sheet, ui, typing, own.into_iter());
    if let Some(result) = dossier.result.as_ref().filter(|result| !result.is_empty()) {
        ui.add(Label::new(tr!(cx, "dossier.result", result = result)).wrap());
    }
    if let Some(to) = &dossier.handed_to {
        ui.add(Label::new(tr!(cx, "dossier.handed_to", name = to.name)).wrap());
    }
}

fn row(sheet: &Sheet<'_, '_>, ui: &mut Ui, paper: &Component) {
    let cx = sheet.cx;
    ui.horizontal_top(|ui| {
        let (sign, colour) = if paper.missing {
            ("⚠", theme::WARN)
        } else {
            ("✔", theme::GOOD)
        };
        ui.label(RichText::new(sign).color(colour));
        let room = ui.available_width() - COUNT_WIDTH - theme::GRID;
        ui.allocate_ui(vec2(room, 0.0), |ui| {
            ui.set_min_width(room);
            ui.add(Label::new(&*paper.name).wrap());
        });
        let counts = counts(sheet, paper);
        if paper.missing {
            let missing = tr!(cx, "dossier.is_missing");
            ui.label(RichText::new(missing).color(theme::WARN));
        } else {
            ui.add(Label::new(theme::soft(counts).small()).wrap());
        }
    });
}

/// `1 bản chính · 2 bản sao`.
fn counts(sheet: &Sheet<'_, '_>, paper: &Component) -> String {
    let cx = sheet.cx;
    let mut parts = Vec::new();
    if paper.originals > 0 {
        parts.push(tr!(cx, "dossier.originals", n = paper.originals));
    }
    if paper.certified > 0 {
        parts.push(tr!(cx, "dossier.certified", n = paper.certified));
    }
    if paper.copies > 0 {
        parts.push(tr!(cx, "dossier.copies", n = paper.copies));
    }
    if parts.is_empty() {
        tr!(cx, "dossier.no_counts")
    } else {
        parts.join(" · ")
    }
}
