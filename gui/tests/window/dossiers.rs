//! The list of dossiers: found without marks, narrowed by status, opened by keyboard, scrolled to the oldest.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::desk::{Desk, Page};
use lienquay_shared::command::{Command, DossierRef, Outcome, ReceivedDossier};

use crate::site::{NARROW, TestSite, Window, press, type_into, until, until_contains, until_label};

const SEARCH: &str = "Tìm theo tên, mã hồ sơ, số định danh, thủ tục";

/// Nobody real: a name, a number, a request that every starter catalogue has.
pub(crate) fn receive(site: &TestSite, name: &str, number: u32) -> ReceivedDossier {
    match site.command(reception(name, number)) {
        Outcome::DossierReceived(received) => received,
        other => panic!("not a dossier: {other:?}"),
    }
}

fn reception(name: &str, number: u32) -> Command {
    let ask = serde_json::json!({
        "procedure": "2.000815",
        "transacting": { "name": name, "id_number": format!("0310850{number:05}") },
        "accept_missing": true,
    });
    Command::ReceiveDossier(Box::new(serde_json::from_value(ask).unwrap()))
}

/// Many, some at a time as from several counters.
fn receive_many(site: &TestSite, names: impl Iterator<Item = (String, u32)>) {
    let names: Vec<_> = names.collect();
    for group in names.chunks(32) {
        let node = site.handle();
        let working: Vec<_> = group
            .iter()
            .map(|(name, number)| {
                let node = node.clone();
                let command = reception(name, *number);
                site.tokio.spawn(async move { node.command(command).await })
            })
            .collect();
        for one in working {
            site.wait(one).unwrap().unwrap();
        }
    }
}

fn list(site: &TestSite) -> Window<Desk> {
    let mut window = site.desk(NARROW);
    window.key_press(Key::F6);
    until_label(&mut window, SEARCH);
    window
}

fn rows(window: &Window<Desk>) -> Vec<String> {
    let rows = window.query_all_by_label_contains(" · Chứng thực");
    rows.filter_map(|row| row.accesskit_node().label())
        .collect()
}

#[track_caller]
fn until_rows(window: &mut Window<Desk>, n_rows: usize) {
    until(window, &format!("{n_rows} rows"), |window| {
        rows(window).len() == n_rows
    });
}

#[test]
fn a_name_is_found_without_its_marks_and_so_are_codes_and_numbers() {
    let site = TestSite::founded();
    let dao = receive(&site, "Nguyễn Thị Đào", 1);
    receive(&site, "Trần Văn Hoà", 2);
    let mut window = list(&site);
    until_rows(&mut window, 2);
    for words in [
        "nguyen thi dao",
        dao.code.to_string().as_str(),
        "031085000001",
    ] {
        type_into(&mut window, SEARCH, words);
        until_rows(&mut window, 1);
        assert!(rows(&window)[0].contains("Nguyễn Thị Đào"), "{words}");
        until_label(&mut window, "1 hồ sơ");
        window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.key_press(Key::Backspace);
        until_rows(&mut window, 2);
    }
}

#[test]
fn what_is_not_found_says_what_to_do() {
    let site = TestSite::founded();
    let mut window = list(&site);
    until_contains(&mut window, "Nhấn F4");
    receive(&site, "Nguyễn Thị Đào", 1);
    until_rows(&mut window, 1);
    press(&mut window, "Đã trả kết quả");
    until_label(&mut window, "Tìm trong tất cả tình trạng");
    type_into(&mut window, SEARCH, "zzz");
    until_contains(&mut window, "“zzz” ở tình trạng “Đã trả kết quả”");
    press(&mut window, "Tìm trong tất cả tình trạng");
    until_contains(&mut window, "gõ không dấu");
    press(&mut window, "Xoá chữ tìm");
    until_rows(&mut window, 1);
}

