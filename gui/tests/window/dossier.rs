//! One dossier's page, driven by keys and names on a real node.

mod alone;
mod apart;
mod conflict;
mod correcting;
mod steps;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use lienquay_gui::cx::Go;
use lienquay_gui::words::Lang;
use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef, Outcome};
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::query::{Answer, Query};

use crate::site::{TestSite, WIDE, Window, until_contains, until_label};
use alone::Alone;

/// Receives a birth registration at counter 1: one paper brought, one missing.
fn receive(site: &TestSite) -> DocId {
    let ask = serde_json::json!({ "receive_dossier": {
        "procedure": "1.001193",
        "transacting": {"name": "Nguyễn Thị Đào", "id_number": "001190000001", "phone": "0912345678", "birth_date": "1990-05-02"},
        "subject": {"name": "Nguyễn Minh Khôi"},
        "basis": {"kind": "relative", "document": "Giấy chứng sinh số 12"},
        "request": "Đăng ký khai sinh cho con",
        "components": [
            {"code": "", "name": "Tờ khai đăng ký khai sinh", "originals": 1},
            {"code": "", "name": "Giấy chứng sinh", "missing": true},
        ],
        "accept_missing": true,
    }});
    match site.command(serde_json::from_value(ask).unwrap()) {
        Outcome::DossierReceived(received) => received.doc,
        other => panic!("not received: {other:?}"),
    }
}

fn read(site: &TestSite, doc: DocId) -> Dossier {
    let dossier = DossierRef::Id(doc);
    match site.ask(Query::Dossier { dossier }) {
        Answer::Dossier { dossier, .. } => *dossier,
        other => panic!("no dossier: {other:?}"),
    }
}

fn finish(doc: DocId) -> Command {
    serde_json::from_value(serde_json::json!({ "finish_dossier": {
        "dossier": {"id": doc}, "result": "Cấp giấy khai sinh",
    }}))
    .unwrap()
}

fn edit_phone(doc: DocId, value: &str) -> Command {
    serde_json::from_value(serde_json::json!({ "edit_dossier": {
        "dossier": {"id": doc}, "field": "transacting/phone", "value": value,
    }}))
    .unwrap()
}

/// The page on a dossier that was just received.
fn opened(site: &TestSite) -> (Window<Alone>, DocId) {
    let doc = receive(site);
    let mut window = alone::open(site, WIDE, Lang::Vi, doc);
    until_contains(&mut window, "Được tiếp nhận");
    (window, doc)
}

/// Puts the cursor into the field of several lines and types.
#[track_caller]
fn write_into<T>(window: &mut Window<T>, field: &str, text: &str) {
    until_label(window, field);
    let area = window.get_by_role_and_label(Role::MultilineTextInput, field);
    area.focus();
    window.step();
    window.event(egui::Event::Text(text.to_owned()));
    window.step();
}

/// Presses a button with the keyboard, wherever on the page it is.
#[track_caller]
fn reach<T>(window: &mut Window<T>, button: &str) {
    until_label(window, button);
    window.get_by_role_and_label(Role::Button, button).focus();
    window.step();
    key(window, Key::Enter);
}

fn key<T>(window: &mut Window<T>, key: Key) {
    window.key_press(key);
    window.step();
}

#[test]
fn the_page_tells_everything_about_a_dossier() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    let code = read(&site, doc).code();
    for words in [
        code.as_str(),
        "0912345678",
        "02/05/1990",
        "Nguyễn Minh Khôi",
        "Người thân",
        "Đăng ký khai sinh cho con",
        "1 bản chính",
        "còn thiếu",
        "mới lưu ở máy này",
    ] {
        until_label(&mut window, words);
    }
    until_contains(&mut window, "Hẹn trả: ");
    until_contains(&mut window, "Tiếp nhận hồ sơ, hẹn trả");
    until_contains(&mut window, "Nguyễn Thị Hoa");
    window.get_by_label("Vì sao?").click();
    until_contains(&mut window, "ngày làm việc");
}

#[test]
fn the_page_speaks_english() {
    let site = TestSite::founded();
    let doc = receive(&site);
    let mut window = alone::open(&site, WIDE, Lang::En, doc);
    for words in [
        "Start processing",
        "What happened",
        "still missing",
        "Edit Filed by · Phone",
    ] {
        until_label(&mut window, words);
    }
}

#[test]
fn a_dossier_that_is_not_here_is_said_to_be_missing() {
    let site = TestSite::founded();
    let mut window = alone::open(&site, WIDE, Lang::Vi, DocId([7; 16]));
    until_contains(&mut window, "Trên máy này chưa có hồ sơ đó");
}

#[test]
fn an_erased_dossier_says_so_and_by_whom() {
    let site = TestSite::founded();
    let (mut window, doc) = opened(&site);
    site.command(Command::Forget { doc });
    until_contains(&mut window, "đã được xoá theo yêu cầu");
    until_contains(&mut window, "Nguyễn Thị Hoa");
}

#[test]
fn a_long_history_is_shown_in_pages() {
    let site = TestSite::founded();
    let doc = receive(&site);
    for no in 1..=25 {
        site.command(Command::Note {
            dossier: DossierRef::Id(doc),
            text: Text::truncated(&format!("lần gọi {no}")),
        });
    }
    let mut window = alone::open(&site, WIDE, Lang::Vi, doc);
    until_label(&mut window, "Ghi chú: lần gọi 25");
    assert!(window.query_by_label("Ghi chú: lần gọi 5").is_none());
    // 25 notes, the reception and its number, less the twenty shown.
    reach(&mut window, "Xem thêm 7 dòng cũ hơn");
    until_label(&mut window, "Ghi chú: lần gọi 1");
    assert!(
        window
            .query_by_label_contains("chưa đưa vào hồ sơ")
            .is_none(),
        "every entry belongs to a line"
    );
}

#[test]
fn esc_goes_back_to_where_the_officer_came_from() {
    let site = TestSite::founded();
    let doc = receive(&site);
    let code = read(&site, doc).code();
    let mut window = site.desk(WIDE);
    for from in [
        Go::Health,
        Go::Dossiers {
            text: String::new(),
        },
    ] {
        let desk = &mut window.state_mut().screen;
        desk.go(from);
        let came_from = desk.page();
        desk.go(Go::Dossier(doc));
        until_contains(&mut window, &code);
        until_contains(&mut window, "Hẹn trả: ");
        key(&mut window, Key::Escape);
        assert_eq!(window.state().screen.page(), came_from);
    }
}
