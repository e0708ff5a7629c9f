//! The queue at the left of the desk: the citizen at this counter, who waits, what other counters do.

mod aside;
mod command;
mod counter;
mod data;
mod form;
mod issue;
mod job;
mod lanes;
mod load;
mod moving;
mod pen;
mod warning;

use std::collections::{BTreeMap, BTreeSet};

use egui::{ScrollArea, Ui};
use lienquay_node::runtime::NodeNews;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::MemberRow;
use lienquay_shared::{DocId, NodeId};

use crate::cx::Cx;
use crate::remote::Remote;
use crate::theme;
use crate::widget::{Tone, note};

use command::Action;
use form::Forms;
use job::Job;
use pen::Pen;
use warning::Offer;

pub use data::{Answers, QueueData};
pub use load::load;

/// Words such as "chờ 12 phút" are written anew this often.
const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

/// The queue panel.
#[derive(Debug, Default)]
pub struct QueuePanel {
    view: Remote<QueueData>,
    /// Calling, serving, moving: one at a time.
    serving: Job,
    /// Giving out numbers.
    issuing: Job,
    forms: Forms,
    folds: Folds,
    /// A citizen was called: the card of the counter is what the officer looks at.
    is_called: bool,
    /// Asked for only when a silent keeper has no counter to name it by.
    members: Remote<Vec<MemberRow>>,
    /// Silent keepers whose tickets can be taken over.
    offers: BTreeMap<NodeId, Offer>,
    /// Warnings of double calls that were read.
    read_doubles: BTreeSet<DocId>,
}

/// What is folded out.
#[derive(Debug, Default)]
struct Folds {
    /// Other lanes than the counter's own whose tickets are listed.
    open_lanes: BTreeSet<String>,
    /// Lanes listed in full.
    long_lanes: BTreeSet<String>,
    /// The ticket whose actions are shown.
    ticket: Option<DocId>,
    /// They were folded out just now and are to be in sight.
    is_revealing: bool,
}

impl QueuePanel {
    /// Something changed.
    pub fn on_news(&mut self, news: &NodeNews) {
        match news {
            NodeNews::Changed { .. } | NodeNews::Lagged | NodeNews::DoubleCall { .. } => {
                self.view.news();
            }
            NodeNews::KeeperSilent {
                keeper,
                silent_millis,
            } => {
                self.offers
                    .insert(*keeper, Offer::silent_for(*silent_millis));
                self.members.stale();
                self.view.stale();
            }
            // It answers again: nothing needs taking over.
            NodeNews::Link { peer, is_up: true } => {
                self.offers.remove(peer);
            }
            _ => {}
        }
    }

    /// The ticket before the officer, for which a dossier would be received.
    #[must_use]
    pub fn current(&self) -> Option<DocId> {
        Some(self.view.get()?.current()?.doc)
    }

    /// One frame.
    pub fn show(&mut self, cx: &mut Cx<'_>, ui: &mut Ui) {
        self.advance(cx);
        // The panel keeps its width whatever it shows.
        ui.take_available_width();
        let view = &self.view;
        let Some(data) = view.get() else {
            match view.error() {
                Some(_) => note(ui, Tone::Bad, &tr!(cx, "queue.not_loaded")),
                None => {
                    ui.label(tr!(cx, "queue.loading"));
                }
            }
            return;
        };
        let mut pen = Pen {
            cx,
            data,
            serving: &self.serving,
            issuing: &self.issuing,
            asked: Vec::new(),
            was_read: false,
        };
        if view.error().is_some() {
            note(ui, Tone::Bad, &tr!(pen.cx, "queue.not_loaded"));
        }
        counter::call_button(ui, &mut pen);
        let mut area = ScrollArea::vertical().auto_shrink(false);
        if std::mem::take(&mut self.is_called) {
            area = area.vertical_scroll_offset(0.0);
        }
        theme::scrolled(ui, area, |ui| {
            counter::in_hand(ui, &mut pen, &mut self.forms);
            warning::warnings(
                ui,
                &mut pen,
                &mut self.forms,
                &mut self.offers,
                &mut self.read_doubles,
            );
            issue::section(ui, &mut pen, &mut self.forms);
            lanes::section(ui, &mut pen, &mut self.forms, &mut self.folds);
            aside::section(ui, &mut pen, &mut self.forms, &mut self.folds);
            warning::last_calls(ui, &pen);
        });
        let Pen {
            asked, was_read, ..
        } = pen;
        self.forms.end_frame(ui);
        if was_read {
            self.serving.forget();
        }
        for action in asked {
            self.start(cx, action);
        }
    }

    fn start(&mut self, cx: &Cx<'_>, action: Action) {
        let job = match action.is_issue() {
            true => &mut self.issuing,
            false => &mut self.serving,
        };
        job.start(cx.link, action);
        // The button says what it does from the next frame on.
        cx.link.wake().now();
    }

    /// Takes what arrived.
    fn advance(&mut self, cx: &Cx<'_>) {
        self.name_offers(cx);
        if let Some(action) = self.serving.poll(&mut self.view) {
            self.served(&action);
        }
        self.issuing.poll(&mut self.view);
        if self.view.refresh(cx.link, load) {
            self.serving.loaded();
            self.issuing.loaded();
        }
        if self.view.get().is_some_and(|data| data.n_waiting() > 0) {
            cx.link.wake().after(MINUTE);
        }
    }

    /// Says since when a keeper is silent, and which PC it is.
    fn name_offers(&mut self, cx: &Cx<'_>) {
        for offer in self.offers.values_mut() {
            offer.settle_time(cx.now_millis);
        }
        let Some(data) = self.view.get() else { return };
        let is_nameless = |keeper: &NodeId| !data.counter_of.contains_key(keeper);
        if !self.offers.keys().any(is_nameless) {
            return;
        }
        self.members.refresh(cx.link, |node| async move {
            Ok(match node.ask(Query::Members).await? {
                Answer::Members(members) => members,
                _ => Vec::new(),
            })
        });
        for member in self.members.get().into_iter().flatten() {
            if let Some(offer) = self.offers.get_mut(&member.node) {
                offer.name = Some(member.name.clone());
            }
        }
    }

    /// An action was done or refused. What was opened meanwhile for something else stays.
    fn served(&mut self, action: &Action) {
        match self.serving.told() {
            Some((
                _,
                Err(Refusal::KeeperUnreachable {
                    keeper,
                    since_millis,
                    ..
                }),
            )) => {
                self.offers.insert(*keeper, Offer::since(*since_millis));
                self.members.stale();
            }
            Some((_, Err(_))) => {}
            Some((_, Ok(_))) | None => {
                if let Action::TakeOver(keeper) = action {
                    self.offers.remove(keeper);
                }
                self.is_called |= action.is_call();
                self.forms.close_after(action);
                if self.folds.ticket == action.ticket() {
                    self.folds.ticket = None;
                }
            }
        }
    }
}
