//! The sheet on the screen: what it is, its groups and its code, a file to print, and the promise that it is locked away.

use std::path::{Path, PathBuf};

use egui::{Grid, RichText, Ui};

use super::Sheet;
use super::paper::{self, PaperWords};
use super::qr::Modules;
use crate::cx::Cx;
use crate::link::{Link, Pending, Polled};
use crate::start::page::below_label;
use crate::theme;
use crate::widget::{Field, Tone, key_button, note, primary_button};

/// Groups are copied by hand: large.
const GROUP_SIZE: f32 = 22.0;
const QR_SIZE: f32 = 272.0;

/// What became of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetAsk {
    /// It is on paper; the node forgot it.
    Safe,
    /// To be shown again.
    Later,
}

/// The file to print.
#[derive(Debug, Default)]
enum Saved {
    #[default]
    No,
    Writing(PathBuf, Pending<Result<(), String>>),
    At(PathBuf),
    Erasing(PathBuf, Pending<Result<(), String>>),
    Failed(String),
    /// It still lies there, readable for whoever finds it.
    NotErased(PathBuf, String),
    Erased,
}

/// The sheet as it is looked at.
#[derive(Debug)]
pub struct SheetView {
    sheet: Sheet,
    modules: Modules,
    path: String,
    saved: Saved,
    is_promised: bool,
    confirming: Option<Pending<Result<(), String>>>,
    problem: Option<String>,
}

impl SheetView {
    /// Shows this sheet.
    #[must_use]
    pub fn new(sheet: Sheet) -> Self {
        Self {
            modules: Modules::of(&sheet.qr_text),
            path: paper::default_path(&sheet.site_short).display().to_string(),
            sheet,
            saved: Saved::No,
            is_promised: false,
            confirming: None,
            problem: None,
        }
    }

    /// One frame.
    pub fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> Option<SheetAsk> {
        self.poll_file();
        let confirmed = self.poll_confirming();
        ui.label(theme::heading(tr!(cx, "start.sheet")));
        let site = format!("{} ({})", self.sheet.site_name, self.sheet.site_short);
        ui.label(theme::bold(site));
        ui.label(tr!(cx, "start.sheet_about"));
        self.both(cx, ui);
        ui.label(theme::soft(tr!(cx, "start.sheet_keep")));
        self.file(cx, ui);
        ui.separator();
        ui.checkbox(&mut self.is_promised, tr!(cx, "start.sheet_promise"));
        if let Some(problem) = &self.problem {
            note(
                ui,
                Tone::Bad,
                &tr!(cx, "start.sheet_not_erased", why = problem),
            );
        }
        let mut asked = confirmed;
        ui.horizontal(|ui| {
            let can = self.is_promised && self.confirming.is_none();
            if primary_button(ui, &tr!(cx, "start.sheet_done"), None, can) {
                self.confirm(cx.link);
            }
            if key_button(
                ui,
                &tr!(cx, "start.sheet_later"),
                None,
                self.confirming.is_none(),
            ) {
                asked = Some(SheetAsk::Later);
            }
            ui.label(theme::soft(tr!(cx, "start.sheet_later_about")).small());
        });
        asked
    }

