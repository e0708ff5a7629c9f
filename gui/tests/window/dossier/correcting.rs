//! Correcting fields in place, and what another counter changes meanwhile.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_shared::domain::dossier::Finance;

use super::{edit_phone, key, opened, reach, read};
use crate::site::{TestSite, Window, press, type_into, until_contains, until_label};

const PHONE: &str = "Người nộp · Điện thoại";

fn clear<T>(window: &mut Window<T>, field: &str) {
    until_label(window, field);
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.step();
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.step();
    key(window, Key::Delete);
}

#[test]
fn a_telephone_number_is_corrected_in_place() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Sửa Người nộp · Điện thoại");
    clear(&mut window, PHONE);
    type_into(&mut window, PHONE, "0987654321");
    key(&mut window, Key::Enter);
    until_label(&mut window, "0987654321");
    until_contains(&mut window, "Đã lưu nội dung sửa.");
    until_label(&mut window, "Sửa mục Người nộp · Điện thoại");
    assert_eq!(&*read(&site, doc).transacting.phone, "0987654321");
}

#[test]
fn saving_the_same_again_is_refused_beside_the_field() {
    let site = TestSite::founded();
    let (mut window, _) = opened(&site);
    press(&mut window, "Sửa Người nộp · Điện thoại");
    press(&mut window, "Lưu");
    until_contains(&mut window, "Không có gì thay đổi");
    key(&mut window, Key::Escape);
    until_label(&mut window, "0912345678");
}

#[test]
fn what_another_counter_wrote_meanwhile_is_shown_before_it_is_overwritten() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Sửa Người nộp · Điện thoại");
    clear(&mut window, PHONE);
    type_into(&mut window, PHONE, "0900000001");
    site.command(edit_phone(doc, "0900000002"));
    until_contains(&mut window, "Máy khác vừa sửa mục này thành “0900000002”.");
    let field = window.get_by_role_and_label(Role::TextInput, PHONE);
    assert_eq!(field.accesskit_node().value().unwrap(), "0900000001");
    let save = window.get_by_role_and_label(Role::Button, "Lưu");
    assert!(save.accesskit_node().is_disabled());
    press(&mut window, "Vẫn dùng nội dung tôi gõ");
    press(&mut window, "Lưu");
    until_label(&mut window, "0900000001");
    assert_eq!(&*read(&site, doc).transacting.phone, "0900000001");
}

#[test]
fn money_is_chosen_and_dates_are_typed_day_first() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    // Below what the window shows: the cursor leads there.
    reach(&mut window, "Sửa Phí, lệ phí");
    reach(&mut window, "Đã nộp");
    until_contains(&mut window, "Đã lưu nội dung sửa.");
    assert_eq!(read(&site, doc).finance, Finance::Paid);
    reach(&mut window, "Sửa Người nộp · Ngày sinh");
    clear(&mut window, "Người nộp · Ngày sinh");
    type_into(&mut window, "Người nộp · Ngày sinh", "3/6/1991");
    key(&mut window, Key::Enter);
    until_label(&mut window, "03/06/1991");
    assert_eq!(&*read(&site, doc).transacting.birth_date, "1991-06-03");
}
