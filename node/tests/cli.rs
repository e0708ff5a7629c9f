//! The command line as a technician's script sees it: the real program, its JSON and its exit codes.
#![allow(clippy::unwrap_used, reason = "test helpers")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use lienquay_node::data_folder::{DataFolder, KeySeal};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lienquay-node");
const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/catalogue");

/// Exit codes, as `--help` lists them.
const OK: i32 = 0;
const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const NO_FOLDER: i32 = 4;
const FOLDER_UNUSABLE: i32 = 5;
const NOT_FOUND: i32 = 6;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(PROGRAM);
    program
        .env_remove("LIENQUAY_DATA")
        .env_remove("LIENQUAY_PASSPHRASE")
        .env_remove("LIENQUAY_LOG")
        .arg("--json")
        .arg("--data")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null());
    program
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

/// Runs a command, expects its exit code, gives its JSON.
#[track_caller]
fn check(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {said}{why}"
    );
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
}

#[track_caller]
fn found(folder: &Path) -> Value {
    let arguments = [
        "found",
        "--site",
        "Xã Bình Minh",
        "--unit",
        "H26.15",
        "--officer",
        "Nguyễn Thị Hoa",
    ];
    check(folder, &arguments, OK)
}

/// A running node; killed when the test fails.
struct Node(Child);

impl Node {
    fn start(folder: &Path) -> (Self, Value) {
        let arguments = ["run", "--no-mdns", "--listen", "127.0.0.1:0"];
        let mut child = program(folder, &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        (Self(child), serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn founding_gives_a_sheet_that_opens_the_site_and_happens_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    assert_eq!(check(&folder, &["status"], NO_FOLDER)["error"], "no_folder");
    let founded = found(&folder);
    let groups: Vec<&str> = founded["recovery_sheet"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group.as_str().unwrap())
        .collect();
    let sheet = lienquay_shared::roster::RecoverySheet::parse(&groups.join("\n")).unwrap();
    assert_eq!(sheet.site().to_string(), founded["site"]);
    let status = check(&folder, &["status"], OK);
    assert_eq!(status["site"], founded["site"]);
    assert_eq!(status["node"], founded["node"]);
    assert_eq!(status["is_member"], true);
    assert_eq!(status["is_admin"], true);
    let again = ["found", "--site", "X", "--unit", "H26.15", "--officer", "Y"];
    assert_eq!(check(&folder, &again, REFUSED)["error"], "refused");
    assert_eq!(check(&folder, &["status"], OK)["site"], founded["site"]);
    let machine = lienquay_node::data_folder::MachineId::named("test");
    let opened = DataFolder::open(&folder, &KeySeal::OwnerFile, &machine).unwrap();
    let kept = opened.store.local("recovery-sheet").unwrap();
    assert_eq!(kept, None, "it was written once");
}

#[test]
fn a_folder_without_a_site_does_nothing_but_join() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    // Joining where nobody answers leaves a folder without a site.
    let join = [
        "join",
        "--listen",
        "127.0.0.1:0",
        "--no-mdns",
        "--timeout",
        "0",
    ];
    let joined = run(&folder, &join);
    assert_eq!(joined.status.code(), Some(REFUSED));
    for arguments in [&["run"][..], &["ticket", "A"], &["verify"], &["members"]] {
        assert_eq!(
            check(&folder, arguments, NO_FOLDER)["error"],
            "not_founded",
            "{arguments:?}"
        );
    }
    found(&folder);
    check(&folder, &["verify"], OK);
}

#[test]
fn commands_and_queries_work_alike_with_and_without_a_running_node() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    let name = |folder: &Path| check(folder, &["ask", "\"site\""], OK)["site"]["name"].clone();
    let rename = |name: &str| format!("{{\"set_site\":{{\"name\":\"{name}\"}}}}");
    assert_eq!(name(&folder), "Xã Bình Minh");
    assert_eq!(check(&folder, &["do", &rename("Xã Một")], OK), "done");
    assert_eq!(name(&folder), "Xã Một");
    assert_eq!(check(&folder, &["status"], OK)["is_running"], false);

    let (mut node, running) = Node::start(&folder);
    assert_eq!(running["event"], "running");
    let status = check(&folder, &["status"], OK);
    assert_eq!(status["is_running"], true);
    assert_eq!(status["listening"], running["listening"]);
    assert_eq!(check(&folder, &["do", &rename("Xã Hai")], OK), "done");
    assert_eq!(name(&folder), "Xã Hai");
    assert_eq!(check(&folder, &["waiting"], OK), Value::Array(Vec::new()));
    assert_eq!(check(&folder, &["verify"], OK)["n_differences"], 0);
    assert_eq!(check(&folder, &["members"], OK)[0]["is_connected"], true);
    check(&folder, &["stop"], OK);
    assert_eq!(node.0.wait().unwrap().code(), Some(OK));
    assert_eq!(name(&folder), "Xã Hai");
    assert_eq!(check(&folder, &["stop"], NOT_FOUND)["error"], "not_found");
}

#[test]
fn one_request_is_done_once_however_often_it_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    let submission =
        r#"{"request":"00112233445566778899aabbccddeeff","command":{"set_site":{"name":"Xã Ba"}}}"#;
    assert_eq!(check(&folder, &["do", submission], OK), "done");
    let entries = |folder: &Path| check(folder, &["status"], OK)["n_entries"].clone();
    let before = entries(&folder);
    assert_eq!(check(&folder, &["do", submission], OK), "done");
    assert_eq!(entries(&folder), before);
}

