//! The first start: founding with the keyboard, the recovery sheet, joining with another window.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lienquay_gui::app::App;
use lienquay_gui::desk::Desk;
use lienquay_gui::start::StartScreen;
use lienquay_gui::words::Lang;
use lienquay_node::clock::Clock;
use lienquay_shared::query::{Answer, PageAsk, Query};

use crate::site::{
    NARROW, TestSite, WIDE, Window, loopback, press, type_into, until, until_contains, until_label,
    window,
};

const PROMISE: &str = "Phiếu đã được in hoặc chép lại và cất trong tủ khoá";

fn start_screen(site: &TestSite) -> Window<StartScreen> {
    let make = |link| StartScreen::new(link, Clock::start(), Lang::Vi);
    site.window(WIDE, make, StartScreen::frame)
}

/// The whole program on a folder.
pub(crate) fn program(
    tokio: &tokio::runtime::Runtime,
    folder: &Path,
    size: [f32; 2],
) -> Window<App> {
    let _inside = tokio.enter();
    let (handle, folder) = (tokio.handle().clone(), folder.to_owned());
    let make = |ctx: &egui::Context, _wake| App::open(ctx, handle, folder, loopback());
    window(size, make, App::frame)
}

/// Closes the program as its window's button does, and waits until it may go.
pub(crate) fn close(mut program: Window<App>) {
    ask_to_close(&mut program);
    until_gone(&mut program);
}

/// The next frame sees the window's button pressed.
pub(crate) fn ask_to_close(program: &mut Window<App>) {
    let viewports = &mut program.input_mut().viewports;
    let root = viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
}

/// Waits until the window may go.
pub(crate) fn until_gone(program: &mut Window<App>) {
    until(program, "the window goes", |program| {
        let root = program.output().viewport_output.get(&ViewportId::ROOT);
        root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close))
    });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn key<T>(window: &mut Window<T>, key: Key) {
    window.key_press(key);
    window.step();
}

fn type_text<T>(window: &mut Window<T>, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.step();
}

/// From the first question to the sheet.
fn found<T>(window: &mut Window<T>) {
    press(window, "Lập điểm mới");
    type_into(window, "Tên điểm phục vụ", "Xã Bình Minh");
    type_into(window, "Mã đơn vị", "H26.15");
    type_into(window, "Họ và tên cán bộ", "Nguyễn Thị Hoa");
    press(window, "Lập điểm");
    until_label(window, "Phiếu khôi phục");
}

#[test]
fn a_site_is_founded_with_the_keyboard_alone() {
    let (tokio, folder) = (runtime(), tempfile::tempdir().unwrap());
    let mut window = program(&tokio, &folder.path().join("data"), NARROW);
    until_label(&mut window, "Lập điểm mới");
    // Past the language, to the first large button.
    key(&mut window, Key::Tab);
    key(&mut window, Key::Tab);
    key(&mut window, Key::Enter);
    until_label(&mut window, "Tên điểm phục vụ");
    window.step();
    for text in ["Xã Bình Minh", "H26.15", "Nguyễn Thị Hoa"] {
        type_text(&mut window, text);
        key(&mut window, Key::Tab);
    }
    key(&mut window, Key::Enter);
    until_label(&mut window, "Phiếu khôi phục");
    until(&mut window, "the tick has the cursor", |window| {
        let promise = window.get_by_role_and_label(Role::CheckBox, PROMISE);
        if !promise.is_focused() {
            window.key_press(Key::Tab);
        }
        promise.is_focused()
    });
    key(&mut window, Key::Space);
    key(&mut window, Key::Tab);
    key(&mut window, Key::Enter);
    until_label(&mut window, "Xã Bình Minh");
    until_contains(&mut window, "Nguyễn Thị Hoa · Quầy 1");
    assert!(window.query_by_label("Phiếu khôi phục chưa in").is_none());
    close(window);
}

