//! DossierList: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;

/// DossierList.
#[derive(Debug, Default)]
pub struct DossierList {}

impl DossierList {
    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}

    /// Opens the list with words to look for.
    pub fn open(&mut self, _text: String) {}
}
