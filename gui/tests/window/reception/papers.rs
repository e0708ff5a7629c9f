//! What a procedure asks for and promises: papers of its cases, times, fees.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_shared::command::Command;
use lienquay_shared::domain::deadline::Term;

use super::{
    ACCEPT, NAME, RECEIVED, SAVE, check_box, check_box_accept, desk_with, key, n_dossiers,
    only_dossier, radio, save_by_key, save_refused,
};
use crate::site::{TestSite, catalogue, press, type_into, until, until_contains, until_label};

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
