//! A node as a whole, in this process: started on a folder, asked through its handle and its socket, ended in order.
#![allow(clippy::unwrap_used, reason = "test helpers")]

use std::path::Path;
use std::time::Duration;

use lienquay_core::store::Store as _;
use lienquay_node::data_folder::{DataFolder, FolderError, KeySeal, MachineId, Opened};
use lienquay_node::handle::AskError;
use lienquay_node::ipc::{self, Client, ClientError, Request, Response};
use lienquay_node::notes::KeepError;
use lienquay_node::runtime::{self, NetOptions, NodeNews, NodeOptions, Runtime};
use lienquay_shared::command::Command;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;

const PATIENCE: Duration = Duration::from_secs(20);

fn machine() -> MachineId {
    MachineId::named("test")
}

fn create(folder: &Path) -> Opened {
    DataFolder::create(folder, &KeySeal::OwnerFile, &machine()).unwrap()
}

fn open(folder: &Path) -> Result<Opened, FolderError> {
    DataFolder::open(folder, &KeySeal::OwnerFile, &machine())
}

fn start(opened: Opened, net: Option<NetOptions>) -> Runtime {
    runtime::start(opened, NodeOptions { net }).unwrap()
}

fn lan(peers: Vec<std::net::SocketAddr>) -> Option<NetOptions> {
    Some(NetOptions {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        peers,
        mdns: false,
    })
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work)
        .await
        .expect("too slow")
}

async fn status(runtime: &Runtime) -> serde_json::Value {
    match in_time(runtime.handle().ask(Query::Status)).await.unwrap() {
        Answer::Status(status) => *status,
        other => panic!("no status: {other:?}"),
    }
}

#[tokio::test]
async fn a_node_answers_and_ends_and_can_be_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let runtime = start(create(&folder), None);
    let node = status(&runtime).await["node"].clone();
    assert_eq!(status(&runtime).await["site"], serde_json::Value::Null);
    let refused = in_time(runtime.handle().command(Command::GoMobile)).await;
    assert_eq!(refused, Err(Refusal::Loading));
    assert_eq!(
        in_time(runtime.handle().ask(Query::Site)).await.unwrap(),
        Answer::NotFound
    );
    assert!(matches!(open(&folder), Err(FolderError::InUse { .. })));
    let handle = runtime.handle().clone();
    in_time(runtime.shutdown()).await.unwrap();
    assert!(handle.ask(Query::Status).await.is_err());
    assert_eq!(
        handle.command(Command::ComeBack).await,
        Err(Refusal::Leaving)
    );
    let again = start(open(&folder).unwrap(), None);
    assert_eq!(status(&again).await["node"], node);
    in_time(again.shutdown()).await.unwrap();
}

#[tokio::test]
async fn two_nodes_find_each_other_by_a_typed_address() {
    let home = tempfile::tempdir().unwrap();
    let first = start(create(&home.path().join("a")), lan(Vec::new()));
    let listening = loop {
        let status = status(&first).await;
        if let Some(addr) = status["listening"][0].as_str() {
            break addr.parse().unwrap();
        }
    };
    let mut news = first.handle().subscribe();
    let second = start(create(&home.path().join("b")), lan(vec![listening]));
    loop {
        if let Some(NodeNews::Link { peer, is_up: true }) = in_time(news.next()).await {
            assert_eq!(peer, second.handle().node());
            break;
        }
    }
    in_time(second.shutdown()).await.unwrap();
    loop {
        if let Some(NodeNews::Link { is_up: false, .. }) = in_time(news.next()).await {
            break;
        }
    }
    in_time(first.shutdown()).await.unwrap();
}

#[tokio::test]
async fn the_socket_serves_its_owner_and_goes_with_the_node() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let runtime = start(create(&folder), None);
    assert!(matches!(
        Client::connect(&folder).await,
        Err(ClientError::NotRunning)
    ));
    let server = ipc::serve(&folder, runtime.handle().clone()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("socket")), 0o600);
    }
    let mut client = in_time(Client::connect(&folder)).await.unwrap();
    let answer = in_time(client.ask(&Request::Ask(Query::Status))).await;
    assert!(matches!(
        answer.unwrap(),
        Response::Answer(Answer::Status(_))
    ));
    assert_eq!(
        in_time(client.ask(&Request::Waiting)).await.unwrap(),
        Response::Waiting(Vec::new())
    );
    assert!(matches!(
        in_time(client.ask(&Request::Verify)).await.unwrap(),
        Response::Verified(report) if report.is_clean()
    ));
    assert_eq!(
        in_time(client.ask(&Request::Shutdown)).await.unwrap(),
        Response::Ok
    );
    in_time(server.shutdown_asked()).await;
    in_time(server.stop()).await;
    in_time(runtime.shutdown()).await.unwrap();
    assert!(matches!(
        Client::connect(&folder).await,
        Err(ClientError::NotRunning)
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_left_by_a_crash_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let runtime = start(create(&folder), None);
    // What a killed process leaves: a socket file nobody listens on.
    drop(std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap());
    assert!(matches!(
        Client::connect(&folder).await,
        Err(ClientError::NotRunning)
    ));
    let server = ipc::serve(&folder, runtime.handle().clone()).unwrap();
    assert!(in_time(Client::connect(&folder)).await.is_ok());
    in_time(server.stop()).await;
    in_time(runtime.shutdown()).await.unwrap();
}

#[tokio::test]
async fn what_a_pc_keeps_for_itself_survives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let runtime = start(create(&folder), None);
    let handle = runtime.handle().clone();
    let kept = async |name: &str| in_time(handle.kept(name)).await.unwrap();
    assert_eq!(kept("draft/receive").await, None);
    for value in [
        b"Nguy\xe1\xbb\x85n".to_vec(),
        Vec::new(),
        vec![7; 256 << 10],
    ] {
        in_time(handle.keep("draft/receive", Some(value.clone())))
            .await
            .unwrap();
        assert_eq!(kept("draft/receive").await, Some(value));
    }
    in_time(handle.keep("window", Some(vec![1]))).await.unwrap();
    in_time(runtime.shutdown()).await.unwrap();
    assert_eq!(
        in_time(handle.keep("window", None)).await,
        Err(KeepError::Ask(AskError::Ended))
    );

    let again = start(open(&folder).unwrap(), None);
    let handle = again.handle().clone();
    let draft = in_time(handle.kept("draft/receive")).await.unwrap();
    assert_eq!(draft, Some(vec![7; 256 << 10]));
    in_time(handle.keep("draft/receive", None)).await.unwrap();
    in_time(handle.keep("draft/receive", None)).await.unwrap();
    assert_eq!(in_time(handle.kept("draft/receive")).await.unwrap(), None);
    assert_eq!(in_time(handle.kept("window")).await.unwrap(), Some(vec![1]));
    in_time(again.shutdown()).await.unwrap();
}

