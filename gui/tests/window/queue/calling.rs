//! Calling: in order, out of order, from a paper, again, and what was called and not announced.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_shared::codec::List;
use lienquay_shared::command::Command;
use lienquay_shared::domain::ticket::{TicketState, TicketStep};

use super::{down, gone, in_state, is_enabled, issue, press_key, press_row, ticket, until_enabled};
use crate::site::{TestSite, WIDE, press, type_into, until, until_contains, until_label};

#[test]
fn a_number_is_called_again() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    press_key(&mut window, Key::F3, "Gọi lại");
    until(&mut window, "announced twice", |_| {
        let call = ticket(&site, doc).call.unwrap();
        call.n_announcements == 2
    });
    until_enabled(&mut window, "Gọi lại");
}

#[test]
fn a_key_held_down_announces_once() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    until_enabled(&mut window, "Gọi lại");
    let n_announcements = || ticket(&site, doc).call.unwrap().n_announcements;
    for _ in 0..3 {
        // The key repeats by itself.
        down(&mut window, Key::F3);
        until(&mut window, "announced twice", |_| n_announcements() >= 2);
        until_enabled(&mut window, "Gọi lại");
    }
    assert_eq!(n_announcements(), 2);
}

#[test]
fn calling_out_of_order_needs_a_reason() {
    let site = TestSite::founded();
    issue(&site, None);
    let second = issue(&site, None);
    let mut window = site.desk(WIDE);
    press_row(&mut window, "A002");
    press(&mut window, "Gọi ngay…");
    until_contains(&mut window, "Cần ghi lý do");
    assert!(!is_enabled(&window, "Gọi số này"));
    type_into(&mut window, "Lý do gọi trước", "Có con nhỏ đang ốm");
    press(&mut window, "Gọi số này");
    until_contains(&mut window, "đã mời");
    let called = ticket(&site, second);
    assert_eq!(called.state, TicketState::Announced);
    let reasons: Vec<String> = called
        .history
        .iter()
        .filter_map(|line| match &line.step {
            TicketStep::Called { out_of_order, .. } => {
                out_of_order.as_ref().map(ToString::to_string)
            }
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["Có con nhỏ đang ốm"]);
}

#[test]
fn a_number_known_only_from_its_paper_is_called_after_a_warning() {
    let site = TestSite::founded();
    let mut window = site.desk(WIDE);
    press(&mut window, "Gọi số trên giấy…");
    until_contains(&mut window, "Quầy khác có thể cũng đang gọi số đó");
    assert!(!is_enabled(&window, "Gọi số trên phiếu"));
    type_into(&mut window, "Số trên phiếu", "47");
    window.key_press(Key::Enter);
    until_contains(&mut window, "đã mời");
    until_label(&mut window, "A047");
    assert_eq!(window.query_all_by_label("Số trên phiếu").count(), 0);
    until_contains(&mut window, "Số A047 được gọi từ phần nhận thay");
    press(&mut window, "Đã rõ");
    gone(&mut window, "Đã rõ");
}

#[test]
fn a_call_that_was_not_announced_stands_first_when_the_window_opens_again() {
    let mut site = TestSite::founded();
    issue(&site, None);
    site.command(Command::CallNext {
        lanes: List::default(),
    });
    site.restart();
    issue(&site, None);
    let mut window = site.desk(WIDE);
    until_label(&mut window, "A001 đã được giữ cho quầy này nhưng chưa mời.");
    press(&mut window, "Mời");
    until_contains(&mut window, "đã mời");
    assert_eq!(in_state(&site, TicketState::Announced), 1);
}

#[test]
fn a_call_that_was_not_announced_can_be_given_back() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    site.command(Command::CallNext {
        lanes: List::default(),
    });
    let mut window = site.desk(WIDE);
    press(&mut window, "Trả lại");
    until_label(&mut window, "Quầy đang trống.");
    assert_eq!(ticket(&site, doc).state, TicketState::Waiting);
}

#[test]
fn nobody_waiting_is_told_calmly() {
    let site = TestSite::founded();
    let mut window = site.desk(WIDE);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    until_contains(&mut window, "Không còn số nào đang chờ");
    assert_eq!(window.query_all_by_label("ℹ").count(), 1);
    assert_eq!(window.query_all_by_label("✖").count(), 0);
    until_enabled(&mut window, "Gọi số tiếp theo");
    issue(&site, None);
    until_contains(&mut window, "A001 · ");
    assert_eq!(window.query_all_by_label("ℹ").count(), 0, "somebody came");
}

#[test]
fn pressing_again_and_again_calls_one_citizen() {
    let site = TestSite::founded();
    for _ in 0..4 {
        issue(&site, None);
    }
    let mut window = site.desk(WIDE);
    until_enabled(&mut window, "Gọi số tiếp theo");
    until(&mut window, "announced", |window| {
        // In every frame: before the answer, with the answer, before the list is new, and after.
        window.key_press(Key::F2);
        window
            .query_all_by_label_contains("đã mời")
            .next()
            .is_some()
    });
    for _ in 0..20 {
        window.key_press(Key::F2);
        window.step();
    }
    assert_eq!(in_state(&site, TicketState::Announced), 1);
    assert_eq!(in_state(&site, TicketState::Waiting), 3);
    until_contains(&mut window, "Đang có A001: xong rồi mới gọi số tiếp.");
}

#[test]
fn the_call_says_that_it_is_on_its_way() {
    let site = TestSite::founded();
    issue(&site, None);
    let mut window = site.desk(WIDE);
    until_enabled(&mut window, "Gọi số tiếp theo");
    // One frame with the key, one after it: in the third the call may be over.
    down(&mut window, Key::F2);
    window.step();
    let calling = window.get_by_role_and_label(Role::Button, "Đang gọi …");
    assert!(calling.accesskit_node().is_disabled());
    until_contains(&mut window, "đã mời");
}
