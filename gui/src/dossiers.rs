//! The list of dossiers: looks for words, narrows by status, scrolls over any number of rows and opens one.

mod cache;
mod data;
mod due;
mod loader;
mod place;
mod rows;
mod status;
mod ui;

use egui::{EventFilter, Id, Key, Modifiers, Rect, ScrollArea, Ui, pos2, vec2};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_shared::domain::dossier::Status;

use crate::cx::{Cx, Go};
use crate::theme;
use loader::{Arrived, Loader};
use place::{Place, ROW, points};
use rows::Look;

pub use due::{Nearness, due_words};
pub use status::status_name;

/// The list.
#[derive(Debug, Default)]
pub struct DossierList {
    search: String,
    status: Option<Status>,
    loader: Loader,
    place: Place,
    /// The chosen dossier: the choice stays with it when rows come above it.
    selected: Option<DocId>,
    /// The next frame puts the cursor into the search field.
    is_search_wanted: bool,
    /// A dossier was opened: whoever comes back goes on in the list.
    is_list_wanted: bool,
    /// Enter was pressed before its answer or its row was there. Wakes on: the answer.
    enter: Option<Enter>,
}

/// Where Enter was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enter {
    Search,
    Row,
}

impl DossierList {
    /// Something changed.
    pub fn on_news(&mut self, news: &NodeNews) {
        match news {
            NodeNews::Changed { .. } | NodeNews::Lagged => self.loader.stale(),
            NodeNews::Safer => self.loader.safe_stale(),
            _ => {}
        }
    }

    /// Opens the list with words to look for.
    pub fn open(&mut self, text: String) {
        self.search = text;
        self.is_search_wanted = true;
    }

