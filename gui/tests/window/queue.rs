//! The queue panel: calling, serving, moving and giving out numbers, as an officer does it.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::cx::Cx;
use lienquay_gui::desk::{Desk, Page};
use lienquay_gui::link::Link;
use lienquay_gui::queue::QueuePanel;
use lienquay_gui::words::Lang;
use lienquay_node::runtime::NodeNews;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, TicketRef};
use lienquay_shared::domain::site::{Counter, Lane, Role as OfficerRole};
use lienquay_shared::domain::ticket::{Ticket, TicketState, TicketStep};
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{KeeperRefusal, LaneId, PriorityReason};
use lienquay_shared::{DocId, NodeId};

use crate::site::{
    NARROW, TestSite, WIDE, Window, press, type_into, until, until_contains, until_label,
};

fn lane(letter: &str) -> LaneId {
    Text::truncated(letter)
}

fn issue(site: &TestSite, priority: Option<PriorityReason>) -> DocId {
    let outcome = site.command(Command::IssueTicket {
        lane: lane("A"),
        priority,
        papers: List::default(),
    });
    match outcome {
        Outcome::TicketIssued { doc, .. } => doc,
        other => panic!("not issued: {other:?}"),
    }
}

fn ticket(site: &TestSite, doc: DocId) -> Ticket {
    let ticket = TicketRef::Id(doc);
    match site.ask(Query::Ticket { ticket }) {
        Answer::Ticket { ticket, .. } => *ticket,
        other => panic!("no ticket: {other:?}"),
    }
}

fn in_state(site: &TestSite, state: TicketState) -> usize {
    let query = Query::Tickets {
        lane: None,
        states: List::truncated(vec![state]),
        page: PageAsk::default(),
    };
    match site.ask(query) {
        Answer::Tickets(page) => page.rows.len(),
        other => panic!("no tickets: {other:?}"),
    }
}

fn add_lane_b(site: &TestSite) {
    site.command(Command::SetLane(Lane {
        id: lane("B"),
        name: Text::truncated("Đất đai"),
        fields: List::default(),
        active: true,
    }));
}

/// Presses a key once the button of this name can be pressed by it.
#[track_caller]
fn press_key(window: &mut Window<Desk>, key: Key, button: &str) {
    until_enabled(window, button);
    window.key_press(key);
    window.step();
}

#[track_caller]
fn until_enabled(window: &mut Window<Desk>, button: &str) {
    until(window, button, |window| is_enabled(window, button));
}

fn is_enabled(window: &Window<Desk>, button: &str) -> bool {
    window
        .query_all_by_role_and_label(Role::Button, button)
        .any(|button| !button.accesskit_node().is_disabled())
}

