//! Files of dossiers: scanned on one PC, soon on every other that wants them, never let go before two others keep them.

use lienquay_core::event::Control;
use lienquay_core::files::{Class, FilesPolicy};
use lienquay_core::store::Store;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::file::{File, MediaType, Origin, Place};
use lienquay_shared::wire::Reason;
use lienquay_shared::{DocId, FileHash, Refusal};
use lienquay_tests::sim::invariants::{check_converged, check_files};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{dossier, three};

const HASH: FileHash = FileHash([7; 32]);
const SIZE: u64 = 81_234;
const PART: u64 = 64 * 1024;
/// A fetch over the simulated network takes seconds; whatever rests does so for a minute or two.
const LONG: u64 = 300_000;

fn hash(n: u8) -> FileHash {
    FileHash([n; 32])
}

fn add(doc: DocId, hash: FileHash, size: u64) -> Command {
    Command::AddFile {
        dossier: DossierRef::Id(doc),
        file: File {
            hash,
            size,
            media: MediaType::Jpeg,
            name: Text::truncated("Giấy chứng sinh.jpg"),
            place: Place::Other,
            origin: Origin::Scanned,
        },
        replaces: None,
    }
}

/// Scans a paper on a PC and adds it to a dossier.
fn scan(world: &mut World, node: NodeIndex, doc: DocId, hash: FileHash, size: u64) {
    world.scan(node, hash, size);
    world.done(node, add(doc, hash, size));
}

fn arrives(world: &mut World, node: NodeIndex, hash: FileHash) {
    if !world.run_until(LONG, |world| world.has_file(node, &hash)) {
        let engine = world.nodes[node].host().unwrap().engine();
        let (state, row) = (engine.files_state(), world.nodes[node].store().file(&hash));
        let reasons = world.reasons_of(node);
        world.fail(&format!("no file: {row:?} {state:?} {reasons}"));
    }
}

fn n_files(world: &World, node: NodeIndex, doc: DocId) -> usize {
    world.disk(node).unwrap().dossier(&doc).unwrap().files.len()
}

fn counted(world: &World, node: NodeIndex, reason: Reason) -> u64 {
    let engine = world.nodes[node].host().unwrap().engine();
    engine.reasons().total(reason)
}

fn quota(world: &mut World, node: NodeIndex, bytes: u64) {
    let policy = FilesPolicy {
        quota_bytes: Some(bytes),
        ..FilesPolicy::default()
    };
    world
        .control(node, Control::SetFilesPolicy(policy))
        .unwrap();
}

fn held_bytes(world: &World, node: NodeIndex) -> u64 {
    world.nodes[node].store().blobs().whole().values().sum()
}

#[test]
fn a_file_is_named_only_where_its_bytes_are_and_then_goes_everywhere() {
    let mut world = three(31);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    let absent = Err(Refusal::FileAbsent);
    assert_eq!(world.submit(1, add(doc, HASH, SIZE)), absent);
    world.scan(1, HASH, SIZE);
    let other_size = world.submit(1, add(doc, HASH, SIZE + 1));
    assert_eq!(other_size, absent, "of another size they are other bytes");
    assert_eq!(world.submit(2, add(doc, HASH, SIZE)), absent);
    world.done(1, add(doc, HASH, SIZE));
    for node in 0..3 {
        arrives(&mut world, node, HASH);
    }
    world.run_until_quiescent();
    check_converged(&world);
    check_files(&mut world);
    for node in 0..3 {
        assert_eq!(n_files(&world, node, doc), 1, "node {node}");
        let row = world.nodes[node].store().file(&HASH).unwrap().unwrap();
        assert_eq!((row.is_held, row.n_copies()), (true, 3), "node {node}");
    }
}

#[test]
fn what_was_kept_is_still_kept_after_a_power_cut() {
    let mut world = three(32);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.scan(1, HASH, SIZE);
    world.run_for(1_000);
    world.crash(1, PowerLoss::AllUnsynced);
    world.restart(1);
    world.run_for(1_000);
    let held = world.nodes[1].store().file(&HASH).unwrap().unwrap();
    assert_eq!((held.is_held, held.size), (true, SIZE));
    world.done(1, add(doc, HASH, SIZE));
    assert_eq!(n_files(&world, 1, doc), 1);
}

