//! A note where the officer is looking: what happened, what to do.

use egui::{Color32, Frame, Margin, RichText, Stroke, Ui};
use lienquay_shared::refusal::Refusal;

use crate::cx::Cx;
use crate::theme;
use crate::words::Lang;

/// What kind of news a note brings; each has a sign besides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// Worth a look.
    Warn,
    /// Not done.
    Bad,
    /// Only information.
    Plain,
}

impl Tone {
    const fn look(self) -> (&'static str, Color32, Color32) {
        match self {
            Self::Good => ("✔", theme::GOOD, theme::GOOD_SOFT),
            Self::Warn => ("⚠", theme::WARN, theme::WARN_SOFT),
            Self::Bad => ("✖", theme::BAD, theme::BAD_SOFT),
            Self::Plain => ("ℹ", theme::ACCENT, theme::ACCENT_SOFT),
        }
    }
}

/// A framed line of text with a sign.
pub fn note(ui: &mut Ui, tone: Tone, words: &str) {
    let (sign, ink, fill) = tone.look();
    Frame::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, ink))
        .corner_radius(4)
        .inner_margin(Margin::symmetric(10, 6))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(sign).color(ink));
                ui.add(egui::Label::new(RichText::new(words).color(ink)).wrap());
            });
        });
}

/// Why something was not done and what to do about it.
pub fn refusal_note(ui: &mut Ui, cx: &Cx<'_>, refusal: &Refusal) {
    note(ui, Tone::Bad, &refusal_words(cx.lang, refusal));
}

/// A refusal in the window's language.
#[must_use]
pub fn refusal_words(lang: Lang, refusal: &Refusal) -> String {
    match lang {
        Lang::Vi => refusal.vietnamese(),
        Lang::En => refusal.english(),
    }
}