#[test]
fn what_is_empty_is_named_beside_its_field_and_nothing_is_founded() {
    let site = TestSite::empty();
    let mut window = start_screen(&site);
    press(&mut window, "Lập điểm mới");
    type_into(&mut window, "Tên điểm phục vụ", "Xã Bình Minh");
    type_into(&mut window, "Mã đơn vị", "H26-15");
    assert!(window.query_by_label_contains("chưa điền").is_none());
    press(&mut window, "Lập điểm");
    until_contains(&mut window, "Anh/chị chưa điền mục này");
    let below = |window: &Window<StartScreen>, field: &str, words: &str| {
        let field = window.get_by_role_and_label(Role::TextInput, field).rect();
        let words = window.get_by_label_contains(words).rect();
        (0.0..24.0).contains(&(words.top() - field.bottom()))
    };
    assert!(below(
        &window,
        "Họ và tên cán bộ",
        "Anh/chị chưa điền mục này"
    ));
    assert!(below(&window, "Mã đơn vị", "1–20 chữ không dấu"));
    assert!(!site.handle().has_site());
}

#[test]
fn the_starter_catalogue_is_taken_in_while_the_sheet_is_shown() {
    let site = TestSite::empty();
    let mut window = start_screen(&site);
    found(&mut window);
    until_contains(&mut window, "Đã nạp 24 thủ tục");
    let Answer::Procedures(page) = site.ask(Query::Procedures {
        text: Default::default(),
        page: PageAsk {
            limit: 200,
            ..PageAsk::default()
        },
    }) else {
        panic!("not a page of procedures");
    };
    assert_eq!(page.rows.len(), 24);
}

#[test]
fn without_its_tick_no_catalogue_is_taken_in() {
    let site = TestSite::empty();
    let mut window = start_screen(&site);
    press(&mut window, "Lập điểm mới");
    until_contains(&mut window, "24 thủ tục");
    window.get_by_label_contains("24 thủ tục").click();
    window.step();
    type_into(&mut window, "Tên điểm phục vụ", "Xã Bình Minh");
    type_into(&mut window, "Mã đơn vị", "H26.15");
    type_into(&mut window, "Họ và tên cán bộ", "Nguyễn Thị Hoa");
    press(&mut window, "Lập điểm");
    until_label(&mut window, "Phiếu khôi phục");
    for told in ["Đang nạp danh mục", "Đã nạp"] {
        assert!(window.query_by_label_contains(told).is_none());
    }
}

#[test]
fn the_sheet_is_written_to_be_printed_and_erased_afterwards() {
    let site = TestSite::empty();
    let mut window = start_screen(&site);
    found(&mut window);
    let path: PathBuf = site.folder.path().join("phieu.html");
    let field = window.get_by_role_and_label(Role::TextInput, "Tệp để in");
    field.focus();
    window.step();
    window.key_combination_modifiers(egui::Modifiers::COMMAND, &[Key::A]);
    window.step();
    type_text(&mut window, path.to_str().unwrap());
    press(&mut window, "Lưu để in");
    until_contains(&mut window, "rồi phải xoá tệp này");
    let page = std::fs::read_to_string(&path).unwrap();
    let first = window.get_all_by_role(Role::Label).find_map(|label| {
        let text = label.accesskit_node().value()?;
        (text.len() == 11 && text.as_bytes()[5] == b'-').then_some(text)
    });
    assert!(
        page.contains(&first.unwrap()),
        "the groups of the screen are on paper"
    );
    // While it cannot be erased it is said, and can be tried again.
    let aside = site.folder.path().join("aside.html");
    std::fs::rename(&path, &aside).unwrap();
    std::fs::create_dir(&path).unwrap();
    press(&mut window, "Đã in xong, xoá tệp");
    until_contains(&mut window, "Chưa xoá được tệp");
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    press(&mut window, "Đã in xong, xoá tệp");
    until_contains(&mut window, "Đã xoá tệp để in");
    assert!(!path.exists());
}

