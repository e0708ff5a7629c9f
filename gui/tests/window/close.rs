//! The window closes: what was typed and what the node holds are on the disk before it goes.

use egui::{Event, ViewportCommand, ViewportId};
use lienquay_gui::app::App;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};

use crate::site::{TestSite, WIDE, Window, type_into, until, until_contains, until_label};
use crate::start::{ask_to_close, close, program, runtime, until_gone};

const SEARCH: &str = "Tìm thủ tục (tên, mã, lĩnh vực; gõ có dấu hoặc không dấu)";

/// The program on a site that was founded before.
fn at_work(site: &mut TestSite) -> Window<App> {
    site.stop();
    program(&site.tokio, &site.folder.path().join("data"), WIDE)
}

fn is_put_off(program: &Window<App>) -> bool {
    let root = program.output().viewport_output.get(&ViewportId::ROOT);
    root.is_some_and(|root| root.commands.contains(&ViewportCommand::CancelClose))
}

#[test]
fn what_was_typed_in_the_last_frame_is_in_the_draft() {
    let mut site = TestSite::founded();
    let mut window = at_work(&mut site);
    type_into(&mut window, SEARCH, "tam tru");
    until_contains(&mut window, "Đăng ký tạm trú");
    window.key_press(egui::Key::Enter);
    until_label(&mut window, "Họ và tên");
    type_into(&mut window, "Họ và tên", "Vũ Thị ");
    // The last letters and the window's button come with the same frame.
    let typed = Event::Text("Năm".to_owned());
    window.input_mut().events.push(typed);
    ask_to_close(&mut window);
    window.step();
    assert!(is_put_off(&window), "the window waits for the draft");
    until_gone(&mut window);
    drop(window);
    let mut again = program(&site.tokio, &site.folder.path().join("data"), WIDE);
    until_contains(&mut again, "được mở lại");
    let name = |window: &Window<App>| {
        use egui_kittest::kittest::{NodeT as _, Queryable as _};
        let role = egui::accesskit::Role::TextInput;
        let field = window.query_by_role_and_label(role, "Họ và tên")?;
        field.accesskit_node().value()
    };
    until(&mut again, "the whole name", |window| {
        name(window).as_deref() == Some("Vũ Thị Năm")
    });
    close(again);
}

#[test]
fn a_window_closed_while_the_node_opens_leaves_the_folder_in_order() {
    let tokio = runtime();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut window = program(&tokio, &data, WIDE);
    ask_to_close(&mut window);
    window.step();
    until_gone(&mut window);
    drop(window);
    // The folder is whole and nobody holds it.
    let opened = DataFolder::open(&data, &KeySeal::OwnerFile, &MachineId::of_this_machine());
    assert!(opened.is_ok(), "{opened:?}");
}

#[test]
fn asked_to_close_again_and_again_the_window_closes_once_in_order() {
    let mut site = TestSite::founded();
    let mut window = at_work(&mut site);
    until_label(&mut window, SEARCH);
    for _ in 0..3 {
        ask_to_close(&mut window);
        window.step();
    }
    until_gone(&mut window);
}

#[test]
fn a_window_that_says_why_nothing_runs_may_go() {
    // Another program holds the folder.
    let site = TestSite::founded();
    let mut window = program(&site.tokio, &site.folder.path().join("data"), WIDE);
    until_contains(&mut window, "Không mở được dữ liệu của máy này");
    ask_to_close(&mut window);
    window.step();
    assert!(!is_put_off(&window));
}
