//! The strip on top: where this is, who works here, where to go, and how the site is. Below it, only when there is
//! something to do, what to do.

mod bar;
mod clock;
pub mod data;
pub mod language;
mod notices;
mod pcs;
mod state;
mod waiting;
pub(crate) mod watch;

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;
use crate::desk::Page;
use crate::link::Link;
use crate::start::import::Import;
use crate::start::sheet::SheetDialog;
use crate::words::Lang;

pub(crate) use pcs::state as pc_state;

use clock::ClockForm;
use waiting::Admitting;
use watch::Watch;

/// The strip.
#[derive(Debug)]
pub struct Strip {
    watch: Watch,
    clock: ClockForm,
    admitting: Admitting,
    sheet: SheetDialog,
    import: Option<Import>,
}

impl Strip {
    /// The strip of this node.
    #[must_use]
    pub fn new(link: &Link) -> Self {
        Self {
            watch: Watch::start(link),
            clock: ClockForm::default(),
            admitting: Admitting::default(),
            sheet: SheetDialog::default(),
            import: None,
        }
    }

    /// An import of the catalogue is told about until it is over and read.
    pub fn follow_import(&mut self, import: Option<Import>) {
        self.import = import;
    }

    /// Something changed. The strip listens by itself, so that it can look at once.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui, page: &mut Page, lang: &mut Lang) {
        let shown = self.watch.shown();
        bar::show(cx, ui, &self.watch, &shown, page, lang);
        let asked = notices::show(cx, ui, &shown.view, &mut self.import);
        if asked.wants_sheet {
            self.sheet.open(cx.link);
        }
        self.clock.show(cx, ui, &shown.view, &self.watch);
        self.admitting.show(cx, ui, &shown.view, &self.watch);
        if self.sheet.show(cx, ui).is_some() {
            self.watch.again();
        }
    }
}
