//! The queue panel: calling, serving, moving and giving out numbers, as an officer does it.

mod calling;
mod moving;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::desk::{Desk, Page};
use lienquay_gui::words::Lang;
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, TicketRef};
use lienquay_shared::domain::site::{Counter, Lane, Role as OfficerRole};
use lienquay_shared::domain::ticket::{Ticket, TicketState};
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::keeper::{KeeperRefusal, LaneId, PriorityReason};

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
