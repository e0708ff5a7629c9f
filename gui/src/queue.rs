//! QueuePanel: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;

/// QueuePanel.
#[derive(Debug, Default)]
pub struct QueuePanel {}

impl QueuePanel {
    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}
}