/// The key goes down and stays there; one frame.
fn down(window: &mut Window<Desk>, key: Key) {
    window.event(Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    window.step();
}

/// Presses the row of a ticket, whose name begins with its number.
#[track_caller]
fn press_row(window: &mut Window<Desk>, number: &str) {
    let row = |window: &Window<Desk>| {
        let name = format!("{number} · ");
        window
            .query_all_by_role(Role::Button)
            .filter_map(|button| button.accesskit_node().label())
            .find(|label| label.starts_with(&name))
    };
    until(window, number, |window| row(window).is_some());
    let label = row(window).unwrap();
    press(window, &label);
}

fn gone(window: &mut Window<Desk>, label: &str) {
    until(window, label, |window| {
        window.query_all_by_label(label).next().is_none()
    });
}

#[test]
fn a_citizen_is_served_with_the_keyboard_alone() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    let mut window = site.desk(NARROW);
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    until_contains(&mut window, "đã mời");
    assert_eq!(ticket(&site, doc).state, TicketState::Announced);
    press_key(&mut window, Key::F7, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    window.key_press(Key::F4);
    window.step();
    assert_eq!(window.state().screen.page(), Page::Reception);
    press_key(&mut window, Key::F9, "Xong");
    until_label(&mut window, "Quầy đang trống.");
    assert_eq!(ticket(&site, doc).state, TicketState::Finished);
}

#[test]
fn a_number_is_given_out_in_the_panel_and_shown_large() {
    let site = TestSite::founded();
    issue(&site, None);
    let mut window = site.desk(WIDE);
    press(&mut window, "Phát số");
    press(&mut window, "Phát số A · Tiếp nhận và trả kết quả");
    until_label(&mut window, "Đã phát số");
    until_label(&mut window, "A002");
    until_label(&mut window, "Trước số này còn 1 người chờ.");
    until_label(&mut window, "Đang chờ: 2");
}

#[test]
fn esc_closes_the_form_that_has_the_keyboard() {
    let site = TestSite::founded();
    let mut window = site.desk(WIDE);
    press(&mut window, "Gọi số trên giấy…");
    until_label(&mut window, "Số trên phiếu");
    window.step();
    window.key_press(Key::Escape);
    gone(&mut window, "Số trên phiếu");
}

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
fn keys_of_the_queue_do_nothing_below_the_find_box() {
    let site = TestSite::founded();
    issue(&site, None);
    let mut window = site.desk(WIDE);
    until_enabled(&mut window, "Gọi số tiếp theo");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.step();
    window.step();
    window.key_press(Key::F2);
    for _ in 0..20 {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(in_state(&site, TicketState::Waiting), 1);
    window.key_press(Key::Escape);
    window.step();
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    until_contains(&mut window, "đã mời");
}

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
fn a_refusal_is_told_in_the_language_of_the_window() {
    let site = TestSite::founded();
    let doc = issue(&site, None);
    site.command(Command::CallNext {
        lanes: List::default(),
    });
    let ticket = TicketRef::Id(doc);
    site.command(Command::Announce {
        ticket: ticket.clone(),
    });
    site.command(Command::FinishTicket {
        ticket,
        dossiers: List::default(),
    });
    let mut window = site.desk_in(WIDE, Lang::En);
    press(&mut window, "Call a paper number…");
    type_into(&mut window, "Number on the paper", "1");
    press(&mut window, "Call the paper number");
    until_label(&mut window, "✖");
    let english = Refusal::Keeper(KeeperRefusal::AlreadyCalled { counter: 1 }).english();
    until_label(&mut window, &english);
    // The form stays, for another try.
    until_enabled(&mut window, "Call the paper number");
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

#[test]
fn a_priority_is_shown_with_its_reason() {
    let site = TestSite::founded();
    issue(&site, None);
    issue(&site, Some(PriorityReason::Elderly));
    let mut window = site.desk(WIDE);
    until_contains(&mut window, "A002 · ★ Người cao tuổi");
    press_key(&mut window, Key::F2, "Gọi số tiếp theo");
    until_label(&mut window, "A002");
    until_label(&mut window, "★ Người cao tuổi");
}

#[test]
fn a_pc_without_a_counter_says_so_and_still_gives_out_numbers() {
    let site = TestSite::founded();
    let node = site.handle().node();
    let officer = match site.ask(Query::Site) {
        Answer::Site(site) => *site.officers.keys().next().unwrap(),
        other => panic!("no site: {other:?}"),
    };
    site.command(Command::Seat {
        node,
        counter: None,
        officer: Some(officer),
    });
    let mut window = site.desk(NARROW);
    until_contains(&mut window, "Máy này chưa được gán quầy");
    assert_eq!(window.query_all_by_label("Gọi số tiếp theo").count(), 0);
    press(&mut window, "Phát số A · Tiếp nhận và trả kết quả");
    until_label(&mut window, "A001");
}

#[test]
fn a_guide_gives_out_numbers_and_calls_nobody() {
    let site = TestSite::founded();
    let mut hoa = match site.ask(Query::Site) {
        Answer::Site(site) => site.officers.values().next().unwrap().clone(),
        other => panic!("no site: {other:?}"),
    };
    hoa.role = OfficerRole::Guide;
    site.command(Command::SetOfficer(hoa));
    let mut window = site.desk(WIDE);
    until_contains(&mut window, "Vai trò ở máy này không gọi số");
    press(&mut window, "Phát số A · Tiếp nhận và trả kết quả");
    until_label(&mut window, "A001");
    press_row(&mut window, "A001");
    assert_eq!(window.query_all_by_label("Gọi ngay…").count(), 0);
}

#[test]
fn a_long_lane_is_folded_and_folds_out() {
    let site = TestSite::founded();
    for _ in 0..7 {
        issue(&site, None);
    }
    let mut window = site.desk(WIDE);
    until_contains(&mut window, "A004 · ");
    assert_eq!(window.query_all_by_label_contains("A005 · ").count(), 0);
    press(&mut window, "Xem thêm 3 số làn A");
    until_contains(&mut window, "A007 · ");
}

#[test]
fn the_lanes_of_the_counter_stand_first() {
    let site = TestSite::founded();
    add_lane_b(&site);
    site.command(Command::SetCounter(Counter {
        no: 1,
        name: Text::truncated("Một cửa"),
        lanes: List::truncated(vec![lane("B")]),
        active: true,
    }));
    issue(&site, None);
    let mut window = site.desk(WIDE);
    until_label(&mut window, "B · Đất đai");
    until_label(&mut window, "+ A · Tiếp nhận và trả kết quả · 1 chờ");
    assert_eq!(window.query_all_by_label_contains("A001").count(), 0);
    press(&mut window, "+ A · Tiếp nhận và trả kết quả · 1 chờ");
    until_contains(&mut window, "A001 · ");
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