#[test]
fn a_sheet_put_off_is_offered_again_even_after_a_restart() {
    let (tokio, folder) = (runtime(), tempfile::tempdir().unwrap());
    let path = folder.path().join("data");
    let mut window = program(&tokio, &path, NARROW);
    found(&mut window);
    press(&mut window, "Để sau");
    until_label(&mut window, "Phiếu khôi phục chưa in");
    close(window);
    let mut window = program(&tokio, &path, NARROW);
    press(&mut window, "Phiếu khôi phục chưa in");
    until_label(&mut window, "Phiếu khôi phục");
    // What lies over the desk finds its place in the first frames.
    window.run_steps(4);
    window
        .get_by_role_and_label(Role::CheckBox, PROMISE)
        .click();
    window.step();
    press(&mut window, "Đã cất xong");
    until(&mut window, "nothing is left to print", |window| {
        window.query_by_label("Phiếu khôi phục chưa in").is_none()
            && window.query_by_label("Phiếu khôi phục").is_none()
    });
    close(window);
}

/// A founded PC's desk, and a newcomer that asks there.
struct Joining {
    admin: TestSite,
    newcomer: TestSite,
    desk: Window<Desk>,
    start: Window<StartScreen>,
}

impl Joining {
    fn start() -> Self {
        let (admin, newcomer) = (
            TestSite::founded_on_loopback(),
            TestSite::empty_on_loopback(),
        );
        let desk = admin.desk(NARROW);
        let mut start = start_screen(&newcomer);
        press(&mut start, "Vào điểm đã có");
        type_into(&mut start, "Tên máy này", "Quầy 2");
        let address = "Địa chỉ một máy của điểm (không bắt buộc)";
        type_into(&mut start, address, &admin.address().to_string());
        press(&mut start, "Xin vào điểm");
        let mut joining = Self {
            admin,
            newcomer,
            desk,
            start,
        };
        joining.until_codes();
        joining
    }

    /// Both windows show the same digits.
    fn until_codes(&mut self) {
        until_contains(&mut self.start, "Mã này phải giống hệt");
        until_contains(&mut self.desk, "Quầy 2");
        assert_eq!(code(&self.start), code(&self.desk));
    }
}

/// The six digits on a screen.
fn code<T>(window: &Window<T>) -> String {
    let is_code = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() == 7 && bytes[3] == b' ' && text.replace(' ', "").parse::<u32>().is_ok()
    };
    let labels = window.get_all_by_role(Role::Label);
    let mut texts = labels.filter_map(|label| label.accesskit_node().value());
    texts.find(|text| is_code(text)).expect("no code is shown")
}

#[test]
fn two_pcs_compare_six_digits_and_the_newcomer_gets_its_desk() {
    let mut joining = Joining::start();
    press(&mut joining.start, "Giống nhau");
    until_contains(&mut joining.start, "Đang chờ người quản trị xác nhận");
    press(&mut joining.desk, "Giống nhau, cho vào");
    until(&mut joining.start, "the newcomer is done", |window| {
        window.state().screen.is_done()
    });
    until_contains(&mut joining.desk, "2/2 máy đang nối");
    assert!(joining.desk.query_by_label_contains("xin vào").is_none());
    let mut desk = joining.newcomer.desk(NARROW);
    until_contains(&mut desk, "Xã Bình Minh");
    until_contains(&mut desk, "2/2 máy đang nối");
    drop(joining.admin);
}

#[test]
fn a_newcomer_that_is_refused_is_told_and_may_ask_again() {
    let mut joining = Joining::start();
    press(&mut joining.desk, "Từ chối");
    until_contains(&mut joining.start, "việc kết nạp bị từ chối");
    until(&mut joining.desk, "nobody waits", |desk| {
        desk.query_by_label_contains("xin vào").is_none()
    });
    press(&mut joining.start, "Xin lại");
    joining.until_codes();
}

#[test]
fn digits_that_differ_end_the_attempt_on_both_sides() {
    let mut joining = Joining::start();
    press(&mut joining.start, "Khác nhau");
    until_contains(&mut joining.start, "Máy vẫn đang tìm");
    until(&mut joining.desk, "nobody waits", |desk| {
        desk.query_by_label_contains("xin vào").is_none()
    });
    assert!(!joining.newcomer.handle().has_site());
}
