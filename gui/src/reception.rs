//! The reception page: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;

use crate::cx::Cx;
use crate::link::Link;

/// The reception page.
#[derive(Debug, Default)]
pub struct ReceptionPage {}

impl ReceptionPage {
    /// An empty page, or the draft that was kept.
    #[must_use]
    pub fn new(_link: &Link) -> Self {
        Self::default()
    }

    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// Opens the page, for a ticket if one is being served.
    pub fn open(&mut self, _ticket: Option<DocId>) {}

    /// Keeps what is typed, at once.
    pub fn keep_draft_now(&mut self, _link: &Link) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}
}
