//! The strip on top: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;
use crate::desk::Page;
use crate::link::Link;
use crate::words::Lang;

/// The strip.
#[derive(Debug, Default)]
pub struct Strip {}

impl Strip {
    /// The strip of this node.
    #[must_use]
    pub fn new(_link: &Link) -> Self {
        Self::default()
    }

    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, ui: &mut Ui, _page: &mut Page, _lang: &mut Lang) {
        ui.label("Liên Quầy");
    }
}