#[test]
fn bad_input_is_named_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    for (arguments, code) in [
        (&["do", "{"][..], USAGE),
        (&["do", "{\"no_such_command\":1}"], USAGE),
        (&["ask", "\"no_such_query\""], USAGE),
        (&["ask", "{\"dossiers\":{\"txet\":1}}"], USAGE),
        (&["import", "/no/such/file"], USAGE),
        (&["cccd", "not a card"], USAGE),
        (&["show", "H26.15-000000-0001"], NOT_FOUND),
        (&["revoke", "no such PC"], NOT_FOUND),
    ] {
        let said = check(&folder, arguments, code);
        assert_eq!(said["exit_code"], code, "{arguments:?}");
        assert!(!said["vietnamese"].as_str().unwrap().is_empty());
    }
    let unknown = run(&folder, &["no-such-verb"]);
    assert_eq!(unknown.status.code(), Some(USAGE));
    let refused = check(&folder, &["ticket", "ZZZZ"], REFUSED);
    assert!(refused["refusal"].is_object() || refused["refusal"].is_string());
}

#[test]
fn an_import_reports_every_record() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    let first = check(&folder, &["import", CATALOGUE], OK);
    let n = first["records"].as_array().unwrap().len();
    assert!(n > 20, "{n} records");
    assert_eq!(
        (&first["n_new"], &first["n_skipped"]),
        (&n.into(), &0.into())
    );
    assert_eq!(check(&folder, &["import", CATALOGUE], OK)["n_new"], 0);
    let broken = home.path().join("broken.json");
    std::fs::write(&broken, "{\"code\":").unwrap();
    let sound = format!("{CATALOGUE}/2.000815.json");
    let mixed = ["import", broken.to_str().unwrap(), &sound];
    let mixed = check(&folder, &mixed, REFUSED);
    assert_eq!(mixed["n_imported"], 1);
    assert_eq!(mixed["n_skipped"], 1);
    assert_eq!(mixed["records"][0]["file"], broken.to_str().unwrap());
    assert!(
        mixed["records"][0]["why"]
            .as_str()
            .unwrap()
            .contains("JSON")
    );
}

