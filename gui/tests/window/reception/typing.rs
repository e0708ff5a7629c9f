//! What is typed and scanned: names however they are written, cards into any field, the procedure by Enter.

use egui::{Event, ImeEvent, Key, Modifiers};

use super::{CARD, NAME, NUMBER, TALL, desk_with, focus, key, letters, n_dossiers, value};
use crate::site::{TestSite, type_into, until, until_contains, until_label};

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
