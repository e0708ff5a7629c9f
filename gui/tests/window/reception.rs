//! The reception page: from a word typed without marks to a code, however names are typed and cards are scanned.

mod draft;
mod papers;
mod typing;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::desk::Desk;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::cccd::Sex;
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::query::{Answer, PageAsk, Query};

use crate::site::{TestSite, Window, press, type_into, until, until_contains, until_label};

/// High enough for the whole page: what is clicked must be in sight.
const TALL: [f32; 2] = [1366.0, 1900.0];

const NAME: &str = "Họ và tên";
const NUMBER: &str = "Số định danh (CCCD)";
const SEARCH: &str = "Tìm thủ tục (tên, mã, lĩnh vực; gõ có dấu hoặc không dấu)";
const SAVE: &str = "Lưu và tiếp nhận";
const RECEIVED: &str = "Đã tiếp nhận và lưu hồ sơ";
const ACCEPT: &str = "Nhận khi còn thiếu giấy tờ";

const CARD: &str =
    "001085012345||Nguyễn Văn Bình|01011985|Nam|Thôn 3, xã Bình Minh, tỉnh Hưng Yên|02032021";

fn value(window: &Window<Desk>, field: &str) -> String {
    window
        .get_by_role_and_label(Role::TextInput, field)
        .value()
        .unwrap_or_default()
}

fn key(window: &mut Window<Desk>, key: Key) {
    window.key_press(key);
    window.step();
}

/// Chooses a procedure as an officer without a mouse does.
fn choose(window: &mut Window<Desk>, words: &str, name: &str) {
    type_into(window, SEARCH, words);
    until_contains(window, name);
    key(window, Key::Enter);
    until_label(window, "Đổi");
    until_label(window, NAME);
}

fn focus(window: &mut Window<Desk>, field: &str) {
    until_label(window, field);
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.step();
}

fn letters(window: &mut Window<Desk>, text: &str) {
    for letter in text.chars() {
        window.event(Event::Text(letter.to_string()));
    }
    window.step();
}

fn check_box(window: &mut Window<Desk>, words: &str) {
    until_label(window, words);
    window.get_by_role_and_label(Role::CheckBox, words).click();
    window.step();
}

/// Ticks that the dossier is received though papers are missing.
fn check_box_accept(window: &mut Window<Desk>) {
    check_box(window, ACCEPT);
}

fn radio(window: &mut Window<Desk>, words: &str) {
    until_label(window, words);
    window
        .get_by_role_and_label(Role::RadioButton, words)
        .click();
    window.step();
}

fn save_by_key(window: &mut Window<Desk>) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.step();
}

/// Saves, and waits until the answer is there: what is pressed meanwhile would be lost.
fn save_refused(window: &mut Window<Desk>) {
    save_by_key(window);
    until(window, "the answer", |window| {
        window
            .query_all_by_role_and_label(Role::Button, SAVE)
            .any(|button| !button.accesskit_node().is_disabled())
    });
}

fn n_dossiers(site: &TestSite) -> usize {
    let all = Query::Dossiers {
        text: Default::default(),
        status: None,
        page: PageAsk::default(),
    };
    match site.ask(all) {
        Answer::Dossiers(page) => page.rows.len(),
        other => panic!("{other:?}"),
    }
}

fn only_dossier(site: &TestSite) -> Dossier {
    let all = Query::Dossiers {
        text: Default::default(),
        status: None,
        page: PageAsk::default(),
    };
    let Answer::Dossiers(page) = site.ask(all) else {
        panic!("no list");
    };
    assert_eq!(page.rows.len(), 1);
    let dossier = DossierRef::Id(page.rows[0].doc);
    match site.ask(Query::Dossier { dossier }) {
        Answer::Dossier { dossier, .. } => *dossier,
        other => panic!("{other:?}"),
    }
}

fn kept(site: &TestSite) -> Option<String> {
    let bytes = site.wait(site.handle().kept("draft/reception")).unwrap();
    bytes.map(|bytes| String::from_utf8(bytes).unwrap())
}

fn desk_with(site: &TestSite, words: &str, name: &str) -> Window<Desk> {
    let mut window = site.desk(TALL);
    choose(&mut window, words, name);
    window
}

#[test]
fn a_dossier_is_received_by_keyboard_alone() {
    let site = TestSite::founded();
    let mut window = site.desk(TALL);
    until_label(&mut window, SEARCH);
    // The cursor is in the search already; two rows match, the second is wanted.
    letters(&mut window, "chung thuc");
    until_contains(&mut window, "Chứng thực chữ ký");
    key(&mut window, Key::ArrowDown);
    key(&mut window, Key::Enter);
    until_label(&mut window, NAME);
    until_contains(&mut window, "Chứng thực chữ ký");
    until_contains(&mut window, "bản mẫu, chưa đối chiếu");
    // The cursor stands on the first paper: ticked with Space, the next reached with Tab over its three counts.
    key(&mut window, Key::Space);
    for _ in 0..4 {
        key(&mut window, Key::Tab);
    }
    key(&mut window, Key::Space);
    focus(&mut window, NAME);
    letters(&mut window, "Lê Thị Sáu");
    key(&mut window, Key::Enter);
    until(&mut window, "a draft and no dossier", |_| {
        kept(&site).is_some_and(|draft| draft.contains("Lê Thị Sáu"))
    });
    assert_eq!(n_dossiers(&site), 0, "Enter in a text field saves nothing");
    until_contains(&mut window, "Hẹn trả ");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    until_label(&mut window, &dossier.code());
    assert_eq!(&*dossier.transacting.name, "Lê Thị Sáu");
    assert!(dossier.components.iter().all(|paper| !paper.missing));
    assert!(kept(&site).is_none(), "a received dossier leaves no draft");
}

