//! Copies, damage, strangers: what opening a folder must notice.

use std::fs;
use std::path::Path;

use lienquay_core::store::{Store, StoreFault};
use zeroize::Zeroizing;

use super::error::FolderResult;
use super::*;

const SEAL: KeySeal = KeySeal::OwnerFile;

fn pc() -> MachineId {
    MachineId::named("one pc")
}

/// A folder with one committed fact in it, closed.
fn closed_folder(path: &Path) -> NodeKey {
    let Opened {
        folder,
        mut store,
        identity,
        machine,
        ..
    } = DataFolder::create(path, &SEAL, &pc()).unwrap();
    assert_eq!(machine, MachineMarker::Same);
    store.set_meta("name", "Nguyễn Thị Đào".as_bytes()).unwrap();
    store.commit(true).unwrap();
    drop(store);
    drop(folder);
    identity
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let to = to.join(file.file_name());
        match file.file_type().unwrap().is_dir() {
            true => copy_folder(&file.path(), &to),
            false => drop(fs::copy(file.path(), to).unwrap()),
        }
    }
}

#[test]
fn a_folder_opens_again_with_the_same_identity_and_content() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    let identity = closed_folder(&path);
    let opened = DataFolder::open(&path, &SEAL, &pc()).unwrap();
    assert_eq!(opened.identity.node(), identity.node());
    assert_eq!(opened.machine, MachineMarker::Same);
    let name = opened.store.meta("name").unwrap().unwrap();
    assert_eq!(name, "Nguyễn Thị Đào".as_bytes());
    assert!(opened.folder.disk_free_mib().unwrap() > 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_enter_the_folder_or_read_the_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    closed_folder(&path);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("key")), 0o600);
}

#[test]
fn a_second_opener_is_told_who_has_the_folder() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    let first = DataFolder::create(&path, &SEAL, &pc()).unwrap();
    let refused = DataFolder::open(&path, &SEAL, &pc());
    let Err(FolderError::InUse { pid }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(pid, std::process::id().to_string());
    drop(first);
    DataFolder::open(&path, &SEAL, &pc()).unwrap();
}

#[test]
fn a_copy_elsewhere_or_on_another_machine_is_noticed_until_adopted() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    closed_folder(&path);
    let other_machine = MachineId::named("another pc");
    let opened = DataFolder::open(&path, &SEAL, &other_machine).unwrap();
    assert_eq!(opened.machine, MachineMarker::Differs);
    drop(opened);
    // Not adopted: still different, also when the transaction that would have adopted it was lost.
    let mut opened = DataFolder::open(&path, &SEAL, &other_machine).unwrap();
    assert_eq!(opened.machine, MachineMarker::Differs);
    opened.folder.adopt(&mut opened.store).unwrap();
    opened.store.rollback();
    drop(opened);

    let copy = temp.path().join("copy");
    copy_folder(&path, &copy);
    let mut opened = DataFolder::open(&copy, &SEAL, &pc()).unwrap();
    assert_eq!(
        opened.machine,
        MachineMarker::Differs,
        "a copy on the same machine"
    );
    opened.folder.adopt(&mut opened.store).unwrap();
    opened.store.commit(true).unwrap();
    drop(opened);
    let opened = DataFolder::open(&copy, &SEAL, &pc()).unwrap();
    assert_eq!(opened.machine, MachineMarker::Same);
}

#[test]
fn creating_over_a_node_is_refused_and_an_interrupted_creation_goes_on() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    // Crash before the key was written: nothing of value, creating starts again.
    fs::create_dir(&path).unwrap();
    fs::write(path.join("store.db.new"), b"half").unwrap();
    let identity = closed_folder(&path);
    // Crash after the key was written, before the last rename.
    fs::rename(path.join("store.db"), path.join("store.db.new")).unwrap();
    let again = DataFolder::create(&path, &SEAL, &pc());
    assert!(matches!(
        again,
        Err(FolderError::NotEmpty { file: "key", .. })
    ));
    let opened = DataFolder::open(&path, &SEAL, &pc()).unwrap();
    assert_eq!(opened.identity.node(), identity.node());
}

/// Damages a whole folder, tries to open it, and looks for the words in the error.
fn check(damage: impl FnOnce(&Path), expect: &[&str]) {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    closed_folder(&path);
    damage(&path);
    let before = listing(&path);
    let error = DataFolder::open(&path, &SEAL, &pc())
        .unwrap_err()
        .to_string();
    for word in expect {
        assert!(error.contains(word), "{word:?} is not in {error:?}");
    }
    assert_eq!(listing(&path), before, "nothing is made anew");
}

fn listing(path: &Path) -> Vec<(std::ffi::OsString, u64)> {
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|file| file.unwrap())
        .filter(|file| !file.file_name().to_string_lossy().ends_with("-shm"))
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| (file.file_name(), file.metadata().unwrap().len()))
        .collect();
    files.sort();
    files
}