    fn both(&self, cx: &Cx<'_>, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            Grid::new("sheet-groups")
                .spacing([16.0, 3.0])
                .show(ui, |ui| {
                    for (number, group) in (1..).zip(&self.sheet.groups) {
                        ui.label(theme::soft(format!("{number}.")));
                        ui.label(RichText::new(group).monospace().size(GROUP_SIZE));
                        ui.end_row();
                    }
                });
            ui.add_space(theme::GRID * 5.0);
            self.modules.show(ui, QR_SIZE, &tr!(cx, "start.sheet_qr"));
        });
    }

    fn file(&mut self, cx: &Cx<'_>, ui: &mut Ui) {
        let is_busy = matches!(self.saved, Saved::Writing(..) | Saved::Erasing(..));
        let name = tr!(cx, "start.sheet_path");
        let mut save = false;
        ui.horizontal(|ui| {
            let width = ui.available_width() - 190.0;
            Field::new(&name, &mut self.path)
                .max_bytes(1024)
                .width(width)
                .show(ui);
            ui.vertical(|ui| {
                below_label(ui);
                save = key_button(ui, &tr!(cx, "start.sheet_save"), None, !is_busy);
            });
        });
        match &self.saved {
            Saved::At(path) | Saved::NotErased(path, _) => {
                let shown = path.display().to_string();
                note(ui, Tone::Warn, &tr!(cx, "start.sheet_saved", path = shown));
                if let Saved::NotErased(_, why) = &self.saved {
                    note(ui, Tone::Bad, &tr!(cx, "start.sheet_file_there", why = why));
                }
                if key_button(ui, &tr!(cx, "start.sheet_erase"), None, true) {
                    self.erase(cx.link, path.clone());
                }
            }
            Saved::Failed(why) => note(ui, Tone::Bad, &tr!(cx, "start.sheet_not_saved", why = why)),
            Saved::Erased => note(ui, Tone::Good, &tr!(cx, "start.sheet_erased")),
            Saved::No | Saved::Writing(..) | Saved::Erasing(..) => {}
        }
        if save {
            self.save(cx);
        }
    }

    fn save(&mut self, cx: &Cx<'_>) {
        let words = PaperWords {
            title: tr!(cx, "start.sheet"),
            about: tr!(cx, "start.sheet_about"),
            keep: tr!(cx, "start.sheet_keep"),
            erase: tr!(cx, "start.sheet_erase_after"),
            lang: cx.lang.code(),
        };
        let page = paper::page(&self.sheet, &words);
        let path = PathBuf::from(self.path.trim());
        let target = path.clone();
        let writing = on_disk(cx.link, move || paper::write(&target, &page));
        self.saved = Saved::Writing(path, writing);
    }

    fn erase(&mut self, link: &Link, path: PathBuf) {
        let target = path.clone();
        let erasing = on_disk(link, move || std::fs::remove_file::<&Path>(&target));
        self.saved = Saved::Erasing(path, erasing);
    }

    fn poll_file(&mut self) {
        let (Saved::Writing(path, pending) | Saved::Erasing(path, pending)) = &mut self.saved
        else {
            return;
        };
        let done = match pending.poll() {
            Polled::Waiting => return,
            Polled::Ready(done) => done,
            Polled::Lost => Err("interrupted".to_owned()),
        };
        let path = std::mem::take(path);
        self.saved = match (done, &self.saved) {
            (Err(why), Saved::Erasing(..)) => Saved::NotErased(path, why),
            (Err(why), _) => Saved::Failed(why),
            (Ok(()), Saved::Writing(..)) => Saved::At(path),
            (Ok(()), _) => Saved::Erased,
        };
    }

    fn confirm(&mut self, link: &Link) {
        self.problem = None;
        self.confirming = Some(link.start(|node| async move {
            node.sheet_is_safe()
                .await
                .map_err(|error| error.to_string())
        }));
    }

    fn poll_confirming(&mut self) -> Option<SheetAsk> {
        let done = match self.confirming.as_mut()?.poll() {
            Polled::Waiting => return None,
            Polled::Ready(done) => done,
            Polled::Lost => Err("interrupted".to_owned()),
        };
        self.confirming = None;
        match done {
            Ok(()) => Some(SheetAsk::Safe),
            Err(why) => {
                self.problem = Some(why);
                None
            }
        }
    }
}

/// Files are written beside the window's own thread: a USB stick may take seconds.
fn on_disk(
    link: &Link,
    work: impl FnOnce() -> std::io::Result<()> + Send + 'static,
) -> Pending<Result<(), String>> {
    link.work().start(async move {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    })
}
