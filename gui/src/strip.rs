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

/// A number as people write it: `3.400`, in English `3,400`.
#[must_use]
pub fn count(lang: Lang, n: u64) -> String {
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::count;
    use crate::words::Lang;

    #[test]
    fn long_numbers_are_grouped() {
        for (n, vi, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (3_400, "3.400", "3,400"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(
                (count(Lang::Vi, n).as_str(), count(Lang::En, n).as_str()),
                (vi, en)
            );
        }
    }
}
