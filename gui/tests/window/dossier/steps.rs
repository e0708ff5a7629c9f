//! Steps, each in the status that allows it, and what happens when another counter was faster.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::cx::Go;
use lienquay_shared::domain::dossier::Status;

use super::{finish, key, opened, read, write_into};
use crate::site::{TestSite, press, type_into, until, until_contains, until_label};

#[test]
fn a_dossier_goes_from_received_to_returned_by_keyboard() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    until_label(&mut window, "Bắt đầu xử lý");
    key(&mut window, Key::F10);
    until_contains(&mut window, "Đã ghi: bắt đầu xử lý.");
    until_label(&mut window, "Đang xử lý");
    key(&mut window, Key::F10);
    write_into(&mut window, "Kết quả giải quyết", "Cấp giấy khai sinh");
    key(&mut window, Key::F10);
    until_label(&mut window, "Đã xử lý xong");
    key(&mut window, Key::F10);
    until_label(&mut window, "Người nhận kết quả");
    // The cursor stands in the identity paper: the name is known.
    window.event(egui::Event::Text("001190000001".to_owned()));
    window.step();
    key(&mut window, Key::Enter);
    until_label(&mut window, "Đã trả kết quả");
    let to = read(&site, doc).handed_to.unwrap();
    assert_eq!(
        (&*to.name, &*to.id_shown),
        ("Nguyễn Thị Đào", "001190000001")
    );
    until_contains(
        &mut window,
        "Trả kết quả cho Nguyễn Thị Đào, xuất trình 001190000001",
    );
}

#[test]
fn a_card_scanned_at_the_hand_out_fills_in_and_hands_nothing_out() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    site.command(finish(doc));
    until_label(&mut window, "Đã xử lý xong");
    key(&mut window, Key::F10);
    until_label(&mut window, "Người nhận kết quả");
    let card = "001085012345||Nguyễn Văn Bình|01011985|Nam|Thôn 3, xã Bình Minh|02032021";
    for letter in card.chars() {
        window.event(egui::Event::Text(letter.to_string()));
    }
    window.step();
    key(&mut window, Key::Enter);
    let value = |window: &crate::site::Window<_>, field: &str| {
        let field = window.get_by_role_and_label(Role::TextInput, field);
        field.value().unwrap_or_default()
    };
    let shown = "Giấy tờ tuỳ thân đã xuất trình";
    until(&mut window, "the number", |window| {
        value(window, shown) == "001085012345"
    });
    assert_eq!(value(&window, "Người nhận kết quả"), "Nguyễn Văn Bình");
    assert_eq!(read(&site, doc).status, Status::Finished);
    window.step();
    key(&mut window, Key::Enter);
    until_label(&mut window, "Đã trả kết quả");
}

#[test]
fn what_the_status_does_not_allow_is_not_offered() {
    let site = TestSite::founded();
    let (mut window, _) = opened(&site);
    until_label(&mut window, "Từ chối");
    for hidden in ["Trả kết quả", "Đã bổ sung"] {
        assert!(
            window
                .query_by_role_and_label(Role::Button, hidden)
                .is_none(),
            "{hidden}"
        );
    }
}

#[test]
fn a_supplement_round_asks_for_what_is_missing_and_moves_the_due_date() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Yêu cầu bổ sung");
    until_contains(&mut window, "Văn bản ủy quyền");
    let paper = window.query_all_by_role(Role::CheckBox).find(|paper| {
        paper
            .accesskit_node()
            .label()
            .unwrap()
            .starts_with("Văn bản")
    });
    paper.unwrap().click();
    write_into(&mut window, "Lý do yêu cầu bổ sung", "Chưa nộp");
    key(&mut window, Key::F10);
    until_contains(&mut window, "Chờ công dân bổ sung từ");
    let round = read(&site, doc).rounds.remove(0);
    assert_eq!(round.reason, "Chưa nộp");
    let asked: Vec<&str> = round.missing.iter().map(|paper| &**paper).collect();
    let components = read(&site, doc).components;
    let missing: Vec<&str> = components
        .iter()
        .filter(|paper| paper.missing && !paper.name.starts_with("Văn bản"))
        .map(|paper| &*paper.name)
        .collect();
    assert_eq!(asked, missing, "what is missing, but for what was unticked");
    until_label(&mut window, "Đã bổ sung");
    key(&mut window, Key::F10);
    until_contains(&mut window, "Xác nhận khi công dân đã nộp đủ");
    key(&mut window, Key::F10);
    until_contains(&mut window, "Ngày hẹn trả mới: ");
    let dossier = read(&site, doc);
    assert_eq!(dossier.status, Status::Processing);
    assert!(dossier.rounds[0].answered_at.is_some());
}