#[test]
fn a_second_node_on_the_folder_is_refused_and_a_damaged_file_is_named() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    let (node, _) = Node::start(&folder);
    let pid = node.0.id().to_string();
    let second = check(&folder, &["run", "--no-mdns"], FOLDER_UNUSABLE);
    assert_eq!(second["error"], "folder_in_use");
    assert!(second["english"].as_str().unwrap().contains(&pid));
    // A killed node leaves its socket behind; nobody is locked out.
    drop(node);
    check(&folder, &["status"], OK);
    std::fs::write(folder.join("key"), "not a key").unwrap();
    let damaged = check(&folder, &["status"], FOLDER_UNUSABLE);
    assert_eq!(damaged["error"], "folder_damaged");
    assert!(damaged["english"].as_str().unwrap().contains("`key`"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_node_in_order() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    for signal in ["-TERM", "-INT"] {
        let (mut node, _) = Node::start(&folder);
        let pid = node.0.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(node.0.wait().unwrap().code(), Some(OK), "{signal}");
        assert!(!folder.join("socket").exists(), "{signal}");
        // An orderly end leaves one file: the write-ahead log was moved into the database.
        assert!(!folder.join("store.db-wal").exists(), "{signal}");
    }
}

#[test]
fn a_pc_joins_by_six_digits_and_gets_everything() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (home.path().join("a"), home.path().join("b"));
    let founded = found(&first);
    let (_node, running) = Node::start(&first);
    let addr = running["listening"][0].as_str().unwrap();
    let mut joining = program(
        &second,
        &[
            "join",
            "--addr",
            addr,
            "--name",
            "Quầy 2",
            "--listen",
            "127.0.0.1:0",
        ],
    )
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let mut events = BufReader::new(joining.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    assert_eq!(events.next().unwrap()["event"], "waiting");
    let shown = events.next().unwrap();
    assert_eq!(shown["event"], "code");
    assert_eq!(shown["name"], "Xã Bình Minh");
    // The joining PC knows the digits one message before the other one does.
    let waiting = (0..100)
        .map(|_| check(&first, &["waiting"], OK))
        .find(|waiting| !waiting[0]["code"].is_null())
        .unwrap();
    assert_eq!(waiting[0]["code"], shown["code"]);
    assert_eq!(waiting[0]["name"], "Quầy 2");
    check(&first, &["admit", "000000x"], NOT_FOUND);
    check(&first, &["admit", shown["code"].as_str().unwrap()], OK);
    writeln!(joining.stdin.take().unwrap(), "y").unwrap();
    assert_eq!(events.next().unwrap()["event"], "joined");
    assert_eq!(joining.wait().unwrap().code(), Some(OK));
    assert_eq!(check(&second, &["status"], OK)["site"], founded["site"]);
    assert_eq!(check(&first, &["members"], OK).as_array().unwrap().len(), 2);
}

#[test]
fn wrong_digits_admit_nobody() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (home.path().join("a"), home.path().join("b"));
    found(&first);
    let (_node, running) = Node::start(&first);
    let addr = running["listening"][0].as_str().unwrap();
    let arguments = [
        "join",
        "--addr",
        addr,
        "--listen",
        "127.0.0.1:0",
        "--yes-code",
        "12345",
        "--timeout",
        "2",
    ];
    let joined = run(&second, &arguments);
    assert_eq!(joined.status.code(), Some(REFUSED));
    check(&second, &["members"], NO_FOLDER);
    assert_eq!(check(&first, &["members"], OK).as_array().unwrap().len(), 1);
}

#[test]
fn lists_are_counted_and_jumped_into_as_json() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    found(&folder);
    let nobody = r#"{"receive_preview":{"procedure":"1.001193","transacting":{}}}"#;
    for (asked, expect) in [
        (r#"{"dossier_count":{}}"#, json!({ "count": 0 })),
        (
            r#"{"dossier_count":{"text":"dao","status":"finished"}}"#,
            json!({ "count": 0 }),
        ),
        (
            r#"{"dossiers":{"page":{"skip":100}}}"#,
            json!({ "dossiers": { "rows": [], "next": null } }),
        ),
        (r#"{"safe":{"docs":[]}}"#, json!({ "safe": [] })),
    ] {
        assert_eq!(check(&folder, &["ask", asked], OK), expect, "{asked}");
    }
    let preview = &check(&folder, &["ask", nobody], OK)["receive_preview"];
    assert_eq!(preview["due"], Value::Null);
    let unknown = json!({ "unknown_procedure": { "code": "1.001193" } });
    assert_eq!(preview["problems"][0], unknown);
}
