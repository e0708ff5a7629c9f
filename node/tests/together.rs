//! Two nodes of one site in this process: what one learns of the other.
#![allow(clippy::unwrap_used, reason = "test helpers")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use lienquay_core::event::{Control, Found};
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::{self, NetOptions, NodeNews, NodeOptions, Runtime, Subscription};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::domain::site::Lane;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema::site::site_doc;
use lienquay_shared::view::{MemberRow, ReceivePreview};
use lienquay_shared::wire::link::NodeMode;

const PATIENCE: Duration = Duration::from_secs(20);

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work)
        .await
        .expect("too slow")
}

fn start(folder: &Path, peers: Vec<SocketAddr>) -> Runtime {
    let machine = MachineId::named("test");
    let opened = if folder.exists() {
        DataFolder::open(folder, &KeySeal::OwnerFile, &machine)
    } else {
        DataFolder::create(folder, &KeySeal::OwnerFile, &machine)
    };
    let net = Some(NetOptions {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        peers,
        mdns: false,
    });
    runtime::start(opened.unwrap(), NodeOptions { net }).unwrap()
}

async fn until(news: &mut Subscription, is_it: impl Fn(&NodeNews) -> bool) -> NodeNews {
    in_time(async {
        loop {
            let told = news.next().await.expect("the node ended");
            if is_it(&told) {
                return told;
            }
        }
    })
    .await
}

async fn address_of(node: &NodeHandle, news: &mut Subscription) -> SocketAddr {
    loop {
        if let Some(addr) = in_time(node.listening()).await.unwrap().first() {
            return *addr;
        }
        until(news, |news| matches!(news, NodeNews::Listening { .. })).await;
    }
}

async fn compare(node: &NodeHandle, news: &mut Subscription) {
    let NodeNews::JoinCode(waiting) =
        until(news, |news| matches!(news, NodeNews::JoinCode(_))).await
    else {
        panic!("no code")
    };
    let peer = waiting.peer;
    let confirm = Control::ConfirmCode { peer, admin: false };
    in_time(node.control(confirm)).await.unwrap();
}

async fn found(node: &NodeHandle) -> DocId {
    let found = Found {
        site_secret: [7; 32],
        site_name: "Phường Thử".to_owned(),
        unit: "H26.15".to_owned(),
        officer_name: "Nguyễn Thị Thử".to_owned(),
        node_name: "Quầy 1".to_owned(),
    };
    in_time(node.control(Control::Found(found))).await.unwrap();
    let status = in_time(node.ask(Query::Status)).await.unwrap();
    let Answer::Status(status) = status else {
        panic!("no status")
    };
    site_doc(&serde_json::from_value(status["site"].clone()).unwrap())
}

/// Two members and the document of their site.
async fn site_of_two(home: &Path) -> (Runtime, Runtime, DocId) {
    let first = start(&home.join("a"), Vec::new());
    let site = found(first.handle()).await;
    let mut first_news = first.handle().subscribe();
    let addr = address_of(first.handle(), &mut first_news).await;
    let second = start(&home.join("b"), vec![addr]);
    let mut second_news = second.handle().subscribe();
    let name = "Quầy 2".to_owned();
    let mode = NodeMode::Desk;
    let seek = Control::Seek { name, mode };
    in_time(second.handle().control(seek)).await.unwrap();
    compare(first.handle(), &mut first_news).await;
    compare(second.handle(), &mut second_news).await;
    until(&mut second_news, |news| *news == NodeNews::Joined).await;
    (first, second, site)
}

async fn add_lane(node: &NodeHandle, id: &str) {
    let lane = Command::SetLane(Lane {
        id: Text::truncated(id),
        name: Text::truncated("Làn thử"),
        fields: List::default(),
        active: true,
    });
    in_time(node.command(lane)).await.unwrap();
}

async fn is_safe(node: &NodeHandle, doc: DocId) -> bool {
    let docs = List::truncated(vec![doc, DocId([9; DocId::LEN])]);
    match in_time(node.ask(Query::Safe { docs })).await.unwrap() {
        Answer::Safe(safe) => safe == [doc],
        other => panic!("another answer: {other:?}"),
    }
}

