//! The first start: this PC founds a site or joins one.

pub mod catalogue;
mod choice;
mod founding;
pub mod import;
mod joining;
mod loading;
mod page;
mod search;
pub mod sheet;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};
use lienquay_node::clock::Clock;

use crate::cx::Cx;
use crate::link::Link;
use crate::strip::language;
use crate::theme;
use crate::words::Lang;

pub(crate) use search::{reason_words, worth_telling};

pub(crate) use page::{below_label, entered};

use choice::Choice;
use founding::{FoundNext, FoundPage};
use import::Import;
use joining::{JoinNext, JoinPage};
use loading::Loading;
use search::{Search, SearchNext};
use sheet::SheetView;

/// The first start.
#[derive(Debug)]
pub struct StartScreen {
    link: Link,
    clock: Clock,
    lang: Lang,
    found: FoundPage,
    join: JoinPage,
    import: Option<Import>,
    step: Step,
}

/// Where a person is.
#[derive(Debug)]
enum Step {
    Choice,
    Found,
    Sheet(Box<SheetView>),
    Join,
    /// Wakes on: digits, being admitted.
    Search(Box<Search>),
    /// Wakes on: the copy going on.
    Loading(Loading),
    Done,
}

impl StartScreen {
    /// On a node without a site.
    #[must_use]
    pub fn new(link: Link, clock: Clock, lang: Lang) -> Self {
        Self {
            link,
            clock,
            lang,
            found: FoundPage::default(),
            join: JoinPage::default(),
            import: None,
            step: Step::Choice,
        }
    }

    /// This PC belongs to a site, and everything a person must see was seen.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// The language chosen.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The import of the catalogue, which the desk goes on telling about.
    #[must_use]
    pub fn take_import(&mut self) -> Option<Import> {
        self.import.take()
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        let link = self.link.clone();
        let mut lang = self.lang;
        let cx = Cx {
            link: &link,
            lang,
            now_millis: self.clock.wall_millis(),
            go: Vec::new(),
        };
        Panel::top("start-bar")
            .frame(
                Frame::new()
                    .fill(theme::PANEL)
                    .inner_margin(Margin::symmetric(16, 8)),
            )
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.label(theme::heading("Liên Quầy"));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        language::switch(&link, ui, &mut lang);
                    });
                });
            });
        CentralPanel::default()
            .frame(Frame::new().fill(theme::PAPER).inner_margin(16))
            .show(ui, |ui| page::column(ui, "start", |ui| self.step(&cx, ui)));
        self.lang = lang;
    }

    fn step(&mut self, cx: &Cx<'_>, ui: &mut Ui) {
        let next = match &mut self.step {
            Step::Choice => choice::show(cx, ui).map(|choice| match choice {
                Choice::Found => {
                    self.found.open();
                    Step::Found
                }
                Choice::Join => {
                    self.join.open();
                    Step::Join
                }
            }),
            Step::Found => self
                .found
                .show(cx, ui)
                .map(|next| self.after_founding(next)),
            Step::Sheet(view) => {
                let asked = view.show(cx, ui);
                if let Some(import) = &self.import {
                    import_line(cx, ui, import);
                }
                asked.map(|_safe_or_later| Step::Done)
            }
            Step::Join => self.join.show(cx, ui).map(|next| match next {
                JoinNext::Back => Step::Choice,
                JoinNext::Seek(form) => {
                    Step::Search(Box::new(Search::start(cx.link, self.clock, form)))
                }
            }),
            Step::Search(search) => search.show(cx, ui, self.clock).map(|next| match next {
                SearchNext::Back => {
                    self.join.open();
                    Step::Join
                }
                SearchNext::Joined => Step::Loading(Loading::start(cx.link)),
            }),
            Step::Loading(loading) => loading.show(cx, ui).then_some(Step::Done),
            Step::Done => None,
        };
        if let Some(next) = next {
            self.step = next;
            self.link.wake().now();
        }
    }

    fn after_founding(&mut self, next: FoundNext) -> Step {
        match next {
            FoundNext::Back => Step::Choice,
            FoundNext::Founded {
                sheet,
                with_catalogue,
            } => {
                self.import = with_catalogue.then(|| Import::start(&self.link));
                Step::Sheet(Box::new(SheetView::new(sheet)))
            }
        }
    }
}

/// How far the import is, and what was not taken.
pub(crate) fn import_line(cx: &Cx<'_>, ui: &mut Ui, import: &Import) {
    use crate::widget::{Tone, note, refusal_words};
    let progress = import.progress();
    if progress.is_over() && progress.failed.is_empty() {
        note(
            ui,
            Tone::Good,
            &tr!(cx, "start.imported", n = progress.n_done),
        );
        return;
    }
    if !progress.is_over() {
        let words = tr!(
            cx,
            "start.importing",
            n = progress.n_done,
            of = progress.n_all
        );
        ui.label(theme::soft(words));
    }
    for failure in &progress.failed {
        let why = refusal_words(cx.lang, &failure.why);
        note(
            ui,
            Tone::Warn,
            &tr!(cx, "start.not_imported", name = failure.name, why = why),
        );
    }
}
