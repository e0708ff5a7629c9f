//! DossierPage: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;

/// DossierPage.
#[derive(Debug, Default)]
pub struct DossierPage {}

impl DossierPage {
    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}

    /// Opens one dossier.
    pub fn open(&mut self, _doc: lienquay_shared::DocId) {}
}