#[test]
fn what_the_disk_refused_to_note_is_noted_when_it_can() {
    let mut world = three(33);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.nodes[1].store_mut().faults().commits_fail = 1;
    world.scan(1, HASH, SIZE);
    world.run_for(100);
    world.run_for(5_000);
    world.done(1, add(doc, HASH, SIZE));
    arrives(&mut world, 0, HASH);
}

#[test]
fn a_large_file_goes_on_from_another_holder_when_one_dies() {
    let mut world = three(34);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    let size = 400 * PART;
    world.crash(0, PowerLoss::InOrder);
    scan(&mut world, 1, doc, HASH, size);
    arrives(&mut world, 2, HASH);
    world.run_for(3_000);
    world.restart(0);
    let is_fetching = |world: &World| {
        let state = world.nodes[0].host().unwrap().engine().files_state();
        state
            .fetching
            .iter()
            .any(|one| one.n_missing < 200 && one.n_missing > 0)
    };
    assert!(world.run_until(LONG, is_fetching), "never half-way");
    world.crash(1, PowerLoss::AllUnsynced);
    arrives(&mut world, 0, HASH);
}

#[test]
fn wrong_parts_are_refused_and_another_holder_is_asked() {
    let mut world = three(35);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.crash(2, PowerLoss::InOrder);
    scan(&mut world, 1, doc, HASH, 40 * PART);
    arrives(&mut world, 0, HASH);
    world.nodes[1].store_mut().blobs_mut().lies = true;
    world.restart(2);
    arrives(&mut world, 2, HASH);
    world.run_for(1_000);
    let n_wrong = counted(&world, 2, Reason::WrongFilePart);
    assert!(
        (1..=16).contains(&n_wrong),
        "{n_wrong} parts asked of the liar"
    );
}

#[test]
fn a_liar_alone_is_not_asked_for_ever() {
    let mut world = three(36);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.nodes[1].store_mut().blobs_mut().lies = true;
    scan(&mut world, 1, doc, HASH, 40 * PART);
    world.run_for(120_000);
    let n_wrong = counted(&world, 0, Reason::WrongFilePart);
    assert!(
        (1..=16).contains(&n_wrong),
        "{n_wrong} parts asked of the liar"
    );
    assert!(!world.has_file(0, &HASH));
}

#[test]
fn scans_from_both_sides_of_a_cut_meet_when_it_heals() {
    let mut world = three(37);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.partition(&[&[0, 1], &[2]]);
    scan(&mut world, 1, doc, hash(1), SIZE);
    scan(&mut world, 2, doc, hash(2), SIZE);
    world.run_for(20_000);
    assert!(world.has_file(0, &hash(1)) && !world.has_file(2, &hash(1)));
    world.heal();
    for node in 0..3 {
        arrives(&mut world, node, hash(1));
        arrives(&mut world, node, hash(2));
    }
    world.run_until_quiescent();
    check_files(&mut world);
}

#[test]
fn a_full_disk_takes_files_when_there_is_room_again() {
    let mut world = three(38);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.nodes[2].store_mut().blobs_mut().is_full = true;
    scan(&mut world, 1, doc, HASH, SIZE);
    arrives(&mut world, 0, HASH);
    world.run_for(90_000);
    assert!(!world.has_file(2, &HASH));
    let n_tried = counted(&world, 2, Reason::NoRoomForFiles);
    assert!((1..=5).contains(&n_tried), "tried {n_tried} times");
    world.nodes[2].store_mut().blobs_mut().is_full = false;
    arrives(&mut world, 2, HASH);
}