#[tokio::test]
async fn notes_are_bounded_and_reach_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let runtime = start(create(&home.path().join("data")), None);
    let node = runtime.handle();
    let keep =
        async |name: &str, n_bytes: usize| in_time(node.keep(name, Some(vec![7; n_bytes]))).await;
    assert_eq!(keep("", 1).await, Err(KeepError::NoName));
    let too_long = Err(KeepError::NameTooLong { n_bytes: 65 });
    assert_eq!(keep(&"x".repeat(65), 1).await, too_long);
    let n_bytes = (256 << 10) + 1;
    assert_eq!(
        keep("x", n_bytes).await,
        Err(KeepError::TooLarge { n_bytes })
    );
    for name in ["identity", "machine", "addresses", "../identity"] {
        assert_eq!(in_time(node.kept(name)).await.unwrap(), None, "{name}");
    }
    keep("identity", 1).await.unwrap();
    for n in 1..64 {
        keep(&format!("{n:064}"), 1).await.unwrap();
    }
    assert_eq!(keep("one more", 1).await, Err(KeepError::TooMany));
    keep("identity", 2).await.unwrap();
    in_time(node.keep("identity", None)).await.unwrap();
    keep("one more", 1).await.unwrap();
    let me = node.node();
    in_time(runtime.shutdown()).await.unwrap();
    let again = start(open(&home.path().join("data")).unwrap(), None);
    assert_eq!(again.handle().node(), me);
    in_time(again.shutdown()).await.unwrap();
}

async fn sheet(runtime: &Runtime) -> Option<String> {
    let sheet = in_time(runtime.handle().recovery_sheet()).await.unwrap();
    sheet.map(|sheet| sheet.qr_text())
}

#[tokio::test]
async fn the_recovery_sheet_waits_until_a_person_says_it_is_safe() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let runtime = start(create(&folder), None);
    let node = runtime.handle();
    let found =
        async |officer: &str| in_time(node.found("Phường Thử", "H26.15", officer, "Quầy 1")).await;
    assert_eq!(found(" ").await.unwrap_err().code(), "invalid_input");
    assert_eq!(sheet(&runtime).await, None, "nothing was founded");
    // Two windows founding at once: one site, and its sheet is the one that is kept.
    let (one, other) = tokio::join!(found("Nguyễn Thị Thử"), found("Trần Văn Thử"));
    let founded = match (one, other) {
        (Ok(sheet), Err(Refusal::NoChange)) | (Err(Refusal::NoChange), Ok(sheet)) => sheet,
        both => panic!("{both:?}"),
    };
    assert_eq!(
        found("Nguyễn Thị Thử").await.unwrap_err(),
        Refusal::NoChange
    );
    let kept = Some(founded.qr_text());
    assert_eq!(sheet(&runtime).await, kept);
    for name in ["recovery-sheet", "../recovery-sheet"] {
        assert_eq!(in_time(node.kept(name)).await.unwrap(), None, "{name}");
    }
    assert_eq!(status(&runtime).await["site"], founded.site().to_string());
    in_time(runtime.shutdown()).await.unwrap();

    let again = start(open(&folder).unwrap(), None);
    assert_eq!(sheet(&again).await, kept);
    in_time(again.handle().sheet_is_safe()).await.unwrap();
    assert_eq!(sheet(&again).await, None);
    in_time(again.shutdown()).await.unwrap();
    let after = start(open(&folder).unwrap(), None);
    assert_eq!(sheet(&after).await, None);
    in_time(after.shutdown()).await.unwrap();
}

#[tokio::test]
async fn a_sheet_left_by_a_founding_cut_short_is_neither_shown_nor_kept() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let mut opened = create(&folder);
    // What is on the disk when the power fails between the sheet and the site.
    opened.store.set_local("recovery-sheet", &[7; 32]).unwrap();
    opened.store.commit(true).unwrap();
    let runtime = start(opened, None);
    assert_eq!(sheet(&runtime).await, None);
    in_time(runtime.shutdown()).await.unwrap();
    let opened = open(&folder).unwrap();
    assert_eq!(opened.store.local("recovery-sheet").unwrap(), None);
}
