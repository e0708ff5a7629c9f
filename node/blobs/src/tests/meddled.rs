//! Somebody alters files: an error says so, and never do wrong bytes come out.

use proptest::prelude::*;

use super::*;
use crate::disk::Folder;
use crate::geometry::{Geometry, TAG_LEN, part_at};
use crate::header::HEADER_BYTES;
use crate::{Begun, BlobError, Found, Put, State};

/// Reads `hash` in every way there is; what comes must be right or an error that says damaged. Whether all was right.
fn all_right(blobs: &Blobs, other: &Blobs, bytes: &[u8]) -> bool {
    let hash = hash_of(bytes);
    let mut n_bad = 0;
    let mut check = |result: BlobResult<bool>| match result {
        Ok(is_right) => assert!(is_right, "wrong bytes"),
        Err(BlobError::Corrupt { .. }) => n_bad += 1,
        Err(other) => panic!("{other}"),
    };
    check(read(blobs, hash).map(|got| got == bytes));
    for part in 0..Geometry::new(bytes.len() as u64).n_parts() {
        let given = blobs.part(hash, part);
        check(given.map(|got| got == other.part(hash, part).unwrap()));
    }
    let is_verified = blobs.verify(hash).is_ok();
    check(blobs.verify(hash).map(|()| true));
    assert_eq!(n_bad == 0, is_verified);
    n_bad == 0
}

fn flip(disk: &SimDisk, at: usize, mask: u8) {
    let name = disk.files(Folder::Whole).remove(0);
    disk.meddle(Folder::Whole, &name, |content| content[at] ^= mask);
}

#[test]
fn every_flipped_byte_of_a_small_blob_is_seen() {
    let bytes = sample(150, 1);
    let (disk, blobs) = holder(&bytes);
    let (_, other) = holder(&bytes);
    let len = HEADER_BYTES + bytes.len() + TAG_LEN;
    assert_eq!(
        disk.content(Folder::Whole, &disk.files(Folder::Whole)[0])
            .len(),
        len
    );
    for at in 0..len {
        flip(&disk, at, 1 << (at % 8));
        assert!(!all_right(&blobs, &other, &bytes), "byte {at}");
        flip(&disk, at, 1 << (at % 8));
    }
    assert!(all_right(&blobs, &other, &bytes));
}