#[test]
fn a_quota_keeps_the_newest_and_lets_go_what_two_others_have() {
    let mut world = three(39);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    quota(&mut world, 2, 5 * SIZE);
    for n in 1..=9 {
        scan(&mut world, 1, doc, hash(n), SIZE);
        arrives(&mut world, 0, hash(n));
        world.run_for(25_000);
        assert!(held_bytes(&world, 2) <= 5 * SIZE, "after {n} scans");
    }
    world.run_for(60_000);
    let kept: Vec<u8> = (1..=9).filter(|n| world.has_file(2, &hash(*n))).collect();
    assert_eq!(kept, [5, 6, 7, 8, 9]);
    check_files(&mut world);
}

#[test]
fn two_copies_are_left_when_everybody_has_no_room_at_once() {
    let mut world = three(40);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    for n in 1..=12 {
        scan(&mut world, usize::from(n) % 3, doc, hash(n), SIZE);
    }
    for node in 0..3 {
        for n in 1..=12 {
            arrives(&mut world, node, hash(n));
        }
    }
    for node in 0..3 {
        quota(&mut world, node, 4 * SIZE);
    }
    world.run_for(LONG);
    for n in 1..=12 {
        let n_copies = (0..3)
            .filter(|node| world.has_file(*node, &hash(n)))
            .count();
        assert_eq!(n_copies, 2, "copies of file {n}");
    }
    check_files(&mut world);
}

#[test]
fn forgetting_a_dossier_erases_its_files_everywhere_but_not_those_of_others() {
    let mut world = three(41);
    let (doc, other) = (dossier(&mut world, 1), dossier(&mut world, 1));
    world.run_until_quiescent();
    scan(&mut world, 1, doc, hash(1), SIZE);
    scan(&mut world, 1, doc, hash(2), SIZE);
    world.done(1, add(other, hash(2), SIZE));
    for node in 0..3 {
        arrives(&mut world, node, hash(1));
        arrives(&mut world, node, hash(2));
    }
    world.crash(2, PowerLoss::InOrder);
    world.done(0, Command::Forget { doc });
    world.run_for(5_000);
    world.restart(2);
    world.run_until_quiescent();
    world.run_for(5_000);
    for node in 0..3 {
        assert!(!world.has_file(node, &hash(1)), "node {node}");
        assert!(world.has_file(node, &hash(2)), "node {node}");
    }
    check_files(&mut world);
}

#[test]
fn a_scan_that_no_dossier_took_goes_after_two_days_and_not_before() {
    let mut world = three(42);
    world.scan(1, HASH, SIZE);
    world.run_for(47 * 3_600_000);
    assert!(world.has_file(1, &HASH));
    let row = world.nodes[1].store().file(&HASH).unwrap().unwrap();
    assert_eq!(row.rank.class, Class::Unnamed);
    assert!(!world.has_file(0, &HASH), "nobody else wants it");
    world.run_for(2 * 3_600_000);
    assert!(!world.has_file(1, &HASH));
}

#[test]
fn a_file_found_damaged_comes_back_from_the_others() {
    let mut world = three(43);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    scan(&mut world, 1, doc, HASH, SIZE);
    for node in 0..3 {
        arrives(&mut world, node, HASH);
    }
    world.run_for(5_000);
    world.spoil(1, HASH);
    assert!(!world.has_file(1, &HASH));
    arrives(&mut world, 1, HASH);
    world.run_for(10_000);
    check_files(&mut world);
}

#[test]
fn whoever_was_away_hears_what_is_held_by_what_changed() {
    let mut world = three(44);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    for n in 1..=40 {
        scan(&mut world, 1, doc, hash(n), SIZE);
    }
    for node in 0..3 {
        arrives(&mut world, node, hash(40));
    }
    world.run_for(30_000);
    world.partition(&[&[0, 1], &[2]]);
    world.run_for(10_000);
    scan(&mut world, 1, doc, hash(41), SIZE);
    world.run_for(10_000);
    world.sent_by_name.clear();
    world.heal();
    arrives(&mut world, 2, hash(41));
    world.run_for(10_000);
    let (n_news, n_bytes) = world.sent_by_name["FileNews"];
    // Three PCs tell each other of one more file: not of forty.
    assert!(
        n_news <= 8 && n_bytes < 8 * 120,
        "{n_news} messages, {n_bytes} bytes"
    );
}
