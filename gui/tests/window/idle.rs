//! A window in which nothing changes paints nothing, whatever it shows: only minutes pass.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use egui::{Key, ViewportId};
use lienquay_gui::cx::Go;
use lienquay_gui::desk::{Desk, Page};
use lienquay_gui::link::{Pending, Polled, Work};
use lienquay_gui::wake::Wake;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome};

use crate::site::{TestSite, WIDE, Window, press, type_into, until, until_contains, until_label};

/// "chờ 12 phút" is written anew once a minute; sooner nothing may ask for a frame.
const MINUTES: Duration = Duration::from_secs(50);
/// Two looks of the strip and of the page of PCs, which tell the window only of another picture.
const TWO_LOOKS: Duration = Duration::from_millis(4_500);
/// More pictures than this in a row are no minute that began.
const PICTURES: usize = 4;

/// How soon the last frame wants the next one.
fn wants_next(window: &Window<Desk>) -> Duration {
    window.output().viewport_output[&ViewportId::ROOT].repaint_delay
}

/// Lets everything arrive that is on its way: some frames in a row want no other.
fn settle(window: &mut Window<Desk>) {
    let mut n_still = 0;
    until(window, "no frame wants another", |window| {
        n_still = if wants_next(window) > MINUTES {
            n_still + 1
        } else {
            0
        };
        n_still > 100
    });
}

/// Whoever asks for a frame has another picture to show: a minute that began, a disk that filled by a step meanwhile.
#[track_caller]
fn paints_only_what_changed(window: &mut Window<Desk>, n_asked: &AtomicUsize) {
    settle(window);
    let page = window.state().screen.page();
    for _ in 0..PICTURES {
        let before = window.output().shapes.clone();
        n_asked.store(0, Ordering::SeqCst);
        std::thread::sleep(TWO_LOOKS);
        if n_asked.load(Ordering::SeqCst) == 0 {
            return;
        }
        settle(window);
        assert!(
            window.output().shapes != before,
            "{page:?} painted the same picture again"
        );
    }
    panic!("{page:?} never came to rest");
}

fn busy_site() -> TestSite {
    let site = TestSite::founded();
    for _ in 0..3 {
        site.command(Command::IssueTicket {
            lane: Text::truncated("A"),
            priority: None,
            papers: List::default(),
        });
    }
    site
}

#[test]
fn no_page_paints_while_a_citizen_is_served_and_a_form_is_filled() {
    let site = busy_site();
    let ask = serde_json::json!({ "receive_dossier": {
        "procedure": "MAU-HUUTRI",
        "transacting": {"name": "Nguyễn Thị Đào"},
        "accept_missing": true,
    }});
    let Outcome::DossierReceived(received) = site.command(serde_json::from_value(ask).unwrap())
    else {
        panic!("not received");
    };
    let mut window = site.desk(WIDE);
    let n_asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_asked);
    window.ctx.set_request_repaint_callback(move |asked| {
        if asked.delay < MINUTES {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    press(&mut window, "Gọi số tiếp theo");
    press(&mut window, "Bắt đầu");
    until_contains(&mut window, "đang phục vụ từ");
    window.key_press(Key::F4);
    let search = "Tìm thủ tục (tên, mã, lĩnh vực; gõ có dấu hoặc không dấu)";
    type_into(&mut window, search, "tam tru");
    until_contains(&mut window, "Đăng ký tạm trú");
    window.key_press(Key::Enter);
    type_into(&mut window, "Họ và tên", "Ngô Thị Bảy");
    until_contains(&mut window, "Hẹn trả ");
    paints_only_what_changed(&mut window, &n_asked);

    for (place, page) in [
        (Go::Dossier(received.doc), Page::Dossier),
        (Go::Health, Page::Health),
        (
            Go::Dossiers {
                text: String::new(),
            },
            Page::Dossiers,
        ),
    ] {
        window.state_mut().screen.go(place);
        window.step();
        assert_eq!(window.state().screen.page(), page);
        paints_only_what_changed(&mut window, &n_asked);
    }
    // The counter counts: something does happen.
    site.command(Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    });
    until_label(&mut window, "Đang chờ: 3");
    assert!(n_asked.load(Ordering::SeqCst) > 0);
}

#[test]
fn work_that_panics_wakes_the_window_too() {
    let runtime = crate::start::runtime();
    let ctx = egui::Context::default();
    let (asked, frames) = mpsc::channel();
    ctx.set_request_repaint_callback(move |_| asked.send(()).unwrap());
    let work = Work::new(runtime.handle().clone(), Wake::new(ctx));
    let mut pending: Pending<()> = work.start(async { panic!("as a bug does") });
    assert!(frames.recv_timeout(Duration::from_secs(10)).is_ok());
    assert!(matches!(pending.poll(), Polled::Lost));
}
