//! Pictures of the main screens, compared with those in `tests/snapshots`. How to renew them: `kittest.toml`.

use egui::{Event, Key, Modifiers, MouseWheelUnit, TouchPhase, pos2, vec2};
use lienquay_gui::cx::Go;
use lienquay_gui::desk::Desk;
use lienquay_gui::start::StartScreen;
use lienquay_gui::words::Lang;
use lienquay_node::clock::Clock;
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::domain::site::Lane;
use lienquay_shared::wire::keeper::PriorityReason;

use crate::site::{
    NARROW, TestSite, WIDE, Window, press, type_into, until, until_contains, until_label,
};

/// Monday 2026-11-23, 08:00:00 in Vietnam; from `date -u -d '2026-11-23 01:00' +%s`. A test has the minute that follows.
const MORNING: u64 = 1_795_395_600_000;
/// What the window takes for now: twelve whole minutes after anything within that minute.
const NOW: u64 = MORNING + 13 * 60_000 - 1;
/// Longer than any column.
const LONG_NAME: &str = "Công Tằng Tôn Nữ Hoàng Thị Phương Uyên Nguyễn Phúc Bảo Ngọc";

/// Three lanes, four citizens waiting in the first, one of them to be preferred.
fn site() -> TestSite {
    let site = TestSite::founded_at(MORNING);
    for (id, name) in [
        ("B", "Đất đai, xây dựng, tài nguyên và môi trường"),
        ("C", "Chính sách xã hội, người có công"),
    ] {
        site.command(Command::SetLane(Lane {
            id: Text::truncated(id),
            name: Text::truncated(name),
            fields: List::default(),
            active: true,
        }));
    }
    for priority in [None, Some(PriorityReason::Elderly), None, None] {
        site.command(Command::IssueTicket {
            lane: Text::truncated("A"),
            priority,
            papers: List::default(),
        });
    }
    site
}

fn tell(site: &TestSite, ask: serde_json::Value) -> Outcome {
    site.command(serde_json::from_value(ask).unwrap())
}

fn receive(site: &TestSite, name: &str, procedure: &str) -> DocId {
    let ask = serde_json::json!({ "receive_dossier": {
        "procedure": procedure,
        "transacting": {
            "name": name, "id_number": "001190000001", "phone": "0912345678", "birth_date": "1990-05-02",
            "address": "Số 12, ngõ 345 đường Nguyễn Lương Bằng, thôn Đông, xã Bình Minh, tỉnh Hưng Yên",
        },
        "components": [{"code": "", "name": "Tờ khai theo mẫu", "originals": 1}],
        "accept_missing": true,
    }});
    match tell(site, ask) {
        Outcome::DossierReceived(received) => received.doc,
        other => panic!("not received: {other:?}"),
    }
}

/// Five dossiers; the first is under way.
fn with_dossiers(site: &TestSite) -> Vec<DocId> {
    let docs: Vec<DocId> = [
        (LONG_NAME, "1.001193"),
        ("Trần Văn Hoà", "2.000815"),
        ("Đỗ Thị Ngọc", "1.001193"),
        ("Lý Thị Tư", "2.000635"),
        ("Nguyễn Đình Bảo Khánh", "1.004884"),
    ]
    .map(|(name, procedure)| receive(site, name, procedure))
    .into();
    let one = |at: usize| serde_json::json!({ "id": docs[at] });
    for at in [0, 1] {
        tell(
            site,
            serde_json::json!({ "start_processing": { "dossier": one(at) } }),
        );
    }
    tell(
        site,
        serde_json::json!({ "finish_dossier": { "dossier": one(1), "result": "Bản sao chứng thực" } }),
    );
    tell(
        site,
        serde_json::json!({ "edit_dossier": {
            "dossier": one(0), "field": "transacting/phone", "value": "0987654321",
        } }),
    );
    docs
}

fn desk(site: &TestSite, size: [f32; 2], lang: Lang) -> Window<Desk> {
    let mut window = site.desk_in(size, lang);
    window.state_mut().screen.fix_clock(NOW);
    window
}

