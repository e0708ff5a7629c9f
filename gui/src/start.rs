//! The first start: not drawn yet.

use egui::Ui;
use lienquay_node::clock::Clock;

use crate::link::Link;
use crate::words::Lang;

/// The first start.
#[derive(Debug)]
pub struct StartScreen {
    link: Link,
    lang: Lang,
}

impl StartScreen {
    /// On a node without a site.
    #[must_use]
    pub fn new(link: Link, _clock: Clock, lang: Lang) -> Self {
        Self { link, lang }
    }

    /// This PC belongs to a site, and everything a person must see was seen.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.link.node().has_site()
    }

    /// The language chosen.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// One frame.
    pub fn frame(&mut self, _ui: &mut Ui) {}
}
