//! The desk: the strip on top, the queue at the side, one page in the middle, keys that work everywhere.

use egui::{CentralPanel, Event, Frame, Key, Margin, Modifiers, Panel, Ui};
use lienquay_node::clock::Clock;
use lienquay_node::runtime::{NodeNews, Subscription};
use lienquay_shared::DocId;

use crate::cx::{Cx, Go};
use crate::dossier::DossierPage;
use crate::dossiers::DossierList;
use crate::find::FindBox;
use crate::health::HealthPage;
use crate::link::Link;
use crate::queue::QueuePanel;
use crate::reception::{ReceptionPage, Writing};
use crate::start::import::Import;
use crate::strip::{Strip, language};
use crate::theme;
use crate::widget::has_keys;
use crate::words::Lang;

/// Narrowest and widest queue panel, points: at 1024 the page keeps 700.
const QUEUE_WIDTH: (f32, f32) = (300.0, 380.0);

/// What the middle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Tiếp nhận.
    Reception,
    /// Hồ sơ: the list.
    Dossiers,
    /// One dossier.
    Dossier,
    /// Máy và sức khoẻ.
    Health,
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    link: Link,
    clock: Clock,
    fixed_now_millis: Option<u64>,
    lang: Lang,
    news: Subscription,
    page: Page,
    /// Where Esc on a dossier leads: the page it was opened from.
    came_from: Page,
    strip: Strip,
    queue: QueuePanel,
    reception: ReceptionPage,
    dossiers: DossierList,
    dossier: DossierPage,
    health: HealthPage,
    find: FindBox,
    /// Keys the next frame sees as pressed.
    presses: Vec<Key>,
}

impl Desk {
    /// A desk on a node that belongs to a site. Must be called inside the runtime of the link.
    #[must_use]
    pub fn new(link: Link, clock: Clock, lang: Lang) -> Self {
        watch_news(&link);
        Self {
            news: link.node().subscribe(),
            strip: Strip::new(&link),
            queue: QueuePanel::default(),
            reception: ReceptionPage::new(&link),
            dossiers: DossierList::default(),
            dossier: DossierPage::default(),
            health: HealthPage::default(),
            find: FindBox::default(),
            presses: Vec::new(),
            page: Page::Reception,
            came_from: Page::Dossiers,
            fixed_now_millis: None,
            link,
            clock,
            lang,
        }
    }

    /// For pictures that must look the same tomorrow: the clock stands.
    pub fn fix_clock(&mut self, now_millis: u64) {
        self.fixed_now_millis = Some(now_millis);
    }

    /// The first start began to import the catalogue; the strip goes on telling about it.
    pub fn follow_import(&mut self, import: Option<Import>) {
        self.strip.follow_import(import);
    }

    /// Which page is shown.
    #[must_use]
    pub fn page(&self) -> Page {
        self.page
    }

    /// For measuring: goes to the list of dossiers; whether it is loaded.
    pub fn show_list(&mut self) -> bool {
        if self.page != Page::Dossiers {
            self.page = Page::Dossiers;
            self.link.wake().now();
        }
        self.dossiers.is_loaded()
    }

    /// For measuring: scrolls the list of dossiers by so many points.
    pub fn scroll_list(&mut self, points: f32) {
        self.dossiers.scroll_by(points);
    }

    /// Keeps what is being typed, at once: the window closes. Gives what is still on its way to the disk.
    pub(crate) fn keep_drafts_now(&mut self) -> Option<Writing> {
        self.reception.keep_draft_now(&self.link);
        self.reception.take_writing()
    }

    /// The list of dossiers, for programs that measure it.
    pub fn dossier_list(&mut self) -> &mut DossierList {
        &mut self.dossiers
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        self.take_news();
        let link = self.link.clone();
        let page_before = self.page;
        let now_millis = self
            .fixed_now_millis
            .unwrap_or_else(|| self.clock.wall_millis());
        let mut cx = Cx {
            link: &link,
            lang: self.lang,
            now_millis,
            go: Vec::new(),
        };
        // What lies over the desk takes the keys; the find box alone leads elsewhere by them.
        let is_free = has_keys(ui);
        if is_free {
            press(ui, std::mem::take(&mut self.presses));
        } else if !self.presses.is_empty() {
            link.wake().now();
        }
        if is_free || self.find.is_open() {
            keys(ui, &mut cx, self.queue.current());
        }
        // The box lies over everything and takes the keys first.
        self.find.show(&mut cx, ui);
        self.draw(&mut cx, ui);
        for place in cx.go {
            self.go(place);
        }
        if page_before == Page::Reception && self.page != Page::Reception {
            self.reception.keep_draft_now(&link);
        }
    }

