//! Holders that lie: about sizes, parts and proofs.

use proptest::prelude::*;

use super::*;
use crate::disk::Folder;
use crate::{Begun, BlobError, MAX_BLOB_BYTES, MAX_ENCODED_PART_BYTES, Put, State};

fn claiming(disk: &SimDisk, limits: Limits) -> Blobs {
    Blobs::open(Box::new(disk.clone()), &SECRET, limits).unwrap()
}

#[test]
fn a_claimed_size_costs_nothing_before_bytes_came() {
    let disk = SimDisk::default();
    let roomy = Limits {
        max_blob_bytes: u64::MAX,
        ..LIMITS
    };
    let blobs = claiming(&disk, roomy);
    let hash = hash_of(b"x");
    for size in [MAX_BLOB_BYTES + 1, 1 << 63, u64::MAX] {
        let refused = blobs.begin(hash, size);
        assert!(
            matches!(refused, Err(BlobError::TooLarge { limit_bytes }) if limit_bytes == MAX_BLOB_BYTES)
        );
    }
    assert_eq!(disk.files(Folder::Partial).len(), 0);
    blobs.begin(hash, MAX_BLOB_BYTES).unwrap();
    let name = disk.files(Folder::Partial).remove(0);
    assert_eq!(
        disk.content(Folder::Partial, &name).len(),
        crate::header::HEADER_BYTES
    );
    // Nor after a restart, when it is read through.
    let blobs = claiming(&disk, roomy);
    let before = disk.n_operations();
    assert_eq!(first_gap(&blobs, hash), 0..MAX_BLOB_BYTES / 65_536);
    assert!(disk.n_operations() - before < 10);
    let tight = claiming(&disk, LIMITS);
    let refused = tight.begin(hash, LIMITS.max_blob_bytes + 1);
    assert!(
        matches!(refused, Err(BlobError::TooLarge { limit_bytes }) if limit_bytes == LIMITS.max_blob_bytes)
    );
}

#[test]
fn only_so_many_are_fetched_at_once() {
    let disk = SimDisk::default();
    let blobs = open(&disk);
    let hash = |n: u8| hash_of(&[n]);
    for n in 0..4 {
        blobs.begin(hash(n), 1).unwrap();
    }
    let refused = blobs.begin(hash(4), 1);
    assert!(matches!(
        refused,
        Err(BlobError::TooManyPartials { max_partials: 4 })
    ));
    // Those that are open go on, also in the next run.
    let blobs = open(&disk);
    assert_eq!(blobs.begin(hash(1), 1).unwrap(), Begun::Fetching);
    assert!(blobs.begin(hash(4), 1).is_err());
    assert_eq!(blobs.put(hash(1), 0, &[1]).unwrap(), Put::Whole);
    blobs.begin(hash(4), 1).unwrap();
    assert!(blobs.begin(hash(5), 1).is_err());
    blobs.remove(hash(2)).unwrap();
    blobs.begin(hash(5), 1).unwrap();
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
}

#[test]
fn a_false_size_is_found_out_before_the_blob_is_whole() {
    let bytes = sample(3 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let sizes = [
        0,
        1,
        65_536,
        131_072,
        131_073,
        196_607,
        196_609,
        262_144,
        1 << 20,
    ];
    for size in sizes {
        let disk = SimDisk::default();
        let blobs = open(&disk);
        blobs.begin(hash, size).unwrap();
        for part in 0..3 {
            let encoded = from.part(hash, part).unwrap();
            // As it is, and cut or grown to the length that would be right for the false size.
            let n_parts = crate::n_parts(size);
            for part_as in 0..n_parts.min(20) {
                for len in [
                    encoded.len(),
                    65_536,
                    65_536 + 64,
                    65_536 + 128,
                    1,
                    0,
                    64,
                    129,
                ] {
                    let mut forged = encoded.clone();
                    forged.resize(len, 0);
                    let put = blobs.put(hash, part_as, &forged);
                    assert!(!matches!(put, Ok(Put::Whole)), "size {size}");
                }
            }
        }
        assert_eq!(blobs.state(hash).unwrap(), State::Partial { size });
        // Whoever learns the true size starts anew.
        let other = blobs.begin(hash, 196_608);
        assert!(
            matches!(other, Err(BlobError::OtherSize { known_bytes, .. }) if known_bytes == size)
        );
        blobs.remove(hash).unwrap();
        assert_eq!(blobs.begin(hash, 196_608).unwrap(), Begun::Fetching);
        for part in 0..3 {
            blobs
                .put(hash, part, &from.part(hash, part).unwrap())
                .unwrap();
        }
        assert!(read(&blobs, hash).unwrap() == bytes);
    }
}

#[test]
fn every_byte_of_a_proof_counts_and_no_other_blobs_proof_does() {
    let bytes = sample(5 * PART_LEN, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let stranger = sample(5 * PART_LEN, 2);
    let (_, other) = holder(&stranger);
    let blobs = open(&SimDisk::default());
    blobs.begin(hash, bytes.len() as u64).unwrap();
    let refuse = |part, encoded: &[u8]| {
        let refused = blobs.put(hash, part, encoded);
        assert!(matches!(refused, Err(BlobError::WrongPart { .. })));
    };
    for part in 0..5 {
        let mut encoded = from.part(hash, part).unwrap();
        for at in 0..encoded.len() - PART_LEN + 2 {
            encoded[at] ^= 1;
            refuse(part, &encoded);
            encoded[at] ^= 1;
        }
        refuse(part, &other.part(hash_of(&stranger), part).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_wrong_part_changes_nothing(
        n_full in 0_usize..6,
        rest in 1_usize..70_000,
        place in any::<prop::sample::Index>(),
        mask in 1_u8..,
        came in any::<prop::sample::Index>(),
        kind in 0..5,
    ) {
        let bytes = sample(n_full * PART_LEN + rest, 1);
        let (_, from) = holder(&bytes);
        let hash = hash_of(&bytes);
        let disk = SimDisk::default();
        let blobs = open(&disk);
        blobs.begin(hash, bytes.len() as u64).unwrap();
        let n_parts = crate::n_parts(bytes.len() as u64);
        let part = came.index(usize::try_from(n_parts).unwrap()) as u64;
        let right = from.part(hash, part).unwrap();
        let (mut wrong, mut as_part) = (right.clone(), part);
        match kind {
            0 => wrong[place.index(right.len())] ^= mask,
            1 => wrong.truncate(place.index(right.len())),
            2 => wrong.push(mask),
            3 => wrong = vec![0; MAX_ENCODED_PART_BYTES],
            _ => as_part = if n_parts > 1 { (part + 1) % n_parts } else { u64::from(mask) << 40 },
        }
        let name = disk.files(Folder::Partial).remove(0);
        let before = disk.content(Folder::Partial, &name);
        let refused = blobs.put(hash, as_part, &wrong);
        let is_wrong = matches!(refused, Err(BlobError::WrongPart { part, .. }) if part == as_part);
        prop_assert!(is_wrong);
        prop_assert!(disk.content(Folder::Partial, &name) == before);
        prop_assert_eq!(first_gap(&blobs, hash), 0..n_parts);
        blobs.put(hash, part, &right).unwrap();
        prop_assert!(right.len() <= MAX_ENCODED_PART_BYTES);
    }
}
