//! The reception page: from a word typed without marks to a code, however names are typed and cards are scanned.

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::desk::Desk;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::cccd::Sex;
use lienquay_shared::domain::deadline::Term;
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::query::{Answer, PageAsk, Query};

use crate::site::{
    TestSite, Window, catalogue, press, type_into, until, until_contains, until_label,
};

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
fn a_name_is_typed_letter_by_letter() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    type_into(&mut window, NAME, "Nguyễn Thị Hường");
    assert_eq!(value(&window, NAME), "Nguyễn Thị Hường");
}

#[test]
fn a_name_is_typed_as_unikey_on_windows_rewrites_it() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    focus(&mut window, NAME);
    for (typed, n_back, rewritten) in [("Nguye", 1, "ê"), ("n", 2, "ễn"), (" Thi", 1, "ị")] {
        letters(&mut window, typed);
        for _ in 0..n_back {
            key(&mut window, Key::Backspace);
        }
        letters(&mut window, rewritten);
    }
    assert_eq!(value(&window, NAME), "Nguyễn Thị");
}

#[test]
fn a_name_is_typed_through_an_input_method_with_preedit() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    focus(&mut window, NAME);
    for preedit in ["N", "Ng", "Nguye", "Nguyê", "Nguyễn"] {
        window.event(Event::Ime(ImeEvent::Preedit {
            text: preedit.to_owned(),
            active_range_chars: None,
        }));
        window.step();
    }
    window.event(Event::Ime(ImeEvent::Commit("Nguyễn".to_owned())));
    window.step();
    letters(&mut window, " ");
    window.event(Event::Ime(ImeEvent::Preedit {
        text: "Hoa".to_owned(),
        active_range_chars: None,
    }));
    window.event(Event::Ime(ImeEvent::Commit("Hòa".to_owned())));
    window.step();
    assert_eq!(value(&window, NAME), "Nguyễn Hòa");
}

#[test]
fn a_card_scanned_into_its_field_fills_the_person() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    focus(&mut window, "Quét thẻ căn cước");
    letters(&mut window, CARD);
    key(&mut window, Key::Enter);
    until_contains(&mut window, "Đã lấy thông tin từ thẻ");
    assert_eq!(value(&window, NAME), "Nguyễn Văn Bình");
    assert_eq!(value(&window, NUMBER), "001085012345");
    assert_eq!(
        value(&window, "Nơi cư trú"),
        "Thôn 3, xã Bình Minh, tỉnh Hưng Yên"
    );
    assert_eq!(value(&window, "Quét thẻ căn cước"), "");
    assert_eq!(n_dossiers(&site), 0, "the scanner's Enter saves nothing");
}

#[test]
fn a_card_scanned_while_the_cursor_is_in_another_field_fills_the_person_and_leaves_that_field() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    // The phone takes 30 letters: the burst must neither be cut nor stay.
    type_into(&mut window, "Điện thoại", "0912");
    letters(&mut window, CARD);
    key(&mut window, Key::Tab);
    until_contains(&mut window, "Đã lấy thông tin từ thẻ");
    assert_eq!(value(&window, "Điện thoại"), "0912");
    assert_eq!(value(&window, NAME), "Nguyễn Văn Bình");

    let other = CARD.replace("Nguyễn Văn Bình", "Trần Thị Mai");
    focus(&mut window, NAME);
    letters(&mut window, &other);
    key(&mut window, Key::Enter);
    until(&mut window, "the other card", |window| {
        value(window, NAME) == "Trần Thị Mai"
    });
}

#[test]
fn what_is_no_card_is_said_and_what_does_not_fit_is_only_warned_of() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    focus(&mut window, "Quét thẻ căn cước");
    letters(&mut window, "8934563138165");
    key(&mut window, Key::Enter);
    until_contains(&mut window, "hãy quét lại hoặc nhập tay");
    letters(&mut window, &CARD.replace("Nam", "Nữ"));
    key(&mut window, Key::Enter);
    until_contains(&mut window, "Giới tính trong số căn cước khác");
    assert_eq!(value(&window, NAME), "Nguyễn Văn Bình");
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
fn a_missing_paper_is_named_and_received_only_with_the_officers_word() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    let paper = "Văn bản đề nghị hưởng trợ cấp hưu trí xã hội theo mẫu";
    let other = "Thẻ căn cước hoặc giấy tờ tùy thân còn giá trị của người yêu cầu (xuất trình)";
    let third = "Văn bản ủy quyền hoặc giấy tờ giám hộ (khi nộp thay)";
    type_into(&mut window, NAME, "Phạm Văn Tám");
    check_box(&mut window, other);
    check_box(&mut window, third);
    until_label(
        &mut window,
        &format!("Còn 1 giấy tờ chưa đánh dấu: {paper}"),
    );
    save_refused(&mut window);
    until_contains(&mut window, "Còn thiếu giấy tờ: Văn bản đề nghị");
    assert_eq!(n_dossiers(&site), 0);
    check_box(&mut window, ACCEPT);
    press(&mut window, SAVE);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    let missing: Vec<&str> = dossier
        .components
        .iter()
        .filter(|listed| listed.missing)
        .map(|listed| &*listed.name)
        .collect();
    assert_eq!(missing, [paper]);
}