#[test]
fn statuses_narrow_the_list_and_follow_what_happens() {
    let site = TestSite::founded();
    let one = receive(&site, "Nguyễn Thị Đào", 1);
    receive(&site, "Trần Văn Hoà", 2);
    let mut window = list(&site);
    until_rows(&mut window, 2);
    press(&mut window, "Đang xử lý");
    until_contains(&mut window, "Không có hồ sơ nào");
    let dossier = DossierRef::Id(one.doc);
    site.command(Command::StartProcessing { dossier });
    until_rows(&mut window, 1);
    assert!(rows(&window)[0].contains("Nguyễn Thị Đào"));
    assert!(rows(&window)[0].contains("Đang xử lý"));
    press(&mut window, "Tất cả");
    until_rows(&mut window, 2);
}

#[test]
fn a_dossier_is_opened_with_the_keyboard_alone() {
    let site = TestSite::founded();
    receive(&site, "Nguyễn Thị Đào", 1);
    receive(&site, "Trần Văn Hoà", 2);
    let mut window = list(&site);
    until_rows(&mut window, 2);
    window.key_press(Key::ArrowDown);
    window.step();
    let list = window.get_by_role_and_label(Role::ListBox, "Danh sách hồ sơ");
    assert!(list.is_focused());
    window.key_press(Key::ArrowDown);
    window.step();
    let chosen = window.query_all_by_label_contains(" · Chứng thực");
    let chosen: Vec<_> = chosen
        .filter(|row| {
            row.accesskit_node()
                .toggled()
                .is_some_and(|on| on == egui::accesskit::Toggled::True)
        })
        .filter_map(|row| row.accesskit_node().label())
        .collect();
    assert_eq!(chosen.len(), 1);
    assert!(
        chosen[0].contains("Nguyễn Thị Đào"),
        "the older one, {chosen:?}"
    );
    window.key_press(Key::Enter);
    until(&mut window, "the dossier's page", |window| {
        window.state().screen.page() == Page::Dossier
    });
}

#[test]
fn a_scanned_code_and_enter_open_the_dossier() {
    let site = TestSite::founded();
    let one = receive(&site, "Nguyễn Thị Đào", 1);
    receive(&site, "Trần Văn Hoà", 2);
    let mut window = list(&site);
    // A scanner types faster than any answer comes.
    type_into(&mut window, SEARCH, &one.code.to_string());
    window.key_press(Key::Enter);
    until(&mut window, "the dossier's page", |window| {
        window.state().screen.page() == Page::Dossier
    });
}

#[test]
fn two_thousand_dossiers_are_scrolled_to_the_oldest_and_new_ones_move_nothing() {
    let site = TestSite::founded();
    receive(&site, "Đặng Văn Đầu", 1);
    receive_many(
        &site,
        (2..2_001).map(|number| (format!("Lê Thị Số {number}"), number)),
    );
    let mut window = list(&site);
    until_label(&mut window, "2.000 hồ sơ");
    window.state_mut().screen.dossier_list().scroll_by(1e9);
    // In the frame that jumps nothing can be there yet.
    window.step();
    let waiting = window.query_all_by_label("Đang tải …").count();
    assert!(
        waiting > 5,
        "{waiting} rows that are not there yet keep their places"
    );
    until_contains(&mut window, "Đặng Văn Đầu");
    assert_eq!(window.query_all_by_label("Đang tải …").count(), 0);
    window.key_press(Key::ArrowDown);
    window.key_press(Key::Home);
    until(&mut window, "the newest", |window| {
        window.query_by_label_contains("Đặng Văn Đầu").is_none() && rows(window).len() > 5
    });
    window.key_press(Key::End);
    until_contains(&mut window, "Đặng Văn Đầu");

    let before = rows(&window);
    receive_many(
        &site,
        (3_001..3_004).map(|number| (format!("Vũ Văn Mới {number}"), number)),
    );
    until_label(&mut window, "3 hồ sơ mới ↑");
    assert_eq!(rows(&window), before);
    until_label(&mut window, "2.003 hồ sơ");
    press(&mut window, "3 hồ sơ mới ↑");
    until_contains(&mut window, "Vũ Văn Mới 3003");
    until(&mut window, "nothing new is left", |window| {
        window
            .query_all_by_label_contains("hồ sơ mới")
            .next()
            .is_none()
    });
}