    fn draw(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        let mut page = self.page;
        let mut lang = self.lang;
        Panel::top("strip")
            .frame(
                Frame::new()
                    .fill(theme::PANEL)
                    .inner_margin(Margin::symmetric(12, 6)),
            )
            .show(ui, |ui| self.strip.show(cx, ui, &mut page, &mut lang));
        Panel::left("queue")
            .frame(Frame::new().fill(theme::PANEL).inner_margin(12))
            .default_size(ui.available_width() / 4.0)
            .size_range(QUEUE_WIDTH.0..=QUEUE_WIDTH.1)
            .show(ui, |ui| self.queue.show(cx, ui));
        self.reception.serve(self.queue.current());
        CentralPanel::default()
            .frame(Frame::new().fill(theme::PAPER).inner_margin(16))
            .show(ui, |ui| match self.page {
                Page::Reception => self.reception.show(cx, ui),
                Page::Dossiers => self.dossiers.show(cx, ui),
                Page::Dossier => self.dossier.show(cx, ui),
                Page::Health => self.health.show(cx, ui),
            });
        self.page = page;
        self.lang = lang;
        if self.page != Page::Health {
            self.health.hide();
        }
    }

    /// Goes somewhere. Screens ask for it through their [`Cx`].
    pub fn go(&mut self, place: Go) {
        if place != Go::Find {
            self.find.close();
        }
        match place {
            Go::Reception { ticket } => {
                self.page = Page::Reception;
                self.reception.open(ticket);
            }
            Go::Dossiers { text } => {
                self.page = Page::Dossiers;
                self.dossiers.open(text);
            }
            Go::Dossier(doc) => {
                if self.page != Page::Dossier {
                    self.came_from = self.page;
                }
                self.page = Page::Dossier;
                self.dossier.open(doc);
            }
            Go::Health => {
                self.page = Page::Health;
                self.health.open();
            }
            Go::Find => self.find.open(),
            Go::Procedure { code } => {
                self.page = Page::Reception;
                self.reception.open_procedure(code);
            }
            Go::Press(key) => self.presses.push(key),
            Go::OtherLanguage => {
                self.lang = self.lang.other();
                language::keep(&self.link, self.lang);
            }
            Go::Back => self.page = self.came_from,
        }
        self.link.wake().now();
    }

    fn take_news(&mut self) {
        while let Some(news) = self.news.try_next() {
            self.strip.on_news(&news);
            self.queue.on_news(&news);
            self.reception.on_news(&news);
            self.dossiers.on_news(&news);
            self.dossier.on_news(&news);
            self.health.on_news(&news);
            self.find.on_news(&news);
        }
    }
}

/// Keys that work on every page. Those of the queue belong to its buttons; a dossier is received for the citizen who is called.
fn keys(ui: &Ui, cx: &mut Cx<'_>, ticket: Option<DocId>) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::K) {
        cx.go(Go::Find);
    }
    if pressed(Modifiers::NONE, Key::F4) {
        cx.go(Go::Reception { ticket });
    }
    if pressed(Modifiers::NONE, Key::F6) {
        cx.go(Go::Dossiers {
            text: String::new(),
        });
    }
    if pressed(Modifiers::NONE, Key::F8) {
        cx.go(Go::Health);
    }
}

/// Keys that a screen asks for reach whoever has them on the desk.
fn press(ui: &Ui, keys: Vec<Key>) {
    ui.input_mut(|input| {
        input.events.extend(keys.into_iter().map(|key| Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        }));
    });
}

/// News wake the window, gathered. A subscription of its own: the desk looks at its own once a frame.
fn watch_news(link: &Link) {
    let mut news = link.node().subscribe();
    let wake = link.wake().clone();
    link.work().runtime().spawn(async move {
        while let Some(news) = news.next().await {
            if matches!(news, NodeNews::Stopping) {
                return;
            }
            wake.soon();
        }
    });
}