#[test]
fn who_acts_for_another_says_by_what_right() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Nguyễn Văn Cháu");
    check_box(&mut window, "Chủ hồ sơ là người khác");
    type_into(&mut window, "Họ và tên của chủ hồ sơ", "Trần Thị Bà");
    check_box_accept(&mut window);
    save_refused(&mut window);
    until_contains(&mut window, "Người nộp không phải chủ hồ sơ");
    assert_eq!(n_dossiers(&site), 0);
    radio(&mut window, "Quan hệ gia đình");
    let document = "Quan hệ và giấy tờ chứng minh (ví dụ: cháu nội, giấy khai sinh)";
    type_into(&mut window, document, "cháu nội");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    assert_eq!(&*dossier.subject.name, "Trần Thị Bà");
    assert_eq!(&*dossier.basis.kind, "relative");
    assert_eq!(&*dossier.basis.document, "cháu nội");
}

#[test]
fn an_empty_name_is_named_at_its_field_which_gets_the_cursor() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    check_box_accept(&mut window);
    save_refused(&mut window);
    until_contains(&mut window, "Chưa có họ tên");
    until(&mut window, "the cursor in the name", |window| {
        window
            .get_by_role_and_label(Role::TextInput, NAME)
            .is_focused()
    });
}

#[test]
fn a_birth_date_is_read_as_typed_and_one_that_is_none_is_not_lost() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    let birth = "Ngày sinh (01011985 hoặc 1/1/1985)";
    type_into(&mut window, NAME, "Lý Thị Tư");
    check_box_accept(&mut window);
    type_into(&mut window, birth, "31021950");
    save_refused(&mut window);
    until_contains(&mut window, "Ngày sinh chưa đúng");
    assert_eq!(n_dossiers(&site), 0);
    focus(&mut window, birth);
    for _ in 0..8 {
        key(&mut window, Key::Backspace);
    }
    letters(&mut window, "2/9/1950");
    radio(&mut window, "Nữ");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    assert_eq!(&*dossier.transacting.birth_date, "1950-09-02");
    assert_eq!(dossier.transacting.sex, Some(Sex::Female));
}

#[test]
fn save_pressed_twice_receives_once() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Ngô Thị Bảy");
    check_box_accept(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.key_press(Key::F10);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.step();
    until_label(&mut window, RECEIVED);
    press(&mut window, "Hồ sơ mới");
    until_label(&mut window, SEARCH);
    assert_eq!(n_dossiers(&site), 1);
}

#[test]
fn nothing_is_saved_below_the_find_box() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Ngô Thị Bảy");
    check_box_accept(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.step();
    window.step();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.key_press(Key::F10);
    for _ in 0..20 {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(n_dossiers(&site), 0);
    key(&mut window, Key::Escape);
    window.step();
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
}

#[test]
fn an_address_longer_than_the_node_takes_is_named_and_never_cut() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Ngô Thị Bảy");
    check_box_accept(&mut window);
    let address = "Thôn 3, ".repeat(60);
    focus(&mut window, "Nơi cư trú");
    window.event(Event::Paste(address.clone()));
    window.step();
    save_refused(&mut window);
    until_contains(&mut window, "Nội dung quá dài");
    assert_eq!(value(&window, "Nơi cư trú"), address);
    assert_eq!(n_dossiers(&site), 0);
}

#[test]
fn the_tab_of_the_page_links_the_ticket_as_its_key_does() {
    let site = TestSite::founded();
    site.command(Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    });
    let mut window = site.desk(TALL);
    press(&mut window, "Gọi số tiếp theo");
    press(&mut window, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    press(&mut window, "Tiếp nhận");
    until_contains(&mut window, "Hồ sơ của số A001.");
}

#[test]
fn the_ticket_being_served_is_named_and_linked() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    let outcome = site.command(Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    });
    let Outcome::TicketIssued { doc, number, .. } = outcome else {
        panic!("{outcome:?}");
    };
    press(&mut window, "Gọi số tiếp theo");
    press(&mut window, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    press(&mut window, "Tiếp nhận hồ sơ");
    until_contains(&mut window, &format!("Hồ sơ của số {}.", &*number));
    until_contains(&mut window, "được gõ trước khi gọi số này");
    type_into(&mut window, NAME, "Mai Thị Hai");
    check_box_accept(&mut window);
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    assert_eq!(only_dossier(&site).ticket, Some(doc));
}