#[test]
fn a_refusal_stands_where_it_was_asked_and_keeps_what_was_typed() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Từ chối");
    write_into(&mut window, "Căn cứ pháp lý", "Điều 5");
    press(&mut window, "Xác nhận");
    until_contains(&mut window, "Chưa ghi lý do từ chối");
    write_into(&mut window, "Lý do từ chối", "Sai thẩm quyền");
    press(&mut window, "Xác nhận");
    until_label(&mut window, "Không được tiếp nhận");
    until_contains(
        &mut window,
        "Từ chối tiếp nhận: Sai thẩm quyền (căn cứ: Điều 5)",
    );
    assert_eq!(read(&site, doc).status, Status::Refused);
}

#[test]
fn a_form_that_another_counter_overtook_says_so_and_keeps_its_words() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Rút hồ sơ");
    write_into(&mut window, "Lý do rút (nếu công dân nêu)", "Đổi nơi nộp");
    site.command(finish(doc));
    until_contains(&mut window, "nên việc này không còn làm được");
    until_label(&mut window, "Đã xử lý xong");
    let confirm = window.get_by_role_and_label(Role::Button, "Xác nhận");
    assert!(confirm.accesskit_node().is_disabled());
    let field =
        window.get_by_role_and_label(Role::MultilineTextInput, "Lý do rút (nếu công dân nêu)");
    assert_eq!(field.accesskit_node().value().unwrap(), "Đổi nơi nộp");
    key(&mut window, Key::Escape);
    until_label(&mut window, "Trả kết quả");
}

#[test]
fn a_step_asked_before_the_news_came_is_refused_on_the_page() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    until_label(&mut window, "Bắt đầu xử lý");
    site.command(finish(doc));
    // The page has not painted since, so it still offers the step: its key is heard before the news are.
    key(&mut window, Key::F10);
    until_contains(&mut window, "Hồ sơ đang ở trạng thái");
    until_label(&mut window, "Trả kết quả");
}

#[test]
fn notes_and_further_codes_are_saved_and_told() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    press(&mut window, "Ghi chú");
    write_into(&mut window, "Nội dung ghi chú", "Công dân hẹn chiều thứ Ba");
    key(&mut window, Key::F10);
    until_label(&mut window, "Ghi chú: Công dân hẹn chiều thứ Ba");
    press(&mut window, "Thêm mã");
    type_into(&mut window, "Mã hồ sơ thêm", "H26-251121-0007");
    key(&mut window, Key::Enter);
    until_label(&mut window, "H26-251121-0007");
    assert_eq!(read(&site, doc).codes.len(), 2);
}

#[test]
fn esc_leaves_the_form_first_and_then_the_page() {
    let site = TestSite::founded();
    let (mut window, _) = opened(&site);
    press(&mut window, "Ghi chú");
    until_label(&mut window, "Nội dung ghi chú");
    key(&mut window, Key::Escape);
    until(&mut window, "the form is gone", |window| {
        window.query_by_label("Nội dung ghi chú").is_none()
    });
    assert_eq!(window.state().screen.went, []);
    key(&mut window, Key::Escape);
    assert_eq!(window.state().screen.went, [Go::Back]);
    window.key_press_modifiers(egui::Modifiers::ALT, Key::ArrowLeft);
    window.step();
    assert_eq!(window.state().screen.went, [Go::Back, Go::Back]);
}