#[test]
fn every_flipped_byte_around_the_borders_is_seen() {
    let bytes = sample(2 * PART_LEN + 30, 1);
    let (disk, blobs) = holder(&bytes);
    let (_, other) = holder(&bytes);
    let len = disk
        .content(Folder::Whole, &disk.files(Folder::Whole)[0])
        .len();
    let first_end = usize::try_from(part_at(1)).unwrap();
    // Around the border of parts 0 and 1, and from the end of part 1 to the end of the file: its tag and node, part 2,
    // and the root's node.
    let borders = (first_end - 20..first_end + 4).chain(len - 230..len);
    for at in borders {
        flip(&disk, at, 0x80);
        assert!(!all_right(&blobs, &other, &bytes), "byte {at}");
        flip(&disk, at, 0x80);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_flipped_byte_is_seen(size in 0_usize..300_000, place in any::<prop::sample::Index>(), mask in 1_u8..) {
        let bytes = sample(size, 1);
        let (disk, blobs) = holder(&bytes);
        let (_, other) = holder(&bytes);
        let len = disk.content(Folder::Whole, &disk.files(Folder::Whole)[0]).len();
        flip(&disk, place.index(len), mask);
        prop_assert!(!all_right(&blobs, &other, &bytes));
    }

    #[test]
    fn any_cut_is_seen(size in 0_usize..300_000, place in any::<prop::sample::Index>()) {
        let bytes = sample(size, 1);
        let (disk, blobs) = holder(&bytes);
        let (_, other) = holder(&bytes);
        let name = disk.files(Folder::Whole).remove(0);
        let len = disk.content(Folder::Whole, &name).len();
        disk.meddle(Folder::Whole, &name, |content| content.truncate(place.index(len)));
        prop_assert!(!all_right(&blobs, &other, &bytes));
        prop_assert!(blobs.state(hash_of(&bytes)).is_err());
        let is_damaged = |found: BlobResult<Found>| matches!(found, Ok(Found::Damaged { .. }));
        prop_assert!(blobs.scan().unwrap().all(is_damaged));
    }

    #[test]
    fn a_part_being_fetched_counts_only_if_it_is_as_it_came(
        place in any::<prop::sample::Index>(), mask in 1_u8.., lacking in 0_u64..5,
    ) {
        let bytes = sample(4 * PART_LEN + 1000, 6);
        let (_, from) = holder(&bytes);
        let hash = hash_of(&bytes);
        let disk = SimDisk::default();
        let blobs = open(&disk);
        blobs.begin(hash, bytes.len() as u64).unwrap();
        for part in (0..5).filter(|part| *part != lacking) {
            blobs.put(hash, part, &from.part(hash, part).unwrap()).unwrap();
        }
        blobs.sync(hash).unwrap();
        let name = disk.files(Folder::Partial).remove(0);
        disk.meddle(Folder::Partial, &name, |content| {
            let at = HEADER_BYTES + place.index(content.len() - HEADER_BYTES);
            content[at] ^= mask;
        });
        let blobs = open(&disk);
        let missing: Vec<u64> = blobs.missing(hash, 9).unwrap().into_iter().flatten().collect();
        prop_assert!(missing.contains(&lacking));
        for part in (0..5).filter(|part| !missing.contains(part)) {
            prop_assert!(blobs.part(hash, part).unwrap() == from.part(hash, part).unwrap());
        }
        for part in missing {
            blobs.put(hash, part, &from.part(hash, part).unwrap()).unwrap();
        }
        prop_assert!(read(&blobs, hash).unwrap() == bytes);
        blobs.verify(hash).unwrap();
    }
}

#[test]
fn records_that_change_places_are_seen() {
    let bytes = vec![5; 4 * PART_LEN];
    let (disk, blobs) = holder(&bytes);
    let (_, other) = holder(&bytes);
    let name = disk.files(Folder::Whole).remove(0);
    // The plain parts are equal: only their places tell them apart.
    let swap = |a: u64, b: u64| {
        let (a, b) = (
            usize::try_from(part_at(a)).unwrap(),
            usize::try_from(part_at(b)).unwrap(),
        );
        disk.meddle(Folder::Whole, &name, |content| {
            let first = content[a..a + PART_LEN + TAG_LEN].to_vec();
            content.copy_within(b..b + PART_LEN + TAG_LEN, a);
            content[b..b + PART_LEN + TAG_LEN].copy_from_slice(&first);
        });
    };
    swap(0, 1);
    assert!(!all_right(&blobs, &other, &bytes));
    swap(0, 1);
    assert!(all_right(&blobs, &other, &bytes));
}

#[test]
fn files_that_change_places_are_seen() {
    let (one, two) = (sample(100, 1), sample(100, 2));
    let (disk, blobs) = holder(&one);
    ingest(&blobs, &two).unwrap();
    let names = disk.files(Folder::Whole);
    let contents: Vec<_> = names
        .iter()
        .map(|name| disk.content(Folder::Whole, name))
        .collect();
    for from in [0, HEADER_BYTES] {
        // First whole files, then bodies only.
        for (name, other) in names.iter().zip(contents.iter().rev()) {
            disk.meddle(Folder::Whole, name, |content| {
                content[from..].copy_from_slice(&other[from..]);
            });
        }
        for bytes in [&one, &two] {
            assert!(matches!(
                read(&blobs, hash_of(bytes)),
                Err(BlobError::Corrupt { .. })
            ));
        }
        for (name, own) in names.iter().zip(&contents) {
            disk.meddle(Folder::Whole, name, |content| content.copy_from_slice(own));
        }
    }
    assert!(read(&blobs, hash_of(&one)).unwrap() == one);
}

#[test]
fn another_stores_key_opens_nothing_and_removes_nothing() {
    let bytes = sample(100, 1);
    let (disk, _) = holder(&bytes);
    let other = Blobs::open(Box::new(disk.clone()), &[9; 32], LIMITS).unwrap();
    assert_eq!(other.state(hash_of(&bytes)).unwrap(), State::Absent);
    let found = other.scan().unwrap().next().unwrap().unwrap();
    assert!(matches!(found, Found::Damaged { hash: None, .. }));
    assert!(read(&open(&disk), hash_of(&bytes)).unwrap() == bytes);
}

#[test]
fn ingesting_again_heals() {
    let bytes = sample(2 * PART_LEN, 1);
    for at in [0, 50, 70_000, HEADER_BYTES + PART_LEN] {
        let (disk, blobs) = holder(&bytes);
        flip(&disk, at, 1);
        assert!(blobs.verify(hash_of(&bytes)).is_err());
        assert!(!ingest(&blobs, &bytes).unwrap().was_here);
        blobs.verify(hash_of(&bytes)).unwrap();
        assert_eq!(disk.files(Folder::Whole).len(), 1);
    }
}

#[test]
fn fetching_again_heals_what_is_visibly_damaged_and_what_was_removed() {
    let bytes = sample(PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    for removed in [false, true] {
        let (disk, blobs) = holder(&bytes);
        flip(&disk, if removed { 300 } else { 30 }, 1);
        if removed {
            blobs.remove(hash).unwrap();
        }
        assert_eq!(blobs.begin(hash, 65_536).unwrap(), Begun::Fetching);
        let put = blobs.put(hash, 0, &from.part(hash, 0).unwrap()).unwrap();
        assert_eq!(put, Put::Whole);
        blobs.verify(hash).unwrap();
    }
}