#[test]
fn a_paper_that_the_case_does_not_need_is_not_missing() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Phạm Văn Tám");
    check_box(
        &mut window,
        "Văn bản đề nghị hưởng trợ cấp hưu trí xã hội theo mẫu",
    );
    press(&mut window, "Hồ sơ này không cần các giấy tờ đó");
    until(&mut window, "nothing is missing", |window| {
        window.query_by_label(ACCEPT).is_none()
    });
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    assert!(dossier.components.iter().all(|paper| !paper.missing));
}

#[test]
fn a_case_is_asked_for_only_where_it_decides_about_the_time() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "1.004859", "Thủ tục thay đổi, cải chính");
    until_contains(
        &mut window,
        "Thủ tục có nhiều trường hợp, anh/chị hãy chọn một",
    );
    type_into(&mut window, NAME, "Đỗ Thị Ngọc");
    check_box_accept(&mut window);
    save_refused(&mut window);
    until_contains(
        &mut window,
        "Thủ tục có nhiều trường hợp, anh/chị hãy chọn một",
    );
    assert_eq!(n_dossiers(&site), 0);
    radio(&mut window, "Trường hợp 1.004859.02: 3 ngày làm việc");
    radio(&mut window, "Bưu chính công ích");
    until_contains(&mut window, "Hẹn trả ");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    assert_eq!(dossier.case.as_deref(), Some("1.004859.02"));
    assert_eq!(dossier.channel.code(), 3);
}

fn check_box_accept(window: &mut Window<Desk>) {
    check_box(window, ACCEPT);
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
fn what_was_typed_survives_a_window_that_dies() {
    let mut site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Hoàng Văn Mười");
    until(&mut window, "the draft on the disk", |_| {
        kept(&site).is_some_and(|draft| draft.contains("Hoàng Văn Mười"))
    });
    drop(window);
    site.restart();
    let mut window = site.desk(TALL);
    until_contains(&mut window, "được mở lại");
    until_label(&mut window, NAME);
    assert_eq!(value(&window, NAME), "Hoàng Văn Mười");
    press(&mut window, "Bỏ bản nháp");
    until_label(&mut window, SEARCH);
    until(&mut window, "no draft any more", |_| kept(&site).is_none());
}

#[test]
fn leaving_the_page_keeps_what_was_typed_at_once() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Vũ Thị Năm");
    key(&mut window, Key::F8);
    drop(window);
    let draft = (0..200).find_map(|_| kept(&site).filter(|draft| draft.contains("Vũ Thị Năm")));
    assert!(draft.is_some());
}

#[test]
fn a_draft_of_a_dossier_that_was_received_makes_no_second_one() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "MAU-HUUTRI", "Trợ cấp hưu trí xã hội");
    type_into(&mut window, NAME, "Bùi Văn Chín");
    check_box_accept(&mut window);
    until(&mut window, "the draft on the disk", |_| {
        kept(&site).is_some_and(|draft| draft.contains("\"accept_missing\":true"))
    });
    let draft = kept(&site).unwrap();
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let code = only_dossier(&site).code();
    drop(window);
    // As if the PC had died between the reception and the end of the draft.
    let again = Some(draft.into_bytes());
    site.wait(site.handle().keep("draft/reception", again))
        .unwrap();
    let mut window = site.desk(TALL);
    until_contains(&mut window, "được mở lại");
    until_label(&mut window, NAME);
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    until_label(&mut window, &code);
    assert_eq!(n_dossiers(&site), 1);
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
fn an_untouched_page_follows_the_counter_and_a_typed_one_says_that_it_does_not() {
    let site = TestSite::founded();
    for _ in 0..3 {
        site.command(Command::IssueTicket {
            lane: Text::truncated("A"),
            priority: None,
            papers: List::default(),
        });
    }
    let mut window = site.desk(TALL);
    for number in ["A001", "A002"] {
        press(&mut window, "Gọi số tiếp theo");
        until_contains(&mut window, &format!("Hồ sơ của số {number}."));
        if number == "A001" {
            press(&mut window, "Bắt đầu");
            press(&mut window, "Xong");
        }
    }
    type_into(&mut window, SEARCH, "tach ho");
    key(&mut window, Key::Enter);
    until_label(&mut window, "Đổi");
    press(&mut window, "Bắt đầu");
    press(&mut window, "Xong");
    press(&mut window, "Gọi số tiếp theo");
    until_contains(&mut window, "Quầy đang phục vụ số khác");
    until_contains(&mut window, "Hồ sơ của số A002.");
    key(&mut window, Key::F4);
    until_contains(&mut window, "Hồ sơ của số A003.");
}

