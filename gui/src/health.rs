//! HealthPage: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;

/// HealthPage.
#[derive(Debug, Default)]
pub struct HealthPage {}

impl HealthPage {
    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}

    /// Opens the page.
    pub fn open(&mut self) {}
}
