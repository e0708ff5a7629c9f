//! PCs that wait to be admitted: the digits, and the administrator's word.

use std::collections::BTreeMap;

use egui::{Frame, Margin, RichText, Stroke, Ui};
use lienquay_node::runtime::WaitingPeer;
use lienquay_node::view::Control;
use lienquay_shared::NodeId;
use lienquay_shared::command::Outcome;
use lienquay_shared::refusal::Refusal;

use super::data::StripView;
use super::watch::Watch;
use crate::cx::Cx;
use crate::link::{Pending, Polled};
use crate::theme;
use crate::widget::{key_button, primary_button, refusal_note};

/// Read from an arm's length, compared with another screen.
const CODE_SIZE: f32 = 30.0;

/// What was said of each.
#[derive(Debug, Default)]
pub(super) struct Admitting {
    /// Ticked: the newcomer may itself admit others.
    admins: BTreeMap<NodeId, bool>,
    orders: BTreeMap<NodeId, Pending<Result<Outcome, Refusal>>>,
    refusal: Option<Refusal>,
}

impl Admitting {
    /// One frame.
    pub(super) fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui, view: &StripView, watch: &Watch) {
        self.poll(watch);
        self.admins
            .retain(|peer, _| view.waiting.iter().any(|it| it.peer == *peer));
        for peer in &view.waiting {
            self.one(cx, ui, peer);
        }
        if let Some(refusal) = &self.refusal {
            refusal_note(ui, cx, refusal);
            if key_button(ui, &tr!(cx, "strip.read"), None, true) {
                self.refusal = None;
            }
        }
    }

    fn one(&mut self, cx: &Cx<'_>, ui: &mut Ui, peer: &WaitingPeer) {
        let mut is_same = None;
        Frame::new()
            .fill(theme::ACCENT_SOFT)
            .stroke(Stroke::new(1.0, theme::ACCENT))
            .corner_radius(4)
            .inner_margin(Margin::symmetric(12, 6))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.label(tr!(cx, "strip.wants_in", name = peer.name));
                    ui.label(RichText::new(&peer.code).monospace().size(CODE_SIZE));
                    let is_free = !self.orders.contains_key(&peer.peer);
                    if primary_button(ui, &tr!(cx, "strip.same"), None, is_free) {
                        is_same = Some(true);
                    }
                    if key_button(ui, &tr!(cx, "strip.reject"), None, is_free) {
                        is_same = Some(false);
                    }
                    let admin = self.admins.entry(peer.peer).or_default();
                    ui.checkbox(admin, tr!(cx, "strip.may_admit"));
                });
                ui.label(theme::soft(tr!(cx, "strip.compare")).small());
            });
        if let Some(is_same) = is_same {
            self.decide(cx, peer.peer, is_same);
        }
    }

    fn decide(&mut self, cx: &Cx<'_>, peer: NodeId, is_same: bool) {
        let admin = self.admins.get(&peer).copied().unwrap_or_default();
        let control = if is_same {
            Control::ConfirmCode { peer, admin }
        } else {
            Control::RejectCode { peer }
        };
        self.refusal = None;
        let order = cx
            .link
            .start(|node| async move { node.control(control).await });
        self.orders.insert(peer, order);
    }

    fn poll(&mut self, watch: &Watch) {
        let mut done = Vec::new();
        for (peer, order) in &mut self.orders {
            match order.poll() {
                Polled::Waiting => continue,
                Polled::Ready(Ok(_)) => {}
                Polled::Ready(Err(refusal)) => self.refusal = Some(refusal),
                Polled::Lost => self.refusal = Some(Refusal::Leaving),
            }
            done.push(*peer);
        }
        for peer in done {
            self.orders.remove(&peer);
            watch.again();
        }
    }
}
