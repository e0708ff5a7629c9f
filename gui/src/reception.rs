//! The reception page: one page that grows downwards in the order of the paper form 01, from the procedure to the due date.
//!
//! The form being typed is the only state that counts here; it is kept as a [draft] and saved under one request id.
//! Everything else is asked of the node again when the form changes.

mod birth;
mod burst;
mod command;
mod data;
mod draft;
mod flow;
mod form;
mod papers;
mod person;
mod problem;
mod save;
mod search;
mod ui;

use std::time::Duration;

use egui::{Key, Modifiers, Ui};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::DocId;
use lienquay_shared::command::ReceiveDossier;
use lienquay_shared::domain::procedure::Procedure;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::ReceivePreview;

pub(crate) use self::burst::scanned_behind;
use self::command::{Saved, Saving};
pub(crate) use self::draft::Writing;
use self::draft::{Draft, Keeper, Loaded};
use self::form::{Form, LinkedTicket};
use self::problem::{Place, Problem};
use self::search::Search;
use self::ui::scan::Scanner;
use crate::cx::Cx;
use crate::link::Link;
use crate::remote::Remote;
use crate::widget::key_pressed;

/// A draft is kept this long after typing stops.
const KEEP_AFTER: Duration = Duration::from_secs(1);

/// The reception page.
#[derive(Debug)]
pub struct ReceptionPage {
    form: Form,
    /// The form as it was looked at last.
    seen: Form,
    search: Search,
    record: Remote<Option<Procedure>>,
    /// The code that `record` was asked for.
    record_code: Option<String>,
    preview: Remote<ReceivePreview>,
    /// What `preview` was asked for, and in which span of time.
    previewed: Option<(Box<ReceiveDossier>, u64)>,
    ticket_number: Remote<String>,
    /// Typed for nobody's or another number, while this one is being served.
    is_ticket_doubtful: bool,
    /// The ticket at the counter, as the queue showed it last.
    served: Option<DocId>,
    loading_draft: Remote<Loaded>,
    has_loaded_draft: bool,
    /// A procedure named elsewhere. Wakes on: the draft being loaded.
    wanted_procedure: Option<String>,
    keeper: Keeper,
    /// When the form changed last without being kept, seconds of the window's time.
    unkept_since: Option<f64>,
    /// The draft that was opened again.
    reopened: Option<Reopened>,
    scanners: [Scanner; 2],
    added_paper: String,
    problems: Vec<Problem>,
    /// Why the last save was refused.
    refusal: Option<Refusal>,
    has_pressed_save: bool,
    saving: Option<Saving>,
    saved: Option<Saved>,
    /// Where the cursor goes next.
    focus: Option<Place>,
    now_millis: u64,
}

/// What is told of a draft that was opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reopened {
    /// From then; `was_saving`: its answer never came.
    From { millis: u64, was_saving: bool },
    /// It could not be read.
    Unreadable,
}

impl ReceptionPage {
    /// An empty page, or the draft that was kept.
    #[must_use]
    pub fn new(_link: &Link) -> Self {
        let form = Form::default();
        Self {
            seen: form.clone(),
            form,
            search: Search::default(),
            record: Remote::default(),
            record_code: None,
            preview: Remote::default(),
            previewed: None,
            ticket_number: Remote::default(),
            is_ticket_doubtful: false,
            served: None,
            loading_draft: Remote::default(),
            has_loaded_draft: false,
            wanted_procedure: None,
            keeper: Keeper::default(),
            unkept_since: None,
            reopened: None,
            scanners: <[Scanner; 2]>::default(),
            added_paper: String::new(),
            problems: Vec::new(),
            refusal: None,
            has_pressed_save: false,
            saving: None,
            saved: None,
            focus: Some(Place::Procedure),
            now_millis: 0,
        }
    }

    /// Something changed. Tickets and dossiers come and go all day and concern nothing here; what does is asked anew when
    /// something is typed, and the due date every few minutes.
    pub fn on_news(&mut self, news: &NodeNews) {
        match news {
            // The catalogue may just be arriving from another PC.
            NodeNews::Changed { .. } if self.search.rows().is_empty() => self.search.stale(),
            NodeNews::Lagged => {
                self.preview.stale();
                self.search.stale();
                self.record.stale();
            }
            _ => {}
        }
    }

    /// Opens the page, for a ticket if one is being served. What is typed stays; a received dossier gives way to an empty
    /// page.
    pub fn open(&mut self, ticket: Option<DocId>) {
        if self.saved.is_some() {
            self.start_anew();
        }
        let Some(doc) = ticket else {
            return;
        };
        let is_other = self
            .form
            .ticket
            .as_ref()
            .is_none_or(|linked| linked.doc != doc);
        if is_other && self.saving.is_none() {
            self.is_ticket_doubtful = !self.form.is_blank();
            self.form.ticket = Some(LinkedTicket {
                doc,
                number: String::new(),
            });
            self.ticket_number.clear();
        }
    }

    /// Another ticket is at the counter, or none: an untouched page is for it. What is typed stays with its own number, and
    /// the page says so.
    pub fn serve(&mut self, ticket: Option<DocId>) {
        if self.served == ticket || !self.has_loaded_draft || self.saving.is_some() {
            return;
        }
        self.served = ticket;
        if self.saved.is_some() || !self.form.is_blank() {
            return;
        }
        match ticket {
            Some(_) => self.open(ticket),
            None => self.form.ticket = None,
        }
    }

    /// Whether the dossier being typed is for another number than the one at the counter.
    fn is_for_another(&self) -> bool {
        let linked = self.form.ticket.as_ref().map(|ticket| ticket.doc);
        linked.is_some() && self.served.is_some() && linked != self.served
    }

    /// Opens the page with a procedure chosen. What is typed stays.
    pub fn open_procedure(&mut self, code: String) {
        self.open(None);
        self.wanted_procedure = Some(code);
    }

    /// Keeps what is typed, at once.
    pub fn keep_draft_now(&mut self, link: &Link) {
        // Before a draft is loaded there is nothing new to keep; while saving it is kept already, and gone with the answer.
        if !self.has_loaded_draft || self.saving.is_some() || self.saved.is_some() {
            return;
        }
        if self.unkept_since.take().is_some() || self.form != self.seen {
            self.seen = self.form.clone();
            self.keep(link, false);
        }
    }

    /// What of the draft is still on its way to the disk.
    pub(crate) fn take_writing(&mut self) -> Option<Writing> {
        self.keeper.take_writing()
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        self.now_millis = cx.now_millis;
        self.take_answers(cx);
        if self.saved.is_some() {
            self.show_saved(cx, ui);
            return;
        }
        let by_key = key_pressed(ui, Modifiers::COMMAND, Key::Enter);
        let by_button = self.show_form(cx, ui);
        self.after_typing(cx, ui);
        if (by_key || by_button) && self.saving.is_none() {
            self.save(cx);
        }
    }

    fn keep(&mut self, link: &Link, was_saving: bool) {
        if self.form.is_blank() && !was_saving {
            self.keeper.keep(link, None);
            return;
        }
        let draft = Draft {
            kept_at_millis: self.now_millis,
            was_saving,
            form: self.form.clone(),
        };
        self.keeper.keep(link, Some(&draft));
    }
}
