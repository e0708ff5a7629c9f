//! The page of PCs: what a technician reads in five seconds, and what an administrator does about a PC that is gone.

mod advice;
mod command;
pub mod data;
mod ui;
mod watch;

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;
use crate::start::sheet::{SheetAsk, SheetDialog};

use command::Removing;
use watch::Watch;

/// The page.
#[derive(Debug, Default)]
pub struct HealthPage {
    /// Only while the page is shown.
    watch: Option<Watch>,
    removing: Removing,
    sheet: SheetDialog,
}

impl HealthPage {
    /// Something changed. The page looks by itself while it is shown.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// Opens the page.
    pub fn open(&mut self) {}

    /// Another page is shown: nothing is asked for this one.
    pub fn hide(&mut self) {
        self.watch = None;
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        let watch = self.watch.get_or_insert_with(|| Watch::start(cx.link));
        if self.removing.poll() {
            watch.again();
        }
        let data = watch.data();
        let asked = ui::show(cx, ui, &data, &self.removing);
        match asked {
            Some(ui::Asked::Remove(ask)) => self.removing.open(ask),
            Some(ui::Asked::Sheet) => self.sheet.open(cx.link),
            None => {}
        }
        self.removing.show(cx, ui);
        if self.sheet.show(cx, ui) == Some(SheetAsk::Safe) {
            watch.again();
        }
    }
}
