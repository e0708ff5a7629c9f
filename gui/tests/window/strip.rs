//! The strip: who is lost since when, a date nobody vouches for, the language.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egui_kittest::kittest::Queryable as _;
use lienquay_core::event::Control;
use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::NodeNews;
use lienquay_shared::NodeId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::Command;
use lienquay_shared::wire::link::NodeMode;

use crate::site::{NARROW, TestSite, press, type_into, until, until_contains, until_label};

/// The second PC joins the first one's site, without a window.
pub(crate) fn join(admin: &TestSite, newcomer: &TestSite) {
    let mut news = newcomer.handle().subscribe();
    let seek = Control::Seek {
        name: "Quầy 2".to_owned(),
        mode: NodeMode::Desk,
    };
    newcomer.wait(newcomer.handle().control(seek)).unwrap();
    newcomer.handle().dial(admin.address()).unwrap();
    let confirm = async |node: &NodeHandle, peer| {
        let control = Control::ConfirmCode { peer, admin: false };
        node.control(control).await.unwrap();
    };
    newcomer.wait(async {
        loop {
            match news.next().await.unwrap() {
                NodeNews::JoinCode(code) => {
                    confirm(newcomer.handle(), code.peer).await;
                    confirm(admin.handle(), who_waits(admin.handle()).await).await;
                }
                NodeNews::Joined => return,
                _ => {}
            }
        }
    });
}

/// The administrator's PC shows its digits when the newcomer's last message has come.
async fn who_waits(node: &NodeHandle) -> NodeId {
    loop {
        if let Some(peer) = node.waiting().await.unwrap().first() {
            return peer.peer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_pc_that_is_switched_off_is_missed_with_since_when() {
    let (admin, mut other) = (
        TestSite::founded_on_loopback(),
        TestSite::empty_on_loopback(),
    );
    join(&admin, &other);
    let mut window = admin.desk(NARROW);
    until_contains(&mut window, "2/2 máy đang nối");
    other.stop();
    until_contains(&mut window, "Một mình từ ");
    until_contains(&mut window, "vẫn làm việc");
}

#[test]
fn a_date_nobody_vouches_for_is_confirmed_in_the_strip() {
    let mut site = TestSite::founded();
    // 2045-01-01: the floor it leaves is above the PC's own clock after a restart.
    let later = Control::Anchor {
        utc_millis: 2_366_841_600_000,
    };
    site.wait(site.handle().control(later)).unwrap();
    site.restart();
    let mut window = site.desk(NARROW);
    press(&mut window, "Xác nhận ngày");
    press(&mut window, "Đúng ngày này");
    until_contains(&mut window, "Ví dụ: 21/11/2026");
    type_into(
        &mut window,
        "Hôm nay là ngày (ngày/tháng/năm)",
        "02/01/2045",
    );
    press(&mut window, "Đúng ngày này");
    until(&mut window, "the warning goes", |window| {
        window.query_by_label_contains("không đáng tin").is_none()
    });
}

#[test]
fn the_language_is_the_last_one_chosen_after_a_restart() {
    let mut site = TestSite::founded();
    let mut window = site.desk(NARROW);
    until_label(&mut window, "Tìm mọi thứ");
    press(&mut window, "English");
    until_label(&mut window, "Find anything");
    until(&mut window, "the choice is kept", |_| {
        site.wait(lienquay_gui::strip::language::kept(site.handle()))
            == lienquay_gui::words::Lang::En
    });
    drop(window);
    site.restart();
    let kept = site.wait(lienquay_gui::strip::language::kept(site.handle()));
    let mut window = site.desk_in(NARROW, kept);
    until_label(&mut window, "Find anything");
}

#[test]
fn an_idle_window_paints_nothing() {
    let (admin, other) = (
        TestSite::founded_on_loopback(),
        TestSite::empty_on_loopback(),
    );
    join(&admin, &other);
    let mut window = admin.desk(NARROW);
    until_contains(&mut window, "2/2 máy đang nối");
    until_contains(&mut window, "mọi máy đủ dữ liệu");
    // What came with the newcomer settles, at most a look and its gathered repaint later.
    std::thread::sleep(Duration::from_secs(6));
    window.run_steps(8);
    let n_asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_asked);
    window.ctx.set_request_repaint_callback(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    // Three looks at a site where nothing happens but beats.
    std::thread::sleep(Duration::from_secs(7));
    assert_eq!(n_asked.load(Ordering::SeqCst), 0);
    // The counter counts: something does happen.
    admin.command(Command::SetSite {
        name: Some(Text::truncated("Xã Bình An")),
        unit_code: None,
        numbering: None,
    });
    until_contains(&mut window, "Xã Bình An");
    assert!(n_asked.load(Ordering::SeqCst) > 0);
}
