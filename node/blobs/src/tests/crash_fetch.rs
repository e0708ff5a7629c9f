//! Every operation of fetching in a random order, and of finishing, fails or is the last before the PC dies.

use std::collections::BTreeSet;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

use super::crash::{at_every_operation, listed};
use super::*;
use crate::disk::Folder;
use crate::disk::sim::{Cut, Fault};
use crate::{Begun, Put, State};

fn bytes() -> Vec<u8> {
    sample(6 * PART_LEN + 77, 5)
}

const SIZE: u64 = 6 * 65_536 + 77;
const N_PARTS: u64 = 7;

/// The parts of a blob in an order that follows from `seed`.
pub(super) fn shuffled(n_parts: u64, seed: u64) -> Vec<u64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut parts: Vec<u64> = (0..n_parts).collect();
    for at in (1..parts.len()).rev() {
        let other = usize::try_from(rng.next_u64() % (at as u64 + 1)).unwrap();
        parts.swap(at, other);
    }
    parts
}

/// What the store acknowledged while fetching.
#[derive(Debug, Default)]
struct Told {
    begun: bool,
    put: BTreeSet<u64>,
    synced: BTreeSet<u64>,
    whole: bool,
}

fn fetch(disk: &SimDisk, from: &Blobs, seed: u64, told: &mut Told) -> BlobResult<()> {
    let hash = hash_of(&bytes());
    let blobs = Blobs::open(Box::new(disk.clone()), &SECRET, LIMITS)?;
    assert_eq!(blobs.begin(hash, SIZE)?, Begun::Fetching);
    told.begun = true;
    for (n, part) in shuffled(N_PARTS, seed).into_iter().enumerate() {
        let encoded = from.part(hash, part).unwrap();
        told.whole = blobs.put(hash, part, &encoded)? == Put::Whole;
        told.put.insert(part);
        if n == 2 || n == 4 {
            blobs.sync(hash)?;
            told.synced.clone_from(&told.put);
        }
    }
    assert!(told.whole);
    Ok(())
}

/// The parts that are here, each served as the holder serves it.
fn held(blobs: &Blobs, from: &Blobs) -> BTreeSet<u64> {
    let hash = hash_of(&bytes());
    let missing: BTreeSet<u64> = blobs
        .missing(hash, 99)
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    let held: BTreeSet<u64> = (0..N_PARTS)
        .filter(|part| !missing.contains(part))
        .collect();
    for part in &held {
        assert!(blobs.part(hash, *part).unwrap() == from.part(hash, *part).unwrap());
    }
    held
}

/// Fetches what is missing and reads it back, also after another power cut.
fn complete(disk: &SimDisk, blobs: &Blobs, from: &Blobs) {
    let hash = hash_of(&bytes());
    if blobs.begin(hash, SIZE).unwrap() == Begun::Fetching {
        let mut put = Put::Held;
        for part in blobs.missing(hash, 99).unwrap().into_iter().flatten() {
            put = blobs
                .put(hash, part, &from.part(hash, part).unwrap())
                .unwrap();
        }
        assert_eq!(put, Put::Whole);
    }
    assert!(read(blobs, hash).unwrap() == bytes());
    assert_eq!(disk.files(Folder::Partial), Vec::<String>::new());
    disk.restart(Cut::Unsynced);
    let blobs = open(disk);
    assert!(read(&blobs, hash).unwrap() == bytes());
    assert_eq!(listed(&blobs), [(hash, State::Whole { size: SIZE })].into());
}

#[test]
fn fetching_survives_every_crash_and_failure() {
    let (_, from) = holder(&bytes());
    at_every_operation(
        SimDisk::default,
        |disk, told: &mut Told| fetch(disk, &from, 1, told),
        |disk, cut, told| {
            let blobs = open(disk);
            let state = blobs.state(hash_of(&bytes())).unwrap();
            if told.whole {
                assert_eq!(state, State::Whole { size: SIZE });
            }
            if told.begun {
                assert_ne!(state, State::Absent);
            }
            if let State::Partial { .. } = state {
                let held = held(&blobs, &from);
                assert!(held.is_superset(&told.synced), "{held:?} {told:?}");
                if cut == Cut::Nothing {
                    assert!(held.is_superset(&told.put), "{held:?} {told:?}");
                }
            }
            assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
            complete(disk, &blobs, &from);
        },
    );
}

#[test]
fn fetching_goes_on_after_every_failure_without_a_restart() {
    let (_, from) = holder(&bytes());
    let hash = hash_of(&bytes());
    for fault in [Fault::Broken, Fault::FullOnce, Fault::FullForEver] {
        for number in 0.. {
            let disk = SimDisk::default();
            let blobs = open(&disk);
            disk.plan(number, fault);
            let mut n_failed = 0;
            let begun = blobs.begin(hash, SIZE);
            for (n, part) in shuffled(N_PARTS, number).into_iter().enumerate() {
                let encoded = from.part(hash, part).unwrap();
                n_failed += u32::from(blobs.put(hash, part, &encoded).is_err());
                if n == 3 {
                    n_failed += u32::from(blobs.sync(hash).is_err());
                }
            }
            let was_met = disk.heal();
            assert!(was_met || (begun.is_ok() && n_failed == 0));
            complete(&disk, &blobs, &from);
            if !was_met {
                break;
            }
        }
    }
}
