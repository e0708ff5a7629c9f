//! The page without the desk around it: names of buttons are only its own, and where it asks to go is seen.

use egui::{CentralPanel, Frame, Ui};
use lienquay_gui::cx::{Cx, Go};
use lienquay_gui::dossier::DossierPage;
use lienquay_gui::link::Link;
use lienquay_gui::theme;
use lienquay_gui::words::Lang;
use lienquay_node::clock::Clock;
use lienquay_node::runtime::Subscription;
use lienquay_shared::DocId;

use crate::site::{TestSite, Window};

/// The page.
pub(super) struct Alone {
    link: Link,
    lang: Lang,
    clock: Clock,
    news: Subscription,
    pub(super) page: DossierPage,
    /// Where it asked to go.
    pub(super) went: Vec<Go>,
}

/// The page on one dossier.
pub(super) fn open(site: &TestSite, size: [f32; 2], lang: Lang, doc: DocId) -> Window<Alone> {
    let make = |link: Link| {
        let mut page = DossierPage::default();
        page.open(doc);
        Alone {
            news: link.node().subscribe(),
            link,
            lang,
            clock: Clock::start(),
            page,
            went: Vec::new(),
        }
    };
    site.window(size, make, frame)
}

fn frame(alone: &mut Alone, ui: &mut Ui) {
    while let Some(news) = alone.news.try_next() {
        alone.page.on_news(&news);
    }
    let link = alone.link.clone();
    let mut cx = Cx {
        link: &link,
        lang: alone.lang,
        now_millis: alone.clock.wall_millis(),
        go: Vec::new(),
    };
    CentralPanel::default()
        .frame(Frame::new().fill(theme::PAPER).inner_margin(16))
        .show(ui, |ui| alone.page.show(&mut cx, ui));
    alone.went.extend(cx.go);
}
