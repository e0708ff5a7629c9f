//! What was typed and not received yet: kept, and never received twice.

use egui::Key;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;

use super::{
    NAME, RECEIVED, SEARCH, TALL, check_box_accept, desk_with, kept, key, n_dossiers, only_dossier,
    save_by_key, value,
};
use crate::site::{TestSite, press, type_into, until, until_contains, until_label};

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
