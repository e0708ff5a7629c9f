//! The page of PCs: every PC with what it tells, and an administrator who shuts one out.

use egui_kittest::kittest::Queryable as _;
use lienquay_gui::desk::Desk;

use crate::site::{NARROW, TestSite, Window, press, type_into, until, until_contains, until_label};
use crate::strip::join;

/// Two PCs, and the page of the one that administers.
fn two_pcs() -> (TestSite, TestSite, Window<Desk>) {
    let (admin, other) = (
        TestSite::founded_on_loopback(),
        TestSite::empty_on_loopback(),
    );
    join(&admin, &other);
    let mut window = admin.desk(NARROW);
    press(&mut window, "Máy");
    until_label(&mut window, "Các máy của điểm");
    (admin, other, window)
}

#[test]
fn both_pcs_are_there_with_what_their_beats_tell() {
    let (admin, _other, mut window) = two_pcs();
    until_contains(&mut window, "máy này · quầy 1 · máy quản trị");
    until_contains(&mut window, "đủ dữ liệu hai chiều");
    until_contains(&mut window, "phục vụ làn A");
    // Where others find this PC, to be typed in there.
    until_contains(&mut window, &admin.address().to_string());
    until_contains(&mut window, "theo đồng hồ chung của các máy");
}

#[test]
fn a_pc_that_is_gone_has_a_sentence_of_what_to_do() {
    let (_admin, mut other, mut window) = two_pcs();
    until_contains(&mut window, "đủ dữ liệu hai chiều");
    other.stop();
    until_contains(&mut window, "mất từ ");
    until_contains(&mut window, "Kiểm tra máy có bật");
}

#[test]
fn a_pc_is_shut_out_only_with_a_reason_and_its_name() {
    let (_admin, other, mut window) = two_pcs();
    press(&mut window, "Thu hồi Quầy 2 …");
    type_into(&mut window, "Lý do", "Máy bị mất trộm");
    let confirm = "Gõ lại tên máy để xác nhận: Quầy 2";
    type_into(&mut window, confirm, "Quầy");
    let is_possible = |window: &Window<Desk>| {
        use egui_kittest::kittest::NodeT as _;
        !window
            .get_by_label("Thu hồi")
            .accesskit_node()
            .is_disabled()
    };
    assert!(!is_possible(&window));
    type_into(&mut window, confirm, " 2");
    press(&mut window, "Thu hồi");
    until_label(&mut window, "Đã thu hồi máy «Quầy 2»");
    until_label(&mut window, "Máy đã rời điểm: Quầy 2");
    until_contains(&mut window, "Điểm có 1 máy");
    drop(other);
}

#[test]
fn the_page_looks_anew_when_it_is_shown_again() {
    let (_admin, _other, mut window) = two_pcs();
    until_contains(&mut window, "đủ dữ liệu hai chiều");
    press(&mut window, "Tiếp nhận");
    until(&mut window, "the page is gone", |window| {
        window.query_by_label("Các máy của điểm").is_none()
    });
    press(&mut window, "Máy");
    until_contains(&mut window, "đủ dữ liệu hai chiều");
}