#[test]
fn enter_chooses_what_was_typed_even_before_the_answer_is_there() {
    let site = TestSite::founded();
    let mut window = site.desk(TALL);
    until_contains(&mut window, "Thủ tục đăng ký khai tử");
    for letter in "tach ho".chars() {
        window.event(Event::Text(letter.to_string()));
    }
    window.key_press(Key::Enter);
    window.step();
    until_label(&mut window, "Đổi");
    until_label(&mut window, "Tách hộ");
}

#[test]
fn enter_in_the_frame_of_the_last_letter_chooses_what_was_typed() {
    let site = TestSite::founded();
    let mut window = site.desk(TALL);
    until_contains(&mut window, "Thủ tục đăng ký khai tử");
    let enter = Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let typed = Event::Text("tach ho".to_owned());
    window.input_mut().events.extend([typed, enter]);
    until_label(&mut window, "Đổi");
    until_label(&mut window, "Tách hộ");
}

#[test]
fn a_card_scanned_over_a_number_that_stands_there_is_read_whole() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "tam tru", "Đăng ký tạm trú");
    type_into(&mut window, NUMBER, "038190000001");
    letters(&mut window, CARD);
    key(&mut window, Key::Enter);
    until(&mut window, "the card's number", |window| {
        value(window, NUMBER) == "001085012345"
    });
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

#[test]
fn a_time_that_the_catalogue_states_only_in_prose_is_entered() {
    let site = TestSite::founded();
    let prose = "Theo quy định của pháp luật về đất đai";
    let mut record = catalogue()
        .into_iter()
        .find(|record| record["code"] == "MAU-HUUTRI")
        .unwrap();
    record["code"] = "MAU-VAN".into();
    record["name"] = "Thủ tục không ghi thời hạn".into();
    for channel in record["channels"].as_array_mut().unwrap() {
        channel["processing"] = serde_json::json!({ "qty": prose, "unit": "OTHER" });
    }
    site.command(Command::ImportProcedure {
        record,
        effective_from: None,
    });
    let mut window = desk_with(&site, "MAU-VAN", "Thủ tục không ghi thời hạn");
    until_label(&mut window, prose);
    type_into(&mut window, NAME, "Mai Thị Hai");
    check_box_accept(&mut window);
    save_refused(&mut window);
    until_contains(&mut window, "Thủ tục không ghi thời hạn bằng số");
    type_into(&mut window, "Thời hạn (số)", "2,5");
    until(&mut window, "no reproach any more", |window| {
        let reproach = "Thủ tục không ghi thời hạn bằng số";
        window
            .query_all_by_label_contains(reproach)
            .next()
            .is_none()
    });
    radio(&mut window, "giờ làm việc");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let term = only_dossier(&site).term.unwrap().to_string();
    assert_eq!(term, "2,5 giờ làm việc");
}

#[test]
fn an_answer_on_the_same_day_is_promised_on_the_officers_word() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "chung thuc ban sao", "Chứng thực bản sao");
    type_into(&mut window, NAME, "Mai Thị Hai");
    check_box(&mut window, "Trả trong ngày");
    check_box_accept(&mut window);
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    assert_eq!(only_dossier(&site).term, Some(Term::SameDay));
}

#[test]
fn papers_of_a_case_are_folded_and_one_more_is_added_by_hand() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "1.010038", "Tách hộ");
    let paper = paper_of_a_case();
    assert!(window.query_by_label(&paper).is_none(), "folded");
    let heading = window
        .get_all_by_role(Role::Button)
        .filter_map(|button| button.accesskit_node().label())
        .find(|label| label.contains("đã ly hôn"))
        .unwrap();
    press(&mut window, &heading);
    check_box(&mut window, &paper);
    type_into(&mut window, "Giấy tờ khác", "Quyết định ly hôn");
    key(&mut window, Key::Enter);
    until_label(&mut window, "Quyết định ly hôn");
    type_into(&mut window, NAME, "Mai Thị Hai");
    save_by_key(&mut window);
    until_label(&mut window, RECEIVED);
    let dossier = only_dossier(&site);
    let names: Vec<&str> = dossier
        .components
        .iter()
        .map(|paper| &*paper.name)
        .collect();
    assert_eq!(names, [&*paper, "Quyết định ly hôn"]);
}

/// The first paper under the second heading of "Tách hộ".
fn paper_of_a_case() -> String {
    let record = catalogue()
        .into_iter()
        .find(|record| record["code"] == "1.010038")
        .unwrap();
    let name = &record["checklist_raw"][1]["items"][0]["name"];
    name.as_str().unwrap().to_owned()
}

#[test]
fn an_unknown_fee_is_never_shown_as_free() {
    let site = TestSite::founded();
    let mut window = desk_with(&site, "1.004873", "Giấy xác nhận tình trạng hôn nhân");
    until_label(&mut window, "Lệ phí: chưa rõ");
    // The exemptions stand there word for word.
    until_contains(&mut window, "hộ nghèo và người khuyết tật.");
    assert!(window.query_all_by_label_contains("0 đ").next().is_none());
}
