//! FindBox: not drawn yet.

use egui::Ui;
use lienquay_node::runtime::NodeNews;

use crate::cx::Cx;

/// FindBox.
#[derive(Debug, Default)]
pub struct FindBox {}

impl FindBox {
    /// Something changed.
    pub fn on_news(&mut self, _news: &NodeNews) {}

    /// One frame.
    pub fn show(&mut self, _cx: &mut Cx<'_>, _ui: &mut Ui) {}

    /// Opens the box.
    pub fn open(&mut self) {}
}