    /// Whether the first rows are there: for measuring.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.loader.cache().n_total().is_some() && self.loader.is_answered()
    }

    /// Scrolls by so many points, as a wheel does: for measuring.
    pub fn scroll_by(&mut self, points: f32) {
        self.place.scroll_by(points);
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        self.take_arrived(cx, ui);
        let list = Id::new("dossier list");
        if std::mem::take(&mut self.is_list_wanted) {
            ui.memory_mut(|memory| memory.request_focus(list));
        }
        self.tools(cx, ui, list);
        self.loader.ask_for(data::Question {
            text: self.search.clone(),
            status: self.status,
        });
        if ui::trouble(ui, cx, &self.loader) {
            self.loader.retry();
        }
        match self.loader.cache().n_total() {
            Some(0) => self.nothing(cx, ui),
            n_total => {
                ui.spacing_mut().item_spacing.y = 0.0;
                rows::header(ui, cx);
                self.keys(cx, ui, list);
                self.rows(cx, ui, list, n_total.unwrap_or(0));
            }
        }
        let visible = self.place.visible(self.loader.cache().n_total());
        let now_seconds = ui.input(|input| input.time);
        self.loader
            .ask(cx.link, &visible, !self.place.is_at_top(), now_seconds);
    }

    fn take_arrived(&mut self, cx: &mut Cx<'_>, ui: &Ui) {
        let visible = self.place.visible(self.loader.cache().n_total());
        match self.loader.take_arrived(&visible) {
            Some(Arrived::Anew) => {
                self.place.go_to_top();
                self.choose(None);
            }
            Some(Arrived::Moved(by)) => {
                self.place.moved(by);
                self.follow_selected();
            }
            None => {}
        }
        match self.enter {
            Some(Enter::Search) if self.loader.is_answered() => self.enter_search(cx, ui),
            Some(Enter::Row) => self.enter_row(cx),
            Some(Enter::Search) | None => {}
        }
    }

    /// Words, statuses, how many.
    fn tools(&mut self, cx: &Cx<'_>, ui: &mut Ui, list: Id) {
        let search = ui::search_field(ui, cx, &mut self.search);
        if std::mem::take(&mut self.is_search_wanted) {
            search.request_focus();
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if search.has_focus() && pressed(Key::ArrowDown) {
            self.choose(self.place.selected().or(Some(0)));
            ui.memory_mut(|memory| memory.request_focus(list));
        }
        if search.lost_focus() && pressed(Key::Enter) {
            self.enter = Some(Enter::Search);
            search.request_focus();
        }
        ui::statuses(ui, cx, &mut self.status);
        if ui::count(ui, cx, &self.loader, self.place.n_new_above()) {
            self.place.go_to_top();
        }
    }

    fn nothing(&mut self, cx: &Cx<'_>, ui: &mut Ui) {
        match ui::nothing(ui, cx, self.loader.question()) {
            Some(ui::Widen::EveryStatus) => self.status = None,
            Some(ui::Widen::EveryWord) => self.open(String::new()),
            None => {}
        }
    }

    /// Keys while the list has them.
    fn keys(&mut self, cx: &mut Cx<'_>, ui: &Ui, list: Id) {
        if !ui.memory(|memory| memory.has_focus(list)) {
            return;
        }
        let filter = EventFilter {
            vertical_arrows: true,
            escape: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list, filter));
        let n_total = self.loader.cache().n_total().unwrap_or(0);
        for key in [
            Key::ArrowDown,
            Key::ArrowUp,
            Key::PageDown,
            Key::PageUp,
            Key::Home,
            Key::End,
        ] {
            let n_pressed = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
            for _ in 0..n_pressed {
                self.place.key(key, n_total);
                self.choose(self.place.selected());
            }
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Enter) {
            self.enter = Some(Enter::Row);
            self.enter_row(cx);
        }
        if pressed(Key::Escape) {
            self.is_search_wanted = true;
        }
    }

    fn rows(&mut self, cx: &mut Cx<'_>, ui: &mut Ui, list: Id, n_total: usize) {
        let has_keys = ui::list_area(ui, cx, list);
        theme::long_list(ui);
        // As under the header: the same with a scroll bar and without.
        let width = ui.available_width() - ui.spacing().scroll.allocated_width();
        let mut area = ScrollArea::vertical()
            .id_salt("dossiers")
            .auto_shrink(false);
        if let Some(offset) = self.place.take_forced(n_total) {
            area = area.vertical_scroll_offset(offset);
        }
        let mut opened = None;
        let drawn = area.show_viewport(ui, |ui, viewport| {
            ui.set_height(points(n_total));
            self.place.drawn(viewport.top(), viewport.height());
            let corner = ui.max_rect().min;
            for at in self.place.visible(Some(n_total)) {
                let top = pos2(corner.x, corner.y + points(at));
                let rect = Rect::from_min_size(top, vec2(width, ROW));
                let is_selected = self.place.selected() == Some(at);
                let look = Look {
                    is_selected,
                    has_keys,
                };
                let id = list.with(at);
                match self.loader.cache().line(at) {
                    Some(line) if rows::row(ui, cx, id, rect, line, look).clicked() => {
                        opened = Some(at);
                    }
                    Some(_) => {}
                    None => rows::placeholder(ui, cx, id, rect, look),
                }
            }
        });
        self.place
            .drawn(drawn.state.offset.y, drawn.inner_rect.height());
        if let Some(at) = opened {
            self.place.select(Some(at));
            self.choose(Some(at));
            ui.memory_mut(|memory| memory.request_focus(list));
            self.enter = Some(Enter::Row);
            self.enter_row(cx);
        }
    }

    /// Opens the only dossier found; goes to the first of several.
    fn enter_search(&mut self, cx: &mut Cx<'_>, ui: &Ui) {
        self.enter = None;
        match self.loader.cache().n_total() {
            None | Some(0) => {}
            Some(n_total) => {
                self.choose(Some(0));
                if n_total == 1 {
                    self.enter = Some(Enter::Row);
                    self.enter_row(cx);
                } else {
                    let list = Id::new("dossier list");
                    ui.memory_mut(|memory| memory.request_focus(list));
                }
            }
        }
    }

    /// Opens the chosen row as soon as it is there.
    fn enter_row(&mut self, cx: &mut Cx<'_>) {
        let Some(at) = self.place.selected() else {
            self.enter = None;
            return;
        };
        if let Some(line) = self.loader.cache().line(at) {
            cx.go(Go::Dossier(line.doc));
            self.enter = None;
            self.is_list_wanted = true;
        }
    }

    fn choose(&mut self, at: Option<usize>) {
        self.place.select(at);
        self.selected = at
            .and_then(|at| self.loader.cache().line(at))
            .map(|line| line.doc);
    }

    /// The choice stays with its dossier. One whose row was not there yet is known from now on.
    fn follow_selected(&mut self) {
        let Some(at) = self.place.selected() else {
            return;
        };
        let near = at.saturating_sub(cache::PAGE_ROWS)..at + cache::PAGE_ROWS;
        let is_it = |line: &data::Line| Some(line.doc) == self.selected;
        let found = self
            .loader
            .cache()
            .known(near)
            .find(|(_, line)| is_it(line));
        self.choose(Some(found.map_or(at, |(at, _)| at)));
    }
}
