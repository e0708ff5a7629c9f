//! Tickets put back, put aside, sent to another lane, taken over from a counter that fell silent.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use lienquay_gui::cx::Cx;
use lienquay_gui::link::Link;
use lienquay_gui::queue::QueuePanel;
use lienquay_gui::words::Lang;
use lienquay_node::runtime::NodeNews;
use lienquay_shared::NodeId;
use lienquay_shared::domain::ticket::{TicketState, TicketStep};
use lienquay_shared::refusal::Refusal;

use super::{add_lane_b, is_enabled, issue, lane, press_key, press_row, ticket};
use crate::site::{NARROW, TestSite, WIDE, press, until, until_contains, until_label};

#[test]
fn who_did_not_come_is_put_back_into_the_lane() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    press(&mut window, "Không đến");
    until_label(&mut window, "A001 · không đến");
    assert_eq!(ticket(&site, doc).state, TicketState::NoShow);
    press_row(&mut window, "A001");
    press(&mut window, "Đưa lại vào hàng");
    until_label(&mut window, "Đang chờ: 1");
    assert_eq!(ticket(&site, doc).state, TicketState::Waiting);
}

#[test]
fn a_waiting_ticket_is_put_aside_and_back() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_row(&mut window, "A001");
    press(&mut window, "Để lại sau");
    until_label(&mut window, "A001 · để lại sau");
    assert_eq!(ticket(&site, doc).state, TicketState::Parked);
    press_row(&mut window, "A001");
    press(&mut window, "Đưa lại vào hàng");
    until_label(&mut window, "Đang chờ: 1");
}

#[test]
fn a_citizen_being_served_is_put_aside_and_returns_to_this_counter() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    press_key(&mut window, Key::F7, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    press(&mut window, "Để lại sau");
    until_label(&mut window, "Quầy đang trống.");
    let parked = ticket(&site, doc);
    assert_eq!(parked.state, TicketState::Parked);
    assert_eq!(parked.place.counter, Some(1));
    assert!(
        !parked
            .history
            .iter()
            .any(|line| matches!(line.step, TicketStep::NoShow { .. })),
        "the citizen did come"
    );
}

#[test]
fn a_ticket_is_sent_to_another_lane() {
    let site = TestSite::founded();
    add_lane_b(&site);
    let doc = issue(&site, None);
    let mut window = site.desk(NARROW);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    press(&mut window, "Chuyển…");
    assert!(!is_enabled(&window, "Chuyển"), "no destination chosen yet");
    until_label(&mut window, "Nơi đến");
    window
        .get_by_role_and_label(Role::ComboBox, "Nơi đến")
        .click();
    press(&mut window, "B · Đất đai");
    press(&mut window, "Chuyển");
    until_label(&mut window, "+ B · Đất đai · 1 chờ");
    assert_eq!(ticket(&site, doc).place.lane, lane("B"));
    assert_eq!(window.query_all_by_label("Nơi đến").count(), 0);
}

/// The panel alone, to be told news that a single node never has.
struct PanelAlone {
    panel: QueuePanel,
    link: Link,
}

impl PanelAlone {
    fn frame(&mut self, ui: &mut egui::Ui) {
        let link = self.link.clone();
        let mut cx = Cx {
            link: &link,
            lang: Lang::Vi,
            now_millis: 1_794_881_520_000,
            go: Vec::new(),
        };
        self.panel.show(&mut cx, ui);
    }
}

#[test]
fn the_tickets_of_a_silent_counter_are_taken_over_only_after_a_confirmation() {
    let site = TestSite::founded();
    let make = |link: Link| PanelAlone {
        panel: QueuePanel::default(),
        link,
    };
    let mut window = site.window([340.0, 768.0], make, PanelAlone::frame);
    let keeper = NodeId([0xab; 32]);
    let hour = 3_600_000;
    window
        .state_mut()
        .screen
        .panel
        .on_news(&NodeNews::KeeperSilent {
            keeper,
            silent_millis: hour,
        });
    until_label(&mut window, "Máy abababab không trả lời từ 08:12.");
    assert_eq!(window.query_all_by_label("Xác nhận nhận thay").count(), 0);
    press(&mut window, "Nhận thay các số của máy abababab");
    until_contains(&mut window, "một công dân có thể bị gọi ở hai quầy");
    press(&mut window, "Xác nhận nhận thay");
    until_label(&mut window, &Refusal::UnknownNode.vietnamese());
    press(&mut window, "Thôi");
    let news = NodeNews::Link {
        peer: keeper,
        is_up: true,
    };
    window.state_mut().screen.panel.on_news(&news);
    until(&mut window, "no offer any more", |window| {
        window
            .query_all_by_label_contains("không trả lời")
            .next()
            .is_none()
    });
}
