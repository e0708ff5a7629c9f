//! Two counters that did not see each other changed one field: both values are shown, an officer chooses.

use egui_kittest::kittest::Queryable as _;
use lienquay_gui::words::Lang;
use lienquay_node::handle::NodeHandle;
use lienquay_shared::DocId;
use lienquay_shared::codec::List;
use lienquay_shared::command::DossierRef;
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::query::{Answer, Query};

use super::apart::{Apart, loopback};
use super::{alone, edit_phone, read, receive};
use crate::site::{TestSite, WIDE, press, type_into, until, until_contains, until_label};

async fn dossier_on(node: &NodeHandle, doc: DocId) -> Option<Dossier> {
    let dossier = DossierRef::Id(doc);
    match node.ask(Query::Dossier { dossier }).await.unwrap() {
        Answer::Dossier { dossier, .. } => Some(*dossier),
        _ => None,
    }
}

async fn is_safe(node: &NodeHandle, doc: DocId) -> bool {
    let docs = List::truncated(vec![doc]);
    matches!(node.ask(Query::Safe { docs }).await.unwrap(), Answer::Safe(safe) if safe == [doc])
}

/// A site of two PCs where each wrote another telephone number while they were apart, and the page shown on the first.
fn two_numbers() -> (TestSite, DocId, crate::site::Window<alone::Alone>) {
    let mut site = TestSite::founded();
    site.restart_on(loopback(Vec::new()));
    let second = Apart::join(&site);
    let doc = receive(&site);
    second.meet(&site, async |node| {
        dossier_on(node, doc).await.is_some() && is_safe(site.handle(), doc).await
    });
    let mut window = alone::open(&site, WIDE, Lang::Vi, doc);
    until_label(&mut window, "đã có ở máy khác");
    site.command(edit_phone(doc, "0911111111"));
    second.alone(&site, edit_phone(doc, "0922222222"));
    until_label(&mut window, "mới lưu ở máy này");
    let has_both = async |node: &NodeHandle| {
        let here = dossier_on(site.handle(), doc).await;
        let there = dossier_on(node, doc).await;
        [here, there].iter().all(|dossier| {
            dossier
                .as_ref()
                .is_some_and(|read| !read.conflicts.is_empty())
        })
    };
    second.meet(&site, has_both);
    (site, doc, window)
}

#[test]
fn a_field_with_two_values_shows_who_wrote_them_and_one_is_chosen() {
    let (site, doc, mut window) = two_numbers();
    until_contains(
        &mut window,
        "Người nộp · Điện thoại: hai máy ghi hai giá trị khác nhau",
    );
    until_contains(&mut window, "1 việc cần chọn");
    until_contains(&mut window, "Nguyễn Thị Hoa · Quầy 2");
    until_label(&mut window, "Chọn: 0911111111");
    press(&mut window, "Chọn: 0922222222");
    until_contains(&mut window, "Đã ghi lựa chọn của anh/chị.");
    until(&mut window, "no conflict any more", |window| {
        window
            .query_all_by_label_contains("hai giá trị khác nhau")
            .next()
            .is_none()
    });
    let dossier = read(&site, doc);
    assert_eq!(
        (&*dossier.transacting.phone, dossier.conflicts.len()),
        ("0922222222", 0)
    );
    until_label(&mut window, "Chọn giá trị cho mục Người nộp · Điện thoại");
}

#[test]
fn neither_value_may_be_right() {
    let (site, doc, mut window) = two_numbers();
    type_into(&mut window, "Giá trị khác", "0933333333");
    press(&mut window, "Dùng giá trị này");
    until_contains(&mut window, "Đã ghi lựa chọn của anh/chị.");
    until_label(&mut window, "0933333333");
    assert_eq!(read(&site, doc).conflicts, []);
}