/// Waits as a screen does: it asks again when it is told to.
async fn until_safe(node: &NodeHandle, news: &mut Subscription, doc: DocId) {
    while !is_safe(node, doc).await {
        until(news, |news| *news == NodeNews::Safer).await;
    }
}

async fn row_of(node: &NodeHandle, peer: &NodeHandle) -> MemberRow {
    let mut rows = in_time(node.members()).await.unwrap().into_iter();
    rows.find(|row| row.node == peer.node()).unwrap()
}

#[tokio::test]
async fn what_another_member_holds_is_safe_and_stays_so_when_it_leaves() {
    let home = tempfile::tempdir().unwrap();
    let (first, second, site) = site_of_two(home.path()).await;
    let mut news = first.handle().subscribe();
    until_safe(first.handle(), &mut news, site).await;
    add_lane(first.handle(), "B").await;
    until_safe(first.handle(), &mut news, site).await;

    let gone = second.handle().clone();
    let linked = row_of(first.handle(), &gone).await;
    let health = in_time(first.handle().health()).await.unwrap();
    assert_eq!(health.status.n_member_links, 1);
    assert_eq!(health.links[0].peer, gone.node());
    assert!(linked.is_connected && linked.connected_since_millis.is_some());
    in_time(second.shutdown()).await.unwrap();
    let down = |news: &NodeNews| matches!(news, NodeNews::Link { is_up: false, .. });
    until(&mut news, down).await;
    let row = row_of(first.handle(), &gone).await;
    assert!(!row.is_connected && row.connected_since_millis.is_none());
    assert!(row.last_heard_millis.is_some(), "nobody knows since when");
    assert!(is_safe(first.handle(), site).await, "it has its copy still");

    add_lane(first.handle(), "C").await;
    assert!(!is_safe(first.handle(), site).await, "nobody else has this");
    let addr = address_of(first.handle(), &mut news).await;
    let second = start(&home.path().join("b"), vec![addr]);
    until_safe(first.handle(), &mut news, site).await;
    let back = row_of(first.handle(), second.handle()).await;
    assert!(back.connected_since_millis > linked.connected_since_millis);
    in_time(second.shutdown()).await.unwrap();
    in_time(first.shutdown()).await.unwrap();
}

async fn status(node: &NodeHandle) -> serde_json::Value {
    match in_time(node.ask(Query::Status)).await.unwrap() {
        Answer::Status(status) => *status,
        other => panic!("no status: {other:?}"),
    }
}

async fn preview(node: &NodeHandle, ask: serde_json::Value) -> ReceivePreview {
    let query = serde_json::from_value(serde_json::json!({ "receive_preview": ask })).unwrap();
    match in_time(node.ask(query)).await.unwrap() {
        Answer::ReceivePreview(preview) => preview,
        other => panic!("another answer: {other:?}"),
    }
}

#[tokio::test]
async fn a_reception_is_checked_while_it_is_typed_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let runtime = start(&home.path().join("a"), Vec::new());
    let node = runtime.handle();
    let nobody = serde_json::json!({ "procedure": "1.001193", "transacting": {} });
    let before = preview(node, nobody.clone()).await;
    assert_eq!(before.problems, [Refusal::Loading], "no site yet");
    found(node).await;
    let told = preview(node, nobody.clone()).await;
    let codes: Vec<&str> = told.problems.iter().map(Refusal::code).collect();
    assert_eq!(codes, ["unknown_procedure", "invalid_input"]);
    let record = serde_json::json!({
        "code": "1.001193", "name": "Đăng ký khai sinh", "state": "ACTIVE",
        "channels": [{"method": "DIRECT", "fees": [], "processing": {"qty": 2, "unit": "WORKING_DAY"}, "note": ""}],
    });
    let import = serde_json::json!({ "import_procedure": { "record": record } });
    let import = serde_json::from_value(import).unwrap();
    in_time(node.command(import)).await.unwrap();
    let entries = status(node).await["n_entries"].clone();
    let told = preview(node, nobody).await;
    let codes: Vec<&str> = told.problems.iter().map(Refusal::code).collect();
    assert_eq!(codes, ["invalid_input"]);
    let due = told.due.expect("two working days from now");
    assert!(due.explanation[0].contains("2 ngày làm việc"));
    assert_eq!(status(node).await["n_entries"], entries);
    in_time(runtime.shutdown()).await.unwrap();
}
