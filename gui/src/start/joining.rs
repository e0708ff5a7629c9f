//! Joining: what this PC is called, what it is for, and, where the network does not show it, where another PC is.

use std::net::{IpAddr, SocketAddr};

use egui::Ui;
use lienquay_node::runtime::DEFAULT_PORT;
use lienquay_node::view::NodeMode;

use crate::cx::Cx;
use crate::start::page;
use crate::theme;
use crate::widget::{Field, key_button, primary_button};

/// What joining asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct JoinForm {
    /// This PC.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) mode: NodeMode,
    /// Another PC's address, as typed; empty for finding one by itself.
    pub(crate) address: String,
}

impl JoinForm {
    /// The address typed: `192.168.1.10`, or with a port. `Ok(None)` when there is none.
    ///
    /// # Errors
    /// It is no address.
    pub(crate) fn address(&self) -> Result<Option<SocketAddr>, ()> {
        let text = self.address.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let alone = |ip: IpAddr| SocketAddr::new(ip, DEFAULT_PORT);
        text.parse()
            .or_else(|_no_port| text.parse().map(alone))
            .map(Some)
            .map_err(|_no_address| ())
    }

    fn is_complete(&self) -> bool {
        !self.name.trim().is_empty() && self.address().is_ok()
    }
}

/// The page.
#[derive(Debug, Default)]
pub(crate) struct JoinPage {
    form: JoinForm,
    was_tried: bool,
    wants_focus: bool,
}

/// What comes after the page.
#[derive(Debug)]
pub(crate) enum JoinNext {
    Back,
    Seek(JoinForm),
}

const MODES: [(NodeMode, &str, &str); 3] = [
    (NodeMode::Desk, "start.mode_desk", "start.mode_desk_about"),
    (
        NodeMode::Kiosk,
        "start.mode_kiosk",
        "start.mode_kiosk_about",
    ),
    (
        NodeMode::Laptop,
        "start.mode_laptop",
        "start.mode_laptop_about",
    ),
];

impl JoinPage {
    /// The cursor goes into the first field.
    pub(crate) fn open(&mut self) {
        self.wants_focus = true;
    }

    /// One frame.
    pub(crate) fn show(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> Option<JoinNext> {
        page::title(ui, &tr!(cx, "start.join"), &tr!(cx, "start.join_intro"));
        let mut wants = self.name(cx, ui);
        ui.add_space(theme::GRID);
        ui.label(theme::soft(tr!(cx, "start.mode")));
        for (mode, name, about) in MODES {
            ui.horizontal(|ui| {
                ui.radio_value(&mut self.form.mode, mode, tr!(cx, name));
                ui.label(theme::soft(tr!(cx, about)).small());
            });
        }
        ui.add_space(theme::GRID);
        wants |= self.address(cx, ui);
        ui.add_space(theme::GRID * 2.0);
        let mut back = false;
        ui.horizontal(|ui| {
            wants |= primary_button(ui, &tr!(cx, "start.seek"), None, true);
            back = key_button(ui, &tr!(cx, "start.back"), None, true);
        });
        if wants {
            self.was_tried = true;
            self.wants_focus = self.form.name.trim().is_empty();
            if self.form.is_complete() {
                return Some(JoinNext::Seek(self.form.clone()));
            }
            cx.link.wake().now();
        }
        (back || page::escaped(ui)).then_some(JoinNext::Back)
    }

    fn name(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> bool {
        let is_missing = self.was_tried && self.form.name.trim().is_empty();
        let problem = is_missing.then(|| tr!(cx, "start.empty"));
        let field = Field::new(&tr!(cx, "start.pc_name"), &mut self.form.name)
            .problem(problem.as_deref())
            .max_bytes(60)
            .show(ui);
        if !is_missing {
            ui.label(theme::soft(tr!(cx, "start.pc_name_join_hint")).small());
        }
        if self.wants_focus {
            field.request_focus();
            self.wants_focus = false;
        }
        page::entered(ui, &field)
    }

    fn address(&mut self, cx: &Cx<'_>, ui: &mut Ui) -> bool {
        let is_wrong = self.was_tried && self.form.address().is_err();
        let problem = is_wrong.then(|| tr!(cx, "start.no_address"));
        let field = Field::new(&tr!(cx, "start.address"), &mut self.form.address)
            .problem(problem.as_deref())
            .max_bytes(64)
            .width(420.0)
            .show(ui);
        if !is_wrong {
            ui.label(theme::soft(tr!(cx, "start.address_hint")).small());
        }
        page::entered(ui, &field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_typed_with_or_without_a_port() {
        for (typed, meant) in [
            ("", Ok(None)),
            (" 192.168.1.10 ", Ok(Some("192.168.1.10:4717"))),
            ("192.168.1.10:4800", Ok(Some("192.168.1.10:4800"))),
            ("fe80::1", Ok(Some("[fe80::1]:4717"))),
            ("quầy 1", Err(())),
            ("192.168.1", Err(())),
        ] {
            let form = JoinForm {
                address: typed.to_owned(),
                ..JoinForm::default()
            };
            let meant = meant.map(|meant: Option<&str>| meant.map(|it| it.parse().unwrap()));
            assert_eq!(form.address(), meant, "{typed}");
        }
    }
}