/// The desk with a citizen called and served.
fn serving(site: &TestSite, size: [f32; 2]) -> Window<Desk> {
    let mut window = desk(site, size, Lang::Vi);
    press(&mut window, "Gọi số tiếp theo");
    until_contains(&mut window, "đã mời");
    press(&mut window, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    until_label(&mut window, "Đang chờ: 3");
    window
}

/// Once nothing more arrives. The pointer is no part of a picture.
fn picture<T>(window: &mut Window<T>, name: &str, size: [f32; 2]) {
    window.remove_cursor();
    let mut before = String::new();
    let mut n_same = 0;
    until(window, "a picture that stands still", |window| {
        let now = format!("{window:?}");
        n_same = if now == before { n_same + 1 } else { 0 };
        before = now;
        n_same > 30
    });
    window.snapshot(format!("{name}-{}", size[0]));
}

/// Refused for missing papers, then the due date explained.
fn reception(size: [f32; 2]) {
    let site = site();
    let mut window = serving(&site, size);
    window.key_press(Key::F4);
    until_label(&mut window, "Hồ sơ của số A002.");
    let search = "Tìm thủ tục (tên, mã, lĩnh vực; gõ có dấu hoặc không dấu)";
    type_into(&mut window, search, "khai sinh");
    until_contains(&mut window, "Thủ tục đăng ký lại khai sinh");
    window.key_press(Key::Enter);
    type_into(&mut window, "Họ và tên", LONG_NAME);
    type_into(&mut window, "Số định danh (CCCD)", "001190000001");
    type_into(&mut window, "Điện thoại", "0912345678");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    until_contains(&mut window, "Còn thiếu giấy tờ");
    until_contains(&mut window, "Không tính ngày nghỉ lễ");
    picture(&mut window, "reception-papers", size);
    scroll(&mut window, size);
    picture(&mut window, "reception-due", size);
}

/// To the end of the page.
fn scroll<T>(window: &mut Window<T>, size: [f32; 2]) {
    window.hover_at(pos2(size[0] * 0.7, size[1] * 0.5));
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -5_000.0),
        modifiers: Modifiers::NONE,
        phase: TouchPhase::Move,
    });
    window.step();
}

#[test]
fn reception_of_a_called_citizen_wide() {
    reception(WIDE);
}

#[test]
fn reception_of_a_called_citizen_narrow() {
    reception(NARROW);
}

fn dossiers(size: [f32; 2]) {
    let site = site();
    let docs = with_dossiers(&site);
    let mut window = serving(&site, size);
    window.key_press(Key::F6);
    until_label(&mut window, "5 hồ sơ");
    until_contains(&mut window, "Lý Thị Tư");
    picture(&mut window, "dossiers", size);
    window.state_mut().screen.go(Go::Dossier(docs[0]));
    until_contains(&mut window, "Sửa mục Người nộp · Điện thoại");
    picture(&mut window, "dossier", size);
}

#[test]
fn dossiers_wide() {
    dossiers(WIDE);
}

#[test]
fn dossiers_narrow() {
    dossiers(NARROW);
}

#[test]
fn the_history_of_a_dossier_in_english() {
    let site = site();
    let docs = with_dossiers(&site);
    let mut window = desk(&site, NARROW, Lang::En);
    window.state_mut().screen.go(Go::Dossier(docs[0]));
    until_contains(&mut window, "What happened");
    until_label(&mut window, "Waiting: 4");
    scroll(&mut window, NARROW);
    picture(&mut window, "dossier-english", NARROW);
}

#[test]
fn the_first_start() {
    let site = TestSite::empty();
    let make = |link| StartScreen::new(link, Clock::start(), Lang::Vi);
    let mut window = site.window(NARROW, make, StartScreen::frame);
    until_label(&mut window, "Lập điểm mới");
    picture(&mut window, "start", NARROW);
}
