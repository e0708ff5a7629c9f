//! Fetching when holders are honest: any order, any holder, also from somebody who is fetching himself.

use proptest::prelude::*;

use super::crash_fetch::shuffled;
use super::*;
use crate::disk::Folder;
use crate::disk::sim::{Cut, Fault};
use crate::{Begun, BlobError, Found, Put, State, n_parts};

#[test]
fn every_size_is_fetched() {
    for size in SIZES {
        let bytes = sample(size, 1);
        let hash = hash_of(&bytes);
        let (_, from) = holder(&bytes);
        let disk = SimDisk::default();
        let blobs = open(&disk);
        let n_parts = n_parts(size as u64);
        assert_eq!(blobs.begin(hash, size as u64).unwrap(), Begun::Fetching);
        assert_eq!(
            blobs.state(hash).unwrap(),
            State::Partial { size: size as u64 }
        );
        for (part, encoded) in (0..).zip(from.parts(hash, 0..n_parts).unwrap()) {
            assert_eq!(first_gap(&blobs, hash), part..n_parts);
            let put = blobs.put(hash, part, &encoded.unwrap()).unwrap();
            assert_eq!(put == Put::Whole, part + 1 == n_parts);
        }
        assert!(read(&blobs, hash).unwrap() == bytes, "{size}");
        blobs.verify(hash).unwrap();
        assert_eq!(blobs.begin(hash, size as u64).unwrap(), Begun::Whole);
        assert_eq!(blobs.missing(hash, 1).unwrap(), []);
        let found: Vec<_> = blobs.scan().unwrap().map(Result::unwrap).collect();
        let size = size as u64;
        assert_eq!(found, [Found::Whole { hash, size }]);
    }
}

#[test]
fn a_fetched_file_is_byte_for_byte_laid_out_like_an_ingested_one() {
    let bytes = sample(6 * PART_LEN + 1, 1);
    let hash = hash_of(&bytes);
    let (ingested, from) = holder(&bytes);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    blobs.begin(hash, bytes.len() as u64).unwrap();
    for part in shuffled(7, 3) {
        blobs
            .put(hash, part, &from.part(hash, part).unwrap())
            .unwrap();
    }
    let len = |disk: &SimDisk| {
        disk.content(Folder::Whole, &disk.files(Folder::Whole)[0])
            .len()
    };
    assert_eq!(len(&disk), len(&ingested));
    // And gives the parts on as it got them.
    for part in 0..7 {
        assert!(blobs.part(hash, part).unwrap() == from.part(hash, part).unwrap());
    }
}

#[test]
fn a_part_costs_the_same_in_a_large_blob() {
    let cost = |n_parts: usize| {
        let bytes = sample(n_parts * PART_LEN, 1);
        let (disk, blobs) = holder(&bytes);
        let before = disk.n_operations();
        blobs.part(hash_of(&bytes), n_parts as u64 / 2).unwrap();
        disk.n_operations() - before
    };
    // One read more a level.
    assert_eq!(cost(2) + 5, cost(64));
}