fn alter(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

fn truncate(path: &Path, len: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(len).unwrap();
}

#[test]
fn damage_is_reported_by_file_and_nothing_is_made_anew() {
    check(
        |path| fs::remove_file(path.join("store.db")).unwrap(),
        &["`store.db` is missing", "backup"],
    );
    check(
        |path| fs::remove_file(path.join("key")).unwrap(),
        &["`key` is missing", "backup"],
    );
    check(
        |path| truncate(&path.join("key"), 30),
        &["`key` is damaged", "truncated"],
    );
    check(|path| truncate(&path.join("key"), 0), &["`key` is damaged"]);
    check(|path| alter(&path.join("key"), 12), &["`key` is damaged"]);
    check(
        |path| fs::write(path.join("key"), [7; 5000]).unwrap(),
        &["`key` is damaged"],
    );
    let format_0 = DataKey::with_checksum(&[&b"LQKEY\0\0\x01"[..], &[7; 32]].concat());
    check(
        move |path| fs::write(path.join("key"), &format_0).unwrap(),
        &["`key` is damaged", "no version of this program"],
    );
    check(
        |path| truncate(&path.join("store.db"), 0),
        &["store.db", "empty"],
    );
    check(|path| truncate(&path.join("store.db"), 1000), &["store.db"]);
    check(
        |path| alter(&path.join("store.db"), 3),
        &["store.db", "key"],
    );
    check(|path| alter(&path.join("store.db"), 300), &["store.db"]);
    check(
        |path| fs::write(path.join("store.db"), b"SQLite format 3\0plain").unwrap(),
        &["store.db"],
    );
}

#[test]
fn a_key_of_another_folder_opens_nothing() {
    let temp = tempfile::tempdir().unwrap();
    closed_folder(&temp.path().join("other"));
    check(
        |path| {
            fs::copy(temp.path().join("other/key"), path.join("key")).unwrap();
        },
        &["store.db", "key", "another folder"],
    );
}

#[test]
fn damage_inside_the_database_is_a_fault_and_never_wrong_data() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    closed_folder(&path);
    let file = path.join("store.db");
    let n_pages = file.metadata().unwrap().len() / 4096;
    for page in 1..n_pages {
        alter(&file, usize::try_from(page).unwrap() * 4096 + 100);
    }
    let seen: FolderResult<Vec<u8>> = DataFolder::open(&path, &SEAL, &pc())
        .and_then(|opened| Ok(opened.store.meta("name")?.unwrap_or_default()));
    let Err(FolderError::Store(StoreFault::Damaged(what))) = seen else {
        panic!("{seen:?}");
    };
    assert!(what.contains("store.db"), "{what}");
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.db");
    let key = DataKey::generate().unwrap();
    let mut store = SqliteStore::create(&path, key.clone()).unwrap();
    store
        .write(|conn| Ok(conn.execute_batch("INSERT INTO schema_versions (version) VALUES (99)")?))
        .unwrap();
    store.commit(true).unwrap();
    drop(store);
    let refused = SqliteStore::open(&path, key).unwrap_err().to_string();
    assert!(
        refused.contains("newer version") && refused.contains("99"),
        "{refused}"
    );
}

#[test]
fn names_and_keys_occur_in_no_file_of_the_folder() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    let mut opened = DataFolder::create(&path, &SEAL, &pc()).unwrap();
    let name = "Nguyễn Thị Đào";
    opened
        .store
        .set_meta("a telling key", name.repeat(2000).as_bytes())
        .unwrap();
    opened.store.commit(true).unwrap();
    let secret = opened.identity.to_secret();
    let key = key_file::read(&path, &SEAL).unwrap();
    // With the write-ahead log still there, and after it went into the database.
    look_for(
        &path,
        &[name.as_bytes(), b"a telling key", b"CREATE TABLE", &secret],
        "",
    );
    look_for(&path, &[key.bytes()], "key");
    drop(opened);
    look_for(
        &path,
        &[name.as_bytes(), b"a telling key", b"CREATE TABLE", &secret],
        "",
    );
}

fn look_for(path: &Path, needles: &[&[u8]], except: &str) {
    for (file, _) in listing(path) {
        let content = fs::read(path.join(&file)).unwrap();
        for needle in needles {
            let found = content
                .windows(needle.len())
                .any(|window| window == *needle);
            assert!(!found || file == except, "found in {}", file.display());
        }
    }
}

#[test]
fn a_key_can_be_sealed_anew() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("data");
    let opened = DataFolder::create(&path, &SEAL, &pc()).unwrap();
    let key = key_file::read(&path, &SEAL).unwrap();
    opened.folder.reseal(&SEAL, &SEAL).unwrap();
    assert_eq!(key_file::read(&path, &SEAL).unwrap().bytes(), key.bytes());
    let typed = KeySeal::Passphrase(Zeroizing::new("hẻm".to_owned()));
    assert!(opened.folder.reseal(&typed, &SEAL).is_err());
}
