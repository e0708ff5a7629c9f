//! A note where the officer is looking: what happened, what to do.

use egui::text::LayoutJob;
use egui::{Color32, FontId, Frame, Label, Margin, RichText, Stroke, TextFormat, Ui, WidgetText};
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
    let (_, ink, _) = tone.look();
    framed(ui, tone, RichText::new(words).color(ink));
}

/// The same where room is short: what goes beyond two lines is told on hover, and to a screen reader.
pub fn brief_note(ui: &mut Ui, tone: Tone, words: &str) {
    let (_, ink, _) = tone.look();
    let format = TextFormat::simple(FontId::proportional(theme::BODY), ink);
    let mut job = LayoutJob::single_section(words.to_owned(), format);
    job.wrap.max_rows = 2;
    framed(ui, tone, job);
}

fn framed(ui: &mut Ui, tone: Tone, words: impl Into<WidgetText>) {
    let (sign, ink, fill) = tone.look();
    Frame::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, ink))
        .corner_radius(4)
        .inner_margin(Margin::symmetric(10, 6))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(sign).color(ink));
                ui.add(Label::new(words).wrap());
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