#[test]
fn what_is_not_here_is_said_to_be_absent() {
    let bytes = sample(2 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    assert!(matches!(blobs.part(hash, 0), Err(BlobError::Absent { .. })));
    assert!(matches!(
        blobs.missing(hash, 1),
        Err(BlobError::Absent { .. })
    ));
    assert!(matches!(
        blobs.put(hash, 0, &[]),
        Err(BlobError::Absent { .. })
    ));
    assert!(matches!(
        from.part(hash, 2),
        Err(BlobError::PartAbsent { part: 2, .. })
    ));
    assert!(matches!(
        from.part(hash, u64::MAX),
        Err(BlobError::PartAbsent { .. })
    ));
    blobs.begin(hash, 131_072).unwrap();
    blobs.put(hash, 1, &from.part(hash, 1).unwrap()).unwrap();
    assert!(matches!(
        blobs.part(hash, 0),
        Err(BlobError::PartAbsent { part: 0, .. })
    ));
    assert!(matches!(blobs.read(hash), Err(BlobError::Absent { .. })));
    assert!(blobs.part(hash, 1).is_ok());
}

#[test]
fn a_late_part_of_a_whole_blob_is_no_error() {
    let bytes = sample(2 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let encoded = from.part(hash, 1).unwrap();
    assert_eq!(from.put(hash, 1, &encoded).unwrap(), Put::Whole);
}

#[test]
fn scanning_the_paper_here_ends_its_fetching() {
    let bytes = sample(2 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    blobs.begin(hash, 131_072).unwrap();
    blobs.put(hash, 1, &from.part(hash, 1).unwrap()).unwrap();
    assert!(!ingest(&blobs, &bytes).unwrap().was_here);
    assert_eq!(disk.files(Folder::Partial), Vec::<String>::new());
    let late = blobs.put(hash, 0, &from.part(hash, 0).unwrap());
    assert_eq!(late.unwrap(), Put::Whole);
}

#[test]
fn many_parts_are_synced_by_themselves() {
    let bytes = sample(63 * PART_LEN + 65_537, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    for (n_put, n_kept) in [(63, 0), (64, 64)] {
        let disk = SimDisk::default();
        let blobs = open(&disk);
        blobs.begin(hash, bytes.len() as u64).unwrap();
        for part in 0..n_put {
            blobs
                .put(hash, part, &from.part(hash, part).unwrap())
                .unwrap();
        }
        disk.restart(Cut::Unsynced);
        assert_eq!(first_gap(&open(&disk), hash), n_kept..65);
    }
}

#[test]
fn what_a_killed_run_had_fetched_is_saved_before_it_counts() {
    let bytes = sample(4 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    for number in 0.. {
        let disk = SimDisk::default();
        let blobs = open(&disk);
        blobs.begin(hash, bytes.len() as u64).unwrap();
        for part in 0..3 {
            blobs
                .put(hash, part, &from.part(hash, part).unwrap())
                .unwrap();
        }
        disk.restart(Cut::Nothing);
        let blobs = open(&disk);
        disk.plan(number, Fault::Broken);
        let missing = blobs.missing(hash, 9);
        let was_met = disk.restart(Cut::Unsynced);
        if let Ok(missing) = missing {
            // What could not be read then may be there now; never the other way round.
            let later = open(&disk).missing(hash, 9).unwrap();
            let later: Vec<u64> = later.into_iter().flatten().collect();
            let missing: Vec<u64> = missing.into_iter().flatten().collect();
            assert!(later.iter().all(|part| missing.contains(part)));
        }
        if !was_met {
            break;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_order_from_holders_that_have_only_some(size in 1_usize..700_000, seed: u64, at in 0_usize..11) {
        let bytes = sample(size, 1);
        let hash = hash_of(&bytes);
        let (_, whole) = holder(&bytes);
        let half = open(&SimDisk::default());
        let disk = SimDisk::default();
        let mut blobs = open(&disk);
        let n_parts = n_parts(size as u64);
        half.begin(hash, size as u64).unwrap();
        blobs.begin(hash, size as u64).unwrap();
        for part in shuffled(n_parts, !seed).into_iter().take(at) {
            half.put(hash, part, &whole.part(hash, part).unwrap()).unwrap();
        }
        for (n, part) in shuffled(n_parts, seed).into_iter().enumerate() {
            if n == at {
                // The program is started again in between.
                blobs = open(&disk);
            }
            let encoded = half.part(hash, part).or_else(|_absent| whole.part(hash, part)).unwrap();
            blobs.put(hash, part, &encoded).unwrap();
            // Again changes nothing.
            blobs.put(hash, part, &encoded).unwrap();
        }
        prop_assert!(read(&blobs, hash).unwrap() == bytes);
        blobs.verify(hash).unwrap();
    }
}
