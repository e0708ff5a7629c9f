//! A sound store verifies; every kind of tampering is found and named.

use std::path::Path;

use lienquay_core::engine::Settings;
use lienquay_core::event::{Control, Event, Found, Now, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_core::store::Store as _;
use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Submission};

use super::*;
use crate::data_folder::{DataFolder, KeySeal, MachineId};
use crate::store::SqliteStore;

const RECORD: &str = include_str!("../../../deploy/catalogue/2.000815.json");

fn found() -> Event {
    Event::Control {
        token: Token(1),
        control: Box::new(Control::Found(Found {
            site_secret: [7; 32],
            site_name: "Xã Bình Minh".to_owned(),
            unit: "H26.15".to_owned(),
            officer_name: "Nguyễn Thị Hoa".to_owned(),
            node_name: "PC 1".to_owned(),
        })),
    }
}

fn submit(number: u8, command: serde_json::Value) -> Event {
    let command: Command = serde_json::from_value(command).unwrap();
    Event::Submit {
        token: Token(u64::from(number)),
        submission: Box::new(Submission {
            request: RequestId([number; 16]),
            command,
        }),
    }
}

/// A founded site with a procedure and a dossier.
fn store(folder: &Path) -> (DataFolder, SqliteStore) {
    let machine = MachineId::named("test");
    let opened = DataFolder::create(folder, &KeySeal::OwnerFile, &machine).unwrap();
    let settings = Settings {
        key: opened.identity,
        version: "test".to_owned(),
        new_incarnation: false,
    };
    let mut now = Now {
        mono_millis: 1,
        wall_millis: 1_790_000_000_000,
    };
    let rng = Rng::from_seed([3; 32]);
    let mut host = Host::open(opened.store, settings, now, rng).unwrap();
    let record: serde_json::Value = serde_json::from_str(RECORD).unwrap();
    let dossier = serde_json::json!({ "receive_dossier": {
        "procedure": "2.000815", "transacting": { "name": "Trần Văn Đức" }, "accept_missing": true,
    }});
    for event in [
        found(),
        submit(
            2,
            serde_json::json!({ "import_procedure": { "record": record } }),
        ),
        submit(3, dossier),
    ] {
        now.mono_millis += 1;
        let (effects, fault) = host.process(now, vec![event]);
        assert_eq!(fault, None);
        assert!(effects.replies.iter().all(|reply| reply.result.is_ok()));
    }
    (opened.folder, host.into_store())
}

fn report(store: &SqliteStore) -> Report {
    verify(&store.reader().unwrap(), &mut |_| ()).unwrap()
}

#[test]
fn a_sound_store_verifies() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, store) = store(&home.path().join("data"));
    let report = report(&store);
    assert_eq!(report.differences, []);
    assert_eq!((report.n_logs, report.n_statements), (1, 1));
    assert_eq!(report.n_projections, 2, "a procedure and a dossier");
    assert!(report.n_documents > report.n_projections);
    assert!(report.n_signatures > 0);
    assert_eq!(report.n_changes, report.n_entries);
}

#[test]
fn a_folder_without_a_site_has_nothing_to_verify() {
    let home = tempfile::tempdir().unwrap();
    let opened = DataFolder::create(
        &home.path().join("data"),
        &KeySeal::OwnerFile,
        &MachineId::named("test"),
    );
    assert_eq!(report(&opened.unwrap().store), Report::default());
}

/// Changes the store behind the engine's back and expects a difference of this stage that says this.
#[track_caller]
fn check(sql: &str, stage: Stage, says: &str) {
    let home = tempfile::tempdir().unwrap();
    let (_folder, mut store) = store(&home.path().join("data"));
    let n_changed = store.write(|conn| Ok(conn.execute(sql, [])?)).unwrap();
    assert_ne!(n_changed, 0, "{sql} changed nothing");
    store.commit(true).unwrap();
    let report = report(&store);
    let found = |found: &&Difference| found.stage == stage && found.what.contains(says);
    assert!(
        report
            .differences
            .iter()
            .any(|difference| found(&difference)),
        "{sql}: {:?}",
        report.differences
    );
}

#[test]
fn tampering_is_found() {
    let last = "(SELECT MAX(id) FROM entries)";
    for (sql, stage, says) in [
        (
            format!(
                "UPDATE entries SET header = (SELECT header FROM entries WHERE id = {last} - 1) WHERE id = {last}"
            ),
            Stage::Logs,
            "follows entry",
        ),
        (
            "UPDATE signatures SET signature = zeroblob(64)".to_owned(),
            Stage::Logs,
            "signature is not",
        ),
        (
            "UPDATE signatures SET hash = zeroblob(32)".to_owned(),
            Stage::Logs,
            "does not lead to the signed hash",
        ),
        (
            "DELETE FROM signatures WHERE seq = (SELECT MAX(seq) FROM signatures)".to_owned(),
            Stage::Logs,
            "signed up to",
        ),
        (
            "UPDATE logs SET received = received + 1".to_owned(),
            Stage::Logs,
            "ends at",
        ),
        (
            "UPDATE logs SET hash = zeroblob(32)".to_owned(),
            Stage::Logs,
            "another hash",
        ),
        (
            format!(
                "UPDATE changes SET bytes = (SELECT bytes FROM changes WHERE entry_id = {last} - 1) WHERE entry_id = {last}"
            ),
            Stage::Logs,
            "not the one its header names",
        ),
        (
            format!("DELETE FROM changes WHERE entry_id = {last}"),
            Stage::Documents,
            "1 changes of its entries are not in it",
        ),
        (
            "UPDATE dossiers SET row = zeroblob(3)".to_owned(),
            Stage::Projections,
            "does not follow",
        ),
        (
            "DELETE FROM procedures".to_owned(),
            Stage::Projections,
            "does not follow",
        ),
        (
            "UPDATE statements SET signature = zeroblob(64)".to_owned(),
            Stage::Roster,
            "",
        ),
    ] {
        check(&sql, stage, says);
    }
}

#[test]
fn a_difference_is_counted_beyond_the_list() {
    let mut tell = |_| ();
    let mut findings = Findings::new(&mut tell);
    for _ in 0..1_500 {
        findings.differs(Stage::Logs, "here", "wrong");
    }
    assert_eq!(findings.report.n_differences, 1_500);
    assert_eq!(findings.report.differences.len(), 1_000);
    assert!(!findings.report.is_clean());
}
