//! The box that finds everything: opened with Ctrl+K, driven by the keyboard, closed with Esc.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::desk::{Desk, Page};
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::query::{Answer, Query};

use crate::dossiers::receive;
use crate::site::{NARROW, TestSite, Window, type_into, until, until_contains, until_label};

const FIELD: &str = "Tìm số thứ tự, hồ sơ, thủ tục, máy hoặc việc cần làm";
const SEARCH: &str = "Tìm theo tên, mã hồ sơ, số định danh, thủ tục";

fn open(window: &mut Window<Desk>) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    until_label(window, FIELD);
    let field = window.get_by_role_and_label(Role::TextInput, FIELD);
    assert!(field.is_focused(), "typing goes into the box at once");
}

fn issue(site: &TestSite) {
    site.command(Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    });
}

fn is_open(window: &Window<Desk>) -> bool {
    window.query_by_label(FIELD).is_some()
}

#[track_caller]
fn until_page(window: &mut Window<Desk>, page: Page) {
    until(window, &format!("{page:?}"), |window| {
        window.state().screen.page() == page
    });
}

#[test]
fn a_dossier_is_found_by_its_code_and_opened() {
    let site = TestSite::founded();
    receive(&site, "Trần Văn Hoà", 2);
    let one = receive(&site, "Nguyễn Thị Đào", 1);
    let mut window = site.desk(NARROW);
    open(&mut window);
    type_into(&mut window, FIELD, &one.code.to_string());
    until_contains(&mut window, "Nguyễn Thị Đào");
    window.key_press(Key::Enter);
    until_page(&mut window, Page::Dossier);
    assert!(!is_open(&window));
}

#[test]
fn enter_waits_for_the_answer_to_what_was_typed_last() {
    let site = TestSite::founded();
    receive(&site, "Nguyễn Thị Đào", 1);
    let mut window = site.desk(NARROW);
    open(&mut window);
    // Typed and entered before any answer can be there: the first hit until then is "call the next number".
    type_into(&mut window, FIELD, "dao");
    window.key_press(Key::Enter);
    until_page(&mut window, Page::Dossier);
}

/// Letters and Enter within one frame, as they come on a slow PC.
fn enter_at_once(window: &mut Window<Desk>, text: &str) {
    let enter = egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let events = &mut window.input_mut().events;
    events.extend([egui::Event::Text(text.to_owned()), enter]);
    window.step();
}

#[test]
fn enter_in_the_frame_of_the_last_letter_is_about_what_was_typed() {
    let site = TestSite::founded();
    receive(&site, "Nguyễn Thị Đào", 1);
    issue(&site);
    let mut window = site.desk(NARROW);
    until_contains(&mut window, "A001 · ");
    open(&mut window);
    // The first hit of the empty box is "call the next number".
    enter_at_once(&mut window, "dao");
    until_page(&mut window, Page::Dossier);
    match site.ask(Query::Queue) {
        Answer::Queue(queue) => assert_eq!(queue.lanes[0].n_waiting, 1, "nobody was called"),
        other => panic!("not the queue: {other:?}"),
    }
}

#[test]
fn the_language_chosen_here_is_kept() {
    let site = TestSite::founded();
    let mut window = site.desk(NARROW);
    open(&mut window);
    type_into(&mut window, FIELD, "english");
    until_contains(&mut window, "Switch to English");
    window.key_press(Key::Enter);
    until(&mut window, "the choice is kept", |_| {
        let kept = site.wait(lienquay_gui::strip::language::kept(site.handle()));
        kept == lienquay_gui::words::Lang::En
    });
}

#[test]
fn esc_closes_the_box_and_gives_the_keys_back() {
    let site = TestSite::founded();
    receive(&site, "Nguyễn Thị Đào", 1);
    let mut window = site.desk(NARROW);
    window.key_press(Key::F6);
    until_label(&mut window, SEARCH);
    window.step();
    open(&mut window);
    window.key_press(Key::Escape);
    until(&mut window, "the keys are back", |window| {
        let mut search = window.query_all_by_role_and_label(Role::TextInput, SEARCH);
        !is_open(window) && search.any(|search| search.is_focused())
    });
}

#[test]
fn a_ticket_is_found_by_its_number_and_its_state_is_said() {
    let site = TestSite::founded();
    for _ in 0..12 {
        issue(&site);
    }
    let mut window = site.desk(NARROW);
    open(&mut window);
    type_into(&mut window, FIELD, "a12");
    until_contains(&mut window, "012 · đang chờ");
    assert!(window.query_by_label_contains("011 · đang chờ").is_none());
    window.key_press(Key::Enter);
    until_contains(&mut window, "cột hàng chờ bên trái");
    assert!(is_open(&window));
}

#[test]
fn a_procedure_opens_reception() {
    let site = TestSite::founded();
    let mut window = site.desk(NARROW);
    window.key_press(Key::F6);
    until_page(&mut window, Page::Dossiers);
    open(&mut window);
    type_into(&mut window, FIELD, "khai sinh");
    until_contains(&mut window, "1.001193");
    window.key_press(Key::Enter);
    until_page(&mut window, Page::Reception);
    assert!(!is_open(&window));
    // Chosen: it can be changed.
    until_label(&mut window, "Đổi");
    assert!(window.query_by_label("1.001193").is_some());
}

#[test]
fn actions_and_pcs_are_found_and_arrows_choose() {
    let site = TestSite::founded();
    let mut window = site.desk(NARROW);
    open(&mut window);
    until_contains(&mut window, "Danh sách hồ sơ");
    window.key_press(Key::ArrowDown);
    window.key_press(Key::ArrowDown);
    window.key_press(Key::Enter);
    until_page(&mut window, Page::Dossiers);
    open(&mut window);
    type_into(&mut window, FIELD, "quay 1");
    until_contains(&mut window, "đang nối");
    window.key_press(Key::Enter);
    until_page(&mut window, Page::Health);
    open(&mut window);
    type_into(&mut window, FIELD, "english");
    until_contains(&mut window, "Switch to English");
    window.key_press(Key::Enter);
    until(&mut window, "closed", |window| !is_open(window));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    until_label(
        &mut window,
        "Find a ticket, a dossier, a procedure, a PC or an action",
    );
}

#[test]
fn calling_the_next_number_is_what_its_button_does() {
    let site = TestSite::founded();
    issue(&site);
    let mut window = site.desk(NARROW);
    until_contains(&mut window, "Gọi số tiếp theo");
    // The panel knows its counter before its button can be pressed.
    until(&mut window, "the button", |window| {
        let mut buttons = window.query_all_by_role_and_label(Role::Button, "Gọi số tiếp theo");
        buttons.any(|button| !button.accesskit_node().is_disabled())
    });
    open(&mut window);
    window.key_press(Key::Enter);
    until(&mut window, "called", |_| match site.ask(Query::Queue) {
        Answer::Queue(queue) => queue.lanes.iter().all(|lane| lane.n_waiting == 0),
        other => panic!("not the queue: {other:?}"),
    });
}

#[test]
fn nothing_found_is_said() {
    let site = TestSite::founded();
    let mut window = site.desk(NARROW);
    open(&mut window);
    type_into(&mut window, FIELD, "zzzzz");
    until_contains(&mut window, "Không tìm thấy gì có “zzzzz”");
}
