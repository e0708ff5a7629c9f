//! Every operation of ingesting and removing fails, or is the last before the PC dies.

use std::collections::BTreeSet;

use super::*;
use crate::disk::Folder;
use crate::disk::sim::{Cut, Fault};
use crate::{Begun, BlobError, Found, State};

const FAILURES: [Fault; 4] = [
    Fault::Broken,
    Fault::FullOnce,
    Fault::QuotaOnce,
    Fault::FullForEver,
];

/// What happens to the story, and then to the disk.
fn harms() -> Vec<(Fault, Cut)> {
    let dead = [Cut::Nothing, Cut::Unsynced]
        .into_iter()
        .chain((1..=4).map(Cut::Some))
        .map(|cut| (Fault::Dead, cut));
    let failed = FAILURES.map(|fault| (fault, Cut::Unsynced));
    dead.chain(failed).collect()
}

/// Runs `story` on a fresh disk for every fault at every operation, then cuts the power and hands what the story
/// acknowledged to `check`.
pub(super) fn at_every_operation<A: Default>(
    prepare: impl Fn() -> SimDisk,
    story: impl Fn(&SimDisk, &mut A) -> BlobResult<()>,
    check: impl Fn(&SimDisk, Cut, &A),
) {
    for (fault, cut) in harms() {
        let mut n_met = 0;
        for number in 0.. {
            let disk = prepare();
            disk.plan(number, fault);
            let mut acknowledged = A::default();
            let told = story(&disk, &mut acknowledged);
            let is_full = !matches!(fault, Fault::Dead | Fault::Broken);
            if is_full && let Err(error) = &told {
                assert!(matches!(error, BlobError::Full { .. }), "{error}");
                assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
            }
            let was_met = disk.restart(cut);
            if !was_met {
                told.unwrap();
                break;
            }
            n_met += 1;
            check(&disk, cut, &acknowledged);
        }
        assert!(n_met > 5, "{fault:?} was met {n_met} times only");
    }
}

/// What a store lists, none of it damaged.
pub(super) fn listed(blobs: &Blobs) -> BTreeSet<(FileHash, State)> {
    let sound = |found: BlobResult<Found>| match found.unwrap() {
        Found::Whole { hash, size } => (hash, State::Whole { size }),
        Found::Partial { hash, size } => (hash, State::Partial { size }),
        Found::Damaged { what, .. } => panic!("{what}"),
    };
    let list = blobs.scan().unwrap().map(sound).collect();
    assert_eq!(blobs.scan().unwrap().count(), BTreeSet::len(&list));
    list
}

fn old() -> Vec<u8> {
    sample(70_000, 1)
}

fn begun() -> Vec<u8> {
    sample(140_000, 2)
}

fn new() -> Vec<u8> {
    sample(3 * PART_LEN - 5, 3)
}

/// A store with one whole blob and one that is being fetched.
fn prepared() -> SimDisk {
    let (disk, blobs) = holder(&old());
    blobs.begin(hash_of(&begun()), 140_000).unwrap();
    disk
}

#[test]
fn ingesting_survives_every_crash_and_failure() {
    at_every_operation(
        prepared,
        |disk, acknowledged: &mut bool| {
            let blobs = Blobs::open(Box::new(disk.clone()), &SECRET, LIMITS)?;
            let was_here = ingest(&blobs, &new())?.was_here;
            assert!(!was_here);
            *acknowledged = true;
            Ok(())
        },
        |disk, _, acknowledged| {
            let blobs = open(disk);
            assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
            let hash = hash_of(&new());
            let size = new().len() as u64;
            let mut expected = BTreeSet::from([
                (hash_of(&old()), State::Whole { size: 70_000 }),
                (hash_of(&begun()), State::Partial { size: 140_000 }),
            ]);
            let state = blobs.state(hash).unwrap();
            if *acknowledged || state != State::Absent {
                assert_eq!(state, State::Whole { size });
                assert!(read(&blobs, hash).unwrap() == new());
                expected.insert((hash, State::Whole { size }));
            }
            assert_eq!(listed(&blobs), expected);
            assert!(read(&blobs, hash_of(&old())).unwrap() == old());
            ingest(&blobs, &new()).unwrap();
            assert!(read(&blobs, hash).unwrap() == new());
        },
    );
}

#[test]
fn ingesting_again_after_a_failure_is_acknowledged_for_good() {
    for fault in FAILURES {
        for number in 0.. {
            let disk = prepared();
            let blobs = open(&disk);
            disk.plan(number, fault);
            let first = ingest(&blobs, &new());
            let was_met = disk.heal();
            ingest(&blobs, &new()).unwrap();
            if !was_met {
                first.unwrap();
                break;
            }
            disk.restart(Cut::Unsynced);
            assert!(read(&open(&disk), hash_of(&new())).unwrap() == new());
        }
    }
}

#[test]
fn removing_survives_every_crash_and_failure() {
    at_every_operation(
        prepared,
        |disk, acknowledged: &mut Vec<FileHash>| {
            let blobs = Blobs::open(Box::new(disk.clone()), &SECRET, LIMITS)?;
            for hash in [hash_of(&old()), hash_of(&begun())] {
                blobs.remove(hash)?;
                acknowledged.push(hash);
            }
            Ok(())
        },
        |disk, _, acknowledged| {
            let blobs = open(disk);
            for bytes in [old(), begun()] {
                let hash = hash_of(&bytes);
                let state = blobs.state(hash).unwrap();
                if acknowledged.contains(&hash) {
                    assert_eq!(state, State::Absent);
                }
                if let State::Whole { .. } = state {
                    assert!(read(&blobs, hash).unwrap() == bytes);
                }
            }
            let list: Vec<_> = listed(&blobs).into_iter().map(|(hash, _)| hash).collect();
            assert!(acknowledged.iter().all(|hash| !list.contains(hash)));
            // What scanning left is what the store says it has.
            let n_files = disk.files(Folder::Whole).len() + disk.files(Folder::Partial).len();
            assert_eq!(n_files, list.len());
            ingest(&blobs, &old()).unwrap();
            assert!(read(&blobs, hash_of(&old())).unwrap() == old());
            assert_eq!(
                blobs.begin(hash_of(&begun()), 140_000).unwrap(),
                Begun::Fetching
            );
        },
    );
}
